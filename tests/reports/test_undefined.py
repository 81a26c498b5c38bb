"""Is every number without a value told, with its reason, once?"""

from probes.types import Measurement
from reports.record import ProbeResult
from reports.undefined import by_reason


def none(metric, note="no rows", **where):
    return Measurement(metric, None, None, None, 0, where, note)


def result(*measurements, probe="a.x"):
    return ProbeResult(probe=probe, version=1, title="Why?", status="ok", measurements=measurements)


def test_numbers_with_one_reason_are_told_together():
    lacking = [none(metric, "clare lacks a model", recipe="clare") for metric in ("success_rate", "queries")]
    (found,) = by_reason([result(*lacking, Measurement("n", 1.0, None, None, 1))])
    assert (found.told, found.reason) == ("success rate, queries: recipe clare", "clare lacks a model")
    assert (found.probe, found.title, len(found.numbers)) == ("a.x", "Why?", 2)


def test_of_many_slices_three_are_named_and_the_others_counted():
    (found,) = by_reason([result(*(none("rate", feature="age", group=g) for g in "abcde"))])
    assert found.told == "rate: for a (age); for b (age); for c (age); and 2 more"


def test_single_groups_come_last_and_probes_and_reasons_stay_apart():
    found = by_reason(
        [
            result(none("rate", feature="age", group="a"), none("rate")),
            result(none("rate", "other"), none("rate"), probe="a.y"),
        ]
    )
    assert [(one.probe, one.reason, one.of_groups) for one in found] == [
        ("a.x", "no rows", False),
        ("a.y", "other", False),
        ("a.y", "no rows", False),
    ]
    alone = by_reason([result(none("r", "small", feature="age", group="a"), none("r"))])
    assert [one.of_groups for one in alone] == [False, True]


def test_nothing_undefined_is_nothing_to_tell():
    assert by_reason([result(Measurement("n", 1.0, None, None, 1)), result()]) == ()
