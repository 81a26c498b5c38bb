"""Every family of models, in any company, with the model left as it was."""

import copy

import numpy as np
import pytest

from probes.attribution import METHODS, attribute, precision
from probes.attribution.agreement import rank_correlation
from probes.attribution.precision import functions
from probes.errors import AuditError, Skip

ENCODER = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 80, "initializer_range": 0.3,
}  # fmt: skip
DISTIL = {
    "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32, "max_position_embeddings": 80,
    "initializer_range": 0.3,
}  # fmt: skip
DECODER = {
    "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 80, "initializer_range": 0.3, "bos_token_id": 2,
    "eos_token_id": 3,
}  # fmt: skip
FAMILIES = {
    "Bert": ENCODER,
    "DistilBert": DISTIL,
    "Roberta": ENCODER,
    "Electra": ENCODER | {"embedding_size": 8},
    "Albert": ENCODER | {"embedding_size": 8},
    "GPT2": DECODER,
}
TEXTS = ["the film was not very good", "bad", "a dull story , but the actress was great !", "he and she"]
TIMED_CHOICE = precision._timed_choice
GRADIENTS = [name for name, method in METHODS.items() if method.needs_gradients]


@pytest.fixture(autouse=True)
def float32(monkeypatch):
    """No timing: in float32, unless a test says otherwise."""
    monkeypatch.setattr(precision, "_timed_choice", lambda exact, texts: "float32")


@pytest.fixture(scope="module", params=FAMILIES)
def family(request, tokenizer, rigged):
    """A tiny model of random weights, half of them frozen and one part in training mode."""
    import torch
    import transformers

    tokenizer = copy.deepcopy(tokenizer)
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    options = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    config = getattr(transformers, f"{request.param}Config")(**options, **FAMILIES[request.param])
    with torch.random.fork_rng():
        torch.manual_seed(1)
        module = getattr(transformers, f"{request.param}ForSequenceClassification")(config).eval()
    for number, weights in enumerate(module.parameters()):
        weights.requires_grad = number % 2 == 0
    return rigged(module, tokenizer)


def close(one, other, *, rough=1e-3):
    assert one.units == other.units
    assert one.scores == pytest.approx(other.scores, abs=rough, rel=rough)


def test_the_sum_is_the_difference_of_the_outputs(family):
    """Padding put in as tokens would move GPT-2's last token and RoBERTa's positions; embeddings do not."""
    for found in attribute(family, TEXTS, baseline="pad"):
        assert found.withheld == ""
        assert found.completeness_error <= 0.05
        assert found.steps >= 6


def test_the_model_is_as_before(family):
    family.module.train()
    family.module.get_input_embeddings().eval()
    modes = [part.training for part in family.module.modules()]
    wanted = [weights.requires_grad for weights in family.module.parameters()]
    before = copy.deepcopy(family.module.state_dict())
    for method in GRADIENTS:
        attribute(family, TEXTS[:1], method, targets=np.array([1]), seed=5)
    assert [part.training for part in family.module.modules()] == modes
    assert [weights.requires_grad for weights in family.module.parameters()] == wanted
    assert all(weights.grad is None for weights in family.module.parameters())
    assert not any(part._forward_hooks for part in family.module.modules())
    assert all((before[name] == tensor).all() for name, tensor in family.module.state_dict().items())
    family.module.eval()


@pytest.mark.parametrize("method", GRADIENTS)
def test_company_and_order_do_not_matter(family, rigged, method):
    together = attribute(family, TEXTS, method)
    some = attribute(rigged(family.module, family.tokenizer), [TEXTS[2], TEXTS[1]], method)
    close(some[0], together[2])
    close(some[1], together[1])


@pytest.mark.parametrize("method", [name for name in METHODS if name not in GRADIENTS])
def test_company_and_order_do_not_matter_to_questions(bag, method):
    together = attribute(bag(), ["good film", "dull", "he and she"], method)
    (alone,) = attribute(bag(), ["he and she"], method)
    close(together[2], alone)


