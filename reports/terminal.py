"""What does the audit say in a terminal?"""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reports import display, statement
from reports.record import ProbeResult, Verdict
from reports.statement import Judged

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {
    "fail": "bold red",
    "undecided": "bold yellow",
    "pass": "bold green",
    "none": "bold",
    "failed": "bold red",
    "skipped": "dim",
}
LONGEST = 800
_WORDS = {"failed": "CRASHED"}


def plain(text: str) -> str:
    """`text` as a terminal may print it: control sequences are shown instead of obeyed."""
    return display.visible(text)


def show(record: Judged, console: "Console") -> None:
    """Print the verdicts, worst first, then what was not measured, then the audit in one line.

    Without a terminal, or with NO_COLOR, the words alone carry the meaning.
    """
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for verdict in statement.worst_first(record.verdicts):
        lines.add_row(_word(verdict.outcome), _verdict(verdict, record))
    for result in record.results:
        if result.status != "ok":
            lines.add_row(_word(result.status), _unmeasured(result))
    if lines.row_count:
        console.print(lines, highlight=False)
    _overall(record, console)


def _overall(record: Judged, console: "Console") -> None:
    told = statement.overall(record)
    console.print()
    console.print(Text(told.headline, _STYLES[told.tone]), highlight=False)
    for sentence in (*told.sentences, told.exit):
        console.print(Text(sentence), highlight=False)


def _word(outcome: str) -> Text:
    return Text(_WORDS.get(outcome, outcome.upper()), _STYLES[outcome])


def _verdict(verdict: Verdict, record: Judged) -> Text:
    figures = display.number(verdict.value)
    if verdict.low is not None or verdict.high is not None:
        level = f"{100 * record.suite.confidence:g} %"
        figures += f" ({level} interval {display.interval(verdict.low, verdict.high)})"
    return Text.assemble(
        (display.sentence(statement.about(verdict)), "bold"),
        f"\n{figures}, limit {statement.bound(verdict)}\n",
        (display.shortened(plain(verdict.reason), LONGEST), "dim" if verdict.outcome == "pass" else ""),
        "\n",
    )


def _unmeasured(result: ProbeResult) -> Text:
    return Text.assemble(
        (display.name(result.probe), "bold"), "\n", display.shortened(plain(result.reason), LONGEST), "\n"
    )
