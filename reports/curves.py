"""Which curves of a probe share a figure, and which lines draw them? Geometry only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from probes.types import Curve, Exhibit
from reports import display
from reports.scale import Scale, around

MOST_DOTS = 40
"""Points of a line alone in its figure that are marked."""
FEW_DOTS = 12
"""Points of a line among others that are marked; of one with more, the last is."""
TOGETHER = 4
"""Lines with bands that can still be told apart in one drawing; more have a drawing each."""
MARKERS = (
    "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
    "M-3.5-3.5h7v7h-7z",
    "M0-4.5l4.5 8h-9z",
    "M0-5l5 5-5 5-5-5z",
)
"""The mark of each line of a drawing: a circle, a square, a triangle, a diamond."""
MOST_BEHIND = 400
"""Points of all other lines that are drawn faintly behind a line with a drawing of its own."""
LONGEST_NAME = 36


@dataclass(frozen=True)
class Line:
    """A line with an optional band; places are percent of the drawing area, y downwards.

    Attributes:
        name: which line it is, or "".
        course: how it runs, in words.
        points: its places.
        band: the outline of its band, or "".
        dots: the places that are marked.
    """

    name: str
    course: str
    points: str
    band: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Figure:
    """Lines over the same axes.

    Attributes:
        lines: of the curves that have points, in their order.
        x_ticks: places and labels of the horizontal axis.
        y_ticks: of the vertical axis.
        apart: whether each line has a drawing of its own, since there are too many for one.
        behind: the places of all lines, to be drawn faintly behind each; () when they are too long for that.
    """

    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    apart: bool
    behind: tuple[str, ...]

    @property
    def description(self) -> str:
        """The course of each line in words."""
        return " ".join(line.course for line in self.lines)


def figures(exhibits: Sequence[Exhibit]) -> list[tuple[Exhibit, ...]]:
    """The exhibits, with curves of the same title and axes put together at the place of the first."""
    found: dict[Any, list[Exhibit]] = {}
    for index, exhibit in enumerate(exhibits):
        key = (exhibit.title, exhibit.x_label, exhibit.y_label) if isinstance(exhibit, Curve) else index
        found.setdefault(key, []).append(exhibit)
    return [tuple(together) for together in found.values()]


def figure(curves: Sequence[Curve]) -> Figure | None:
    """The drawing of curves over the same axes; None when none has points."""
    drawn = [curve for curve in curves if curve.x and len(curve.x) == len(curve.y)]
    if not drawn:
        return None
    apart = len(drawn) > TOGETHER
    across = around(x for curve in drawn for x in curve.x)
    up = around(y for curve in drawn for y in _heights(curve))
    most = MOST_DOTS if len(drawn) == 1 else FEW_DOTS
    lines = tuple(_line(curve, across, up, dots=most) for curve in drawn)
    return Figure(
        lines=lines,
        x_ticks=across.ticks,
        y_ticks=tuple((round(100 - place, 2), label) for place, label in up.ticks),
        apart=apart,
        behind=tuple(line.points for line in lines) if apart and _points(drawn) <= MOST_BEHIND else (),
    )


def side_by_side(curves: Sequence[Curve]) -> bool:
    """Whether the figures of curves fit into one table: a line for each point that all have."""
    whole = all(len(curve.y) == len(curve.x) for curve in curves)
    return whole and len(curves) > 1 and len({curve.x for curve in curves}) == 1


def _points(curves: Sequence[Curve]) -> int:
    return sum(len(curve.x) for curve in curves)


def _banded(curve: Curve) -> bool:
    return len(curve.low) == len(curve.high) == len(curve.x)


def _heights(curve: Curve) -> tuple[float, ...]:
    return (*curve.y, *curve.low, *curve.high) if _banded(curve) else curve.y


def _line(curve: Curve, across: Scale, up: Scale, *, dots: int) -> Line:
    def places(pairs: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(across.at(x), round(100 - up.at(y), 2)) for x, y in pairs]

    points = places(zip(curve.x, curve.y, strict=True))
    edges = (curve.high, curve.low) if _banded(curve) else ((), ())
    above, below = ([*zip(curve.x, edge, strict=False)] for edge in edges)
    return Line(
        name=display.name(curve.name) if curve.name else "",
        course=_course(curve),
        points=_path(points),
        band=_path(places([*above, *reversed(below)])),
        dots=tuple(points) if len(points) <= dots else tuple(points[-1:]),
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _course(curve: Curve) -> str:
    first, last = (f"{display.number(curve.y[i])} at {display.number(curve.x[i])}" for i in (0, -1))
    lowest, highest = display.number(min(curve.y)), display.number(max(curve.y))
    named = f"{display.shortened(display.name(curve.name), LONGEST_NAME)}: " if curve.name else ""
    return f"{named}{len(curve.x)} points, from {first} to {last}; between {lowest} and {highest}."
