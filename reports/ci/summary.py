"""What does a build's page say of an audit, in Markdown?

GitHub takes at most 1 MiB: every string is cut to 300 letters, every list to a number of lines.
"""

from collections.abc import Iterator

from reports import display, statement, undefined
from reports.ci.markdown import inert, row
from reports.ci.places import Places
from reports.diff import DiffRecord
from reports.record import ProbeResult, Verdict
from reports.statement import Judged
from reports.undefined import Undefined

MOST_VERDICTS = 100
MOST_UNMEASURED = 50

_SIGNS = {"fail": "❌ fail", "undecided": "❔ undecided", "pass": "✅ pass"}


def summary(record: Judged, _places: Places) -> str:
    """The statement, the verdicts worst first, and what was not measured."""
    told = statement.overall(record)
    lines = [f"## {_title(record)}", "", f"**{told.headline}**", ""]
    lines += [" ".join((*told.sentences, told.exit)), "", *_data(record), ""]
    lines += [*_notes(record), *_verdicts(record), *_unmeasured(record)]
    return "\n".join(lines).rstrip() + "\n"


def _title(record: Judged) -> str:
    if isinstance(record, DiffRecord):
        before, after = (inert(display.place(side.name)) for side in (record.baseline, record.candidate))
        return f"Changes from {before} to {after}"
    return f"Audit of {inert(display.place(record.model.reference))}"


def _notes(record: Judged) -> Iterator[str]:
    if isinstance(record, DiffRecord):
        for note in record.notes:
            yield from (inert(note), "")


def _data(record: Judged) -> Iterator[str]:
    if record.data is None:
        yield "No data was audited."
        return
    source = inert(display.place(record.data.source))
    yield f"Data: {source}, {statement.plural(record.data.rows, 'row')}."


def _verdicts(record: Judged) -> Iterator[str]:
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


def _unmeasured(record: Judged) -> Iterator[str]:
    probes = [_lack(result) for result in record.results if result.status != "ok"]
    numbers = [_lost(one) for one in undefined.by_reason(record.results) if not one.of_groups]
    lacking = [*probes, *numbers]
    if not lacking:
        return
    yield from ("### Not measured", "")
    yield from lacking[:MOST_UNMEASURED]
    if len(lacking) > MOST_UNMEASURED:
        yield from ("", f"{statement.plural(len(lacking) - MOST_UNMEASURED, 'more line')} in the report.")


def _lack(result: ProbeResult) -> str:
    word = "crashed" if result.status == "failed" else "skipped"
    return f"- {inert(result.probe)} {word}: {inert(result.reason)}"


def _lost(one: Undefined) -> str:
    return f"- {inert(one.probe)} has no value for {inert(one.told)}; {inert(one.reason)}"
