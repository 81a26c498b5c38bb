"""What does the comparison of several audits say in a terminal?"""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from probes.types import Measurement
from reports import display
from reports.comparison import Comparison, Line
from reports.comparison_page import headline, parts

if TYPE_CHECKING:
    from rich.console import Console

_MOST = 24


def show(compared: Comparison, console: "Console") -> None:
    """Print the models side by side, the change of accuracy by group, and whom all models fail."""
    names = [display.place(v.name) for v in compared.variants]
    whole, gaps, _ = parts(compared.lines)
    lines = [*whole, *gaps][:_MOST]
    console.print(_matrix(lines, names), highlight=False)
    if len(compared.lines) > len(lines):
        console.print(Text(f"{len(compared.lines) - len(lines):,} more numbers in the page (--out).", "dim"))
    console.print()
    console.print(Text(f"Change of accuracy against {names[0]}", "bold"), highlight=False)
    console.print(_changes(compared, names[1:]), highlight=False)
    for note in compared.notes:
        console.print(Text(display.visible(note), "dim"), highlight=False)
    console.print()
    console.print(Text(headline(compared), "bold"), highlight=False)


def _matrix(lines: list[Line], names: list[str]) -> Table:
    table = _table(["measurement", "of", *names])
    for line in lines:
        of = ", ".join(display.name(v) for v in line.slice.values()) or "all rows"
        table.add_row(Text(display.words(line.metric)), Text(of), *(Text(_figure(v)) for v in line.values))
    return table


def _changes(compared: Comparison, names: list[str]) -> Table:
    table = _table(["of", *names])
    found = [
        {tuple(m.slice.values()): m for m in change.measurements if m.metric == "accuracy"}
        for change in compared.changes
    ]
    for slice_ in list(dict.fromkeys(key for by_slice in found for key in by_slice))[:_MOST]:
        of = ", ".join(map(display.name, slice_)) or "all rows"
        table.add_row(Text(of), *(Text(_figure(by_slice.get(slice_))) for by_slice in found))
    return table


def _figure(measured: Measurement | None) -> str:
    if measured is None:
        return "–"
    interval = display.interval(measured.low, measured.high)
    return display.figure(measured) + ("" if interval == "–" else f" ({interval})")


def _table(headings: list[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    return table
