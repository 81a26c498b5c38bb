"""Is a metric function of the user's choice disaggregated rightly, and its faults told?"""

import numpy as np
import pytest

from probes.errors import AuditError, Skip
from probes.fairness.custom_metric import custom_metric

RIGHT = "sklearn.metrics:accuracy_score"


@pytest.fixture(scope="module")
def rows(context):
    """Group a: 45 of 60 right. Group b: 24 of 40 right. Two rows of unknown group."""
    right = [1] * 45 + [0] * 15 + [1] * 24 + [0] * 16 + [1, 0]
    labels = [i % 2 for i in range(102)]
    predictions = [label if good else 1 - label for label, good in zip(labels, right, strict=True)]
    return context(labels, predictions, groups={"g": ["a"] * 60 + ["b"] * 40 + [None] * 2})


def test_known_answer(rows, found):
    findings = list(custom_metric(rows, metric=RIGHT))
    assert found(findings, "accuracy_score", group="a").value == pytest.approx(0.75)
    assert found(findings, "accuracy_score", group="b").value == pytest.approx(0.6)
    assert found(findings, "accuracy_score_gap", feature="g").value == pytest.approx(0.15)


def test_bootstrap_error_is_that_of_a_proportion(rows, found):
    """sqrt(p (1 - p) / n), within what 1,000 resamplings show."""
    findings = list(custom_metric(rows, metric=RIGHT, draws=400))
    error = found(findings, "accuracy_score", group="a").standard_error
    assert error == pytest.approx(np.sqrt(0.75 * 0.25 / 60), rel=0.2)


def unweighted(y_true, y_pred):
    return float(np.mean(y_true == y_pred))


def test_drawn_rows_and_weighted_cells_have_the_same_error(rows, found, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "mine", sys.modules[__name__])
    weighted = found(custom_metric(rows, metric=RIGHT, draws=400), "accuracy_score", group="b")
    drawn = found(custom_metric(rows, metric="mine:unweighted", draws=400), "unweighted", group="b")
    assert drawn.standard_error == pytest.approx(weighted.standard_error, rel=0.2)


def test_many_rows_are_drawn_in_part_and_the_error_scaled(context, found, monkeypatch):
    import sys

    import probes.fairness.custom_metric as module

    monkeypatch.setitem(sys.modules, "mine", sys.modules[__name__])
    ctx = context([1] * 900 + [0] * 100, [1] * 1000)
    monkeypatch.setattr(module, "LARGEST", 100)
    m = found(custom_metric(ctx, metric="mine:unweighted", draws=400), "unweighted")
    assert m.standard_error == pytest.approx(np.sqrt(0.9 * 0.1 / 1000), rel=0.2)


def test_scores_are_given_where_the_metric_takes_them(context, found):
    """Every positive above every negative in group a (area 1); group b the other way round (area 0)."""
    yes = np.array([0.9, 0.8, 0.2, 0.1, 0.1, 0.2, 0.8, 0.9])
    ctx = context(
        [1, 1, 0, 0] * 2, probabilities=np.stack([1 - yes, yes], axis=1), groups={"g": list("aaaabbbb")}
    )
    findings = list(custom_metric(ctx, metric="sklearn.metrics:roc_auc_score", takes="scores"))
    assert found(findings, "roc_auc_score_gap").value == 1.0


def test_arguments_are_passed_on(rows, found):
    metric = "sklearn.metrics:fbeta_score"
    small, large = (
        found(
            custom_metric(rows, metric=metric, arguments={"beta": beta, "pos_label": 0}),
            "fbeta_score",
            group="a",
        ).value
        for beta in (0.1, 10)
    )
    assert small != large


def test_more_classes_are_given_as_indices(context, found):
    ctx = context([0, 1, 2, 2], [0, 1, 2, 1], classes=("x", "y", "z"), positive=None)
    m = found(custom_metric(ctx, metric=RIGHT), "accuracy_score")
    assert m.value == 0.75


def test_undefined_for_a_group_says_so(context, found):
    yes = np.array([0.9, 0.1, 0.8, 0.7])
    ctx = context([1, 0, 1, 1], probabilities=np.stack([1 - yes, yes], axis=1), groups={"g": list("aabb")})
    m = found(
        custom_metric(ctx, metric="sklearn.metrics:roc_auc_score", takes="scores"), "roc_auc_score", group="b"
    )
    assert m.value is None
    assert "gives nan on these 2 rows" in m.note


def test_none_named_is_a_reason_to_skip(rows):
    with pytest.raises(Skip, match="no metric is named"):
        list(custom_metric(rows))


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        ("accuracy_score", "not in the form module:function"),
        ("no_such_module:f", "cannot be imported: No module named 'no_such_module'"),
        ("sklearn.metrics:no_such", "cannot be imported"),
        ("math:pi", "is a float, not a function"),
        ("math:sqrt", "failed on 102 rows: TypeError"),
        ("sklearn.metrics:confusion_matrix", "return one number"),
    ],
)
def test_faults_are_sentences(rows, metric, sentence):
    with pytest.raises(AuditError, match=sentence):
        list(custom_metric(rows, metric=metric))
