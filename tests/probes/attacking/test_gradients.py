"""Do recipes that rank words by gradients get the model's own?"""

from types import SimpleNamespace

import numpy as np
import pytest

from probes.attacking.gradients import embedding_gradient, tokens
from probes.attacking.library import quiet, textattack
from probes.attacking.victim import Victim
from probes.errors import Skip

TEXT = "The film is dull and slow"


@pytest.fixture
def model(tiny_model):
    """The tiny BERT, in double precision so that finite differences are exact enough."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    module = AutoModelForSequenceClassification.from_pretrained(tiny_model).double().eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)

    def predict(texts):
        import torch

        with torch.inference_mode():
            rows = [
                module(**tokenizer(text, return_tensors="pt")).logits[0].softmax(0).numpy() for text in texts
            ]
        return np.stack(rows)

    return SimpleNamespace(classes=("a", "b"), module=module, tokenizer=tokenizer, predict=predict)


def test_the_gradient_is_that_of_finite_differences(model):
    """(L(e + h) - L(e - h)) / 2h along one coordinate of one token, L = -log p(decided class)."""
    import torch

    inputs = model.tokenizer(TEXT, return_tensors="pt")
    embedded = model.module.get_input_embeddings()(inputs.pop("input_ids")).detach()

    def loss(shift):
        moved = embedded.clone()
        moved[0, 2, 5] += shift
        with torch.inference_mode():
            return -float(model.module(inputs_embeds=moved, **inputs).logits[0].log_softmax(0).max())

    expected = (loss(1e-5) - loss(-1e-5)) / 2e-5
    found = embedding_gradient(model, TEXT)
    assert found.shape == (len(tokens(model, TEXT)), 32)
    assert found[2, 5] == pytest.approx(expected, rel=1e-4)


@pytest.mark.usefixtures("needs_textattack")
def test_textattack_ranks_words_by_them(model):
    with quiet():
        parts = textattack()
        goal = parts.goal_functions.UntargetedClassification(Victim(model, model.predict))
        swap = parts.transformations.WordSwapNeighboringCharacterSwap()
        search = parts.search_methods.GreedyWordSwapWIR(wir_method="gradient", truncate_words_to=30)
        attacker = parts.Attack(goal, [], swap, search)
        decided = int(model.predict([TEXT])[0].argmax())
        assert attacker.attack(TEXT, decided).num_queries > 1


def test_a_model_without_gradients_is_skipped(bag):
    with pytest.raises(Skip, match="only answers"):
        Victim(bag, bag.predict).get_grad(TEXT)
