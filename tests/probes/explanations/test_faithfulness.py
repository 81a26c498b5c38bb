"""Is an attribution called faithful when the answer rests on its words, and only then?"""

import numpy as np
import pytest

from probes.attribution import METHODS
from probes.attribution.methods import Method, Scores
from probes.content import generator
from probes.errors import AuditError, Skip
from probes.explanations.faithfulness import faithfulness
from probes.types import Curve, Table

OCCLUSION = {"methods": ("occlusion",)}


@pytest.fixture
def rigged(monkeypatch):
    """`rigged("name", scores_of_a_text)` is a method of that name."""

    def make(name, scores, **promises):
        def explain(request):
            return [scores(text) for text in request.texts]

        method = Method(
            name, name.title(), explain, ("none",), needs_gradients=False, completeness=False, **promises
        )
        monkeypatch.setitem(METHODS, name, method)
        return {"methods": (name,)}

    return make


@pytest.fixture
def audited(context, word_model):
    """Score 0.5, + 0.3 with "good", + 0.1 with "nice", in texts of ten words; 30 of them have both.

    Removed in the order good, nice, others: 1, 1, 1, 2, 5 words. Comprehensiveness is then 0.3, 0.3, 0.3,
    0.4, 0.4, on the average 0.34; sufficiency 0.1, 0.1, 0.1, 0, 0, on the average 0.06.
    """
    texts = [f"nice good a b c d e f g {i}" for i in range(30)]
    return context(texts=texts, model=word_model(0.5, {"good": 0.3, "nice": 0.1}))


def test_known_answer(audited, found):
    findings = list(faithfulness(audited, **OCCLUSION))
    assert found(findings, "comprehensiveness", method="occlusion").value == pytest.approx(0.34)
    assert found(findings, "sufficiency", method="occlusion").value == pytest.approx(0.06)
    assert found(findings, "monotonicity", method="occlusion").successes == 30
    assert found(findings, "usable", method="occlusion").value == 1
    for gain in ("comprehensiveness_gain", "sufficiency_gain", "log_odds_gain", "infidelity_gain"):
        assert found(findings, gain, method="occlusion").low > 0


def test_a_random_order_takes_each_word_equally_often(audited, found):
    """Each of ten words is among k with k / 10; k is 2 on the average, so the fall is 0.4 x 2 / 10."""
    m = found(
        faithfulness(audited, random_orders=40, **OCCLUSION), "comprehensiveness", method="random order"
    )
    assert m.value == pytest.approx(0.08, abs=0.015)


def test_random_attributions_are_no_evidence(audited, found, rigged):
    def noise(text):
        return Scores(generator(text.text, (5,)).normal(size=len(text.spans)))

    findings = list(faithfulness(audited, random_orders=10, **rigged("noise", noise)))
    gain = found(findings, "comprehensiveness_gain", method="noise")
    assert gain.low < 0 < gain.high
    usable = found(findings, "usable", method="noise")
    assert usable.value == 0
    assert "no more than taking random ones" in usable.note


def test_attributions_that_are_often_withheld_are_no_evidence(audited, found, rigged):
    """One of ten may be; here it is every third."""

    def doubtful(text):
        good = np.array([text.text[a:b] == "good" for a, b in text.spans], dtype=float)
        third = text.text.split()[-1] in map(str, range(0, 30, 3))
        return Scores(good, withheld="it does not add up" if third else "")

    findings = list(faithfulness(audited, **rigged("doubtful", doubtful)))
    usable = found(findings, "usable", method="doubtful")
    assert (usable.value, usable.n) == (0, 20)
    assert "withheld for 10 of 30 texts (it does not add up)" in usable.note


def test_a_model_that_answers_always_the_same_rests_on_no_word(context, word_model, found):
    ctx = context(texts=[f"a film {i}" for i in range(20)], model=word_model(0.7, {}))
    findings = list(faithfulness(ctx, **OCCLUSION))
    assert found(findings, "comprehensiveness_gain", method="occlusion").value == pytest.approx(0)
    assert found(findings, "usable", method="occlusion").value == 0


def test_a_method_that_the_model_does_not_allow_is_told(audited):
    methods = ("integrated_gradients", "occlusion")
    numbers, reasons = (f for f in faithfulness(audited, methods=methods) if isinstance(f, Table))
    rows = {row[0]: row for row in numbers.rows}
    assert rows["Integrated gradients"][1:3] == ("not tried", None)
    assert rows["Occlusion"][1] == "usable"
    assert [row[0] for row in reasons.rows] == ["Occlusion", "Integrated gradients"]


def test_lines_of_all_methods_are_in_one_figure(audited, rigged):
    methods = (*rigged("flat", lambda text: Scores(np.zeros(len(text.spans))))["methods"], "occlusion")
    curves = [f for f in faithfulness(audited, methods=methods) if isinstance(f, Curve)]
    assert len({curve.title for curve in curves}) == 1
    assert [curve.name for curve in curves] == ["Flat", "Occlusion", "random order"]
    occlusion = curves[1]
    assert occlusion.x == (0, 1, 5, 10, 20, 50)
    assert occlusion.y == pytest.approx((0.9, 0.6, 0.6, 0.6, 0.5, 0.5))


def test_all_changed_texts_are_asked_in_one_call(audited):
    """One call chooses the texts, one for the predicted classes, one for occlusion, one for what is left."""
    list(faithfulness(audited, sensitivity_texts=0, **OCCLUSION))
    assert audited.model.calls <= 4


@pytest.mark.parametrize("texts", [["good"], ["good", "!"], [""], ["", " "]])
def test_texts_without_two_words_have_no_order(context, word_model, texts):
    with pytest.raises(Skip, match="no text has an attribution that can be tested"):
        list(faithfulness(context(texts=texts, model=word_model(0.5, {"good": 0.3})), **OCCLUSION))


def test_an_unknown_method_is_a_sentence(audited):
    with pytest.raises(AuditError, match="magic"):
        list(faithfulness(audited, methods=("magic",)))
