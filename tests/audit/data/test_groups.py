"""Is each row in its group, and a row without one in none?"""

import numpy as np
import pytest

from audit.data import DataOptions, load
from audit.data.groups import intersection
from probes.errors import AuditError
from probes.types import Grouping

LABELS = ["no", "yes"] * 3


def read(path, *group, **options):
    return load(
        DataOptions(data=path, group=group, **options), classes=("no", "yes"), positive=None, training=None
    )


def rows(**columns):
    return [
        {"text": f"text {i}", "label": LABELS[i], **{name: values[i] for name, values in columns.items()}}
        for i in range(len(next(iter(columns.values()))))
    ]


def counts(found, feature):
    return {count.group: count.rows for count in found.info.groups[feature]}


def test_an_empty_cell_is_unknown_and_last(write):
    found = read(write(rows(sex=["F", "", "M", "F"])), "sex")
    assert found.samples.groups["sex"].names == ("F", "M")
    assert found.samples.groups["sex"].codes.tolist() == [0, -1, 1, 0]
    assert list(counts(found, "sex").items()) == [("F", 2), ("M", 1), ("unknown", 1)]


def test_a_blank_is_a_value(write):
    found = read(write(rows(sex=["F", " ", "F ", "f"])), "sex")
    assert found.samples.groups["sex"].names == (" ", "F", "F ", "f")
    assert "look alike and count as different groups" in found.info.warnings[0]


def test_true_and_one_are_two_groups(write):
    assert read(write(rows(old=["True", "1", "1", "0"])), "old").samples.groups["old"].names == (
        "0",
        "1",
        "True",
    )


def test_numbers_are_in_order_of_size(write):
    assert read(write(rows(age=["10", "9", "100", "9.5"])), "age").samples.groups["age"].names == (
        "9",
        "9.5",
        "10",
        "100",
    )


def test_features_of_three_columns_are_three_and_their_pairs(write):
    found = read(write(rows(a=["1", "2"], b=["x", "x"], c=["p", "q"])), "a", "b", "c")
    assert list(found.samples.groups) == ["a", "b", "c", "a × b", "a × c", "b × c"]


def test_an_intersection_by_hand():
    """Rows (0,1), (1,0), (0,1), (-1,0), (1,-1): the pairs that occur are a × q and b × p."""
    first = Grouping("f", ("a", "b"), np.array([0, 1, 0, -1, 1]))
    second = Grouping("g", ("p", "q"), np.array([1, 0, 1, 0, -1]))
    found = intersection(first, second)
    assert found.feature == "f × g"
    assert found.names == ("a × q", "b × p")
    assert found.codes.tolist() == [0, 1, 0, -1, -1]


def test_an_intersection_agrees_with_the_names_of_its_parts():
    rng = np.random.default_rng(0)
    first = Grouping("f", tuple("abcd"), rng.integers(-1, 4, 500))
    second = Grouping("g", tuple("pqr"), rng.integers(-1, 3, 500))
    found = intersection(first, second)
    for row in range(500):
        a, b, both = first.codes[row], second.codes[row], found.codes[row]
        assert (both < 0) == (a < 0 or b < 0)
        assert both < 0 or found.names[both] == f"{first.names[a]} × {second.names[b]}"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["F", "F", "F"], '"sex" has the one group "F"; nothing can be compared'),
        (["", "", ""], '"sex" names no group in any row; every row is unknown'),
        (
            ["unknown", "", "F"],
            '"sex" has rows that say "unknown" and rows that are empty; the first are a group like any '
            "other, the "
            "second are left out of gaps",
        ),
    ],
)
def test_what_a_reader_should_know(write, values, expected):
    path = write(rows(sex=values))
    assert read(path, "sex").info.warnings == (f"{path}: {expected}",)


def test_a_pair_with_too_many_groups_is_left_out_and_told(write):
    values = [str(i) for i in range(40)]
    table = [{"text": "t", "label": "no", "a": a, "b": b} for a in values for b in values]
    found = read(path := write([*table, {"text": "t", "label": "yes", "a": "1", "b": "1"}]), "a", "b")
    assert list(found.samples.groups) == ["a", "b"]
    assert found.info.warnings == (f'{path}: "a × b" has 1,600 groups and was left out',)


def test_two_features_of_one_name(write):
    path = write(rows(**{"gender in text": ["F", "M"]}))
    with pytest.raises(AuditError, match="two have the same name; rename or drop one"):
        read(path, "gender in text", group_from_text=("gender",))


def test_identifiers_that_repeat_are_told(write):
    path = write(rows(key=["a", "b", "a", "c"]))
    found = load(DataOptions(data=path, id="key"), classes=("no", "yes"), positive=None, training=None)
    assert found.info.warnings == (
        f'{path}: 1 identifier stands on several rows, such as "a", first on line 2; check that no row is '
        "counted twice",
    )
