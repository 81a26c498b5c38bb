"""What remains of a text without some of its units?"""

from collections.abc import Sequence

from probes.types import BoolArray


def without(text: str, spans: Sequence[tuple[int, int]], dropped: BoolArray, *, mask: str = "") -> str:
    """The text with the dropped units deleted, or each replaced by `mask`.

    A deleted unit takes the white space before it along (the first one, that behind it), so that no gap
    tells where it stood; everything that is not deleted stays as it is.

    Args:
        text: the text.
        spans: where its units stand, ascending.
        dropped: (U,) True for the units that go.
        mask: what takes the place of each; "" deletes.

    Raises:
        ValueError: when there are not as many flags as units.
    """
    pieces, end = [], 0
    for (start, stop), goes in zip(spans, dropped, strict=True):
        gap = text[end:start]
        pieces.append(gap + (mask if goes else text[start:stop]) if mask or not goes else gap.rstrip())
        end = stop
    pieces.append(text[end:])
    whole = "".join(pieces)
    return whole.lstrip() if not mask and len(dropped) and dropped[0] else whole