def test_attention_rollout_against_products_of_matrices(tiny_bert):
    """One row of (I + A) / 2 multiplied through the layers: that of the class token, which BERT reads."""
    import torch

    model = tiny_bert
    (found,) = attribute(model, ["the film was good"], "attention_rollout")
    module = copy.deepcopy(model.module)
    module.set_attn_implementation("eager")
    inputs = model.tokenizer("the film was good", return_tensors="pt")
    with torch.no_grad():
        attentions = module(**inputs, output_attentions=True).attentions
    product = np.eye(6)
    for layer in attentions:
        product = (np.eye(6) + layer[0].mean(0).numpy()) / 2 @ product
    assert found.scores == pytest.approx(product[0, 1:5], abs=1e-5)


@pytest.fixture(scope="module")
def tiny_bert(tiny_model, rigged, tokenizer):
    from transformers import AutoModelForSequenceClassification

    return rigged(AutoModelForSequenceClassification.from_pretrained(tiny_model).eval(), tokenizer)


@pytest.mark.filterwarnings("ignore:Setting forward, backward hooks")
def test_integrated_gradients_against_captum(tiny_bert):
    """Its layer integrated gradients with 300 steps, with token numbers of the baseline put in."""
    from captum.attr import LayerIntegratedGradients

    text = TEXTS[2]
    (found,) = attribute(tiny_bert, [text], baseline="mask", targets=np.array([1]), level="token")
    ids = tiny_bert.tokenizer(text, return_tensors="pt")["input_ids"]
    masked = ids.clone()
    masked[0, 1:-1] = tiny_bert.tokenizer.mask_token_id

    def output(tokens):
        logits = tiny_bert.module(input_ids=tokens).logits
        return logits[:, 1] - logits[:, 0]

    method = LayerIntegratedGradients(output, tiny_bert.module.get_input_embeddings())
    expected = method.attribute(ids, masked, n_steps=300).sum(-1)[0, 1:-1].detach().numpy()
    assert np.corrcoef(found.scores, expected)[0, 1] > 0.99
    assert np.abs(found.scores - expected).max() < 0.05 * max(1, np.abs(expected).max())


def test_deeplift_is_withheld_where_it_does_not_add_up(tiny_bert):
    found = attribute(tiny_bert, TEXTS, "deeplift")
    assert all("miss the difference" in one.withheld for one in found if one.completeness_error > 0.05)
    assert any(one.withheld for one in found)


def test_a_path_that_never_settles_is_withheld(bag, value):
    """A step at Σ v = 2 has no slope anywhere, and still a difference of 5."""
    model = bag(lambda total: (total > 2) * 5.0 + 0 * total)
    high = next(word for word in ("the", "a", "an", "this", "that", "it", "is") if value(word) == 3)
    (found,) = attribute(model, [f"{high} {high}"], targets=np.array([1]))
    assert found.completeness_error == pytest.approx(1)
    assert "after 192 steps" in found.withheld
    assert found.scores == pytest.approx([0, 0])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_text_without_words_has_no_scores(bag, method, text):
    (found,) = attribute(bag(), [text], method)
    assert (found.units, found.scores.shape) == ((), (0,))
    assert "no words" in found.withheld


@pytest.mark.parametrize("method", [name for name in METHODS if name != "attention_rollout"])
def test_one_word(bag, method):
    (found,) = attribute(bag(), ["queen"], method)
    assert found.scores.shape == (1,)


def test_a_module_without_attention(bag):
    with pytest.raises(Skip, match="attention"):
        attribute(bag(), ["queen"], "attention_rollout")


def test_no_texts(bag):
    assert attribute(bag(), []) == ()


@pytest.mark.parametrize("method", ["integrated_gradients", "occlusion", "kernel_shap"])
def test_what_the_model_does_not_read_changes_nothing(bag, method):
    """The tokenizer reads 62 words: a deleted word shall not let an unread one in."""
    read = " ".join(["good", "film"] * 31)
    (whole,) = attribute(bag(), [f"{read} bad bad bad"], method, targets=np.array([1]))
    (part,) = attribute(bag(), [read], method, targets=np.array([1]))
    assert len(whole.units) == 62
    assert whole.read == read
    if method != "kernel_shap":  # It draws by the text.
        assert whole.scores == pytest.approx(part.scores)


