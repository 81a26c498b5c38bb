"""Which architectures can be trained privately? Tried here; run it to write the table of the docs."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from probes.errors import AuditError
from probes.types import IntArray
from training.batches import Batch
from training.private import loop
from training.private.clipping import attached
from training.private.ledger import opened
from training.private.preflight import preflight
from training.private.settings import Mechanism

ADAPTERS = ("full", "head", "bitfit", "lora")
PAGE = Path(__file__).parents[3] / "docs" / "private.md"
BEGIN, END = "<!-- architectures: written by tests/training/private/architectures.py -->", "<!-- end -->"
ENCODER = {
    "vocab_size": 60, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 40, "initializer_range": 0.3,
}  # fmt: skip
DISTIL = {
    "vocab_size": 60, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32, "max_position_embeddings": 40,
    "initializer_range": 0.3,
}  # fmt: skip
DECODER = {
    "vocab_size": 60, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 40, "initializer_range": 0.3,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1,
}  # fmt: skip
RELATIVE = {
    "relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 8, "type_vocab_size": 0,
    "share_att_key": True, "norm_rel_ebd": "layer_norm",
}  # fmt: skip


@dataclass(frozen=True)
class Architecture:
    """A family of models: its name in transformers, a tiny configuration, and where LoRA goes."""

    family: str
    options: dict[str, Any]
    lora: tuple[str, ...] = ("query", "value")


ARCHITECTURES = {
    "BERT": Architecture("Bert", ENCODER),
    "DistilBERT": Architecture("DistilBert", DISTIL, ("q_lin", "v_lin")),
    "RoBERTa": Architecture("Roberta", ENCODER),
    "ELECTRA": Architecture("Electra", ENCODER | {"embedding_size": 8}),
    "ALBERT": Architecture("Albert", ENCODER | {"embedding_size": 8}),
    "GPT-2": Architecture("GPT2", DECODER, ("c_attn",)),
    "DeBERTa-v2": Architecture("DebertaV2", ENCODER | RELATIVE, ("query_proj", "value_proj")),
}


def build(name: str, adapter: str = "full") -> Any:
    """A tiny classifier of random weights with the adapter on it."""
    import torch
    import transformers

    chosen = ARCHITECTURES[name]
    config = getattr(transformers, f"{chosen.family}Config")(**chosen.options)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = getattr(transformers, f"{chosen.family}ForSequenceClassification")(config)
        return _adapted(module, adapter, chosen.lora)


def _adapted(module: Any, adapter: str, targets: tuple[str, ...]) -> Any:
    if adapter == "lora":
        from peft import LoraConfig, get_peft_model

        fan_in_fan_out = "c_attn" in targets  # GPT-2 keeps its weights the other way round
        config = LoraConfig(
            task_type="SEQ_CLS", r=2, target_modules=list(targets), fan_in_fan_out=fan_in_fan_out
        )
        with warnings.catch_warnings():
            # peft asks transformers by the older of two names.
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)
            return get_peft_model(module, config)
    encoder = {id(weights) for weights in module.base_model.parameters()}
    for name, weights in module.named_parameters():
        trained = adapter == "full" or id(weights) not in encoder
        weights.requires_grad = trained or (adapter == "bitfit" and name.endswith("bias"))
    return module


@dataclass(frozen=True, eq=False)
class Rows:
    """Random token rows with labels."""

    tokens: tuple[IntArray, ...]
    labels: IntArray
    pad: int

    def together(self, rows: IntArray) -> Batch:
        """The rows as one batch, padded to the longest."""
        import torch

        longest = max(len(self.tokens[i]) for i in rows)
        ids = torch.full((len(rows), longest), self.pad)
        mask = torch.zeros((len(rows), longest), dtype=torch.long)
        for place, i in enumerate(rows):
            ids[place, : len(self.tokens[i])] = torch.as_tensor(self.tokens[i])
            mask[place, : len(self.tokens[i])] = 1
        return Batch(rows, {"input_ids": ids, "attention_mask": mask}, torch.as_tensor(self.labels[rows]))

    def collate(self, rows: IntArray) -> list[Batch]:
        """The rows in physical batches of at most three."""
        return [self.together(rows[i : i + 3]) for i in range(0, len(rows), 3)]


def make_rows(count: int, *, pad: int = 0) -> Rows:
    """`count` rows of 3 to 11 tokens; the label is whether the second token is in the upper half."""
    rng = np.random.default_rng(0)
    tokens = tuple(rng.integers(5, 60, rng.integers(3, 12)) for _ in range(count))
    return Rows(tokens, np.array([int(row[1] >= 32) for row in tokens]), pad)


def row_loss(logits: Any, batch: Batch) -> Any:
    """Cross-entropy of each row."""
    from torch.nn import functional

    return functional.cross_entropy(logits, batch.labels, reduction="none")


def cell(name: str, adapter: str) -> str:
    """How the architecture is clipped, after the preflight and two private steps; or that it is refused."""
    import torch

    module = build(name, adapter)
    rows = make_rows(8, pad=module.config.pad_token_id or 0)
    mechanism = Mechanism(8, batch_size=4, max_grad_norm=1.0, noise_multiplier=1.0, delta=1e-2, steps=2)
    optimizer = torch.optim.AdamW([w for w in module.parameters() if w.requires_grad], lr=1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
    try:
        cleared = preflight(module, optimizer, rows.together, row_loss, mechanism)
    except AuditError:
        return "refused"
    keys = list(module.state_dict())
    with attached(
        module, optimizer, clipping=cleared.clipping, max_grad_norm=1.0, noise_multiplier=1.0, batch_size=4
    ) as engine:
        taken = list(
            loop.steps(
                engine,
                rows.collate,
                row_loss,
                mechanism=mechanism,
                ledger=opened(mechanism),
                schedule=schedule,
            )
        )
    assert len(taken) == 2
    assert list(module.state_dict()) == keys
    return cleared.clipping


def table(fill: Callable[[str, str], str] = cell) -> str:
    """The table of the docs."""
    lines = [f"| architecture | {' | '.join(ADAPTERS)} |", "| --- |" + " --- |" * len(ADAPTERS)]
    lines += [f"| {name} | {' | '.join(fill(name, a) for a in ADAPTERS)} |" for name in ARCHITECTURES]
    return "\n".join(lines)


def written() -> dict[tuple[str, str], str]:
    """(architecture, adapter) -> what the docs say."""
    inside = PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0]
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in inside.strip().splitlines()]
    (_, *adapters), _, *body = rows
    return {(name, a): found for name, *cells in body for a, found in zip(adapters, cells, strict=True)}


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    PAGE.write_text(pattern.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", page), encoding="utf-8")
