"""What is in a column: categories, texts, scores, or names of rows?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audit.data.sentences import counted, listed, quoted
from audit.data.table import Table
from probes.errors import AuditError
from probes.types import FloatArray, IntArray

NUMBER = re.compile(
    r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*|\s*(nan|[-+]?inf(inity)?)\s*", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Categories:
    """A column of few different values.

    Attributes:
        values: the different values as the file writes them, numbers by size, else in alphabetical order.
        codes: (N,) index into `values`; -1 where the cell is empty.
    """

    values: tuple[str, ...]
    codes: IntArray

    @property
    def counts(self) -> IntArray:
        """(K,) rows of each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @property
    def missing(self) -> IntArray:
        """The rows whose cell is empty."""
        return np.flatnonzero(self.codes < 0)

    def rows_of(self, value: str) -> IntArray:
        """The rows that hold a value."""
        return np.flatnonzero(self.codes == self.values.index(value))

    def counted(self) -> str:
        """The values with their numbers of rows, in a sentence."""
        return counted(zip(self.values, self.counts.tolist(), strict=True))


def in_order(values: Sequence[str]) -> tuple[str, ...]:
    """Numbers by size when all are numbers, else in alphabetical order: the same for every file format."""
    if all(NUMBER.fullmatch(value) for value in values):
        return tuple(sorted(values, key=lambda value: (float(value), value)))
    return tuple(sorted(values))


def categories(table: Table, column: str) -> Categories:
    """A column as categories; values of typed formats are written as Python does (`1`, `0.5`, `True`).

    Raises:
        AuditError: when a cell of the column is a list, an object or bytes.
    """
    array = _single(table, column)
    encoded = (
        (array if _is_dictionary(array) else array.dictionary_encode()).unify_dictionaries().combine_chunks()
    )
    if not len(table):
        return Categories((), np.zeros(0, dtype=np.int32))
    written = _written(encoded.dictionary.to_pylist(), table.class_names.get(column, ()))
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _merged(written, in_order(list(set(written) - {""})), codes)


def compact(values: Sequence[str], codes: IntArray) -> Categories:
    """Only the values that occur, in the order given."""
    used = np.bincount(codes[codes >= 0], minlength=len(values)) > 0
    translation = np.append(np.where(used, np.cumsum(used) - 1, -1), -1).astype(np.int32)
    return Categories(
        tuple(value for value, occurs in zip(values, used, strict=True) if occurs), translation[codes]
    )


def texts(table: Table, column: str) -> list[str]:
    """A column as texts.

    Raises:
        AuditError: when a text is missing or empty, or is a list, an object or bytes.
    """
    found = [
        value if isinstance(value, str) or value is None else str(value) for value in _values(table, column)
    ]
    missing = np.array([row for row, text in enumerate(found) if not text], dtype=np.int64)
    if len(missing):
        raise AuditError(
            f"{table.where(missing)}: no text in column {quoted(column)}; fill it in or remove the row"
        )
    return [text for text in found if text is not None]


def scores(table: Table, column: str) -> FloatArray:
    """A column as probabilities; NaN where the cell is empty.

    Raises:
        AuditError: when a cell is not a number, or a finite one outside 0 to 1.
    """
    import pyarrow

    try:
        numbers = _single(table, column).cast(pyarrow.float64()).fill_null(np.nan)
        found: FloatArray = np.asarray(numbers.to_numpy(), dtype=np.float64)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        found = _parsed(table, column)
    outside = np.flatnonzero(np.isfinite(found) & ((found < 0) | (found > 1)))
    if len(outside):
        raise AuditError(
            f"{table.where(outside)}: score {found[outside[0]]:g} in column {quoted(column)} is not between "
            "0 and 1; give the probability of the positive class, or leave --score out"
        )
    return found


def ids(table: Table, column: str | None) -> npt.NDArray[Any]:
    """The names of the rows from a column, else their numbers in the file, counted from 1."""
    numbers = table.positions + 1
    if column is None:
        return numbers
    named = zip(_values(table, column), numbers.tolist(), strict=True)
    return np.array([str(number if name in (None, "") else name) for name, number in named], dtype=np.object_)


def _parsed(table: Table, column: str) -> FloatArray:
    found = categories(table, column)
    strange = [value for value in found.values if not NUMBER.fullmatch(value)]
    if strange:
        rows = np.flatnonzero(np.isin(found.codes, [found.values.index(value) for value in strange]))
        raise AuditError(
            f"{table.where(rows)}: score {listed(strange)} in column {quoted(column)} is not a number; "
            "write 0.5, not 0,5 or 50 %, and leave the cell empty where there is no score"
        )
    numbers = np.array([float(value) for value in found.values] + [np.nan])
    return np.asarray(numbers[found.codes])


def _single(table: Table, column: str) -> Any:
    from pyarrow import types

    array = table.columns[column]
    if types.is_nested(array.type) or types.is_binary(array.type) or types.is_large_binary(array.type):
        raise AuditError(
            f"{table.source}: column {quoted(column)} is of type {array.type}; name a column of texts or "
            "numbers"
        )
    return array


def _values(table: Table, column: str) -> list[Any]:
    values: list[Any] = _single(table, column).to_pylist()
    return values


def _is_dictionary(array: Any) -> bool:
    from pyarrow import types

    return bool(types.is_dictionary(array.type))


def _written(values: Sequence[Any], names: Sequence[str]) -> list[str]:
    """Values as text; "" for the missing ones: null, NaN, the class number -1 of a dataset."""
    if names:
        return [names[value] if value is not None and 0 <= value < len(names) else "" for value in values]
    return ["" if value is None or value != value else str(value) for value in values]


def _merged(written: Sequence[str], values: Sequence[str], codes: IntArray) -> Categories:
    """Codes of `written` as codes of `values`; what is not among these is missing."""
    index = {value: code for code, value in enumerate(values)}
    translation = np.array([index.get(value, -1) for value in written] + [-1], dtype=np.int32)
    return compact(values, translation[codes])
