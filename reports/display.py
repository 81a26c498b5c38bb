"""How does a string or a number of the record appear to a reader?

Every string of a record is hostile: it may hide, reorder or restyle what stands around it. What a reader
could not see is made visible as its code point, such as [U+202E].
"""

import itertools
import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

from probes.home import TILDE
from probes.numerals import minus
from probes.types import Measurement

LONGEST = 4000

# Newline and tab stay. Joiners stay between letters of scripts and pictographs that need them. A flood of
# combining marks would paint over the lines around it.
_SCRIPTS = "[\u0590-\u1fff\u2070-\ud7ff\uf900-\U0010ffff]"
_JOINED = f"(?<={_SCRIPTS})[\u200c\u200d](?={_SCRIPTS})"
_KEPT = re.compile(f"[\n\t]|{_JOINED}")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_MARKS = frozenset({"Mn", "Me"})
_MARKS_KEPT = 4


def visible(text: str) -> str:
    """`text` with nothing hidden in it: control, bidirectional and zero-width characters show as code points.

    Longer than 4,000 characters, it is cut and says so.
    """
    if text.isascii() and text.isprintable() and len(text) <= LONGEST:
        return text
    return "".join(_characters(text))


def marked(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """`text` as `visible` shows it, in pieces that are marked or not; spans beyond its end mark nothing."""
    shown = _characters(text)
    inside = {i for start, end in spans for i in range(max(start, 0), min(end, len(text), LONGEST))}
    pieces = itertools.groupby(enumerate(shown), key=lambda pair: pair[0] in inside)
    return [("".join(character for _, character in piece), mark) for mark, piece in pieces]


def _characters(text: str) -> list[str]:
    """Each character as it is shown; beyond the first 4,000, those of a sentence that says so."""
    rest = len(text) - LONGEST
    cut = text[:LONGEST] + (f"… [{rest:,} more characters in the record]" if rest > 0 else "")
    kept = {m.start() for m in _KEPT.finditer(cut)}
    return [_shown(cut, i, kept) for i in range(len(cut))]


def _shown(text: str, i: int, kept: set[int]) -> str:
    character = text[i]
    if (character.isascii() and character.isprintable()) or i in kept:
        return character
    category = unicodedata.category(character)
    hidden = category in _HIDDEN or character in _BLANK or (category in _MARKS and _flooded(text, i))
    return f"[U+{ord(character):04X}]" if hidden else character


def _flooded(text: str, i: int) -> bool:
    before = text[max(0, i - _MARKS_KEPT) : i]
    return len(before) == _MARKS_KEPT and all(unicodedata.category(c) in _MARKS for c in before)


def name(text: str) -> str:
    """`text` as a name on one line: also its line breaks, outer spaces and emptiness are visible."""
    if not text:
        return "[empty]"
    shown = re.sub(r"[\n\t\u0085]", lambda m: f"[U+{ord(m[0]):04X}]", text)
    shown = re.sub(r"^\s+|\s+$", lambda m: "[space]" * len(m[0]), shown)
    return visible(shown)


def place(reference: str) -> str:
    """A file or folder by its own name, without the way to it; anything else as it is."""
    path = PurePath(reference)
    return name(path.name if path.is_absolute() or path.parts[:1] == (TILDE,) else reference)


def words(identifier: str) -> str:
    """A metric or parameter name as words: `true_positive_rate_gap` reads "true positive rate gap"."""
    return name(identifier).replace("_", " ")


def sentence(text: str) -> str:
    """`text` with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def width(text: str) -> int:
    """About how many Latin letters wide `text` is."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, longest: int) -> str:
    """`text` with an ellipsis when it is wider than `longest` letters."""
    if width(text) <= longest:
        return text
    end, taken = 0, 1
    while end < len(text) and taken + width(text[end]) <= longest:
        taken += width(text[end])
        end += 1
    return text[:end] + "…"


def number(value: float | None) -> str:
    """A number in one style: whole numbers with thousands, others with three decimals or three digits."""
    if value is None:
        return "undefined"
    if isinstance(value, int):
        return minus(f"{value:,}")
    return minus(_decimal(value))


def figure(measured: Measurement) -> str:
    """The value of a measurement: a count, which has no interval, without decimals."""
    bare = measured.low is None and measured.high is None and measured.successes is None
    if (
        bare
        and measured.value is not None
        and abs(measured.value) < 1e15
        and measured.value == int(measured.value)
    ):
        return number(int(measured.value))
    return number(measured.value)


def _decimal(value: float) -> str:
    size = abs(value)
    if 2 <= size < 1e15 and value == int(value):
        return f"{value:,.0f}"
    if size >= 1e15 or 0 < size < 0.0005:
        return f"{value:.2e}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 100 else f"{value:.3f}"


def limit(value: float) -> str:
    """A limit as a person would write it: 0.1 reads "0.10", 0.125 stays."""
    shortest = f"{value:.12g}"
    one_decimal = shortest.count(".") == 1 and len(shortest.partition(".")[2]) == 1
    return minus(f"{value:.2f}" if one_decimal and "e" not in shortest else shortest)


def interval(low: float | None, high: float | None) -> str:
    """The two ends of an interval, or a dash when there is none."""
    if low is None and high is None:
        return "–"
    return f"{'…' if low is None else number(low)} to {'…' if high is None else number(high)}"


def p_value(value: float | None) -> str:
    """A p-value as "= 0.012" or "< 0.001"."""
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
