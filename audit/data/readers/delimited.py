"""What are the columns of a CSV or TSV file? Cells stay as they are written; only an empty one is missing."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from audit.data.readers.text_files import chunks, encoding_fault, opened, refuse_wide
from audit.data.sentences import MOST_PLACES, plural, quoted
from audit.data.table import Table, positions
from probes.errors import AuditError

BLOCKS = (8 << 20, 1 << 30)
LONGEST_CELL = 1 << 30
NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}


def read_csv(path: Path, wanted: Iterable[str]) -> Table:
    """The wanted columns of a comma-separated file."""
    return _read(path, wanted, ",")


def read_tsv(path: Path, wanted: Iterable[str]) -> Table:
    """The wanted columns of a tab-separated file, quoted as in CSV."""
    return _read(path, wanted, "\t")


def _read(path: Path, wanted: Iterable[str], delimiter: str) -> Table:
    refuse_wide(path)
    header = _header(path, delimiter)
    chosen = {name: index for index, name in enumerate(header) if name in set(wanted)}
    _refuse_ambiguous(path, header, chosen)
    _refuse_separator(path, header, delimiter)
    if _has_quotes(path):
        _refuse(_faults(path, delimiter))
    columns, rows = _columns(path, delimiter, len(header), chosen)
    return Table(
        str(path), header, columns, positions(rows), "line", lambda rows: _lines(path, delimiter, rows)
    )


def _header(path: Path, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(_records(path, delimiter, strict=False))[1])
    except UnicodeDecodeError:
        raise AuditError(encoding_fault(path) or "") from None
    except StopIteration:
        raise AuditError(f"{path}: the file has no header; its first line must name the columns") from None


def _refuse_ambiguous(path: Path, header: Sequence[str], chosen: Iterable[str]) -> None:
    twice = Counter(header)
    _refuse(
        [
            f"{path} line 1: {twice[name]} columns are called {quoted(name)}; rename all but one"
            for name in chosen
            if twice[name] > 1
        ]
    )


def _refuse_separator(path: Path, header: Sequence[str], delimiter: str) -> None:
    others = [other for other in NAMES if other != delimiter and other in header[0]]
    if len(header) == 1 and others:
        raise AuditError(
            f"{path} line 1: the columns seem to be separated by a {NAMES[others[0]]}, not by a "
            f"{NAMES[delimiter]}: {quoted(header[0])}; save the file with commas as .csv, or with tabs as "
            ".tsv"
        )


def _has_quotes(path: Path) -> bool:
    """Whether to look at each record: the fast parser takes a quote that is never closed without a word."""
    return any(b'"' in piece for piece in chunks(path))


def _columns(path: Path, delimiter: str, width: int, chosen: dict[str, int]) -> tuple[dict[str, Any], int]:
    import pyarrow

    if not chosen:
        return {}, 0
    try:
        table = _parsed(path, delimiter, width, chosen)
    except pyarrow.ArrowInvalid as error:
        _refuse(
            _faults(path, delimiter) or [f"{path}: not readable as a table: {error}; save it again as CSV"]
        )
        raise
    return {name: table[str(index)] for name, index in chosen.items()}, table.num_rows


def _parsed(path: Path, delimiter: str, width: int, chosen: dict[str, int]) -> Any:
    import pyarrow
    from pyarrow import csv as arrow

    names = [str(index) for index in chosen.values()]
    for block in BLOCKS:
        try:
            return arrow.read_csv(
                path,
                read_options=arrow.ReadOptions(
                    block_size=block,
                    column_names=[str(index) for index in range(width)],
                    skip_rows_after_names=1,
                ),
                parse_options=arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=arrow.ConvertOptions(
                    include_columns=names,
                    column_types=dict.fromkeys(names, pyarrow.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
        except pyarrow.ArrowInvalid as error:
            if "straddling" not in str(error) or block == BLOCKS[-1]:
                raise
    return None


def _faults(path: Path, delimiter: str) -> list[str]:
    """What is wrong with the file, found by reading it again, slowly."""
    wrong: list[str] = []
    try:
        rows = _records(path, delimiter, strict=True)
        width = len(next(rows)[1])
        ragged = [(line, len(cells)) for line, cells in rows if len(cells) != width]
        wrong += [_ragged(path, line, cells, width) for line, cells in ragged[:MOST_PLACES]]
        if len(ragged) > MOST_PLACES:
            wrong.append(
                f"{path}: {plural(len(ragged) - MOST_PLACES, 'more line')} with a wrong number of cells"
            )
    except UnicodeDecodeError:
        wrong.append(encoding_fault(path) or "")
    except _Quotes as error:
        wrong.append(
            f"{path} line {error.line}: the quotes of the record that starts here do not match ({error}); "
            "write a "
            'quote inside a quoted cell twice (""), or save the file as JSON Lines or Parquet'
        )
    return wrong


def _ragged(path: Path, line: int, cells: int, width: int) -> str:
    return (
        f"{path} line {line}: {plural(cells, 'cell')} where the header names {plural(width, 'column')}; "
        "fix the line, or put a cell that contains the separator in quotes"
    )


class _Quotes(Exception):  # noqa: N818 - carries the line from the reader to the sentence
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def _records(path: Path, delimiter: str, *, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """The line on which each record starts, and its cells; empty lines are left out."""
    limit = csv.field_size_limit(LONGEST_CELL)
    start = 1
    try:
        with io.TextIOWrapper(opened(path), encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=strict)
            for cells in reader:
                if cells:
                    yield start, cells
                start = reader.line_num + 1
    except csv.Error as error:
        raise _Quotes(start, str(error)) from None
    finally:
        csv.field_size_limit(limit)


def _lines(path: Path, delimiter: str, rows: Sequence[int]) -> list[int]:
    wanted, last = set(rows), max(rows, default=-1)
    records = islice(_records(path, delimiter, strict=False), 1, last + 2)
    found = {row: line for row, (line, _) in enumerate(records) if row in wanted}
    return [found[row] for row in rows]


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise AuditError(*faults)
