"""What are the columns of a JSON Lines file? One object a line; null and absent fields are missing."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from audit.data.readers.text_files import encoding_fault, opened, refuse_wide
from audit.data.sentences import MOST_PLACES, plural, quoted
from audit.data.table import Table
from probes.errors import AuditError

BLOCK = 20_000
KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
SINGLE = ("true or false", "a number", "a text")


@dataclass
class _Reading:
    """What has been read so far."""

    path: Path
    header: dict[str, None] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    chunks: dict[str, list[Any]] = field(default_factory=dict)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_json_lines(path: Path, wanted: Iterable[str]) -> Table:
    """The wanted fields of a file with one JSON object a line."""
    refuse_wide(path)
    reading = _Reading(path, chunks={name: [] for name in wanted}, kinds={name: {} for name in wanted})
    try:
        records = _records(reading)
        while block := list(islice(records, BLOCK)):
            _add(reading, block)
    except UnicodeDecodeError:
        raise AuditError(encoding_fault(path) or "") from None
    faults = [*_first(path, reading.faults), *_mixed(path, reading.kinds)]
    if faults:
        raise AuditError(*faults)
    return _table(path, reading)


def _records(reading: _Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    decode = json.JSONDecoder(parse_constant=lambda _: None).decode
    with io.TextIOWrapper(opened(reading.path), encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if line.isspace():
                continue
            try:
                record = decode(line)
            except (ValueError, RecursionError) as error:
                reading.faults.append(
                    f"{reading.path} line {number}: not JSON: {error}; {_advice(number, line)}"
                )
                continue
            if isinstance(record, dict):
                yield number, record
            else:
                kind = KINDS.get(type(record), "null")
                reading.faults.append(
                    f"{reading.path} line {number}: {kind}, not an object; {_advice(number, line)}"
                )


def _advice(number: int, line: str) -> str:
    if number == 1 and line.lstrip()[:1] in ("[", "{") and not line.rstrip().endswith("}"):
        return (
            "the file must hold one object a line, not one array or an indented object; save it as JSON Lines"
        )
    return 'write each row as one object on one line, such as {"text": "fine", "label": "yes"}'


def _add(reading: _Reading, block: list[tuple[int, Mapping[str, Any]]]) -> None:
    import pyarrow

    start = len(reading.lines)
    for number, record in block:
        reading.lines.append(number)
        if not record.keys() <= reading.header.keys():
            reading.header.update(dict.fromkeys(record))
    for name, chunks in reading.chunks.items():
        values = [record.get(name) for _, record in block]
        _note_kinds(reading, name, values, start)
        texts = [value if value is None or isinstance(value, str) else str(value) for value in values]
        chunks.append(pyarrow.array(_whole(reading, name, texts, start), pyarrow.string()))


def _note_kinds(reading: _Reading, name: str, values: list[Any], start: int) -> None:
    seen = reading.kinds[name]
    for kind in {KINDS[type(value)] for value in values if value is not None} - seen.keys():
        row = next(i for i, value in enumerate(values) if value is not None and KINDS[type(value)] == kind)
        seen[kind] = reading.lines[start + row]


def _whole(reading: _Reading, name: str, texts: list[str | None], start: int) -> list[str | None]:
    """The texts; one with half a surrogate pair, which no encoding can write, is a fault."""
    try:
        "".join(text for text in texts if text is not None).encode()
    except UnicodeEncodeError:
        for row, text in enumerate(texts):
            if text is not None and text != text.encode(errors="replace").decode():
                line = reading.lines[start + row]
                reading.faults.append(
                    f"{reading.path} line {line}: field {quoted(name)} has half a surrogate pair; remove it"
                )
        return [None] * len(texts)
    return texts


def _mixed(path: Path, kinds: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for name, seen in kinds.items():
        yield from (
            f"{path} line {line}: field {quoted(name)} is {kind}; it must be a text, a number, or true or "
            "false"
            for kind, line in seen.items()
            if kind not in SINGLE
        )
        single = [f"{kind} on line {line}" for kind, line in seen.items() if kind in SINGLE]
        if len(single) > 1:
            yield (
                f"{path}: field {quoted(name)} mixes types, {' but '.join(sorted(single))}; "
                "write it the same way on every line"
            )


def _first(path: Path, faults: list[str]) -> Iterator[str]:
    yield from faults[:MOST_PLACES]
    if len(faults) > MOST_PLACES:
        yield f"{path}: {plural(len(faults) - MOST_PLACES, 'more line')} like these"


def _table(path: Path, reading: _Reading) -> Table:
    import pyarrow

    columns = {
        name: pyarrow.chunked_array(chunks, pyarrow.string())
        for name, chunks in reading.chunks.items()
        if name in reading.header
    }
    lines = np.array(reading.lines, dtype=np.int64)
    return Table(
        str(path),
        tuple(reading.header),
        columns,
        np.arange(len(lines)),
        "line",
        lambda rows: lines[list(rows)].tolist(),
    )
