"""Does an adapter train what it should, and end up in the weights of an ordinary classifier?"""

import numpy as np
import pytest
import torch
import transformers
from safetensors.numpy import load_file

from probes.errors import AuditError
from training import adapters, movement
from training.base import Pretrained, open_base
from training.device import accelerator
from training.methods import STANDARD, Session, plain
from training.optimiser import optimiser, schedule
from training.plan import Plan
from training.rates import learning_rate
from training.stepping import Procedure, steps

ADAPTERS = ("head", "bitfit", "lora", "adalora", "ia3")
SMALL = {
    "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 32, "pad_token_id": 0,
}  # fmt: skip
CONFIGS = {
    "bert": lambda: transformers.BertConfig(**SMALL),
    "roberta": lambda: transformers.RobertaConfig(**SMALL),
    "electra": lambda: transformers.ElectraConfig(**SMALL, embedding_size=16),
    "albert": lambda: transformers.AlbertConfig(**SMALL, embedding_size=16),
    "distilbert": lambda: transformers.DistilBertConfig(
        vocab_size=50, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=32
    ),
    "gpt2": lambda: transformers.GPT2Config(
        vocab_size=50, n_embd=16, n_layer=2, n_head=2, n_positions=32, pad_token_id=0
    ),
}


def _model(name, **settings):
    torch.manual_seed(0)
    made = transformers.AutoModelForSequenceClassification.from_config(CONFIGS[name]())
    return Pretrained(made, None)


