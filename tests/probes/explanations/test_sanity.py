"""Does a method that looks at the model change with it, and is one told that does not?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from probes.attribution import Attribution
from probes.attribution.randomising import parts, randomised
from probes.errors import Skip
from probes.explanations.sanity import correlations
from probes.registry import discover
from probes.types import Curve

TEXTS = [
    "the film was not very good but the actress was funny and bright",
    "a dull story with an awful plot and a slow man in it",
    "he and she hate that long old book but we love the new play",
    "you enjoy the best movie of the year with the worst king",
]


@dataclass(frozen=True, eq=False)
class Tiny:
    module: Any
    tokenizer: Any
    classes: tuple[str, ...] = ("negative", "positive")

    def predict(self, inputs):
        import torch

        with torch.no_grad():
            found = self.tokenizer(list(inputs), padding=True, return_tensors="pt")
            return self.module(**found).logits.double().softmax(-1).numpy()


@pytest.fixture(scope="module")
def tiny(tiny_model):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    module = AutoModelForSequenceClassification.from_pretrained(tiny_model).eval()
    return Tiny(module, AutoTokenizer.from_pretrained(tiny_model))


@pytest.fixture(scope="module")
def findings(context, tiny):
    probe = discover()["explanations.sanity"]
    return list(probe(context(texts=TEXTS, model=tiny), **probe.complete({"methods": ("saliency",)})))


def test_the_stages_go_from_the_top_down(tiny):
    assert [name for name, _ in parts(tiny.module)] == ["head", "block 2", "block 1", "embeddings"]
    names = {name for _, tensors in parts(tiny.module) for name, _ in tensors}
    assert names == {name for name, _ in tiny.module.named_parameters()}


def test_each_stage_shuffles_what_is_above_it_and_leaves_the_rest(tiny):
    import torch

    before = {name: weights.clone() for name, weights in tiny.module.named_parameters()}
    part = {name: stage for stage, tensors in parts(tiny.module) for name, _ in tensors}
    done = set()
    for other in randomised(tiny, seed=0):
        done.add(other.stage)
        for name, weights in other.module.named_parameters():
            kept, constant = torch.equal(weights, before[name]), before[name].unique().numel() == 1
            assert kept == (part[name] not in done or constant), name
            assert torch.equal(weights.flatten().sort().values, before[name].flatten().sort().values)
    assert done == set(part.values())
    assert all(torch.equal(before[name], weights) for name, weights in tiny.module.named_parameters())


def test_the_same_seed_forgets_alike(tiny):
    one, other, another = (next(iter(randomised(tiny, seed=seed))).predict(TEXTS) for seed in (0, 0, 1))
    assert np.array_equal(one, other)
    assert not np.allclose(one, another)


def test_a_random_model_answers_through_its_module(tiny):
    """Against the same weights asked directly."""
    other = next(iter(randomised(tiny, seed=0)))
    assert other.predict(TEXTS) == pytest.approx(Tiny(other.module, other.tokenizer).predict(TEXTS), abs=1e-5)


def test_every_stage_is_measured_and_drawn(findings, found):
    """Of random weights nothing is learnt; so nothing but chance is left of the ranking."""
    last = found(findings, "correlation_with_original", randomised="embeddings", method="saliency")
    assert last.low < 0.5
    assert last.n == len(TEXTS)
    head = found(findings, "correlation_with_original", randomised="head", method="saliency")
    assert -1 <= head.low <= head.value <= head.high <= 1
    (curve,) = [f for f in findings if isinstance(f, Curve)]
    assert curve.x == (0, 1, 2, 3, 4)
    assert curve.y[0] == 1
    assert len(curve.low) == len(curve.y)


def test_a_method_blind_to_the_model_stays_at_one():
    blind = [Attribution("ab", 1, ("a", "b"), ((0, 1), (1, 2)), np.array([1.0, 2.0]), "saliency", "none")]
    assert correlations(blind, blind) == pytest.approx([1])


def test_a_model_that_can_only_be_asked(context, word_model):
    probe = discover()["explanations.sanity"]
    with pytest.raises(Skip, match="only be asked"):
        list(probe(context(texts=TEXTS, model=word_model(0.5, {}))))
