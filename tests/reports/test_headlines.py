"""Does a reader get the main numbers of a probe in few lines?"""

import pytest

from probes.types import Measurement
from reports.headlines import MOST, headlines
from reports.record import ProbeResult


def told(*measurements):
    result = ProbeResult(probe="a.x", version=1, title="", status="ok", measurements=measurements)
    return [(one.metric, one.told) for one in headlines(result)]


def rate(value, low=None, high=None, metric="hit_rate", **where):
    return Measurement(metric, value, low, high, 9, where, "" if value is not None else "no rows")


@pytest.mark.parametrize(
    ("numbers", "metric", "words"),
    [
        ([rate(0.5, 0.25, 0.75)], "Hit rate", "0.500 (0.250 to 0.750)"),
        ([rate(0.5, recipe="pwws")], "Hit rate", "0.500, recipe pwws"),
        (
            [rate(0.5, 0.4, 0.6, recipe="a", kind="k"), rate(0.25, recipe="b", kind="k")],
            "Hit rate by recipe",
            "0.500 for a; 0.250 for b",
        ),
        ([rate(0.5), rate(0.25, recipe="b")], "Hit rate by recipe", "0.500 for all; 0.250 for b"),
        (
            [rate((i + 1) / 8, recipe=str(i), strength="1") for i in range(8)],
            "Hit rate by recipe",
            "8 numbers, from 0.125 for 0 to 1 for 7",
        ),
    ],
)
def test_one_line_for_a_metric(numbers, metric, words):
    assert told(*numbers) == [(metric, words)]


def test_groups_and_undefined_numbers_are_no_headlines():
    assert told(rate(0.5, feature="sex", group="f"), rate(None)) == []


def test_many_metrics_are_cut_to_the_first():
    assert [m for m, _ in told(*(rate(1.0, metric=f"m{i}") for i in range(30)))] == [
        f"M{i}" for i in range(MOST)
    ]
