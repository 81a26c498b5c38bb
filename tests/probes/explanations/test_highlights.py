"""Are texts shown whole, with their scores, and those of the data only where they may be?"""

import numpy as np
import pytest

from audit.runner import measure
from probes.attribution import Attribution
from probes.explanations.highlights import highlights, pieces
from probes.registry import discover
from probes.types import Highlights


@pytest.fixture
def audited(context, word_model):
    texts = [f"secret joy number {i}" for i in range(20)]
    return context(texts=texts, model=word_model(0.5, {"joy": 0.3, "rude": -0.3}))


def test_pieces_are_the_whole_text():
    text = "  Ah, good  film?! (not read)"
    spans = ((2, 4), (4, 5), (6, 10), (12, 16))
    units = tuple(text[a:b] for a, b in spans)
    found = pieces(Attribution(text, 1, units, spans, np.array([0.0, 1.0, 2.0, -1.0]), "rigged", "none"))
    assert "".join(piece for piece, _ in found) == text
    assert [pair for pair in found if pair[1] is not None] == [("Ah", 0), (",", 1), ("good", 2), ("film", -1)]


def test_sentences_of_our_own_come_in_pairs_that_differ_in_the_person(audited):
    own = next(f for f in highlights(audited) if isinstance(f, Highlights))
    assert not own.private
    assert len(own.texts) == 8
    first, second = ("".join(piece for piece, _ in text.pieces) for text in own.texts[:2])
    assert first != second
    assert first.split()[-3:] == second.split()[-3:]


def test_the_label_is_the_answer_with_its_probability(audited):
    shown = [f for f in highlights(audited) if isinstance(f, Highlights)][1]
    assert {text.label for text in shown.texts} == {"yes 0.80"}


@pytest.mark.parametrize(("examples", "shown"), [(False, [False]), (True, [False, True])])
def test_texts_of_the_data_stay_out_of_the_record_unless_asked_for(audited, examples, shown):
    result = measure(discover()["explanations.highlights"], {}, audited, examples=examples)
    assert [e.private for e in result.exhibits if isinstance(e, Highlights)] == shown
    assert ("secret" in result.model_dump_json()) == examples


def test_without_data_our_own_sentences_are_shown(context, word_model):
    ctx = context(texts=[], model=word_model(0.5, {"joy": 0.3, "rude": -0.3, "lovely": 0.2}))
    assert [f.private for f in highlights(ctx) if isinstance(f, Highlights)] == [False]
