"""Do virtual tokens, in the vocabulary or beside the weights, make a model that an audit reads as trained?"""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from audit import models
from audit.models.fingerprint import fingerprint
from probes.errors import AuditError
from training import adapters, prefix, prompt
from training.base import Pretrained, open_base
from training.fit import fit
from training.plan import Plan
from training.record import Source

CLASSES = ("negative", "positive")
TEXTS = ["good", "the old film is bad", "a very long story of the king and the queen", "good"]
SMALL = {
    "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 32, "pad_token_id": 0,
}  # fmt: skip
TAKE_A_PREFIX = {
    "bert": transformers.BertConfig(**SMALL),
    "roberta": transformers.RobertaConfig(**SMALL),
    "electra": transformers.ElectraConfig(**SMALL, embedding_size=16),
    "gpt2": transformers.GPT2Config(
        vocab_size=50, n_embd=16, n_layer=2, n_head=2, n_positions=32, pad_token_id=0, bos_token_id=1,
        eos_token_id=1,
    ),
}  # fmt: skip
TAKE_NONE = {
    "albert": transformers.AlbertConfig(**SMALL, embedding_size=16),
    "distilbert": transformers.DistilBertConfig(
        vocab_size=50, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=32
    ),
}


def _module(config):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return transformers.AutoModelForSequenceClassification.from_config(config).eval()


@pytest.fixture
def train(make_tiny_model, make_samples, plan, tmp_path):
    """`train(adapter="prefix")`: the record of a run on 80 rows, whose model lies in tmp_path / "model"."""
    make_tiny_model(tmp_path / "base", spread=0.3)

    def run(**changes):
        given = {"num_virtual_tokens": 3, "num_train_epochs": 1, "learning_rate": 0.05, **changes}
        return fit(
            plan.model_copy(update=given), make_samples(80), CLASSES, base=_start(tmp_path / "base"),
            out=tmp_path / "model", source=Source(source="x", path=None, text="text", label="label"),
        )  # fmt: skip

    return run


def _start(folder):
    from training.base import Start

    return Start(folder, "tiny", "0" * 64)


