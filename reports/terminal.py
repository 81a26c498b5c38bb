"""What does the audit say in a terminal?"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reports import display, headlines, statement, undefined
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
    "undefined": "dim",
}
LONGEST = 800
"""Letters of a message of a crash; what we say ourselves, commands to copy included, is never cut."""
MOST_UNDEFINED = 12
"""Reasons for numbers without a value that are told."""
_WORDS = {"failed": "CRASHED"}
_WIDEST = len("UNDECIDED")
_COMMAND = re.compile(r"`([^`\n]+ [^`\n]+)`")


def plain(text: str) -> str:
    """`text` as a terminal may print it: control sequences are shown instead of obeyed."""
    return display.visible(text)


def show(record: Judged, console: "Console") -> None:
    """Print the verdicts, worst first, or without any the headline numbers; then what was not measured.

    The last lines are the audit as a whole. Without a terminal, or with NO_COLOR, the words alone carry the
    meaning. A command to copy has a line of its own, which is neither cut nor broken.
    """
    for verdict in statement.worst_first(record.verdicts):
        _entry(
            console, verdict.outcome, display.sentence(statement.about(verdict)), _verdict(verdict, record)
        )
    if not record.verdicts:
        _measured(record, console)
    for result in record.results:
        if result.status != "ok":
            _entry(console, result.status, display.name(result.probe), _unmeasured(result))
    _undefined(record, console)
    _overall(record, console)


def _entry(console: "Console", outcome: str, title: str, told: str) -> None:
    """A word, what it is said of, and why; commands below."""
    commands = list(dict.fromkeys(_COMMAND.findall(told)))
    for number, command in enumerate(commands, start=1):
        told = told.replace(f"`{command}`", f"[{number}]")
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=_WIDEST, no_wrap=True)
    line.add_column(overflow="fold")
    text = Text.assemble((title, "bold"), f"\n{told}")
    line.add_row(Text(_WORDS.get(outcome, outcome.upper()), _STYLES[outcome]), text)
    console.print(line, highlight=False)
    for number, command in enumerate(commands, start=1):
        console.print(Text(f"[{number}] {command}"), highlight=False, soft_wrap=True)
    console.print()


def _overall(record: Judged, console: "Console") -> None:
    told = statement.overall(record)
    console.print(Text(told.headline, _STYLES[told.tone]), highlight=False)
    for sentence in (*told.sentences, told.exit):
        console.print(Text(sentence), highlight=False)


def _verdict(verdict: Verdict, record: Judged) -> str:
    figures = display.number(verdict.value)
    if verdict.low is not None or verdict.high is not None:
        level = f"{100 * record.suite.confidence:g} %"
        figures += f" ({level} interval {display.interval(verdict.low, verdict.high)})"
    return f"{figures}, limit {statement.bound(verdict)}\n{plain(verdict.reason)}"


def _measured(record: Judged, console: "Console") -> None:
    """The headline numbers of each probe."""
    for result in record.results:
        found = headlines.headlines(result)
        if found:
            console.print(Text(display.name(result.probe), "bold"), highlight=False)
            console.print(_listed(found), highlight=False)
            console.print()


def _listed(found: Sequence[headlines.Headline]) -> Table:
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(width=max(len(one.metric) for one in found), overflow="fold")
    lines.add_column(overflow="fold")
    for one in found:
        lines.add_row(Text(one.metric), Text(one.told))
    return lines


def _unmeasured(result: ProbeResult) -> str:
    reason = plain(result.reason)
    return display.shortened(reason, LONGEST) if result.status == "failed" else reason


def _undefined(record: Judged, console: "Console") -> None:
    """Numbers without a value; not those of single groups, which the report has."""
    found = [one for one in undefined.by_reason(record.results) if not one.of_groups]
    for one in found[:MOST_UNDEFINED]:
        _entry(console, "undefined", f"{display.name(one.probe)}, {one.told}", plain(one.reason))
    if len(found) > MOST_UNDEFINED:
        console.print(Text(f"{len(found) - MOST_UNDEFINED:,} more reasons in the report."))
