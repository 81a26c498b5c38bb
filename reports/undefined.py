"""Which numbers of an audit have no value, and why? Those with the same reason are told together."""

from collections.abc import Sequence
from dataclasses import dataclass

from probes.types import Measurement
from reports import display, statement
from reports.record import ProbeResult

_FEW = 3
"""Slices that are named before the others are counted."""


@dataclass(frozen=True)
class Undefined:
    """Numbers of one probe that have no value, for one reason.

    Attributes:
        probe: the probe.
        title: the question that it answers.
        numbers: the numbers.
        reason: why they have no value.
    """

    probe: str
    title: str
    numbers: tuple[Measurement, ...]
    reason: str

    @property
    def of_groups(self) -> bool:
        """Whether all of them speak of single groups, which are small more often than anything is wrong."""
        return all("group" in m.slice for m in self.numbers)

    @property
    def told(self) -> str:
        """What has no value, in words: "success rate, accuracy under attack: recipe clare"."""
        metrics = dict.fromkeys(display.words(m.metric) for m in self.numbers)
        scopes = [scope for scope in dict.fromkeys(statement.scope(m.slice) for m in self.numbers) if scope]
        of = f": {_counted(scopes, '; ')}" if scopes else ""
        return _counted(list(metrics), ", ") + of


def by_reason(results: Sequence[ProbeResult]) -> tuple[Undefined, ...]:
    """The numbers without a value, by probe and reason; those of single groups last."""
    found: dict[tuple[int, str], list[Measurement]] = {}
    for index, result in enumerate(results):
        for m in result.measurements:
            if m.value is None:
                found.setdefault((index, m.note), []).append(m)
    all_ = [
        Undefined(results[index].probe, results[index].title, tuple(numbers), reason)
        for (index, reason), numbers in found.items()
    ]
    return tuple(sorted(all_, key=lambda one: one.of_groups))


def _counted(words: Sequence[str], between: str) -> str:
    more = len(words) - _FEW
    return between.join([*words[:_FEW], *([f"and {more:,} more"] if more > 0 else [])])
