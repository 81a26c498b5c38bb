"""Which marks draw a verdict? Geometry only; the templates turn it into SVG."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from probes.types import Comparison, Measurement
from reports import display
from reports.record import GroupCount, Verdict
from reports.scale import Scale, around

MOST_ROWS = 16
MOST_LINES = 40
"""Groups in a table beside a picture."""
LABEL_WIDTH = 36

# Heights in pixels: above the rows, of a row (its name over its line), of the axis.
HEAD, ROW, FOOT = 4, 36, 24
GAUGE_HEAD = 0


@dataclass(frozen=True)
class Mark:
    """A dot with its interval on a row of its own; places are percent of the width.

    Attributes:
        top: where its row begins, in pixels.
        label: the name beside it, shortened.
        at: the place of the value; None when it is undefined.
        low: the place of the lower end of the interval.
        high: the place of the upper end of the interval.
        value: the value in figures.
        interval: the interval in figures.
        n: the rows it rests on.
        style: which of the marks and colours of a picture draws it.
    """

    top: int
    label: str
    at: float | None
    low: float | None
    high: float | None
    value: str
    interval: str
    n: str
    style: int = 0


@dataclass(frozen=True)
class Zone:
    """A stretch of the axis with a meaning."""

    start: float
    end: float

    @property
    def width(self) -> float:
        """Its width in percent."""
        return round(self.end - self.start, 2)


@dataclass(frozen=True)
class Panel:
    """One picture of dots and intervals over one axis.

    Attributes:
        title: what is drawn.
        description: the picture in words, for those who do not see it.
        marks: the rows.
        between: the row, in pixels, and the number of groups that are left out there; or None.
        ticks: places and labels of the axis.
        allowed: the stretch within the limit, or None.
        limit: the place of the limit, or None when the limit is a width.
        note: the limit in words.
        height: in pixels.
        series: what each style of its marks stands for; () when all marks are alike.
    """

    title: str
    description: str
    marks: tuple[Mark, ...]
    between: tuple[int, int] | None
    ticks: tuple[tuple[float, str], ...]
    allowed: Zone | None
    limit: float | None
    note: str
    height: int
    series: tuple[str, ...] = ()


def groups(comparison: Comparison, verdict: Verdict) -> Panel:
    """The groups of a comparison, highest first, with the width that the limit allows.

    All groups keep the limit of a difference when they fit into a band of that width, the limit of a ratio
    when none lies below that share of the highest.
    """
    ordered = _ordered(comparison.groups)
    shown, left_out = extremes(ordered, MOST_ROWS)
    band = _band(comparison, verdict)
    scale = group_scale([*numbers(shown), *(band or ())], comparison.groups)
    allowed = Zone(scale.at(band[0]), scale.at(band[1])) if band else None
    metric = display.words(comparison.groups[0].metric) if comparison.groups else "groups"
    tops = [HEAD + ROW * (i + bool(left_out and i >= MOST_ROWS // 2)) for i in range(len(shown))]
    return Panel(
        title=display.sentence(f"{metric} by group"),
        description=_told(ordered, _width_told(comparison, verdict)),
        marks=tuple(mark(top, label, m, scale) for top, (label, m) in zip(tops, shown, strict=True)),
        between=(HEAD + MOST_ROWS // 2 * ROW, left_out) if left_out else None,
        ticks=scale.ticks,
        allowed=allowed,
        limit=None,
        note=_width_told(comparison, verdict) if allowed else "",
        height=HEAD + ROW * (len(shown) + bool(left_out)) + FOOT,
    )


def gauge(verdict: Verdict, measured: Measurement | None) -> Panel | None:
    """The judged number with its interval against the limit; None when it is undefined."""
    if verdict.value is None:
        return None
    metric = display.sentence(display.words(verdict.metric))
    number = Measurement(metric, verdict.value, verdict.low, verdict.high, n=measured.n if measured else 0)
    scale = _gauge_scale(verdict)
    edge = scale.at(verdict.limit)
    note = f"limit: {'at most' if verdict.at_most else 'at least'} {display.limit(verdict.limit)}"
    return Panel(
        title=f"{metric} against its limit",
        description=f"{figures(number)}; {note}.",
        marks=(mark(GAUGE_HEAD, "", number, scale),),
        between=None,
        ticks=scale.ticks,
        allowed=Zone(0, edge) if verdict.at_most else Zone(edge, 100),
        limit=edge,
        note=note,
        height=GAUGE_HEAD + ROW + FOOT,
    )


def changes(leaves: Sequence[Measurement], title: str, *, neutral: float = 0.0) -> Panel | None:
    """One number for everybody and each group, in their order, around the line of `neutral`, no change."""
    shown = [leaf for leaf in leaves if leaf.value is not None][:MOST_ROWS]
    if not shown:
        return None
    named = [(display.name(leaf.slice.get("group", "all rows")), leaf) for leaf in shown]
    scale = around([*numbers(named), neutral])
    return Panel(
        title=title,
        description=". ".join(f"{name}: {figures(leaf)}" for name, leaf in named) + ".",
        marks=tuple(mark(HEAD + ROW * i, *pair, scale) for i, pair in enumerate(named)),
        between=None,
        ticks=scale.ticks,
        allowed=None,
        limit=scale.at(neutral),
        note="",
        height=HEAD + ROW * len(shown) + FOOT,
    )


def _gauge_scale(verdict: Verdict) -> Scale:
    values = [verdict.value, verdict.low, verdict.high, verdict.limit]
    within = all(v is None or 0 <= v <= 1 for v in values)
    if not within:
        return around(values)
    return around(
        [*values, 0.0, 1.5 * verdict.limit] if verdict.at_most else [*values, 1.0], lowest=0, highest=1
    )


def _ordered(leaves: Sequence[Measurement]) -> list[tuple[str, Measurement]]:
    named = [(display.name(_group(leaf)), leaf) for leaf in leaves]
    return sorted(named, key=lambda pair: (pair[1].value is None, -(pair[1].value or 0.0)))


def _group(leaf: Measurement) -> str:
    return leaf.slice["group"] if "group" in leaf.slice else ", ".join(leaf.slice.values()) or leaf.metric


def ends(leaves: Sequence[Measurement]) -> list[Measurement]:
    """The groups for a table: in their order, or the highest and the lowest when there are more than 40."""
    if len(leaves) <= MOST_LINES:
        return list(leaves)
    return [leaf for _, leaf in extremes(_ordered(leaves), MOST_LINES)[0]]


def extremes(ordered: list[tuple[str, Measurement]], most: int) -> tuple[list[tuple[str, Measurement]], int]:
    """At most `most` of the groups, the highest and the lowest, and how many are between them."""
    if len(ordered) <= most:
        return ordered, 0
    defined = [pair for pair in ordered if pair[1].value is not None]
    if len(defined) <= most:
        return defined + ordered[len(defined) : most], len(ordered) - most
    half = most // 2
    return defined[:half] + defined[-half:], len(ordered) - most


def numbers(rows: Sequence[tuple[str, Measurement]]) -> list[float | None]:
    """All that an axis has to show of some groups: values and ends of intervals."""
    return list(itertools.chain.from_iterable((m.value, m.low, m.high) for _, m in rows))


def _band(comparison: Comparison, verdict: Verdict) -> tuple[float, float] | None:
    values = [leaf.value for leaf in comparison.groups if leaf.value is not None]
    if not values or comparison.contrast != ("difference" if verdict.at_most else "ratio"):
        return None
    top = max(values)
    return (top - verdict.limit if verdict.at_most else top * verdict.limit), top


def group_scale(values: Sequence[float | None], leaves: Sequence[Measurement]) -> Scale:
    """An axis for numbers of groups: one of rates ends at 0 and 1."""
    shares = all(leaf.successes is not None or leaf.value is None for leaf in leaves)
    kept = [v for v in values if v is not None]
    if not shares:
        return around(kept)
    return around([min(1.0, max(0.0, v)) for v in kept], lowest=0, highest=1)


def mark(top: int, label: str, measured: Measurement, scale: Scale) -> Mark:
    """A measurement as a mark on a row that begins at `top`."""

    def place(value: float | None) -> float | None:
        return None if value is None else scale.at(value)

    return Mark(
        top=top,
        label=display.shortened(label, LABEL_WIDTH),
        at=place(measured.value),
        low=place(measured.low),
        high=place(measured.high),
        value=display.number(measured.value),
        interval=display.interval(measured.low, measured.high),
        n=display.number(measured.n),
    )


def _width_told(comparison: Comparison, verdict: Verdict) -> str:
    bound = f"{'at most' if verdict.at_most else 'at least'} {display.limit(verdict.limit)}"
    if comparison.contrast == "ordered":
        return bound
    if comparison.contrast == "difference":
        return (
            f"within the limit: all dots in a band {display.limit(verdict.limit)} wide"
            if verdict.at_most
            else bound
        )
    return bound if verdict.at_most else f"within the limit: {bound} of the highest"


def _told(ordered: Sequence[tuple[str, Measurement]], limit: str) -> str:
    defined = [pair for pair in ordered if pair[1].value is not None]
    if not defined:
        return "No group has a value."
    first, last = (f"{display.shortened(k, LABEL_WIDTH)} {figures(m)}" for k, m in (defined[0], defined[-1]))
    undefined = len(ordered) - len(defined)
    tail = f" Undefined for {undefined}." if undefined else ""
    return f"{len(ordered)} groups. Highest: {first}. Lowest: {last}.{tail} Limit: {limit}."


def figures(measured: Measurement) -> str:
    """A number with its interval, in words."""
    return f"{display.number(measured.value)} (interval {display.interval(measured.low, measured.high)})"


@dataclass(frozen=True)
class Bar:
    """A counted name; the width is in percent of the longest bar."""

    name: str
    rows: str
    width: float


def bars(counts: Iterable[tuple[str, int] | GroupCount]) -> list[Bar]:
    """Counts as bars, in their order."""
    pairs = [(c.group, c.rows) if isinstance(c, GroupCount) else c for c in counts]
    longest = max((rows for _, rows in pairs), default=0) or 1
    return [Bar(display.name(k), display.number(rows), round(100 * rows / longest, 1)) for k, rows in pairs]
