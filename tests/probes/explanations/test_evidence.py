"""Do only methods that passed their checks feed the other probes?"""

import numpy as np
import pytest

from probes.attribution import METHODS
from probes.attribution.methods import Method, Scores
from probes.errors import Skip
from probes.explanations.evidence import evidence, judged, verdict
from probes.explanations.frames import sentences
from probes.explanations.trials import trials


@pytest.fixture
def audited(context, word_model):
    texts = [f"good film a b {i}" for i in range(20)]
    return context(texts=texts, model=word_model(0.5, {"good": 0.3}))


@pytest.fixture
def backwards(monkeypatch):
    """A method that calls the least important words the most important."""

    def explain(request):
        return [Scores(np.array([-float(t.text[a:b] == "good") for a, b in t.spans])) for t in request.texts]

    method = Method("backwards", "Backwards", explain, ("none",), needs_gradients=False, completeness=False)
    monkeypatch.setitem(METHODS, "backwards", method)


def test_the_first_usable_method_is_taken(audited, backwards):
    assert evidence(audited, ("backwards", "occlusion")).method == "occlusion"


def test_without_a_usable_method_every_reason_is_told(audited, backwards):
    with pytest.raises(Skip) as skipped:
        evidence(audited, ("integrated_gradients", "backwards"))
    assert "Integrated gradients is not usable" in str(skipped.value)
    assert "Backwards is not usable: taking its words away" in str(skipped.value)


def test_methods_without_signs_are_no_evidence_of_a_side(audited):
    with pytest.raises(Skip, match="do not tell for from against"):
        evidence(audited, ("saliency",))


def test_a_method_is_judged_once_an_audit(audited):
    evidence(audited, ("occlusion",))
    calls = audited.model.calls
    evidence(audited, ("occlusion",))
    assert audited.model.calls == calls + 1, "one more to see which texts have an answer"


def test_without_data_methods_are_judged_on_sentences_of_our_own(context, word_model):
    ctx = context(texts=[], model=word_model(0.5, {"rude": -0.3, "joy": 0.3}))
    assert set(judged(ctx, 500)) == set(sentences())
    assert len(sentences()) == 96


@pytest.fixture(scope="module")
def tiny(tiny_model):
    from audit.models import load

    return load(str(tiny_model), dtype="float32")


@pytest.fixture
def by_length(monkeypatch):
    """A method that looks at the text and never at the model."""

    def explain(request):
        return [Scores(np.array([float(b - a) for a, b in t.spans])) for t in request.texts]

    method = Method("by_length", "By length", explain, ("none",), needs_gradients=False, completeness=False)
    monkeypatch.setitem(METHODS, "by_length", method)


@pytest.mark.parametrize(("method", "blind"), [("by_length", True), ("integrated_gradients", False)])
def test_a_method_that_never_looks_at_the_model_does_not_notice_random_weights(
    context, tiny, by_length, method, blind
):
    rng = np.random.default_rng(0)
    words = ["good", "bad", "film", "actress", "king", "very", "the", "dull", "bright", "he"]
    texts = [" ".join(rng.permutation(words)[:8]) for _ in range(16)]
    ctx = context(texts=texts, model=tiny, classes=tiny.classes)
    found, _ = trials(ctx, (method,), texts, draws=2)
    judgement = verdict(ctx, found[method])
    assert not judgement.unchecked
    assert any("all weights are random" in clause for clause in judgement.against) == blind


def test_what_could_not_be_checked_is_told(audited):
    assert "the weights of a model that can only be asked" in evidence(audited, ("occlusion",)).told
