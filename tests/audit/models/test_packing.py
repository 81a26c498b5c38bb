"""A packed encoder gives the answers of the padded one, with less work, or is not used at all."""

from dataclasses import replace

import pytest

from audit.models import load
from audit.models.packing import agreeing, packed

LENGTHS = (20, 7, 7, 1, 13)
SIZE = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
DISTIL = {"dim": 32, "hidden_dim": 64, "n_heads": 4, "n_layers": 3}
FAMILIES = {
    "bert": SIZE,
    "roberta": SIZE | {"pad_token_id": 1},
    "xlm-roberta": SIZE | {"pad_token_id": 1},
    "electra": SIZE | {"embedding_size": 16},
    "distilbert": DISTIL,
    "ernie": SIZE,
}
OTHERS = {
    "albert": SIZE | {"embedding_size": 16},
    "mpnet": SIZE,
    "deberta-v2": SIZE,
    "megatron-bert": SIZE,
    "convbert": SIZE,
}


def classifier(family, settings):
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    shape = {"vocab_size": 200, "max_position_embeddings": 80, "num_labels": 3} | settings
    torch.manual_seed(0)
    module = AutoModelForSequenceClassification.from_config(AutoConfig.for_model(family, **shape))
    for weight in module.parameters():
        weight.data.normal_(std=0.3)
    return module.eval()


def batch(module, lengths=LENGTHS):
    import torch

    mask = torch.tensor([[int(place < length) for place in range(max(lengths))] for length in lengths])
    ids = torch.randint(5, 200, mask.shape, generator=torch.Generator().manual_seed(1))
    return {"input_ids": torch.where(mask == 1, ids, module.config.pad_token_id or 0), "attention_mask": mask}


def difference(one, other, inputs):
    import torch

    with torch.inference_mode():
        return (one(**inputs).logits - other(**inputs).logits).abs().max().item()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("lengths", [LENGTHS, (9, 9, 9), (5,), (1, 30)])
def test_the_answers_are_those_of_the_module(family, lengths):
    module = classifier(family, FAMILIES[family])
    assert difference(packed(module), module, batch(module, lengths)) < 3e-6


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_either_form_of_mask_is_understood(attention):
    module = classifier("bert", SIZE)
    module.set_attn_implementation(attention)
    assert difference(packed(module), module, batch(module)) < 3e-6


@pytest.mark.parametrize("family", OTHERS)
def test_what_is_built_otherwise_is_not_packed(family):
    assert packed(classifier(family, OTHERS[family])) is None


def test_a_decoder_is_not_packed():
    assert packed(classifier("bert", SIZE | {"is_decoder": True})) is None


def test_the_weights_are_shared_and_the_module_is_left_alone():
    module = classifier("bert", SIZE)
    twin, inputs = packed(module), batch(module)
    assert {id(weight) for weight in twin.parameters()} == {id(weight) for weight in module.parameters()}
    assert module.bert(**inputs).last_hidden_state.shape == (5, 20, 32)
    assert twin.bert(**inputs).last_hidden_state.shape == (5, 1, 32)
    module.classifier.weight.data += 1
    assert difference(twin, module, inputs) < 3e-6


def test_no_work_is_done_on_padding_and_little_in_the_last_layer():
    """Rows of the products in the feed-forward of the first and of the last layer: all tokens, all texts."""
    module = classifier("bert", SIZE)
    twin, seen = packed(module), []
    for layer in twin.bert.encoder.layer:
        layer.intermediate.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[0]))
    twin(**batch(module))
    assert seen == [sum(LENGTHS), sum(LENGTHS), len(LENGTHS)]


def test_keys_and_values_of_a_prefix_are_left_to_the_encoder():
    import torch
    from transformers import DynamicCache

    module = classifier("bert", SIZE)
    inputs = batch(module, (6, 6))
    inputs["attention_mask"] = torch.ones(2, 8, dtype=torch.long)

    def prefix():
        cache, numbers = DynamicCache(), torch.Generator().manual_seed(2)
        for layer in range(3):
            cache.update(*torch.randn(2, 2, 4, 2, 8, generator=numbers), layer)
        return cache

    with torch.inference_mode():
        ours, plain = (one(**inputs, past_key_values=prefix()).logits for one in (packed(module), module))
    assert torch.equal(ours, plain)


def test_a_model_that_answers_otherwise_is_not_packed(tiny_model):
    """RoBERTa with the norm before each layer has parts of the same names, put together otherwise."""
    engine = load(str(tiny_model), device="cpu", dtype="float32").engine
    module = classifier("roberta-prelayernorm", SIZE | {"pad_token_id": 1, "vocab_size": 5_000})
    assert packed(module) is not None
    assert agreeing(replace(engine, module=module, packed=None)) is None


def test_a_loaded_model_is_packed_in_every_type(tiny_model):
    engine = load(str(tiny_model), device="cpu", dtype="bfloat16").engine
    assert engine.layout == "packed"
    assert engine.exact is engine.packed is not engine.module
    assert engine.fast.bert.encoder.forward.func is engine.packed.bert.encoder.forward.func
