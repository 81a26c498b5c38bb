"""What are the columns of a Parquet file?"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from audit.data.sentences import quoted
from audit.data.table import Table, positions, row_numbers
from probes.errors import AuditError


def read_parquet(path: Path, wanted: Iterable[str]) -> Table:
    """The wanted columns of a Parquet file."""
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            chosen = _chosen(path, schema.names, wanted)
            table, rows = file.read(columns=chosen), file.metadata.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise AuditError(f"{path}: not readable as Parquet: {error}; write the file again") from None
    columns = {name: table[name] for name in chosen}
    names = class_names(schema.metadata or {})
    return Table(str(path), tuple(schema.names), columns, positions(rows), "row", row_numbers, names)


def class_names(metadata: dict[bytes, bytes]) -> dict[str, tuple[str, ...]]:
    """The names of the classes that a file written by `datasets` keeps for its integer columns."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
        return {
            name: tuple(feature["names"])
            for name, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}


def _chosen(path: Path, names: list[str], wanted: Iterable[str]) -> list[Any]:
    chosen = [name for name in dict.fromkeys(names) if name in set(wanted)]
    twice = [name for name in chosen if names.count(name) > 1]
    if twice:
        raise AuditError(
            *(f"{path}: several columns are called {quoted(name)}; rename all but one" for name in twice)
        )
    return chosen
