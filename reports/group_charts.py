"""Where does each group lie, for each recipe, perturbation or other part of a probe? Geometry only."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from probes.types import Measurement
from reports import charts, display, tables
from reports.charts import FOOT, HEAD, LABEL_WIDTH, MOST_ROWS, ROW, Mark, Panel
from reports.curves import MARKERS
from reports.scale import Scale

STEP = 17
"""Pixels from one mark of a group to its next."""
_GAP = 5

Key = tuple[str, tuple[tuple[str, str], ...]]
"""What tells a number from the others of its probe: metric and slice."""
Numbers = Mapping[str, Measurement]
"""Group -> its number."""
Line = tuple[str, Numbers]
"""The name of a series of marks, and its numbers."""


@dataclass(frozen=True)
class _Subject:
    """All numbers of one metric for the groups of one feature, by what else their slices say."""

    feature: str
    metric: str
    by_part: Mapping[tables.Slice, Numbers]

    @property
    def leaves(self) -> tuple[Measurement, ...]:
        return tuple(leaf for numbers in self.by_part.values() for leaf in numbers.values())

    @property
    def varied(self) -> tuple[str, ...]:
        """The keys in which the slices differ."""
        parts = [dict(part) for part in self.by_part]
        keys = dict.fromkeys(key for part in parts for key in part)
        return tuple(key for key in keys if len({part.get(key) for part in parts}) > 1)

    @property
    def title(self) -> str:
        """The metric, the feature, the keys that differ, and those that do not."""
        words = display.sentence(f"{display.words(self.metric)} by {display.name(self.feature)}")
        each = [f"for each {display.words(key)}" for key in self.varied]
        same = [pair for pair in next(iter(self.by_part)) if pair[0] not in self.varied]
        return ", ".join([words, *each, *(f"{display.words(k)} {display.name(v)}" for k, v in same)])

    @property
    def lines(self) -> list[Line]:
        """Its numbers, one series for each value of the keys that differ."""
        return [
            (", ".join(display.name(dict(part)[k]) for k in self.varied if k in dict(part)), numbers)
            for part, numbers in self.by_part.items()
        ]


@dataclass(frozen=True)
class _Frame:
    """What the pictures of one subject share: the groups from the highest down, and the axis."""

    title: str
    groups: tuple[str, ...]
    left_out: int
    scale: Scale


def key(measured: Measurement) -> Key:
    """What tells a number from the others of its probe."""
    return measured.metric, tuple(sorted(measured.slice.items()))


def panels(measurements: Sequence[Measurement], elsewhere: Collection[Key] = ()) -> list[Panel]:
    """The numbers of groups as pictures: groups down, and for each a mark for every further slice.

    Slices beyond as many as there are different marks get a picture of their own over the same axis.

    Args:
        measurements: of one probe.
        elsewhere: the numbers that are drawn elsewhere; a picture of nothing but these is left out.
    """
    found = [one for one in _subjects(measurements) if not all(key(m) in elsewhere for m in one.leaves)]
    return [panel for one in found for panel in _panels(one)]


def _subjects(measurements: Sequence[Measurement]) -> list[_Subject]:
    found: dict[tuple[str, str], dict[tables.Slice, Numbers]] = {}
    for about, by_metric in tables.by_group(measurements).items():
        feature = dict(about).get("feature")
        if feature is None or len(by_metric) > tables.NARROW:
            continue
        rest = tuple(pair for pair in about if pair[0] != "feature")
        for metric, numbers in by_metric.items():
            found.setdefault((feature, metric), {})[rest] = numbers
    return [_Subject(*name, by_part) for name, by_part in found.items()]


def _panels(one: _Subject) -> Iterator[Panel]:
    lines, frame = one.lines, _frame(one)
    parts = -(-len(lines) // len(MARKERS))
    size = -(-len(lines) // parts)
    for i in range(0, len(lines), size):
        yield _panel(frame, lines[i : i + size], several=len(lines) > 1)


def _frame(one: _Subject) -> _Frame:
    middles = _middles(one)
    middles.sort(key=lambda pair: (pair[1].value is None, -(pair[1].value or 0.0)))
    shown, left_out = charts.extremes(middles, MOST_ROWS)
    names = {group: None for group, _ in shown}
    drawn = [leaf for leaf in one.leaves if leaf.slice["group"] in names]
    scale = charts.group_scale(charts.numbers([("", leaf) for leaf in drawn]), drawn)
    return _Frame(one.title, tuple(names), left_out, scale)


def _middles(one: _Subject) -> list[tuple[str, Measurement]]:
    """For each group the mean over all series, by which groups are put in order."""
    values: dict[str, list[float]] = {}
    for leaf in one.leaves:
        values.setdefault(leaf.slice["group"], []).extend([] if leaf.value is None else [leaf.value])
    return [(group, _number(fmean(known) if known else None)) for group, known in values.items()]


def _panel(frame: _Frame, lines: Sequence[Line], *, several: bool) -> Panel:
    blocks = [_known(group, lines) for group in frame.groups]
    heights = [ROW + (STEP * (len(block) - 1) + _GAP if len(lines) > 1 else 0) for block in blocks]
    half = MOST_ROWS // 2 if frame.left_out else len(blocks)
    tops = [HEAD + sum(heights[:i]) + (ROW if i >= half else 0) for i in range(len(blocks))]
    return Panel(
        title=frame.title,
        description=" ".join(_told(name, numbers) for name, numbers in lines),
        marks=tuple(
            mark
            for top, group, block in zip(tops, frame.groups, blocks, strict=True)
            for mark in _marks(top, group, block, frame.scale)
        ),
        between=(HEAD + sum(heights[:half]), frame.left_out) if frame.left_out else None,
        ticks=frame.scale.ticks,
        allowed=None,
        limit=None,
        note="",
        height=HEAD + sum(heights) + (ROW if frame.left_out else 0) + FOOT,
        series=tuple(name for name, _ in lines) if several else (),
    )


def _known(group: str, lines: Sequence[Line]) -> list[tuple[int, Measurement]]:
    """The numbers of a group with the style of each; one alone for a group without any value."""
    found = [(style, numbers[group]) for style, (_, numbers) in enumerate(lines) if group in numbers]
    if any(leaf.value is not None for _, leaf in found):
        return found
    return found[:1] or [(0, _number(None))]


def _marks(top: int, group: str, block: Sequence[tuple[int, Measurement]], scale: Scale) -> Iterator[Mark]:
    """The marks of a group under each other; the first has the name of the group."""
    rows = [leaf.n for _, leaf in block]
    n = display.number(min(rows)) + (f" to {display.number(max(rows))}" if min(rows) < max(rows) else "")
    for i, (style, leaf) in enumerate(block):
        place, label = (top + 8 + STEP * i, "") if i else (top, display.name(group))
        yield replace(charts.mark(place, label, leaf, scale), n=n, style=style)


def _number(value: float | None) -> Measurement:
    return Measurement("", value, None, None, 0, note="not measured")


def _told(name: str, numbers: Numbers) -> str:
    """A series in words, for those who do not see it."""
    known = sorted(
        (leaf for leaf in numbers.values() if leaf.value is not None), key=lambda leaf: leaf.value or 0.0
    )
    named = f"{name}: " if name else ""
    if not known:
        return f"{named}no group has a value."
    lowest, highest = (
        f"{display.shortened(display.name(leaf.slice['group']), LABEL_WIDTH)} {charts.figures(leaf)}"
        for leaf in (known[0], known[-1])
    )
    return f"{named}{len(numbers)} groups; highest {highest}, lowest {lowest}."
