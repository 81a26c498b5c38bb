"""How does the card become the README of a model, beside what a person wrote there?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from probes.errors import AuditError
from probes.types import Measurement
from reports import display, statement, tables
from reports.card import content, hub
from reports.card.markdown import escaped, table
from reports.card.prose import NOT_STATED, Prose
from reports.record import AuditRecord

BEGIN = "<!-- assay: written by `audit card`; what stands between these two lines is replaced -->"
END = "<!-- assay: end -->"
_BLOCK = re.compile(re.escape(BEGIN) + r".*?" + re.escape(END), re.DOTALL)
_FRONT = re.compile(
    r"\A\ufeff?\s*---[ \t]*\r?\n(?P<yaml>.*?)(?:\r?\n)?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)


def merged(record: AuditRecord, prose: Prose, existing: str = "", *, source: str = "README.md") -> str:
    """The README: the front matter and text of `existing`, with the card of the audit in its place.

    Keys of the front matter that are there stay, and so do results in its model-index that are not from
    Assay. Text stays to the letter; the card replaces the one that an earlier call wrote, or is added at the
    end. The same call on its own result changes nothing.

    Raises:
        AuditError: when the front matter of `existing` cannot be read, or its markers do not match.
    """
    front, text = _parted(existing, source)
    line = "\r\n" if "\r\n" in existing else "\n"
    block = "\n".join([BEGIN, "", *_body(record, prose), END])
    data = hub.front_matter(record, prose, front, source=source)
    return f"---{line}{_yaml(data, line)}---{line}{_placed(text, block.replace(chr(10), line), line, source)}"


def _parted(existing: str, source: str) -> tuple[dict[str, Any], str]:
    import yaml

    found = _FRONT.match(existing)
    if found is None:
        return {}, existing.removeprefix("\ufeff")
    try:
        front = yaml.safe_load(found["yaml"])
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise AuditError(f"{source}: its front matter is not YAML: {problem}; mend it") from None
    if front is not None and not isinstance(front, dict):
        raise AuditError(
            f"{source}: its front matter is a {type(front).__name__}, not keys and values; mend it"
        )
    return front or {}, existing[found.end() :]


def _yaml(data: Mapping[str, Any], line: str) -> str:
    import yaml

    return str(yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, line_break=line))


def _placed(text: str, block: str, line: str, source: str) -> str:
    if (text.count(BEGIN), text.count(END)) not in ((0, 0), (1, 1)):
        raise AuditError(
            f"{source}: the two marker lines of the card are not there once each; remove what is left of them"
        )
    if BEGIN in text:
        return _BLOCK.sub(lambda _: block, text)
    gap = line * 2 if text.strip() else line
    return f"{text.rstrip()}{gap}{block}{line}" if text.strip() else f"{line}{block}{line}"


def _body(record: AuditRecord, prose: Prose) -> Iterator[str]:
    yield f"# Model card: {escaped(content.name(record, prose))}\n"
    told = statement.overall(record)
    yield f"**{escaped(told.headline)}** {escaped(' '.join(told.sentences))}\n"
    for section in content.sections(record, prose):
        yield f"## {section.title}\n"
        for entry in section.entries:
            yield f"- **{escaped(entry.label)}:** {_entry(entry)}"
        if section.entries:
            yield ""
        if section.title == content.QUANTITATIVE:
            yield from _figures(record)
    yield (
        f"The audit's report has every number; this card was made by Assay {escaped(record.tool_version)} "
        "from its record.\n"
    )


def _entry(entry: content.Entry) -> str:
    if not entry.by_author:
        return escaped(entry.text)
    if not entry.text:
        return f"_{NOT_STATED}_"
    # The author's own Markdown; a second line belongs to the same entry.
    return entry.text.replace("\r\n", "\n").replace("\n", "\n  ")


def _figures(record: AuditRecord) -> Iterator[str]:
    found = content.figures(record)
    if record.verdicts:
        yield "### Verdicts\n"
        yield table(
            ("outcome", "measurement", "value", "interval", "limit"),
            map(_verdict, statement.worst_first(record.verdicts)),
        )
        yield ""
    if found.whole:
        yield "### All rows, and between groups\n"
        yield table(("measurement", "of", "value", "interval", "rows"), map(_number, found.whole))
        yield ""
    for title, numbers in (
        ("Unitary results", found.unitary),
        ("Intersectional results", found.intersectional),
    ):
        yield f"### {title}\n"
        yield from _groups(numbers) if numbers else ["None were measured.\n"]


def _verdict(verdict: Any) -> tuple[str, ...]:
    return (
        f"**{verdict.outcome}**",
        escaped(display.sentence(statement.about(verdict))),
        escaped(display.number(verdict.value)),
        escaped(display.interval(verdict.low, verdict.high)),
        escaped(statement.bound(verdict)),
    )


def _number(m: Measurement) -> tuple[str, ...]:
    of = ", ".join(display.name(v) for v in m.slice.values()) or "all rows"
    words = display.sentence(display.words(m.metric))
    figures = (display.figure(m), display.interval(m.low, m.high), display.number(m.n))
    return escaped(words), escaped(of), *map(escaped, figures)


def _groups(numbers: tuple[Measurement, ...]) -> Iterator[str]:
    for matrix in tables.matrices(numbers):
        yield table((escaped(matrix.about[0][1]), *map(escaped, matrix.columns)), map(_row, matrix.rows))
        yield ""
        if matrix.left_out:
            yield f"{matrix.left_out:,} more groups in the record.\n"


def _row(row: tables.Row) -> tuple[str, ...]:
    return escaped(row.name), *(_cell(cell) for cell in row.cells)


def _cell(cell: tables.Cell | None) -> str:
    if cell is None:
        return "not measured"
    return escaped(cell.value if cell.interval == "–" else f"{cell.value} ({cell.interval})")