@pytest.mark.parametrize("adapter", ["prefix", "prompt"])
@pytest.mark.parametrize("method", [{}, {"method": "private", "noise_multiplier": 0.5}])
def test_the_audit_loads_the_model_that_was_trained(adapter, method, train, tmp_path):
    """The weights trained: the head of 66, and 3 tokens of 32, or of 2 layers x 2 x 32 for a prefix."""
    record = train(adapter=adapter, **method)
    assert record.trainable_parameters == 66 + 3 * (32 if adapter == "prompt" else 2 * 2 * 32)
    model = models.load(str(tmp_path / "model"), device="cpu", dtype="float32")
    together = model.logits(TEXTS)
    alone = np.concatenate([model.without_cache().logits([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    base = models.load(str(tmp_path / "base"), device="cpu", dtype="float32")
    assert not np.allclose(together, base.logits(TEXTS), atol=1e-3)


@pytest.mark.parametrize("adapter", ["prefix", "prompt"])
def test_what_is_loaded_answers_as_what_was_evaluated(adapter, train, tmp_path, make_samples):
    """The held-out accuracy of the record, found again from the folder."""
    record, samples = train(adapter=adapter, test=0.5), make_samples(80)
    model = models.load(str(tmp_path / "model"), device="cpu", dtype="float32")
    from training.split import assign, text_key

    splits = assign([text_key(t) for t in samples.inputs], seed=0, fractions=record.plan.fractions)
    rows = np.flatnonzero(splits == "test")
    p = model.predict([samples.inputs[row] for row in rows])
    assert -np.log(p[np.arange(len(rows)), samples.labels[rows]]).mean() == pytest.approx(
        record.test.loss, abs=1e-5
    )


@pytest.mark.parametrize("name", TAKE_A_PREFIX)
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_padding_changes_no_answer_under_a_prefix(name, attention):
    module = _module(TAKE_A_PREFIX[name])
    prefix.attach(module, 4)
    torch.nn.init.normal_(module.prefix.weight)
    module.set_attn_implementation(attention)
    ids, lengths = torch.tensor(np.random.default_rng(0).integers(3, 50, size=(4, 7))), (7, 5, 2, 4)
    mask = (torch.arange(7) < torch.tensor(lengths)[:, None]).long()
    together = module(input_ids=ids * mask, attention_mask=mask).logits
    alone = [module(input_ids=ids[i : i + 1, :k]).logits for i, k in enumerate(lengths)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-4, atol=1e-6)


def test_embeddings_in_the_place_of_tokens_have_the_prefix_too():
    """As attribution methods ask: the same words as embeddings, with and without a mask."""
    module = _module(TAKE_A_PREFIX["bert"])
    prefix.attach(module, 4)
    ids = torch.tensor([[2, 9, 11], [2, 40, 3]])
    words = module.get_input_embeddings()(ids)
    given = module(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
    torch.testing.assert_close(module(inputs_embeds=words).logits, given)


def test_a_prefix_is_seen_by_every_layer():
    """Attention over two keys worked out by hand: with the key of the text at 0, both weigh 1/2."""
    shape = prefix.Shape(layers=1, heads=1, width=2)
    seen = prefix._Seen(torch.tensor([[[0.0, 0.0, 4.0, 8.0]]]), shape)
    keys, values = seen.update(torch.zeros(1, 1, 1, 2), torch.tensor([[[[2.0, 0.0]]]]), 0)
    weights = (torch.ones(1, 1, 1, 2) @ keys.mT).softmax(dim=-1)
    assert (weights @ values).flatten().tolist() == [3.0, 4.0]


@pytest.mark.parametrize("name", TAKE_NONE)
def test_an_architecture_that_takes_no_prefix_is_a_sentence(name):
    with pytest.raises(AuditError, match=r"take no further keys and values.*take prompt"):
        adapters.add(Pretrained(_module(TAKE_NONE[name]), None), Plan(adapter="prefix"), steps=1)


def test_virtual_tokens_stand_behind_those_that_open_a_text(make_tiny_model, tmp_path):
    model = open_base(make_tiny_model(tmp_path / "base"), CLASSES)
    merge = prompt.attach(model, 2)
    one = model.tokenizer("the film", "is good")
    assert model.tokenizer.convert_ids_to_tokens(one["input_ids"]) == [
        "[CLS]", "<|virtual_0|>", "<|virtual_1|>", "the", "film", "[SEP]", "is", "good", "[SEP]"
    ]  # fmt: skip
    assert one["token_type_ids"] == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    assert len(model.tokenizer("the film " * 20, truncation=True, max_length=12)["input_ids"]) == 12
    batch = model.tokenizer(TEXTS, padding=True, return_tensors="pt")
    before = model.module.eval()(**batch).logits
    merge()
    assert torch.equal(before, model.module(**batch).logits)
    assert not [name for name, _ in model.module.named_parameters() if name.startswith("prompt")]


def test_a_model_can_be_given_a_second_prompt(train, tmp_path):
    train(adapter="prompt")
    again = open_base(tmp_path / "model", CLASSES)
    prompt.attach(again, 1)
    names = again.tokenizer.convert_ids_to_tokens(again.tokenizer("good")["input_ids"])
    assert names[1:5] == [f"<|virtual_{number}|>" for number in range(4)]


def test_a_prefix_belongs_to_the_fingerprint_and_is_not_lost_by_training_on(train, tmp_path):
    train(adapter="prefix")
    before = fingerprint(tmp_path / "model")
    tensors = load_file(tmp_path / "model" / prefix.FILE)
    save_file({name: 2 * tensor for name, tensor in tensors.items()}, tmp_path / "model" / prefix.FILE)
    assert fingerprint(tmp_path / "model") != before
    from audit.models.preflight import preflight_base

    assert any("which training would lose" in fault for fault in preflight_base(tmp_path / "model"))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\x80\x04pickle", r"prefix\.safetensors"),
        ({"prefix": torch.zeros(3, 2, 2, 4, 9)}, r"holds prefix \(3, 2, 2, 4, 9\); a prefix of this model"),
        ({"prefix": torch.zeros(3, 2)}, "a prefix of this model is one tensor"),
        ({"other": torch.zeros(3, 2, 2, 4, 8)}, "holds other"),
        ({"prefix": torch.zeros(3, 2, 2, 4, 8), "more": torch.zeros(1)}, "holds more"),
    ],
)
def test_a_file_that_is_no_prefix_of_the_model_is_refused(content, fault, make_tiny_model, tmp_path):
    folder = make_tiny_model(tmp_path / "model")
    if isinstance(content, bytes):
        (folder / prefix.FILE).write_bytes(content)
    else:
        save_file(content, folder / prefix.FILE)
    with pytest.raises(AuditError, match=fault):
        models.load(str(folder), device="cpu", dtype="float32")


@pytest.mark.parametrize("kind", ["PREFIX_TUNING", "py:evil"])
def test_a_foreign_adapter_is_never_opened(kind, make_tiny_model, tmp_path):
    """A PEFT adapter names a base to fetch and may be a pickle: whatever is in it, it is refused."""
    folder = make_tiny_model(tmp_path / "model")
    (folder / "adapter").mkdir()
    config = {"peft_type": kind, "base_model_name_or_path": "org/evil", "auto_mapping": {"a": "b"}}
    (folder / "adapter" / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter" / "adapter_model.bin").write_bytes(b"\x80\x04.")
    assert any("adapter holds an adapter, which the answers" in fault for fault in models.preflight(folder))


def test_the_number_of_tokens_is_for_these_adapters_alone():
    from training.choice import check

    with pytest.raises(AuditError, match="num_virtual_tokens = 3 does nothing without adapter = 'prefix'"):
        check(Plan(num_virtual_tokens=3))
    assert adapters.filled(Plan(adapter="prefix")).learning_rate == adapters.RATES["prefix"]
    assert adapters.filled(Plan()) == Plan()


def test_a_tokenizer_without_a_file_is_a_sentence(make_tiny_model, tmp_path):
    model = open_base(make_tiny_model(tmp_path / "base"), CLASSES)
    with pytest.raises(AuditError, match=r"has no tokenizer\.json"):
        prompt.attach(replace(model, tokenizer=object()), 2)
