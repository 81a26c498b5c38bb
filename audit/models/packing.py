"""How does an encoder answer texts of different lengths without padding, and without what no answer needs?

Most of a pass through an encoder of BERT's kind goes into matrix products that see each token by itself; only
attention looks at a text as a whole. So the tokens of all texts of a batch lie in one table (T, width), the
longest text first, and attention goes over texts of about the same length together. A classifier that reads
its first token alone needs of the last layer the keys and values of all tokens, all else of first tokens.

The sums are those of the same weights in another order. What is not built so, or answers otherwise, is left
as it is.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.models.engine import ALONE, Engine
from audit.models.padding import TEXTS
from audit.models.tokens import tokenize

if TYPE_CHECKING:
    from torch import Tensor

# Attention on a CPU takes half the time for texts of a multiple of 16 tokens (docs/design/engine.md).
BLOCK = 16
# The parts by which layers are known, first those that make queries, keys and values.
_BERT = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output", "output")
_DISTILBERT = ("attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn")


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of an encoder, in steps.

    Attributes:
        query: (T, width) -> (T, width), as are `key` and `value`.
        head: width of one head of attention.
        scale: what the products of queries and keys are multiplied by.
        finish: what attention found and what the layer was given, both (T, width) -> what the layer gives.
    """

    query: Callable[["Tensor"], "Tensor"]
    key: Callable[["Tensor"], "Tensor"]
    value: Callable[["Tensor"], "Tensor"]
    head: int
    scale: float
    finish: Callable[["Tensor", "Tensor"], "Tensor"]


@dataclass(frozen=True, eq=False)
class Run:
    """Texts of about the same length, which attention sees padded to the longest.

    Attributes:
        rows: how many.
        valid: (rows, 1, 1, length) True for the tokens of a text.
    """

    rows: int
    valid: "Tensor"


@dataclass(frozen=True, eq=False)
class Pack:
    """Which tokens of a padded table (B, L) belong to texts, the longest text first.

    Attributes:
        order: (B,) rows of the table in the order of the pack.
        places: (T,) where each token of the pack lies in the flattened table.
        starts: (B,) where each text begins in the pack.
        tokens: (S,) which token stands in each of the slots that attention sees, run after run; in the slots
            behind a text, which it does not look at, the last of the pack.
        slots: (T,) the slot of each token.
        runs: the texts of each run, in the order of the pack.
    """

    order: "Tensor"
    places: "Tensor"
    starts: "Tensor"
    tokens: "Tensor"
    slots: "Tensor"
    runs: Sequence[Run]


def agreeing(engine: Engine) -> Any:
    """The engine's module, packed; None where that cannot be, or gives some texts other answers.

    On accelerators modules stay as they are: there many small calls of attention can cost more than padding.
    """
    twin = packed(engine.module) if engine.device.type == "cpu" else None
    if twin is None:
        return None
    tokens, rows = tokenize(engine.tokenizer, TEXTS, longest=engine.longest), range(len(TEXTS))
    ours, plain = (engine.forward(module, tokens, rows) for module in (twin, engine.module))
    return twin if np.allclose(ours, plain, rtol=ALONE, atol=ALONE) else None


def packed(module: Any) -> Any:
    """A module with the same weights whose encoder works without padding; None where there is none to pack.

    It is for answers, not for gradients or hidden states: of the last layer it gives the first tokens alone.

    Args:
        module: a classifier of transformers in evaluation mode; it is left as it is.
    """
    for name, part in module.named_modules():
        found = [_steps(one) for one in getattr(part, "layer", ())]
        layers = [layer for layer in found if layer is not None]
        if layers and len(layers) == len(found):
            path = name.split(".") if name else ()
            return _with_forward(module, path, partial(_forward, part.forward, layers))
    return None


def _with_forward(module: Any, path: Sequence[str], forward: Callable[..., Any]) -> Any:
    """The module whose part at `path` has another forward; all else is shared with `module`, not copied."""
    twin = copy.copy(module)
    if not path:
        twin.forward = forward
        return twin
    vars(twin)["_modules"] = dict(vars(module)["_modules"])
    setattr(twin, path[0], _with_forward(getattr(module, path[0]), path[1:], forward))
    return twin


def _steps(layer: Any) -> Layer | None:
    """A layer of BERT, RoBERTa or ELECTRA, or of DistilBERT, in steps; None for one of another shape."""
    parts = {name for name, _ in layer.named_modules()}
    if getattr(layer, "is_decoder", False):
        return None
    if parts.issuperset(_BERT):
        return _layer(layer, _BERT, _finish_bert)
    return _layer(layer, _DISTILBERT, _finish_distilbert) if parts.issuperset(_DISTILBERT) else None


def _layer(layer: Any, names: Sequence[str], finish: Callable[..., "Tensor"]) -> Layer | None:
    inner = layer.get_submodule(names[0].rpartition(".")[0])
    if not hasattr(inner, "scaling"):
        return None
    query, key, value = (layer.get_submodule(name) for name in names[:3])
    return Layer(query, key, value, inner.attention_head_size, inner.scaling, partial(finish, layer))


