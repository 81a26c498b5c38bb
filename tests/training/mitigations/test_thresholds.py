"""Do the decision rules decide as Fairlearn's do, and even out the decisions?"""

import numpy as np
import pytest

from probes.errors import AuditError
from probes.types import Grouping
from training.methods import cross_entropy, plain
from training.mitigations.thresholds import (
    FILE,
    Postprocessing,
    Rule,
    Threshold,
    apply,
    chances,
    draws,
    fit_thresholds,
    read,
)  # fmt: skip


@pytest.fixture(scope="module")
def scored():
    """600 rows whose scores are higher in group a; group c is small."""
    rng = np.random.default_rng(0)
    codes = rng.choice(3, size=600, p=[0.5, 0.4, 0.1])
    labels = rng.integers(2, size=600)
    scores = 1 / (1 + np.exp(-(1.5 * labels - 1 + np.array([0.8, -0.8, 0.0])[codes] + rng.normal(size=600))))
    return scores, labels, Grouping("sort", ("a", "b", "c"), codes)


def _fairlearn(scores, labels, grouping, constraint, objective):
    from fairlearn.postprocessing import ThresholdOptimizer
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Given(ClassifierMixin, BaseEstimator):
        def fit(self, x, y):
            self.classes_ = np.array([0, 1])
            return self

        def predict_proba(self, x):
            return np.stack([1 - x[:, 0], x[:, 0]], axis=1)

    names = np.array(grouping.names)[grouping.codes]
    made = ThresholdOptimizer(
        estimator=Given(), constraints=constraint, objective=objective, predict_method="predict_proba"
    )
    return made.fit(scores[:, None], labels, sensitive_features=names), names


@pytest.mark.parametrize(
    ("constraint", "objective"),
    [
        ("demographic_parity", "balanced_accuracy_score"),
        ("demographic_parity", "accuracy_score"),
        ("equalized_odds", "balanced_accuracy_score"),
        ("equalized_odds", "accuracy_score"),
        ("true_positive_rate_parity", "accuracy_score"),
        ("false_positive_rate_parity", "balanced_accuracy_score"),
    ],
)
def test_decisions_are_those_of_fairlearn_after_a_round_trip(
    scored, tmp_path, constraint, objective, monkeypatch
):
    """Given the draws that Fairlearn makes, every one of its decisions comes out again from the file."""
    scores, labels, grouping = scored
    rules = fit_thresholds(
        scores, labels, grouping, positive="yes", constraint=constraint, objective=objective
    )
    tmp_path.joinpath(FILE).write_text(rules.to_json(), "utf-8")
    again = read(tmp_path)
    assert again == rules
    theirs, names = _fairlearn(scores, labels, grouping, constraint, objective)
    expected = theirs.predict(scores[:, None], sensitive_features=names, random_state=5)
    drawn = np.random.RandomState(5).rand(len(scores))
    monkeypatch.setattr("training.mitigations.thresholds.draws", lambda keys, seed: drawn)
    np.testing.assert_array_equal(apply(again, scores, grouping, [""] * len(scores)), expected)


@pytest.mark.parametrize(
    ("constraint", "metric"),
    [
        ("demographic_parity", "demographic_parity_difference"),
        ("equalized_odds", "equalized_odds_difference"),
    ],
)
def test_the_planted_gap_shrinks(planted, audited, train, scores, gaps, plain_gaps, constraint, metric):
    """The rules are found on one half of the rows without planted bias, and audited on the other."""
    given = scores(train(planted, plain(cross_entropy(0.0))), audited)
    half = audited.rows < 4000
    groups = Grouping("sort", audited.grouping.names, np.where(half, audited.grouping.codes, -1))
    rules = fit_thresholds(given, audited.labels, groups, positive="yes", constraint=constraint)
    decisions = apply(rules, given, audited.grouping, [f"row {i}" for i in audited.rows])
    assert gaps(audited, decisions)[metric] < 0.3 * plain_gaps[metric]


