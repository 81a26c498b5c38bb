"""Are the gaps and ratios between groups those of the literature, and of Fairlearn?"""

import warnings

import numpy as np
import pytest

from probes.fairness.accuracy_parity import accuracy_parity
from probes.fairness.demographic_parity import demographic_parity
from probes.fairness.equal_opportunity import equal_opportunity
from probes.fairness.equalized_odds import equalized_odds
from probes.fairness.overall_error import overall_error
from probes.fairness.predictive_parity import predictive_parity

PROBES = (
    accuracy_parity,
    demographic_parity,
    equal_opportunity,
    equalized_odds,
    overall_error,
    predictive_parity,
)


@pytest.fixture(scope="module")
def paper(context):
    """Two groups of ten rows, by hand.

    a: 4 positives, 3 found; 6 negatives, 3 taken for positive: TPR 3/4, FPR 1/2, PPV 3/6, right 6/10,
    selected 6/10 b: 5 positives, 2 found; 5 negatives, 1 taken for positive: TPR 2/5, FPR 1/5, PPV 2/3,
    right 6/10, selected 3/10
    """
    a = [1] * 4 + [0] * 6, [1, 1, 1, 0, 1, 1, 1, 0, 0, 0]
    b = [1] * 5 + [0] * 5, [1, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    return context(a[0] + b[0], a[1] + b[1], groups={"g": ["a"] * 10 + ["b"] * 10})


@pytest.mark.parametrize(
    ("probe", "metric", "value"),
    [
        (demographic_parity, "demographic_parity_difference", 0.3),
        (demographic_parity, "demographic_parity_ratio", 0.5),
        (equal_opportunity, "equal_opportunity_difference", 0.35),
        (equal_opportunity, "equal_opportunity_ratio", 8 / 15),
        (equalized_odds, "true_positive_rate_gap", 0.35),
        (equalized_odds, "false_positive_rate_gap", 0.3),
        (equalized_odds, "true_positive_rate_ratio", 8 / 15),
        (equalized_odds, "false_positive_rate_ratio", 0.4),
        (equalized_odds, "equalized_odds_difference", 0.35),
        (equalized_odds, "equalized_odds_ratio", 0.4),
        (predictive_parity, "predictive_parity_difference", 1 / 6),
        (predictive_parity, "predictive_parity_ratio", 0.75),
        (accuracy_parity, "accuracy_gap", 0.0),
        (accuracy_parity, "accuracy_ratio", 1.0),
        (overall_error, "error_rate", 0.4),
        (overall_error, "error_rate_gap", 0.0),
        (overall_error, "error_rate_ratio", 1.0),
    ],
)
def test_worked_out_on_paper(paper, found, probe, metric, value):
    m = found(probe(paper), metric)
    assert m.value == pytest.approx(value)
    assert m.low <= m.value <= m.high


def test_gaps_carry_their_groups_for_gates(paper, found):
    (comparison,) = found(equalized_odds(paper), "true_positive_rate_gap").comparisons
    assert [(g.slice["group"], g.successes, g.n) for g in comparison.groups] == [("a", 3, 4), ("b", 2, 5)]


def test_equalized_odds_carries_both_rates(paper, found):
    both = found(equalized_odds(paper), "equalized_odds_difference").comparisons
    assert [c.groups[0].metric for c in both] == ["true_positive_rate", "false_positive_rate"]


@pytest.mark.parametrize("probe", PROBES)
def test_null_the_same_rows_in_every_group_have_no_gap(context, probe):
    labels, predictions = [1, 1, 0, 0, 1, 0], [1, 0, 1, 0, 1, 0]
    ctx = context(labels * 3, predictions * 3, groups={"g": ["a"] * 6 + ["b"] * 6 + ["c"] * 6})
    for m in probe(ctx):
        if m.slice:
            assert m.value == (1.0 if m.metric.endswith("ratio") else 0.0)


@pytest.mark.parametrize("probe", PROBES)
def test_rows_of_unknown_group_take_no_part(context, probe):
    labels, predictions, groups = [1, 1, 0, 0], [1, 0, 1, 1], ["a", "b", "a", "b"]
    without = context(labels, predictions, groups={"g": groups})
    beside = context([*labels, 1, 1, 0], [*predictions, 0, 0, 0], groups={"g": [*groups, None, None, None]})
    gaps = [[(m.metric, m.value) for m in probe(ctx) if m.slice] for ctx in (without, beside)]
    assert gaps[0] == gaps[1]


def test_a_group_without_positives_is_named_and_not_taken_for_zero(context, found):
    """TPR: a 1/2, b undefined, c 1/1. A rate of 0 for b would make the gap 1."""
    ctx = context([1, 1, 0, 1], [1, 0, 0, 1], groups={"g": ["a", "a", "b", "c"]})
    m = found(equal_opportunity(ctx), "equal_opportunity_difference")
    assert m.value == 0.5
    assert "b" in m.note
    assert [g.value for g in m.comparisons[0].groups] == [0.5, None, 1.0]


def test_features_and_classes_each_have_their_gap(context):
    ctx = context(
        [0, 1, 2, 0, 1, 2], [0, 1, 2, 1, 1, 2], classes=("x", "y", "z"), positive=None,
        groups={"g": list("aabbab"), "h": list("uvuvuv")},
    )  # fmt: skip
    parts = [
        (m.slice["feature"], m.slice["class"])
        for m in equal_opportunity(ctx)
        if m.metric.endswith("difference")
    ]
    assert parts == [(f, c) for f in "gh" for c in ("x", "y", "z", "macro")]


def _fairlearn(y, p, g):
    """Gap and ratio of every rate, and the named functions, from Fairlearn."""
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score, precision_score, zero_one_loss

    metrics = {
        "selection_rate": selection_rate, "true_positive_rate": true_positive_rate,
        "false_positive_rate": false_positive_rate, "positive_predictive_value": precision_score,
        "accuracy": accuracy_score, "error_rate": zero_one_loss,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = MetricFrame(metrics=metrics, y_true=y, y_pred=p, sensitive_features=g)
        return frame.difference(), frame.ratio()


NAMES = {
    "selection_rate": (demographic_parity, "demographic_parity_difference", "demographic_parity_ratio"),
    "true_positive_rate": (equal_opportunity, "equal_opportunity_difference", "equal_opportunity_ratio"),
    "false_positive_rate": (equalized_odds, "false_positive_rate_gap", "false_positive_rate_ratio"),
    "positive_predictive_value": (
        predictive_parity,
        "predictive_parity_difference",
        "predictive_parity_ratio",
    ),
    "accuracy": (accuracy_parity, "accuracy_gap", "accuracy_ratio"),
    "error_rate": (overall_error, "error_rate_gap", "error_rate_ratio"),
}


def _random_rows(seed):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(20, 80)), int(rng.integers(2, 5))
    share = rng.uniform(0.1, 0.9, size=(2, k))
    g = rng.integers(k, size=n)
    return (rng.random(n) < share[0][g]).astype(int), (rng.random(n) < share[1][g]).astype(int), g


def _compare_with_fairlearn(context, found, seed):
    """How many numbers were compared; a group without a rate is 0 for Fairlearn and left out by us."""
    y, p, g = _random_rows(seed)
    ctx = context(y, p, groups={"g": [f"group {code}" for code in g]})
    difference, ratio = _fairlearn(y, p, g)
    compared = 0
    for rate, (probe, gap_name, ratio_name) in NAMES.items():
        findings = list(probe(ctx))
        for name, expected in ((gap_name, difference[rate]), (ratio_name, ratio[rate])):
            m = found(findings, name, feature="g")
            if m.value is not None and all(leaf.value is not None for leaf in m.comparisons[0].groups):
                assert m.value == pytest.approx(expected, abs=1e-12), (seed, name)
                compared += 1
    return compared


@pytest.mark.parametrize("block", range(4))
def test_values_equal_those_of_fairlearn_on_random_tables(context, found, block):
    compared = sum(
        _compare_with_fairlearn(context, found, seed) for seed in range(25 * block, 25 * block + 25)
    )
    assert compared > 200


@pytest.mark.full
def test_values_equal_those_of_fairlearn_on_a_thousand_random_tables(context, found):
    assert sum(_compare_with_fairlearn(context, found, seed) for seed in range(1000)) > 8000


@pytest.mark.parametrize("seed", range(5))
def test_named_functions_of_fairlearn_give_the_same(context, found, seed):
    import fairlearn.metrics as fairlearn

    rng = np.random.default_rng(seed)
    y, p, g = rng.integers(2, size=90), rng.integers(2, size=90), rng.integers(3, size=90)
    ctx = context(y, p, groups={"g": [str(code) for code in g]})
    names = {
        demographic_parity: ("demographic_parity_difference", "demographic_parity_ratio"),
        equal_opportunity: ("equal_opportunity_difference", "equal_opportunity_ratio"),
        equalized_odds: ("equalized_odds_difference", "equalized_odds_ratio"),
    }
    for probe, metrics in names.items():
        for metric in metrics:
            expected = getattr(fairlearn, metric)(y, p, sensitive_features=g)
            assert found(probe(ctx), metric).value == pytest.approx(expected, abs=1e-12)
