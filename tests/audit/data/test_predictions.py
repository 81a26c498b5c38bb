"""Are the answers of any model read from a file, without loading anything?"""

import subprocess
import sys

import numpy as np
import pytest

from audit.data import DataOptions, load
from probes.errors import AuditError

ROWS = [
    {"label": "no", "prediction": "no", "score": 0.2, "sex": "F"},
    {"label": "yes", "prediction": "yes", "score": 0.9, "sex": "M"},
    {"label": "yes", "prediction": "no", "score": 0.4, "sex": "F"},
]


def read(path, *, classes=None, positive=None, **options):
    return load(DataOptions(predictions=path, **options), classes=classes, positive=positive, training=None)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
def test_labels_predictions_and_scores(write, suffix):
    found = read(write(ROWS, suffix), score="score", group=("sex",), positive="yes")
    assert found.classes == ("no", "yes")
    assert found.samples.inputs is None
    assert found.samples.labels.tolist() == [0, 1, 1]
    assert found.predictions.labels.tolist() == [0, 1, 0]
    assert found.predictions.scores.tolist() == [0.2, 0.9, 0.4]
    assert found.predictions.probabilities is None
    assert found.info.invalid_rows == 0


def test_columns_by_other_names(write):
    rows = [{"y": row["label"], "yhat": row["prediction"]} for row in ROWS]
    found = read(write(rows), label="y", prediction="yhat")
    assert found.predictions.labels.tolist() == [0, 1, 0]
    assert found.predictions.scores is None


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_row_without_a_usable_answer_is_invalid_and_counted(write, suffix):
    missing = [
        {"label": "no", "prediction": None, "score": 0.1},
        {"label": "no", "prediction": "no", "score": None},
    ]
    found = read(write([*ROWS, *missing], suffix), score="score")
    assert found.predictions.labels.tolist() == [0, 1, 0, -1, -1]
    assert found.predictions.valid.tolist() == [True, True, True, False, False]
    assert found.info.invalid_rows == 2
    assert found.info.rows == 5


@pytest.mark.parametrize("score", ["nan", "NaN", "inf", "-Infinity"])
def test_a_score_that_is_not_finite_is_invalid(write, score):
    found = read(write([*ROWS[:2], ROWS[2] | {"score": score}]), score="score")
    assert found.predictions.labels.tolist() == [0, 1, -1]


@pytest.mark.parametrize("score", ["high", "0,5", "NA", "50 %"])
def test_a_score_that_is_no_number(write, score):
    path = write([*ROWS[:2], ROWS[2] | {"score": score}])
    with pytest.raises(AuditError) as caught:
        read(path, score="score")
    assert caught.value.faults == (
        f'{path} line 4: score "{score}" in column "score" is not a number; write 0.5, not 0,5 or 50 %, '
        "and leave the "
        "cell empty where there is no score",
    )


@pytest.mark.parametrize("score", [1.5, -0.1])
def test_a_score_that_is_no_probability(write, score):
    path = write([*ROWS[:2], ROWS[2] | {"score": score}])
    with pytest.raises(AuditError) as caught:
        read(path, score="score")
    assert caught.value.faults == (
        f'{path} line 4: score {score} in column "score" is not between 0 and 1; give the probability of '
        "the positive class, or leave --score out",
    )


def test_classes_are_those_of_labels_and_predictions_together(write):
    found = read(
        write(
            [
                {"label": "b", "prediction": "a"},
                {"label": "b", "prediction": "c"},
                {"label": "a", "prediction": "b"},
            ]
        )
    )
    assert found.classes == ("a", "b", "c")
    assert found.info.labels == {"a": 1, "b": 2, "c": 0}


def test_without_labels(write):
    found = read(write([{"prediction": "a", "sex": "F"}, {"prediction": "b", "sex": "M"}]), group=("sex",))
    assert found.samples.labels is None
    assert found.predictions.labels.tolist() == [0, 1]