def _rules(**groups):
    return Postprocessing(
        constraint="equalized_odds", objective="x", feature="sort", positive="yes", seed=0, groups=groups
    )


def _rule(p=1.0, ignored=0.0, constant=0.0):
    pair = (
        Threshold(operator=">", threshold=0.4, probability=p),
        Threshold(operator="<", threshold=0.6, probability=1 - p),
    )
    return Rule(thresholds=pair, ignored=ignored, constant=constant, rows=9)


def test_chances_worked_out_by_hand():
    """Above 0.4 counts 1/4, below 0.6 counts 3/4; a fifth is 1/2 whatever the score."""
    found = chances(
        _rules(a=_rule(0.25, 0.2, 0.5)),
        np.array([0.3, 0.5, 0.7]),
        Grouping("sort", ("a",), np.zeros(3, dtype=int)),
    )
    np.testing.assert_allclose(found, [0.8 * 0.75 + 0.1, 0.8 + 0.1, 0.8 * 0.25 + 0.1])


def test_rows_without_rule_or_score():
    """Unknown groups are decided by 1/2; a score that is no number is no decision."""
    grouping = Grouping("sort", ("a", "new"), np.array([-1, -1, 0]))
    found = apply(_rules(a=_rule()), np.array([0.45, 0.55, np.nan]), grouping, ["x", "y", "z"])
    assert found.tolist() == [0, 1, -1]
    with pytest.raises(AuditError, match="no decision rule for sort = 'new'"):
        apply(_rules(a=_rule()), np.array([0.5]), Grouping("sort", ("a", "new"), np.array([1])), ["x"])


def test_a_row_is_decided_by_its_content_alone(scored):
    scores, labels, grouping = scored
    rules = fit_thresholds(scores, labels, grouping, positive="yes")
    keys = [f"text {i}" for i in range(600)]
    whole, order = apply(rules, scores, grouping, keys), np.random.default_rng(1).permutation(600)
    moved = Grouping("sort", grouping.names, grouping.codes[order])
    np.testing.assert_array_equal(apply(rules, scores[order], moved, [keys[i] for i in order]), whole[order])


def test_draws_are_evenly_spread_and_never_nothing():
    found = draws([str(i) for i in range(20_000)], seed=1)
    assert found.min() > 0
    assert found.max() <= 1
    np.testing.assert_allclose(np.histogram(found, bins=10, range=(0, 1))[0], 2000, atol=180)
    assert (found != draws([str(i) for i in range(20_000)], seed=2)).all()


def test_infinite_thresholds_survive_the_file(tmp_path):
    rule = Rule(
        thresholds=(
            Threshold(operator=">", threshold=float("-inf"), probability=0.5),
            Threshold(operator="<", threshold=float("inf"), probability=0.5),
        ), ignored=0, constant=0, rows=1,
    )  # fmt: skip
    tmp_path.joinpath(FILE).write_text(_rules(a=rule).to_json(), "utf-8")
    assert read(tmp_path) == _rules(a=rule)


@pytest.mark.parametrize("content", ["", "{}", '{"schema_version": 2}', "\x80"])
def test_a_broken_file_is_a_sentence(tmp_path, content):
    tmp_path.joinpath(FILE).write_bytes(content.encode("latin-1"))
    with pytest.raises(AuditError, match="fit them again"):
        read(tmp_path)


def test_no_file_is_no_rules(tmp_path):
    assert read(tmp_path) is None


def test_a_group_with_one_class_is_refused():
    with pytest.raises(AuditError, match="'b'"):
        fit_thresholds(
            np.array([0.1, 0.9, 0.5]),
            np.array([0, 1, 1]),
            Grouping("sort", ("a", "b"), np.array([0, 0, 1])),
            positive="yes",
        )


def test_what_fairlearn_does_not_take_is_a_sentence(scored):
    with pytest.raises(AuditError, match="objective 'nonsense'"):
        fit_thresholds(*scored, positive="yes", objective="nonsense")
