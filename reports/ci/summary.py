"""What does a build's page say of an audit, in Markdown?

GitHub takes at most 1 MiB: every string is cut to 300 letters, every list to a number of lines.
"""

from collections.abc import Iterator

from reports import display, statement
from reports.ci.markdown import inert, row
from reports.ci.places import Places
from reports.record import AuditRecord, ProbeResult, Verdict

MOST_VERDICTS = 100
MOST_UNMEASURED = 50

_SIGNS = {"fail": "❌ fail", "undecided": "❔ undecided", "pass": "✅ pass"}


def summary(record: AuditRecord, _places: Places) -> str:
    """The statement, the verdicts worst first, and what was not measured."""
    told = statement.overall(record)
    lines = [f"## Audit of {inert(display.place(record.model.reference))}", "", f"**{told.headline}**", ""]
    lines += [" ".join((*told.sentences, told.exit)), "", *_data(record), ""]
    lines += [*_verdicts(record), *_unmeasured(record)]
    return "\n".join(lines).rstrip() + "\n"


def _data(record: AuditRecord) -> Iterator[str]:
    if record.data is None:
        yield "No data was audited."
        return
    source = inert(display.place(record.data.source))
    yield f"Data: {source}, {statement.plural(record.data.rows, 'row')}."


def _verdicts(record: AuditRecord) -> Iterator[str]:
    if not record.verdicts:
        return
    level = f"{100 * record.suite.confidence:g} % interval"
    yield row("Outcome", "Measurement", "Value", level, "Limit", "Why")
    yield row("---", "---", "---:", "---:", "---:", "---")
    ordered = statement.worst_first(record.verdicts)
    yield from (_verdict(verdict) for verdict in ordered[:MOST_VERDICTS])
    yield ""
    if len(ordered) > MOST_VERDICTS:
        yield from (f"{statement.plural(len(ordered) - MOST_VERDICTS, 'more verdict')} in the report.", "")


def _verdict(verdict: Verdict) -> str:
    return row(
        _SIGNS[verdict.outcome],
        inert(display.sentence(statement.about(verdict))),
        display.number(verdict.value),
        display.interval(verdict.low, verdict.high),
        statement.bound(verdict),
        inert(verdict.reason),
    )


def _unmeasured(record: AuditRecord) -> Iterator[str]:
    lacking = [result for result in record.results if result.status != "ok"]
    if not lacking:
        return
    yield from ("### Not measured", "")
    yield from (_lack(result) for result in lacking[:MOST_UNMEASURED])
    if len(lacking) > MOST_UNMEASURED:
        yield from ("", f"{statement.plural(len(lacking) - MOST_UNMEASURED, 'more probe')} in the report.")


def _lack(result: ProbeResult) -> str:
    word = "crashed" if result.status == "failed" else "skipped"
    return f"- {inert(result.probe)} {word}: {inert(result.reason)}"