def test_predictions_that_pandas_made_decimal(write):
    """A column of 0 and 1 with an empty cell is written as 0.0 and 1.0."""
    rows = [
        {"label": 1, "prediction": 1.0},
        {"label": 0, "prediction": 0.0},
        {"label": 0, "prediction": None},
    ]
    for suffix in ("csv", "parquet"):
        found = read(path := write(rows, suffix))
        assert found.classes == ("0", "1")
        assert found.predictions.labels.tolist() == [1, 0, -1]
        assert found.info.warnings == (
            f'{path}: predictions "0.0", "1.0" of column "prediction" were read as "0", "1"',
        )


def test_labels_and_predictions_with_nothing_in_common(write):
    path = write([{"label": "yes", "prediction": 1}, {"label": "no", "prediction": 0}])
    with pytest.raises(AuditError) as caught:
        read(path)
    assert caught.value.faults == (
        f'{path}: the labels "no", "yes" (column "label") and the predictions "0", "1" (column '
        '"prediction") have no '
        "value in common; write both the same way",
    )


def test_all_wrong_is_not_nothing_in_common(write):
    assert read(write([{"label": "a", "prediction": "b"}] * 2)).predictions.labels.tolist() == [1, 1]


def test_the_positive_class_must_be_one(write):
    with pytest.raises(AuditError) as caught:
        read(write(ROWS), positive="Yes")
    assert caught.value.faults == ('--positive Yes: not one of the classes "no", "yes"; did you mean "yes"?',)


def test_a_prediction_that_is_no_class_of_the_model(write):
    path = write(ROWS)
    with pytest.raises(AuditError) as caught:
        read(path, classes=("no", "maybe"))
    assert caught.value.faults == (
        f'{path} lines 3 and 4: label "yes" is not one of the classes 0 = "no", 1 = "maybe"; fix or remove '
        "the row",
        f'{path} line 3: prediction "yes" is not one of the classes 0 = "no", 1 = "maybe"; fix or remove '
        "the row",
    )


def test_a_missing_prediction_column(write):
    path = write([{"label": "no", "pred": "no"}])
    with pytest.raises(AuditError, match='no column "prediction"; name the column with --prediction'):
        read(path)


def test_texts_may_stand_beside_predictions(write):
    rows = [row | {"said": text} for row, text in zip(ROWS, ("she", "he", "it"), strict=True)]
    found = read(write(rows), text="said", group_from_text=("gender",))
    assert found.samples.inputs == ["she", "he", "it"]
    assert found.samples.groups["gender in text"].codes.tolist() == [0, 1, 2]


def test_the_fingerprint_covers_predictions_and_scores(write):
    changed = [*ROWS[:2], ROWS[2] | {"prediction": "yes"}]
    other = [*ROWS[:2], ROWS[2] | {"score": 0.41}]
    prints = {
        read(write(r, name=f"d{i}"), score="score").info.fingerprint
        for i, r in enumerate((ROWS, changed, other))
    }
    assert len(prints) == 3


def test_the_order_of_rows_does_not_change_what_is_counted(write):
    rng = np.random.default_rng(1)
    rows = [
        {"label": int(a), "prediction": int(b), "sex": "FM"[int(c)]}
        for a, b, c in rng.integers(0, 2, (60, 3))
    ]
    shuffled = [rows[i] for i in rng.permutation(60)]
    first, second = (read(write(r, name=n), group=("sex",)) for r, n in ((rows, "a"), (shuffled, "b")))
    assert first.info.labels == second.info.labels
    assert first.info.groups == second.info.groups
    assert first.info.fingerprint != second.info.fingerprint


def test_torch_is_not_imported(write):
    script = (
        "import sys; from audit.data import DataOptions, load; "
        f"load(DataOptions(predictions={write(ROWS)!r}, group=('sex',)), classes=None, positive=None, "
        "training=None); print([name for name in ('torch', 'transformers', 'datasets') if name in "
        "sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