class Lines:
    """Rows of tokens as batches."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.rows = np.arange(4)
        self.inputs = {
            "input_ids": torch.tensor(rng.integers(3, 50, size=(4, 7))), "attention_mask": torch.ones(4, 7)
        }  # fmt: skip
        self.labels = torch.tensor([0, 1, 0, 1])


def _trained(model, plan, *, count=4, spoil=lambda made: None):
    adapter = adapters.add(model, plan, steps=count)
    with accelerator(torch.device("cpu"), "fp32") as by:
        made = optimiser(model.module, plan)
        adapter.attach(made)
        spoil(made)
        session = Session(by, *by.prepare(model.module, made, schedule(made, plan, steps=count)))
        batches = [Lines() for _ in range(count)]
        procedure = Procedure(lambda epoch, done: steps(session, batches, plain(_loss), max_grad_norm=1.0))
        for _ in movement.watched(procedure, session).steps(1, 0):
            pass
    return adapter


def _loss(logits, batch):
    return torch.nn.functional.cross_entropy(logits, batch.labels)


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("name", CONFIGS)
def test_merged_weights_answer_as_the_adapter_did(name, adapter):
    """The state keys after merging are those of the architecture, and the answers are the same."""
    model = _model(name)
    keys, before = (
        set(model.module.state_dict()),
        {k: w.clone() for k, w in model.module.state_dict().items()},
    )
    made = _trained(model, Plan(adapter=adapter, learning_rate=0.05, warmup_steps=0))
    inputs = Lines().inputs
    with torch.no_grad():
        told = model.module.eval()(**inputs).logits
        made.merge()
        merged = model.module.eval()(**inputs).logits
    torch.testing.assert_close(told, merged, rtol=1e-4, atol=1e-5)
    assert set(model.module.state_dict()) == keys
    encoder = model.module.base_model_prefix + "."
    changed = {k for k, w in model.module.state_dict().items() if not torch.equal(w, before[k])}
    assert any(not key.startswith(encoder) for key in changed)
    in_encoder = {key for key in changed if key.startswith(encoder)}
    assert bool(in_encoder) == (adapter != "head")
    assert adapter != "bitfit" or all(key.endswith("bias") for key in in_encoder)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_fewer_weights_are_trained_and_all_are_saved(adapter, fit_tiny, make_samples, tmp_path):
    """The tiny base has query and value of 32 x 32 in 2 layers: rank 3 makes 4 x 2 x 32 x 3, the head 66."""
    more = {"lora_r": 3} if adapter in ("lora", "adalora") else {}
    record = fit_tiny(make_samples(80), adapter=adapter, num_train_epochs=1, learning_rate=0.01, **more)
    saved = load_file(tmp_path / "model" / "model.safetensors")
    assert record.parameters == sum(w.size for w in saved.values())
    assert 66 <= record.trainable_parameters < 0.2 * record.parameters
    expected = {"head": 66, "lora": 66 + 4 * 2 * 32 * 3}.get(adapter, record.trainable_parameters)
    assert record.trainable_parameters == expected
    assert not {name for name in saved if "lora" in name or "ia3" in name or "base_layer" in name}


def test_a_planted_rule_is_learned_by_lora(fit_tiny, make_samples):
    assert fit_tiny(make_samples(400), adapter="lora", learning_rate=0.02).test.accuracy == 1.0


def test_what_the_base_did_not_have_is_trained_with_every_adapter(make_tiny_model, tmp_path):
    """A base without a pooler gets a random one, which must not stay random."""
    folder = make_tiny_model(tmp_path / "base")
    module = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    transformers.BertModel(module.config, add_pooling_layer=False).save_pretrained(folder)
    model = open_base(folder, ("no", "yes"))
    adapters.add(model, Plan(adapter="head"), steps=1)
    trained = {name for name, w in model.module.named_parameters() if w.requires_grad}
    assert {name.rpartition(".")[0] for name in trained} == {"bert.pooler.dense", "classifier"}


def test_an_optimiser_of_stale_tensors_is_found():
    """The tensors are replaced after the optimiser was made, as moving a model to another device can do."""
    model = _model("bert")

    def replaced(made):
        layer = model.module.bert.encoder.layer[0].attention.self.query.lora_A["default"]
        layer.weight = torch.nn.Parameter(layer.weight.detach().clone())

    with pytest.raises(AuditError, match=r"did not move .*lora_A"):
        _trained(model, Plan(adapter="lora"), spoil=replaced)


def test_a_frozen_tensor_that_moves_is_found():
    model = _model("bert")

    def moved(made):
        weights = model.module.bert.embeddings.word_embeddings.weight
        made.register_step_post_hook(lambda *_: weights.data.add_(1.0))

    with pytest.raises(AuditError, match=r"moved bert\.embeddings\.word_embeddings\.weight, which is frozen"):
        _trained(model, Plan(adapter="head"), spoil=moved)


def test_a_long_warm_up_does_not_look_like_a_fault():
    """A first step of 5e-9 does not change norms of exactly 1 in fp32."""
    _trained(_model("bert"), Plan(learning_rate=5e-5, warmup_steps=10_000), count=4)


@pytest.mark.parametrize("adapter", ["lora", "adalora", "ia3"])
def test_an_architecture_without_a_place_is_a_sentence(adapter):
    config = transformers.FNetConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=1, intermediate_size=32, max_position_embeddings=32
    )
    model = Pretrained(transformers.FNetForSequenceClassification(config), None)
    with pytest.raises(AuditError, match="take head or bitfit"):
        adapters.add(model, Plan(adapter=adapter), steps=10)


def test_without_peft_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(adapters, "find_spec", lambda name: None)
    with pytest.raises(AuditError, match=r"assay-audit\[adapters\]"):
        adapters.check(Plan(adapter="lora"))
    adapters.check(Plan(adapter="bitfit"))


def test_the_learning_rate_left_out_is_filled_in(fit_tiny, make_samples):
    record = fit_tiny(make_samples(60), adapter="head", learning_rate=None, num_train_epochs=1)
    assert record.plan.learning_rate == learning_rate(Plan(adapter="head")) == 1e-2
    assert learning_rate(Plan(), STANDARD.name) == 5e-5
    assert learning_rate(Plan(), "private") > learning_rate(Plan())
