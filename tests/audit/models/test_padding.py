"""Models that want padding on one side, on neither, or have no token for it."""

from dataclasses import replace

import numpy as np
import pytest

from audit.models import load
from audit.models.engine import Engine
from audit.models.padding import TEXTS, padding_side
from audit.models.tokens import longest_input

LABELS = {"id2label": {0: "no", 1: "yes"}, "label2id": {"no": 0, "yes": 1}}
SIZES = {"vocab_size": 203, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}


def saved(folder, model, **tokens):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = [chr(code) for code in range(33, 127)]
    pieces = ["<pad>", "<eos>", "<unk>", *letters, *(f"##{letter}" for letter in letters)]
    words = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="<unk>"))
    words.normalizer, words.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>", **tokens).save_pretrained(folder)
    model.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    import torch
    from transformers import GPT2Config, GPT2ForSequenceClassification

    torch.manual_seed(1)
    config = GPT2Config(
        **SIZES, n_positions=256, bos_token_id=1, eos_token_id=1, initializer_range=0.5, **LABELS
    )
    return saved(tmp_path_factory.mktemp("gpt2"), GPT2ForSequenceClassification(config), eos_token="<eos>")


@pytest.fixture(scope="module")
def roberta(tmp_path_factory):
    import torch
    from transformers import RobertaConfig, RobertaForSequenceClassification

    torch.manual_seed(1)
    config = RobertaConfig(
        **SIZES,
        intermediate_size=64,
        max_position_embeddings=202,
        pad_token_id=1,
        initializer_range=0.5,
        **LABELS,
    )
    return saved(
        tmp_path_factory.mktemp("roberta"),
        RobertaForSequenceClassification(config),
        eos_token="<eos>",
        pad_token="<eos>",
    )


@pytest.mark.parametrize("name", ["gpt2", "roberta"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_padding_does_not_change_the_answer(name, dtype, request):
    """Against the bare module, each text alone."""
    import torch

    model = load(request.getfixturevalue(name), device="cpu", dtype=dtype)
    with torch.no_grad():
        alone = [model.module(**model.tokenizer(t, return_tensors="pt")).logits[0].numpy() for t in TEXTS]
    assert model.engine.side == "right"
    assert np.array_equal(model.logits(TEXTS).argmax(axis=1), np.argmax(alone, axis=1))
    if dtype == "float32":
        assert np.allclose(model.logits(TEXTS), alone, atol=1e-4)


def test_gpt2_gets_a_pad_token(gpt2):
    model = load(gpt2)
    assert model.tokenizer.pad_token == "<eos>"
    assert model.module.config.pad_token_id == 1


def test_a_text_without_tokens_has_no_answer(gpt2):
    """GPT-2's tokenizer adds nothing to a text, so the empty text has nothing to answer to."""
    answer = load(gpt2).predict(["good", ""])
    assert np.isfinite(answer[0]).all()
    assert np.isnan(answer[1]).all()


def test_roberta_cannot_use_its_first_positions(roberta):
    """202 positions, of which 0 and 1 (the padding index) are never given to a token."""
    model = load(roberta)
    assert longest_input(model.tokenizer, model.module) == 200
    assert np.isfinite(model.predict(["film " * 500])).all()
    assert model.truncated == 1


@pytest.mark.parametrize(("reads", "side"), [("first", "right"), ("last", "left"), ("number", "none")])
def test_the_side_is_found_by_asking(tiny_model, reads, side):
    """Modules that read the first position, the last one, or count positions, whatever stands there."""
    from types import SimpleNamespace

    import torch

    def module(input_ids, **_):
        seen = {
            "first": input_ids[:, 1],
            "last": input_ids[:, -2],
            "number": torch.full((len(input_ids),), input_ids.shape[1]),
        }
        return SimpleNamespace(logits=torch.stack([seen[reads], -1 - seen[reads]], dim=1).float())

    engine = load(str(tiny_model), device="cpu", dtype="float32").engine
    assert padding_side(replace(engine, module=module)) == side


def test_without_a_pad_token_nothing_is_padded(tiny_model):
    model = load(str(tiny_model), device="cpu", dtype="float32")
    tokenizer = model.tokenizer
    tokenizer.pad_token = None
    assert padding_side(Engine(model.module, tokenizer, model.engine.device, 2, 64)) == "none"
