"""Does each perturbation change what it says, more with its strength, and as the text alone decides?"""

import numpy as np
import pytest

from probes.content import chosen
from probes.errors import AuditError
from probes.perturbations import STRENGTHS, named, perturbations
from probes.perturbations.sites import Site, edited

EVERY = pytest.mark.parametrize("name", sorted(perturbations()))
TEXT = (
    "Truly wonderful acting lifts this lovely little story above other movies because nothing isn't colourful"
)
ODD = [
    "",
    " ",
    "ok",
    "7",
    "😀😀",
    "👩‍👩‍👧",
    "مرحبا بالعالم الجميل",
    "שלום עולם",
    "日本語のテキスト",
    "a\ud800b",
    "é" * 40,
    "x\n\ty  z",
]


@EVERY
def test_it_changes_the_text_and_follows_from_it_alone(name):
    sweep = perturbations()[name].sweep(TEXT, seed=3)
    assert sweep == perturbations()[name].sweep(TEXT, seed=3)
    assert TEXT not in sweep
    assert len(sweep) == len(STRENGTHS)


@EVERY
@pytest.mark.parametrize("text", ODD)
def test_any_text_is_changed_or_left_as_it_is(name, text):
    sweep = perturbations()[name].sweep(text)
    assert all(isinstance(new, str) for new in sweep)
    assert len({new == text for new in sweep}) == 1, "a text is changed at every strength or at none"


@pytest.mark.parametrize("name", ["keyboard", "swap", "deletion", "repetition", "case", "homoglyph", "ocr"])
def test_the_changes_of_a_strength_contain_those_of_the_strength_before(name):
    """Ten words of five letters: strength s changes s of them, and a changed word stays as it was changed."""
    words = [f"{a}live" for a in "abcdefghij"]
    before = words
    for strength, text in zip(STRENGTHS, perturbations()[name].sweep(" ".join(words)), strict=True):
        after = text.split()
        assert sum(new != old for new, old in zip(after, words, strict=True)) == strength
        assert all(new == held or held == old for new, held, old in zip(after, before, words, strict=True))
        before = after


def test_at_least_one_place_is_changed_and_no_more_than_there_are():
    sites = [Site(0, 1, ("x",)), Site(2, 3, ("y", "z"))]
    rng = np.random.default_rng
    assert edited("a b", sites, 0.01, rng(0)) in {"x b", "a y", "a z"}
    assert edited("a b", sites, 1.0, rng(0)) in {"x y", "x z"}
    assert edited("a b", [], 1.0, rng(0)) == "a b"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("case", "no", {"NO"}),
        ("case", "NO", {"no"}),
        ("case", "don't", {"DON'T"}),
        ("contraction", "I do not know", {"I don't know"}),
        ("contraction", "Won’t do", {"Will not do"}),
        ("contraction", "So it is", {"So it is"}),
        ("contraction", "It is so", {"It's so"}),
        ("contraction", "It's so", {"It's so"}),
        ("dialect", "COLOUR", {"COLOR"}),
        ("dialect", "Favorite", {"Favourite"}),
        ("dialect", "a flat tone", {"a flat tone"}),
        ("ocr", "corn", {"oorn", "eorn", "c0rn", "com", "coru"} | {"corn"}),
        ("swap", "cold", {"clod"}),
        ("swap", "look", {"look"}),
        ("repetition", "cold", {"coold", "colld"}),
        ("spacing", "of it", {"ofit"}),
    ],
)  # fmt: skip
def test_known_changes(name, text, expected):
    found = {perturbations()[name].sweep(text, seed=seed)[0] for seed in range(20)}
    assert found <= expected
    assert text not in found or expected == {text} or name == "ocr"


def test_a_homoglyph_looks_the_same_and_is_another_letter():
    new = perturbations()["homoglyph"].sweep("pace")[-1]
    assert sum(a != b for a, b in zip("pace", new, strict=True)) == 1
    assert not new.isascii()


def test_an_invisible_character_is_not_drawn():
    for new in perturbations()["invisible"].sweep(TEXT):
        assert "".join(c for c in new if c not in "\u200b\u2060\u00ad") == TEXT


def test_spacing_moves_nothing_but_spaces():
    for new in perturbations()["spacing"].sweep(TEXT):
        assert new.replace(" ", "") == TEXT.replace(" ", "")


def test_an_unknown_perturbation_is_told_with_those_known():
    with pytest.raises(AuditError, match=r"'typo'.*keyboard, swap"):
        named(["swap", "typo"])


def test_rows_are_drawn_by_content():
    texts = [f"text {i % 7}" for i in range(14)]
    rows = chosen(texts, 3, seed=1)
    backwards = chosen(texts[::-1], 3, seed=1)
    assert len(rows) == 6
    assert {texts[r] for r in rows} == {texts[::-1][r] for r in backwards}
    assert set(chosen(texts, 2, seed=1)) < set(rows)
    assert len(chosen([], 3)) == 0
