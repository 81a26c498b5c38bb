"""What does the comparison of two audits say in a terminal?"""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from probes.types import Measurement
from reports import display, statement, terminal
from reports.diff import DiffRecord

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = ("accuracy", "negative_flip_rate")
_MOST = 24


def show(diff: DiffRecord, console: "Console") -> None:
    """Print the changes for everybody and each group, the notes, then the verdicts, worst first."""
    told = f"{display.place(diff.baseline.name)} → {display.place(diff.candidate.name)}"
    console.print(Text(f"{told}: {how(diff)}", "bold"), highlight=False)
    lines = [m for result in diff.results for m in result.measurements if m.metric in SHOWN]
    if lines:
        console.print(_table(lines[:_MOST], diff), highlight=False)
    if len(lines) > _MOST:
        console.print(Text(f"{len(lines) - _MOST} more lines in the page (--out).", "dim"))
    for note in diff.notes:
        console.print(Text(display.visible(note), "dim"), highlight=False)
    console.print()
    if diff.verdicts:
        terminal.show(diff, console)
    else:
        console.print(Text("No gates were set: nothing was judged.", "bold"))


def how(diff: DiffRecord) -> str:
    """How the two were compared, in words."""
    if diff.paired and diff.data:
        return f"{statement.plural(diff.data.rows, 'row')} compared row by row"
    return "compared as independent audits"


def _table(lines: list[Measurement], diff: DiffRecord) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    headings = ("change", "of", "value", f"{100 * diff.suite.confidence:g} % interval", "rows")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in headings[:2] else "right", overflow="fold")
    for m in lines:
        of = ", ".join(display.name(v) for v in m.slice.values()) or "all rows"
        table.add_row(
            Text(display.words(m.metric)),
            Text(of),
            Text(display.number(m.value)),
            Text(display.interval(m.low, m.high)),
            Text(display.number(m.n)),
        )
    return table
