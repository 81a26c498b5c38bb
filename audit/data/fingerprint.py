"""Are these the same data, in whatever file format they came?"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from audit.data.columns import Categories
from probes.types import FloatArray

Column = Sequence[str] | Categories | FloatArray


def fingerprint(columns: Mapping[str, Column]) -> str:
    """The sha256 of what is audited: the columns by their role, in their order, row by row.

    It covers the values and their order, not the file: the same rows have the same fingerprint in CSV and
    Parquet. It does not cover columns that are not used, nor the names of rows. Categories are hashed as
    their values in order and a code for each row, texts as their lengths in characters and their UTF-8
    bytes, scores as IEEE doubles.

    Args:
        columns: role -> content; a role is `text`, `label`, `prediction`, `score`, or `group:` and a feature.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256(b"assay data 1\n")
    for role, content in columns.items():
        digest.update(json.dumps(role).encode() + b"\n")
        _feed(digest.update, content)
    return digest.hexdigest()


def _feed(update: Callable[[bytes], object], content: Column) -> None:
    if isinstance(content, Categories):
        update(json.dumps(content.values).encode() + b"\n")
        update(content.codes.astype("<i4").tobytes())
    elif isinstance(content, np.ndarray):
        update(np.where(np.isnan(content), np.nan, content + 0.0).astype("<f8").tobytes())
    else:
        update(np.fromiter(map(len, content), dtype="<i8", count=len(content)).tobytes())
        for start in range(0, len(content), 10_000):
            update("".join(content[start : start + 10_000]).encode())
