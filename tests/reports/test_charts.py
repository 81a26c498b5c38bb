"""Do marks stand where the numbers are?"""

import pytest

from probes.types import Comparison, Measurement
from reports import charts
from reports.record import Verdict
from reports.scale import Scale, around


def verdict(value=0.2, low=0.1, high=0.3, limit=0.1, at_most=True):
    return Verdict(
        gate="g",
        outcome="fail",
        reason="r",
        probe="p",
        metric="gap",
        limit=limit,
        at_most=at_most,
        value=value,
        low=low,
        high=high,
    )


def leaf(group, value, n=100):
    successes = None if value is None else round(value * n)
    return Measurement(
        "rate",
        value,
        value,
        value,
        n,
        {"group": group},
        "" if value is not None else "no rows",
        successes=successes,
    )


def test_a_scale_is_linear_with_a_margin_of_two_percent():
    scale = Scale(0.0, 2.0)
    assert [scale.at(v) for v in (0, 1, 2, -5, 9)] == [2, 50, 98, 2, 98]


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 1, ["0.0", "0.5", "1.0"]),
        (0.07, 0.21, ["0.10", "0.15", "0.20"]),
        (-3, 9, ["0", "5"]),
        (0, 4000, ["0", "1,000", "2,000", "3,000", "4,000"]),
        (0, 1e-7, ["0.0e+00", "5.0e−08", "1.0e−07"]),
    ],
)
def test_ticks_are_round_numbers_at_their_place(low, high, labels):
    scale = Scale(low, high)
    assert [label for _, label in scale.ticks] == labels
    assert [at for at, _ in scale.ticks] == [
        scale.at(float(label.replace(",", "").replace("−", "-"))) for label in labels
    ]


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None],
        [0.0],
        [0.5, 0.5],
        [1e300, -1e308],
        [5e-324, 0.0],
        [1.0, 1.0 + 1e-16],
        [1e16, 1e16 + 2],
        [-1e-9, 1e9],
    ],
)
def test_any_numbers_have_a_scale(values):
    scale = around(values)
    assert scale.low < scale.high
    assert 0 < len(scale.ticks) < 12
    assert all(2 <= scale.at(v) <= 98 for v in values if v is not None)


def test_groups_stand_highest_first_and_undefined_last():
    comparison = Comparison("difference", (leaf("a", 0.2), leaf("b", None), leaf("c", 0.4)))
    panel = charts.groups(comparison, verdict())
    assert [(m.label, m.value) for m in panel.marks] == [("c", "0.400"), ("a", "0.200"), ("b", "undefined")]
    assert panel.marks[0].at > panel.marks[1].at
    assert panel.marks[2].at is None
    assert panel.description.startswith("3 groups. Highest: c 0.400")
    assert "Undefined for 1." in panel.description


@pytest.mark.parametrize(
    ("contrast", "at_most", "limit", "ends"),
    [
        ("difference", True, 0.1, (0.3, 0.4)),
        ("ratio", False, 0.8, (0.32, 0.4)),
        ("ratio", True, 0.8, None),
        ("difference", False, 0.1, None),
    ],
)
def test_the_band_is_what_the_limit_allows(contrast, at_most, limit, ends):
    """Rates 0.2 and 0.4: a gap of 0.1 allows 0.3 to 0.4, a ratio of at least 0.8 allows 0.32 to 0.4."""
    panel = charts.groups(
        Comparison(contrast, (leaf("a", 0.2), leaf("c", 0.4))), verdict(limit=limit, at_most=at_most)
    )
    if ends is None:
        assert panel.allowed is None
        return
    a, c = panel.marks[1].at, panel.marks[0].at
    per_unit = (c - a) / 0.2
    assert panel.allowed.end == pytest.approx(c)
    assert panel.allowed.start == pytest.approx(a + (ends[0] - 0.2) * per_unit, abs=0.02)


def test_many_groups_show_the_extremes_and_count_the_rest():
    comparison = Comparison("difference", tuple(leaf(f"g{i}", i / 100) for i in range(60)))
    panel = charts.groups(comparison, verdict())
    assert [m.label for m in panel.marks] == [f"g{i}" for i in (*range(59, 51, -1), *range(7, -1, -1))]
    assert panel.between[1] == 44
    assert len({m.top for m in panel.marks} | {panel.between[0]}) == 17


def test_many_undefined_groups_do_not_push_out_the_defined():
    comparison = Comparison(
        "difference", (*(leaf(f"u{i}", None) for i in range(30)), leaf("a", 0.1), leaf("b", 0.2))
    )
    panel = charts.groups(comparison, verdict())
    assert [m.label for m in panel.marks][:2] == ["b", "a"]
    assert len(panel.marks) == 16


def test_no_group_is_defined():
    panel = charts.groups(Comparison("ratio", (leaf("a", None),)), verdict(at_most=False))
    assert panel.allowed is None
    assert panel.description == "No group has a value."


@pytest.mark.parametrize(("at_most", "allowed"), [(True, (0, "limit")), (False, ("limit", 100))])
def test_the_gauge_tints_the_side_within_the_limit(at_most, allowed):
    panel = charts.gauge(verdict(at_most=at_most), None)
    start, end = (panel.limit if x == "limit" else x for x in allowed)
    assert (panel.allowed.start, panel.allowed.end) == (start, end)
    mark = panel.marks[0]
    assert mark.low < mark.at < mark.high
    assert (mark.at > panel.limit) is True


def test_an_undefined_number_has_no_gauge():
    assert charts.gauge(verdict(value=None, low=None, high=None), None) is None


def test_a_number_beyond_rates_has_a_gauge():
    panel = charts.gauge(verdict(value=8.5, low=7.0, high=11.0, limit=3.0), None)
    assert panel.limit < panel.marks[0].low < panel.marks[0].at


def test_bars_are_long_as_their_counts():
    assert [b.width for b in charts.bars([("a", 50), ("b", 200), ("c", 0)])] == [25, 100, 0]
    assert charts.bars([]) == []
    assert charts.bars([("a", 0)])[0].width == 0