def test_invalid_answers_are_told(word_model):
    class Mute:
        classes = ("no", "yes")

        def predict(self, inputs):
            return np.array([[np.nan, np.nan] if text == "mute" else [0.4, 0.6] for text in inputs])

    mute, spoken = attribute(Mute(), ["mute", "not mute"], "occlusion")
    assert "no valid answer to it" in mute.withheld
    assert "some of its words missing" in spoken.withheld
    assert spoken.scores.tolist() == [0, 0]


def test_all_masked_texts_are_asked_together(bag):
    model = bag()
    attribute(model, TEXTS, "occlusion", targets=np.ones(4, int))
    assert len(model.asked) == 1


def test_what_is_known_is_not_asked_again(bag):
    model = bag()
    first = attribute(model, TEXTS, "lime")
    asked = len(model.asked)
    again = attribute(model, TEXTS[::-1], "lime")[::-1]
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert len(model.asked) == asked + 1  # For the predicted classes.


def test_another_seed_draws_otherwise(bag):
    one, other = (attribute(bag(), [TEXTS[2]], "lime", seed=seed)[0] for seed in (0, 1))
    assert not np.array_equal(one.scores, other.scores)


def test_wrong_names_are_refused(bag):
    for options in ({"method": "magic"}, {"baseline": "noise"}, {"level": "letter"}):
        with pytest.raises(AuditError, match=r"no method of attribution|is not one of"):
            attribute(bag(), ["a"], **options)


def test_gradients_of_a_model_that_can_only_be_asked(word_model):
    with pytest.raises(Skip, match="only be asked"):
        attribute(word_model(0.5, {}), ["a"])
    with pytest.raises(Skip, match="only be asked"):
        attribute(word_model(0.5, {}), ["a"], "occlusion", baseline="mask")


def test_a_tokenizer_without_a_mask_token(bag):
    model = bag()
    plain = copy.deepcopy(model.tokenizer)
    plain.mask_token = None
    other = type(model)(model.module, plain)
    assert attribute(other, ["queen"])[0].baseline == "pad"
    with pytest.raises(Skip, match="no mask token"):
        attribute(other, ["queen"], baseline="mask")


def test_the_fast_type_where_it_is_fast_and_right(tiny_bert, rigged, monkeypatch):
    monkeypatch.setattr(precision, "_timed_choice", lambda exact, texts: "bfloat16")
    model = rigged(tiny_bert.module, tiny_bert.tokenizer)
    found = functions(model)
    assert found.fast is not None
    assert 0 < found.noise < 1
    assert next(found.exact.module.parameters()).dtype.itemsize == 4
    texts = [TEXTS[0], TEXTS[2]]
    for rough, exact in zip(attribute(model, texts), attribute(tiny_bert, texts), strict=True):
        assert rank_correlation(rough.scores, exact.scores) > 0.8
        assert not rough.withheld


def test_a_fast_type_that_ranks_otherwise_is_not_used(tiny_bert, rigged, monkeypatch):
    monkeypatch.setattr(precision, "_timed_choice", lambda exact, texts: "bfloat16")
    monkeypatch.setattr(precision, "ALIKE", 1.1)
    assert functions(rigged(tiny_bert.module, tiny_bert.tokenizer)).fast is None


@pytest.mark.parametrize(("seconds", "chosen"), [(0.5, "bfloat16"), (0.9, "float32")])
def test_a_timing_decides(tiny_bert, rigged, monkeypatch, seconds, chosen):
    monkeypatch.setattr(precision, "_timed_choice", TIMED_CHOICE)
    monkeypatch.setattr(precision, "_timings", lambda c, t: {"float32": 1.0, "bfloat16": seconds})
    found = functions(rigged(tiny_bert.module, tiny_bert.tokenizer))
    assert (found.fast is not None) == (chosen == "bfloat16")


def test_a_batch_that_does_not_fit_is_halved(bag, monkeypatch):
    from probes.attribution import slopes

    whole, seen = slopes._batch, []

    def small(function, texts, targets, points):
        seen.append(len(points))
        if len(points) > 3:
            raise MemoryError
        return whole(function, texts, targets, points)

    (expected,) = attribute(bag(), TEXTS[:1])
    monkeypatch.setattr(slopes, "_batch", small)
    (found,) = attribute(bag(), TEXTS[:1])
    assert found.scores == pytest.approx(expected.scores)
    assert max(seen) > 3
