"""Are the groups that no verdict draws drawn, and told apart by what else their slices say?"""

from itertools import pairwise

import pytest

from probes.stats.proportions import proportion
from probes.types import Measurement
from reports import group_charts
from reports.charts import FOOT, HEAD, MOST_ROWS, ROW


def leaf(group, successes, metric="rate", feature="sex", n=10, **more):
    return proportion(metric, successes, n, slice={"feature": feature, **more, "group": group})


def by_recipe(recipes, groups=("f", "m"), **options):
    return [leaf(g, 2 + i, recipe=r, **options) for r in recipes for i, g in enumerate(groups)]


def test_a_picture_for_each_feature_with_a_mark_for_each_group_and_recipe():
    numbers = [*by_recipe("ab"), *by_recipe("ab", ("young", "old"), feature="age"), leaf("f", 3, "other")]
    sex, age, other = group_charts.panels(numbers)
    assert [p.title for p in (sex, age, other)] == [
        "Rate by sex, for each recipe",
        "Rate by age, for each recipe",
        "Other by sex",
    ]
    assert (sex.series, other.series) == (("a", "b"), ())
    assert [(m.label, m.value, m.style) for m in sex.marks] == [
        ("m", "0.300", 0), ("", "0.300", 1), ("f", "0.200", 0), ("", "0.200", 1),
    ]  # fmt: skip
    assert sex.description.startswith("a: 2 groups; highest m 0.300 (interval ")


def test_the_marks_of_a_group_stand_under_each_other_and_no_two_in_one_place():
    (panel,) = group_charts.panels(by_recipe("abcd", ("x", "y", "z")))
    lines = [m.top + (26 if m.label else 18) for m in panel.marks]
    assert lines == sorted(set(lines))
    assert min(b - a for a, b in pairwise(lines)) == group_charts.STEP
    assert lines[-1] < panel.height - FOOT


def test_more_recipes_than_marks_have_several_pictures_over_one_axis():
    panels = group_charts.panels([*by_recipe("abcde"), leaf("f", 9, recipe="f")])
    assert [p.series for p in panels] == [("a", "b", "c"), ("d", "e", "f")]
    assert panels[0].ticks == panels[1].ticks


def test_a_key_that_all_share_is_told_once():
    (panel,) = group_charts.panels([leaf("f", 1, strength="3"), leaf("m", 2, strength="3")])
    assert (panel.title, panel.series) == ("Rate by sex, strength 3", ())


def test_what_has_no_group_no_feature_or_many_metrics_is_not_drawn():
    wide = [leaf("f", 1, metric) for metric in ("a", "b", "c")]
    bare = [
        proportion("rate", 1, 2, slice={"group": "f"}),
        proportion("rate", 1, 2, slice={"feature": "sex"}),
    ]
    assert group_charts.panels([*wide, *bare]) == []
    assert group_charts.panels([]) == []


def test_what_a_verdict_draws_is_left_out_only_as_a_whole():
    numbers = by_recipe("ab")
    drawn = {group_charts.key(m) for m in numbers}
    assert group_charts.panels(numbers, drawn) == []
    assert len(group_charts.panels(numbers, drawn - {group_charts.key(numbers[0])})) == 1


def test_a_group_without_any_value_is_said_once_and_stands_last():
    numbers = [*by_recipe("ab"), *(leaf("none", 0, n=0, recipe=r) for r in "ab")]
    (panel,) = group_charts.panels(numbers)
    assert [(m.label, m.at, m.value) for m in panel.marks[4:]] == [("none", None, "undefined")]


@pytest.mark.parametrize(("rows", "told"), [((10, 10), "10"), ((10, 12), "10 to 12")])
def test_the_rows_of_a_group_stand_beside_its_name(rows, told):
    (panel,) = group_charts.panels([leaf("f", 1, n=n, recipe=str(i)) for i, n in enumerate(rows)])
    assert panel.marks[0].n == told


def test_of_many_groups_the_highest_and_the_lowest_are_drawn():
    (panel,) = group_charts.panels([leaf(f"g{i}", i, n=20) for i in range(20)])
    assert len(panel.marks) == MOST_ROWS
    assert panel.between == (HEAD + 8 * ROW, 4)
    assert [m.label for m in panel.marks[6:10]] == ["g13", "g12", "g7", "g6"]
    assert panel.marks[8].top - panel.marks[7].top == 2 * ROW


def test_hostile_names_are_shown(sample):
    numbers = [Measurement("r", 0.5, None, None, 3, {"feature": "\u202ex", "group": "g\x1b", "k": "\u200b"})]
    (panel,) = group_charts.panels([*numbers, *numbers[:0]])
    assert panel.title == "R by [U+202E]x, k [U+200B]"
    assert panel.marks[0].label == "g[U+001B]"
