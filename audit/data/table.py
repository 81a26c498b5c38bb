"""What does a reader give back, whatever the format of the file?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from audit.data.sentences import MOST_PLACES, places
from probes.types import IntArray


@dataclass(frozen=True, eq=False)
class Table:
    """The columns that were asked for, and where each row stands in its file.

    Attributes:
        source: what the user named.
        header: the names of all columns of the file.
        columns: name -> pyarrow ChunkedArray, for the columns that were asked for and are there.
        positions: (N,) position of each row among the rows of the file, counted from 0.
        unit: `line` for text files, `row` for the others.
        numbers: turns positions into line or row numbers, counted from 1; it may read the file again.
        class_names: column -> the names of its classes in their order, when the format keeps them.
    """

    source: str
    header: tuple[str, ...]
    columns: Mapping[str, Any]
    positions: IntArray
    unit: str
    numbers: Callable[[Sequence[int]], Sequence[int]]
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.positions)

    def where(self, rows: IntArray) -> str:
        """`data.csv line 14`: the place of some rows, for a fault or a warning."""
        return f"{self.source} {self.place(rows)}"

    def place(self, rows: IntArray) -> str:
        """`line 14`: the place of some rows in the file."""
        first = [int(position) for position in self.positions[rows[:MOST_PLACES]]]
        return places(self.unit, self.numbers(first), len(rows))

    def take(self, rows: IntArray) -> "Table":
        """The table of some of the rows; they keep their places."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return replace(self, columns=columns, positions=self.positions[rows])


def row_numbers(positions: Sequence[int]) -> Sequence[int]:
    """Row numbers counted from 1."""
    return [position + 1 for position in positions]


def positions(rows: int) -> IntArray:
    """The positions of all rows of a file."""
    return np.arange(rows)
