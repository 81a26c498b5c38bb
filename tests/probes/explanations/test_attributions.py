"""Is it told which attributions may be believed?"""

import numpy as np
import pytest

from probes.errors import AuditError, Skip
from probes.registry import discover
from probes.types import Table

TEXTS = ["good film", "a good plot", "bad", "the story was bad and dull"]


def run(ctx, **parameters):
    probe = discover()["explanations.attributions"]
    return list(probe(ctx, **probe.complete(parameters)))


@pytest.fixture
def model(word_model):
    return word_model(0.5, {"good": 0.3, "bad": -0.3})


def test_known_answer(context, model, found):
    """Shapley values sum to the difference by their definition; occlusion promises nothing."""
    findings = run(context(texts=TEXTS, model=model), methods=("occlusion", "shapley_sampling"))
    where = {"method": "shapley_sampling", "baseline": "deleted"}
    assert found(findings, "completeness_error", **where).value == pytest.approx(0, abs=1e-9)
    assert found(findings, "complete_share", **where).successes == 4
    assert found(findings, "steps", **where).value == 16
    assert found(findings, "withheld_share", method="occlusion").value == 0
    assert not [
        f for f in findings if getattr(f, "metric", "") == "steps" and f.slice["method"] == "occlusion"
    ]


def test_what_is_withheld_is_counted_with_its_reason(context, model, found):
    """A text without words cannot be explained."""
    findings = run(context(texts=[*TEXTS, " "], model=model), methods=("occlusion",))
    assert found(findings, "withheld_share").successes == 1
    (table,) = [f for f in findings if isinstance(f, Table)]
    assert table.rows[0][-2:] == (1, "it has no words that the model reads")


def test_the_same_texts_whatever_their_order(context, model, found):
    texts = [f"good {i}" for i in range(30)]
    one, other = (run(context(texts=rows, model=model), max_texts=5) for rows in (texts, texts[::-1]))
    assert one == other
    assert found(one, "withheld_share", method="occlusion").n == 5


def test_methods_that_the_model_does_not_allow(context, model):
    with pytest.raises(Skip, match="needs its gradients"):
        run(context(texts=TEXTS, model=model), methods=("saliency",))
    with pytest.raises(AuditError, match="no method of attribution 'magic'"):
        run(context(texts=TEXTS, model=model), methods=("magic", "occlusion"))


def test_a_model_without_any_valid_answer(context):
    class Mute:
        classes = ("no", "yes")

        def predict(self, inputs):
            return np.full((len(inputs), 2), np.nan)

    with pytest.raises(Skip, match="valid answer"):
        run(context(texts=TEXTS, model=Mute()))


@pytest.mark.encoder
def test_on_the_real_encoder(context, found, monkeypatch, real_environment):
    """A fitted head on the real encoder: nearly every text within 5 % in far fewer than 192 steps."""
    monkeypatch.setenv("XDG_CACHE_HOME", real_environment.get("XDG_CACHE_HOME", ""))
    model = encoder()
    texts = ["A dull film.", "I loved every minute of this strange little story!", "Not bad, but too long."]
    findings = run(context(texts=texts, model=model), methods=("integrated_gradients",))
    assert found(findings, "withheld_share").value == 0
    assert found(findings, "complete_share").value == 1
    assert found(findings, "steps").value < 60


def encoder():
    """The base encoder with a head of random weights."""
    from dataclasses import make_dataclass

    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from audit.resources import fetch

    folder = fetch("minilm-l6")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        module.classifier.weight.mul_(100)
    fields = ("module", "tokenizer", "classes", "predict")
    model = make_dataclass("Encoder", fields, frozen=True, eq=False)
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def predict(texts):
        with torch.no_grad():
            inputs = tokenizer(list(texts), padding=True, return_tensors="pt")
            return module(**inputs).logits.double().softmax(-1).numpy()

    return model(module, tokenizer, ("no", "yes"), predict)
