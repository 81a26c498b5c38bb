"""How do the tests of this folder write the same rows in every format?"""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Rows = Sequence[dict[str, Any]]
SUFFIXES = ("csv", "tsv", "csv.gz", "jsonl", "parquet")


def _delimited(rows: Rows, delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _json_lines(rows: Rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _parquet(rows: Rows) -> bytes:
    import pyarrow
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), sink)
    return sink.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """`write(rows, "csv", name="data")` writes rows and gives the path; `write(b"...")` writes bytes."""
    writers = {
        "csv": lambda rows: _delimited(rows, ","),
        "tsv": lambda rows: _delimited(rows, "\t"),
        "csv.gz": lambda rows: gzip.compress(_delimited(rows, ",")),
        "jsonl": _json_lines,
        "parquet": _parquet,
    }

    def write(content: Rows | bytes, suffix: str = "csv", name: str = "data") -> str:
        path = tmp_path / f"{name}.{suffix}"
        path.write_bytes(content if isinstance(content, bytes) else writers[suffix](content))
        return str(path)

    return write
