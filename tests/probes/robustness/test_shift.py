"""Is a planted shift found with its size, and none where there is none?"""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import ks_2samp

from audit.gates import judge, parse
from probes.errors import Skip
from probes.registry import discover
from probes.robustness.shift import shift
from probes.types import Measurement, Table
from reports.record import ProbeResult


def data(context, right, n, *, sure=0.8, labelled=True):
    """Rows of label 1, of which `right` are decided 1, each with the same confidence."""
    decided = np.array([1] * right + [0] * (n - right))
    shares = np.where(decided == 1, sure, 1 - sure)
    return context(
        [1] * n if labelled else None, decided.tolist(), probabilities=np.stack([1 - shares, shares], axis=1)
    )


def against(main, **others):
    return replace(main, shifted=others)


def test_a_planted_drop_is_measured(context, found):
    """800 of 1,000 against 300 of 500: accuracies 0.8 and 0.6, confidence 0.8 on both, so 0.2 too sure."""
    findings = list(shift(against(data(context, 800, 1000), tweets=data(context, 300, 500))))
    assert found(findings, "accuracy", data="main").value == 0.8
    assert found(findings, "accuracy", data="tweets").value == 0.6
    drop = found(findings, "accuracy_drop", data="tweets")
    assert drop.value == pytest.approx(0.2)
    # Standard error sqrt(0.16 / 1000 + 0.24 / 500) = 0.0253; exact bounds are a little wider than 1.96 such.
    assert (drop.low, drop.high) == pytest.approx((0.2 - 0.0496, 0.2 + 0.0496), abs=0.004)
    assert found(findings, "overconfidence", data="main").value == pytest.approx(0)
    assert found(findings, "overconfidence_increase", data="tweets").value == pytest.approx(0.2)
    # Every row has the same confidence, so that there is one bin.
    assert found(findings, "calibration_error", data="main").value == pytest.approx(0)
    error = found(findings, "calibration_error", data="tweets").value
    assert error == pytest.approx(0.2, abs=2e-3)
    increase = found(findings, "calibration_error_increase", data="tweets")
    assert (increase.value, increase.low > 0) == (pytest.approx(error), True)
    assert found(findings, "selection_rate_gap", data="tweets").value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("right", "outcome"), [(600, "fail"), (800, "pass"), (990, "pass"), (760, "undecided")]
)
def test_a_gate_judges_the_drop(context, right, outcome):
    findings = shift(against(data(context, 800, 1000), tweets=data(context, right, 1000)))
    kept = tuple(f for f in findings if isinstance(f, Measurement))
    result = ProbeResult(probe="robustness.shift", version=1, title="t?", status="ok", measurements=kept)
    (verdict,) = judge([parse("robustness.shift/accuracy_drop{data=tweets} <= 0.05")], [result])
    assert verdict.outcome == outcome


def test_the_same_data_shows_no_shift(context, found):
    main = data(context, 80, 100)
    findings = list(shift(against(main, copy=main)))
    for metric in (
        "accuracy_drop",
        "overconfidence_increase",
        "calibration_error_increase",
        "selection_rate_gap",
    ):
        same = found(findings, metric, data="copy")
        assert same.value == pytest.approx(0)
        assert same.low <= 1e-12
    assert found(findings, "confidence_distance", data="copy").value == 0
    (table,) = (f for f in findings if isinstance(f, Table))
    assert table.rows == (("copy", 100, 1, 1, 1),)


def test_the_p_values_by_hand(context):
    """Five of five right at 0.6, none of five at 0.9.

    Fisher, and Kolmogorov and Smirnov: 2 of the C(10, 5) = 252 orders of the ten rows are as far apart.
    Chi-square with the correction of Yates: 10 (25 - 5)² / 5⁴ = 6.4, and P(χ² > 6.4) = 2 Φ(-√6.4).
    """
    main, other = data(context, 5, 5, sure=0.6), data(context, 0, 5, sure=0.9)
    (table,) = (f for f in shift(against(main, other=other)) if isinstance(f, Table))
    classes = 2 * NormalDist().cdf(-(6.4**0.5))
    assert table.rows[0] == ("other", 5, *map(pytest.approx, (2 / 252, classes, 2 / 252)))


