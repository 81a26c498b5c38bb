"""How is each word of a highlighted text marked? Sizes only; the templates turn them into lines."""

from dataclasses import dataclass
from typing import Literal

from probes.types import Highlight
from reports import display

LEVELS = 4
FAINTEST = 0.1
"""Scores below this share of the largest of their text are not marked."""


@dataclass(frozen=True)
class Piece:
    """A piece of a text.

    Attributes:
        text: the piece.
        side: what its score says.
        level: how thick its mark is, from 1 to 4; 0 for none.
        value: its score in figures, with its sign; "" without one.
    """

    text: str
    side: Literal["up", "down"]
    level: int
    value: str


def pieces(text: Highlight) -> list[Piece]:
    """The pieces of a text in order; the largest score of the text has the thickest mark."""
    largest = max((abs(score) for _, score in text.pieces if score is not None), default=0.0)
    return [_piece(piece, score, largest) for piece, score in text.pieces]


def _piece(text: str, score: float | None, largest: float) -> Piece:
    if score is None:
        return Piece(text, "up", 0, "")
    return Piece(text, "up" if score >= 0 else "down", _level(score, largest), signed(score))


def _level(score: float, largest: float) -> int:
    share = abs(score) / largest if largest > 0 else 0.0
    return 0 if share < FAINTEST else min(LEVELS, 1 + int(share * LEVELS))


def signed(score: float) -> str:
    """A score in figures, with a sign unless it is 0."""
    return ("+" if score > 0 else "") + display.number(score)
