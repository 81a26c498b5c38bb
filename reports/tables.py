"""How do measurements stand in tables? Groups down, metrics across; all others one to a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from probes.types import Measurement, Table
from reports import display

MOST_COLUMNS = 5
MOST_ROWS = 200
FEW_ROWS = 12
NARROW = 2
"""Metrics of a table of groups that is drawn too; a wider one has them side by side already."""

Slice = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """A measurement in a table; `note` is the number of its footnote, 0 for none."""

    value: str
    interval: str
    n: str
    note: int


@dataclass(frozen=True)
class Row:
    """A named row; a cell is None where nothing was measured. The row of all groups together is the whole."""

    name: str
    cells: tuple[Cell | None, ...]
    whole: bool = False


@dataclass(frozen=True)
class Matrix:
    """One metric a column, one group a row.

    Attributes:
        about: the slice that all cells share.
        columns: the metrics in words.
        rows: all groups together, where that was measured, then at most 200 groups.
        notes: the footnotes, in order.
        left_out: the number of groups that are not shown.
        continued: whether the table before has other metrics of the same groups.
    """

    about: Slice
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    left_out: int
    continued: bool

    @property
    def long(self) -> bool:
        """Whether the table is long enough to begin folded."""
        return len(self.rows) > FEW_ROWS

    @property
    def narrow(self) -> bool:
        """Whether it has so few columns that a picture says more."""
        return len(self.columns) <= NARROW


def matrices(measurements: Iterable[Measurement]) -> list[Matrix]:
    """The measurements of single groups, as tables of at most five metrics.

    Where the same metric was measured of all rows, it stands in the first row.
    """
    measured = tuple(measurements)
    wholes = {(m.metric, _about(m)): m for m in measured if _is_whole(m)}
    return [
        _matrix(about, {metric: by_metric[metric] for metric in part}, wholes, continued=i > 0)
        for about, by_metric in by_group(measured).items()
        for i, part in enumerate(_parts(list(by_metric)))
    ]


def others(measurements: Iterable[Measurement]) -> list[Measurement]:
    """The measurements that stand in no table of groups: gaps, ratios, figures of the whole data."""
    measured = tuple(measurements)
    shown = {
        (metric, _without_feature(about))
        for about, by_metric in by_group(measured).items()
        for metric in by_metric
    }
    return [
        m
        for m in measured
        if "group" not in m.slice and not (_is_whole(m) and (m.metric, _about(m)) in shown)
    ]


def by_group(measured: Sequence[Measurement]) -> dict[Slice, dict[str, dict[str, Measurement]]]:
    """What else the slice says -> metric -> group -> measurement, for the measurements of single groups."""
    found: dict[Slice, dict[str, dict[str, Measurement]]] = {}
    for m in measured:
        if "group" in m.slice:
            found.setdefault(_about(m), {}).setdefault(m.metric, {})[m.slice["group"]] = m
    return found


def _about(m: Measurement) -> Slice:
    return tuple((k, v) for k, v in m.slice.items() if k != "group")


def _without_feature(about: Slice) -> Slice:
    return tuple((k, v) for k, v in about if k != "feature")


def _is_whole(m: Measurement) -> bool:
    return "group" not in m.slice and "feature" not in m.slice


def _parts(metrics: Sequence[str]) -> list[Sequence[str]]:
    parts = -(-len(metrics) // MOST_COLUMNS)
    size = -(-len(metrics) // parts)
    return [metrics[i : i + size] for i in range(0, len(metrics), size)]


def _matrix(
    about: Slice,
    by_metric: Mapping[str, Mapping[str, Measurement]],
    wholes: Mapping[tuple[str, Slice], Measurement],
    *,
    continued: bool,
) -> Matrix:
    names = list(dict.fromkeys(group for by_group in by_metric.values() for group in by_group))
    whole = [wholes.get((metric, _without_feature(about))) for metric in by_metric]
    lines = [[by_group.get(name) for by_group in by_metric.values()] for name in names[:MOST_ROWS]]
    notes = list(dict.fromkeys(m.note for line in (whole, *lines) for m in line if m and m.note))
    rows = [_row(display.name(name), line, notes) for name, line in zip(names, lines, strict=False)]
    if any(whole):
        rows.insert(0, _row("all rows", whole, notes, whole=True))
    columns = tuple(display.sentence(display.words(metric)) for metric in by_metric)
    return Matrix(about, columns, tuple(rows), tuple(notes), max(0, len(names) - MOST_ROWS), continued)


def _row(name: str, line: Sequence[Measurement | None], notes: list[str], *, whole: bool = False) -> Row:
    return Row(name, tuple(None if m is None else _cell(m, notes) for m in line), whole)


def _cell(m: Measurement, notes: list[str]) -> Cell:
    n = f"n {display.number(m.n)}" if m.value != m.n else ""
    if m.successes is not None:
        n = f"{display.number(m.successes)} of {display.number(m.n)}"
    note = notes.index(m.note) + 1 if m.note else 0
    return Cell(display.figure(m), display.interval(m.low, m.high), n, note)


def numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers, and at least one."""
    cells = [row[column] for row in table.rows if column < len(row) and row[column] is not None]
    return bool(cells) and all(isinstance(cell, int | float) for cell in cells)


@dataclass(frozen=True)
class Sheet:
    """Mappings with the same keys, one to a row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def sheet(items: Sequence[Any]) -> Sheet | None:
    """Mappings as a table; None when their keys differ."""
    flat = [_flat(item) if isinstance(item, Mapping) else {} for item in items]
    if not flat or not flat[0] or any(f.keys() != flat[0].keys() for f in flat):
        return None
    return Sheet(tuple(flat[0]), tuple(tuple(f.values()) for f in flat))


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in item.items():
        flat |= {f"{key} {k}": v for k, v in value.items()} if isinstance(value, Mapping) else {key: value}
    return flat


def nested(value: Any) -> bool:
    """Whether a value needs room of its own: a mapping, or a list of anything but single values."""
    if isinstance(value, list | tuple):
        return any(isinstance(x, Mapping | list | tuple) for x in value)
    return isinstance(value, Mapping)