def test_confidence_is_the_largest_probability_whatever_is_decided(context, found):
    """Both sets are answered 0.8 and 0.2, but in the other a rule decides for the class of 0.2."""
    main, ruled = (context([1] * 20, [c] * 20, probabilities=np.array([[0.8, 0.2]] * 20)) for c in (0, 1))
    assert found(list(shift(against(main, ruled=ruled))), "confidence_distance", data="ruled").value == 0


def test_the_distance_is_that_of_kolmogorov_and_smirnov(context, found):
    rng = np.random.default_rng(0)
    sure = [np.round(rng.uniform(0.5, 1, n), 2) for n in (150, 90)]
    main, other = (
        context([1] * len(s), [1] * len(s), probabilities=np.stack([1 - s, s], axis=1)) for s in sure
    )
    distance = found(list(shift(against(main, other=other))), "confidence_distance", data="other")
    assert distance.value == pytest.approx(ks_2samp(*sure).statistic)
    # sqrt(ln(80) / 300) + sqrt(ln(80) / 180) = 0.2770.
    assert distance.high == pytest.approx(min(1, distance.value + 0.27690), abs=2e-3)


def test_without_labels_there_is_selection_and_confidence(context, found):
    findings = list(shift(against(data(context, 8, 20), other=data(context, 5, 20, labelled=False))))
    assert found(findings, "accuracy_drop", data="other").value is None
    assert found(findings, "calibration_error_increase", data="other").value is None
    assert found(findings, "selection_rate_gap", data="other").value == pytest.approx(0.15)
    assert found(findings, "confidence_distance", data="other").value == 0


def test_decisions_alone_have_no_confidence(context, found):
    findings = list(shift(against(context([1, 0] * 10, [1, 1] * 10), other=context([1] * 20, [0] * 20))))
    assert found(findings, "accuracy_drop", data="other").value == 0.5
    assert found(findings, "overconfidence", data="other").value is None
    assert found(findings, "confidence_distance", data="other").note


def test_scores_of_the_positive_class_are_confidence_enough(context, found):
    main = context([1] * 4, [1, 1, 1, 0])
    answered = replace(main.predictions, scores=np.array([0.9, 0.8, 0.7, 0.4]))
    main = replace(main, predictions=answered)
    findings = list(shift(against(main, other=main)))
    # Confidence in the decisions 0.9, 0.8, 0.7, 0.6: a mean of 0.75, as many as are right.
    assert found(findings, "overconfidence", data="main").value == pytest.approx(0)


def test_more_than_two_classes_are_compared_class_by_class(context, found):
    main = context([0, 1, 2] * 5, [0, 1, 2] * 5, classes=("a", "b", "c"), positive=None)
    other = context([0] * 15, [0] * 15, classes=("a", "b", "c"), positive=None)
    findings = list(shift(against(main, other=other)))
    gaps = [f.value for f in findings if getattr(f, "metric", "") == "selection_rate_gap"]
    assert gaps == pytest.approx([2 / 3, 1 / 3, 1 / 3])


@pytest.mark.parametrize("name", ["robustness.shift", "robustness.out_of_distribution"])
def test_without_other_data_it_is_skipped(name, context):
    with pytest.raises(Skip, match="--shift"):
        list(discover()[name](data(context, 1, 2)))


@pytest.mark.parametrize("name", ["robustness.shift", "robustness.out_of_distribution"])
def test_every_metric_is_in_the_documentation(name, context):
    findings = discover()[name](against(data(context, 8, 20), other=data(context, 5, 20)))
    metrics = {f.metric for f in findings if isinstance(f, Measurement)}
    assert not [metric for metric in metrics if f"`{metric}`" not in discover()[name].documentation]


def test_data_without_a_valid_answer_has_no_numbers(context):
    mute = context([1] * 3, [-1] * 3, probabilities=np.full((3, 2), np.nan))
    findings = list(shift(against(data(context, 8, 20), other=mute)))
    numbers = [f for f in findings if isinstance(f, Measurement) and f.slice["data"] == "other"]
    assert all(m.value is None and m.note for m in numbers)
    (table,) = (f for f in findings if isinstance(f, Table))
    assert table.rows == (("other", 3, None, None, None),)
