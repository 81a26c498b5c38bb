"""Are rates what the literature says, group by group?"""

import numpy as np
import pytest

from probes.fairness.rates import rates
from probes.types import Predictions


@pytest.fixture(scope="module")
def paper(context):
    """Eight rows, by hand.

    group a: labels 1 1 0 0, predicted 1 0 1 0: TPR 1/2, FPR 1/2, PPV 1/2, NPV 1/2, selected 2/4, right 2/4
    group b: labels 0 0 0, predicted 1 0 0:     TPR undefined, FPR 1/3, PPV 0/1, NPV 2/2, selected 1/3, right
    2/3 unknown: label 1, predicted 1
    """
    return context(
        [1, 1, 0, 0, 0, 0, 0, 1],
        [1, 0, 1, 0, 1, 0, 0, 1],
        groups={"g": ["a", "a", "a", "a", "b", "b", "b", None]},
    )


@pytest.mark.parametrize(
    ("group", "metric", "successes", "n"),
    [
        ("a", "selection_rate", 2, 4),
        ("a", "accuracy", 2, 4),
        ("a", "true_positive_rate", 1, 2),
        ("a", "false_negative_rate", 1, 2),
        ("a", "false_positive_rate", 1, 2),
        ("a", "true_negative_rate", 1, 2),
        ("a", "positive_predictive_value", 1, 2),
        ("a", "negative_predictive_value", 1, 2),
        ("b", "selection_rate", 1, 3),
        ("b", "accuracy", 2, 3),
        ("b", "false_positive_rate", 1, 3),
        ("b", "true_negative_rate", 2, 3),
        ("b", "positive_predictive_value", 0, 1),
        ("b", "negative_predictive_value", 2, 2),
        ("unknown", "true_positive_rate", 1, 1),
    ],
)
def test_worked_out_on_paper(paper, found, group, metric, successes, n):
    m = found(rates(paper), metric, feature="g", group=group)
    assert (m.successes, m.n, m.value) == (successes, n, successes / n)
    assert m.low <= m.value <= m.high


def test_a_group_without_positives_has_no_true_positive_rate(paper, found):
    m = found(rates(paper), "true_positive_rate", group="b")
    assert m.value is None
    assert m.note == "no row has the label 'yes'"


def test_whole_data_includes_rows_of_unknown_group(paper, found):
    whole = [m for m in rates(paper) if not m.slice]
    assert found(whole, "n").value == 8
    assert found(whole, "selection_rate").successes == 4


def test_invalid_rows_are_counted_and_left_out(context, found):
    ctx = context([1, 1, 0], [1, -1, 0], groups={"g": ["a", "a", "a"]})
    assert found(rates(ctx), "invalid_rows", group="a").value == 1
    assert found(rates(ctx), "accuracy", group="a").n == 2


def test_mean_score_is_that_of_the_positive_class(context, found):
    given = np.array([[0.9, 0.1], [0.5, 0.5], [0.4, 0.6]])
    ctx = context([0, 1, 1], probabilities=given, groups={"g": ["a", "a", "b"]})
    assert found(rates(ctx), "mean_score", group="a").value == pytest.approx(0.3)
    whole = [m for m in rates(ctx) if not m.slice]
    assert found(whole, "mean_score").value == pytest.approx(0.4)


def test_score_column_is_used_where_there_are_no_probabilities(context, found):
    ctx = context([0, 1], [0, 1])
    object.__setattr__(ctx, "predictions", Predictions(np.array([0, 1]), None, np.array([0.2, 0.4])))
    assert found(rates(ctx), "mean_score").value == pytest.approx(0.3)


def test_decisions_alone_have_no_mean_score(paper, found):
    m = found(rates(paper), "mean_score", group="a")
    assert (m.value, m.note) == (None, "only decisions are known, no scores")


@pytest.mark.parametrize(
    ("positive", "classes"),
    [(None, {"x", "y", "z", "macro"}), (2, {"z"})],
    ids=["every class", "named class"],
)
def test_more_classes_are_taken_one_against_the_rest(context, positive, classes):
    ctx = context([0, 1, 2, 1], [0, 2, 2, 1], classes=("x", "y", "z"), positive=positive)
    assert {m.slice["class"] for m in rates(ctx) if m.metric == "true_positive_rate"} == classes


@pytest.mark.parametrize("seed", range(20))
def test_rates_equal_those_of_scikit_learn(context, found, seed):
    from sklearn.metrics import accuracy_score, precision_score, recall_score

    rng = np.random.default_rng(seed)
    y, p, g = rng.integers(2, size=60), rng.integers(2, size=60), rng.choice(["a", "b", "c"], 60)
    findings = list(rates(context(y, p, groups={"g": g.tolist()})))
    for group in "abc":
        rows = g == group
        expected = {
            "accuracy": accuracy_score(y[rows], p[rows]),
            "true_positive_rate": recall_score(y[rows], p[rows]),
            "true_negative_rate": recall_score(y[rows], p[rows], pos_label=0),
            "positive_predictive_value": precision_score(y[rows], p[rows]),
            "negative_predictive_value": precision_score(y[rows], p[rows], pos_label=0),
        }
        for metric, value in expected.items():
            assert found(findings, metric, group=group).value == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_macro_equals_that_of_scikit_learn(context, found, seed):
    from sklearn.metrics import precision_score, recall_score

    rng = np.random.default_rng(seed)
    y, p = rng.integers(4, size=200), rng.integers(4, size=200)
    findings = list(rates(context(y, p, classes=tuple("wxyz"), positive=None)))
    tpr, ppv = (
        found(findings, m, **{"class": "macro"}) for m in ("true_positive_rate", "positive_predictive_value")
    )
    assert tpr.value == pytest.approx(recall_score(y, p, average="macro"), abs=1e-12)
    assert ppv.value == pytest.approx(precision_score(y, p, average="macro"), abs=1e-12)


def test_macro_is_undefined_when_a_class_is_missing(context, found):
    m = found(
        rates(context([0, 1], [0, 1], classes=("x", "y", "z"), positive=None)),
        "true_positive_rate",
        **{"class": "macro"},
    )
    assert m.value is None
    assert "'z'" in m.note
