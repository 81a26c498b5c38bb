"""Which numbers of a probe does a reader want first? One line a metric, whatever the number of its slices."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from probes.types import Measurement
from reports import display, statement
from reports.record import ProbeResult

MOST = 6
"""Metrics of a probe that are told."""
FEW = 5
"""Numbers of a metric that are all told; of more, the smallest and the largest."""


@dataclass(frozen=True)
class Headline:
    """A metric and its numbers, in words."""

    metric: str
    told: str


def headlines(result: ProbeResult) -> tuple[Headline, ...]:
    """The first metrics of a probe, without the numbers of single groups and those without a value.

    A number alone has its interval; several of one metric have theirs in the report.
    """
    found: dict[str, list[Measurement]] = {}
    for m in result.measurements:
        if "group" not in m.slice and m.value is not None:
            found.setdefault(m.metric, []).append(m)
    return tuple(_headline(metric, numbers) for metric, numbers in list(found.items())[:MOST])


def _headline(metric: str, numbers: Sequence[Measurement]) -> Headline:
    words = display.sentence(display.words(metric))
    if len(numbers) == 1:
        return Headline(words, _alone(numbers[0]))
    same = set.intersection(*(set(m.slice.items()) for m in numbers))
    keys = dict.fromkeys(display.words(k) for m in numbers for k, v in m.slice.items() if (k, v) not in same)
    return Headline(f"{words} by {', '.join(keys)}" if keys else words, _together(numbers, same))


def _alone(m: Measurement) -> str:
    between = display.interval(m.low, m.high)
    of = statement.scope(m.slice)
    return display.figure(m) + ("" if between == "–" else f" ({between})") + (f", {of}" if of else "")


def _together(numbers: Sequence[Measurement], same: Set[tuple[str, str]]) -> str:
    if len(numbers) <= FEW:
        return "; ".join(_named(m, same) for m in numbers)
    ordered = sorted(numbers, key=lambda m: m.value or 0.0)
    return f"{len(numbers):,} numbers, from {_named(ordered[0], same)} to {_named(ordered[-1], same)}"


def _named(m: Measurement, same: Set[tuple[str, str]]) -> str:
    """A number with what tells it from the others: "0.885 for pwws"."""
    own = ", ".join(display.name(v) for k, v in m.slice.items() if (k, v) not in same)
    return f"{display.figure(m)} for {own or 'all'}"
