"""Does a mark say the sign and the size of a score?"""

import pytest

import reports
from probes.types import Highlight
from reports.marks import pieces, signed


def test_sides_levels_and_values():
    """Shares of the largest, 2: 1, 0.5, 0.25, 0.1, 0.05; the last is too little to be marked."""
    scores = (2.0, -1.0, 0.5, -0.2, 0.1, None)
    found = pieces(Highlight("yes", tuple((str(i), score) for i, score in enumerate(scores))))
    assert [piece.level for piece in found] == [4, 3, 2, 1, 0, 0]
    assert [piece.side for piece in found[:4]] == ["up", "down", "up", "down"]
    assert [piece.value for piece in found] == ["+2", "−1.000", "+0.500", "−0.200", "+0.100", ""]


@pytest.mark.parametrize("scores", [(), (0.0, 0.0), (None,)])
def test_nothing_to_mark(scores):
    assert not any(piece.level for piece in pieces(Highlight("", tuple(("x", s) for s in scores))))


def test_zero_has_no_sign():
    assert signed(0.0) == "0.000"


def test_the_text_is_whole_and_in_order(sample):
    html = reports.html(sample.full())
    assert 'tabindex="0"><bdi><mark class="up l1">She<span class="tip"> +0.210 </span></mark> gave a ' in html