def _finish_bert(layer: Any, found: "Tensor", given: "Tensor") -> Any:
    attended = layer.attention.output(found, given)
    return layer.output(layer.intermediate(attended), attended)


def _finish_distilbert(layer: Any, found: "Tensor", given: "Tensor") -> Any:
    attended = layer.sa_layer_norm(layer.attention.out_lin(found) + given)
    return layer.output_layer_norm(layer.ffn(attended) + attended)


def _forward(
    plain: Callable[..., Any],
    layers: Sequence[Layer],
    hidden_states: "Tensor",
    attention_mask: "Tensor | None" = None,
    **others: Any,
) -> Any:
    """In place of an encoder's forward: its last hidden state, (B, 1, width) instead of (B, L, width).

    What else an encoder can be given, such as keys and values of a prefix, is for the encoder itself.
    """
    from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

    if any(value is not None and value is not False for value in others.values()):
        return plain(hidden_states, attention_mask, **others)
    pack = _pack(_valid(hidden_states, attention_mask))
    first = _run(layers, hidden_states.flatten(0, 1)[pack.places], pack)
    ordered = first.new_empty(first.shape).index_copy_(0, pack.order, first)
    return BaseModelOutputWithPastAndCrossAttentions(last_hidden_state=ordered[:, None])


def _valid(hidden: "Tensor", mask: "Tensor | None") -> "Tensor":
    """(B, L) True for the tokens of texts, from whatever form of mask attention is given."""
    import torch

    if mask is None:
        return torch.ones(hidden.shape[:2], dtype=torch.bool, device=hidden.device)
    if mask.dim() == 4:  # (B, 1, queries, keys): the first token looks at every token of its text
        mask = mask[:, 0, 0]
    return mask == 0 if mask.is_floating_point() else mask.bool()


def _pack(valid: "Tensor") -> Pack:
    import torch

    lengths = valid.sum(1)
    order = lengths.argsort(descending=True, stable=True)
    sizes = lengths[order]
    starts, rounded = sizes.cumsum(0) - sizes, (sizes + BLOCK - 1) // BLOCK * BLOCK
    table = torch.arange(valid.numel(), device=valid.device).view(valid.shape)
    places = table[order][valid[order]]
    shift = (rounded.cumsum(0) - rounded - starts).repeat_interleave(sizes)
    slots = torch.arange(len(places), device=valid.device) + shift
    tokens = torch.full((int(rounded.sum()),), len(places) - 1, device=valid.device)
    tokens[slots] = torch.arange(len(places), device=valid.device)
    return Pack(order, places, starts, tokens, slots, list(_runs(sizes, rounded.tolist())))


def _runs(sizes: "Tensor", rounded: Sequence[int]) -> Iterator[Run]:
    import torch

    begin = 0
    for length, same in groupby(rounded):
        rows = len(list(same))
        valid = torch.arange(length, device=sizes.device) < sizes[begin : begin + rows, None]
        yield Run(rows, valid[:, None, None])
        begin += rows


def _run(layers: Sequence[Layer], hidden: "Tensor", pack: Pack) -> "Tensor":
    """(B, width) what the last layer gives for the first token of each text."""
    for layer in layers[:-1]:
        queries = layer.query(hidden).index_select(0, pack.tokens)
        found = _attention(layer, queries, hidden, pack).index_select(0, pack.slots)
        hidden = layer.finish(found, hidden)
    first = hidden[pack.starts]
    return layers[-1].finish(_attention(layers[-1], layers[-1].query(first), hidden, pack), first)


def _attention(layer: Layer, queries: "Tensor", hidden: "Tensor", pack: Pack) -> "Tensor":
    """What queries, one for each text or for each slot, find among the tokens of their text."""
    import torch

    slots, texts = [run.valid.numel() for run in pack.runs], [run.rows for run in pack.runs]
    asked = torch.split_with_sizes(queries, slots if len(queries) == len(pack.tokens) else texts)
    keys, values = (
        torch.split_with_sizes(part(hidden).index_select(0, pack.tokens), slots)
        for part in (layer.key, layer.value)
    )
    return torch.cat([_attended(layer, *run) for run in zip(pack.runs, asked, keys, values, strict=True)])


def _attended(layer: Layer, run: Run, *parts: "Tensor") -> "Tensor":
    """Attention in a run: from queries, keys and values, each (rows times any, width)."""
    from torch.nn.functional import scaled_dot_product_attention

    query, key, value = (
        part.view(run.rows, len(part) // run.rows, -1, layer.head).transpose(1, 2) for part in parts
    )
    found: Tensor = scaled_dot_product_attention(query, key, value, run.valid, scale=layer.scale)
    return found.transpose(1, 2).flatten(2).flatten(0, 1)
