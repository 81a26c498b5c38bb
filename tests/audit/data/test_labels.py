"""Is each label read as the class that it names?"""

import numpy as np
import pytest

from audit.data import DataOptions, load
from audit.data.alike import alike
from probes.errors import AuditError


def read(path, classes, **options):
    return load(DataOptions(data=path, **options), classes=classes, positive=None, training=None)


def rows(*labels):
    return [{"text": f"text {i}", "label": label} for i, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("labels", "classes", "expected", "told"),
    [
        (["yes", "no"], ("no", "yes"), [1, 0], ""),
        (["yes", "no"], ("yes", "no"), [0, 1], ""),
        ([1, 0], ("no", "yes"), [1, 0], '"0" as "no", "1" as "yes"'),
        (["1.0", "0.0"], ("no", "yes"), [1, 0], '"0.0" as "no", "1.0" as "yes"'),
        (["1.0", "0.0"], ("0", "1"), [1, 0], '"0.0" as "0", "1.0" as "1"'),
        ([2, 0], ("LABEL_0", "LABEL_1", "LABEL_2"), [2, 0], '"0" as "LABEL_0", "2" as "LABEL_2"'),
        ([5, 1], ("1", "2", "3", "4", "5"), [4, 0], ""),
        (["b", "a", "10"], None, [2, 1, 0], ""),
        ([10, 9, 2], None, [2, 1, 0], ""),
    ],
    ids=[
        "names",
        "other order",
        "numbers",
        "decimals",
        "decimal names",
        "nameless",
        "stars",
        "words",
        "by size",
    ],
)
def test_labels_by_name_and_by_number(write, labels, classes, expected, told):
    found = read(write(rows(*labels)), classes)
    assert found.samples.labels.tolist() == expected
    assert told in "".join(found.info.warnings)
    assert bool(told) == bool(found.info.warnings)


def test_numbers_are_not_read_by_position_when_some_are_names(write):
    """Stars 1 to 3 and labels 0 to 2: reading 1 as the second class would move every row by one star."""
    with pytest.raises(AuditError, match=r'label "0" is not one of the classes 0 = "1", 1 = "2", 2 = "3"'):
        read(write(rows(0, 1, 2)), ("1", "2", "3"))


def test_one_class_is_told(write):
    (told,) = read(path := write(rows("no", "no")), ("no", "yes")).info.warnings
    assert told == f'{path}: every row has the label "no"; rates of the other classes are undefined'


def test_one_class_and_no_model_is_a_fault(write):
    with pytest.raises(AuditError, match='column "label" holds "no" and no second class'):
        read(write(rows("no", "no")), None)


def test_a_column_that_is_no_class(write):
    with pytest.raises(
        AuditError, match=r'column "label" has 1,001 different labels, such as "0", "1", "2" and 998 more'
    ):
        read(write(rows(*range(1_001))), None)


def test_many_unknown_labels_are_counted(write):
    with pytest.raises(AuditError) as caught:
        read(write(rows("no", *range(12))), ("no", "yes"))
    assert len(caught.value.faults) == 11
    assert caught.value.faults[-1].endswith("2 more labels are not classes")


def test_class_names_of_a_dataset_serve_a_model_without_names(write, tmp_path):
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])}
    )
    saved = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, 0]}, features)
    saved.to_parquet(tmp_path / "data.parquet")
    path = str(tmp_path / "data.parquet")
    assert read(path, ("pos", "neg")).samples.labels.tolist() == [0, 1]
    nameless = read(path, ("LABEL_0", "LABEL_1"))
    assert nameless.samples.labels.tolist() == [1, 0]
    assert '"neg" as "LABEL_0", "pos" as "LABEL_1"' in nameless.info.warnings[0]


@pytest.mark.parametrize(
    "same",
    [
        ("F", "f"),
        ("F", "F "),
        ("1", "01"),
        ("1", "1.0"),
        ("True", "1"),
        ("false", "0"),
        ("é", "e\u0301"),
        ("a", "a\u200b"),
    ],
)
def test_values_that_look_alike(same):
    assert alike(same) == (same,)
    assert alike(("x", *same, "y")) == (same,)


@pytest.mark.parametrize(
    "different", [("F", "M"), ("1", "10"), ("True", "0"), ("e", "é"), ("1", "1a"), ("nan", "NA")]
)
def test_values_that_do_not(different):
    assert alike(different) == ()


def test_labels_that_look_alike_are_two_classes(write):
    path = write(rows("yes", "no", "Yes", "yes"))
    found = read(path, None)
    assert found.classes == ("Yes", "no", "yes")
    assert found.info.warnings == (
        f'{path}: column "label" has values that look alike and count as different classes: "Yes" (1 row), '
        '"yes" (2 rows); write them the same way if they mean the same',
    )


def test_labels_are_integers(write):
    assert read(write(rows("yes", "no")), None).samples.labels.dtype == np.int64
