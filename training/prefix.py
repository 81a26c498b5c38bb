"""Prefix tuning: which keys and values, seen by each layer beside those of the text, make a model work?

No weight of a model can hold them, so they lie in a file of their own beside the weights, one tensor that
says by its shape what it is. Whoever loads the weights alone has another model; `audit.models` puts them
back. Positions are those of the text alone, so that a text may be as long as without (Li and Liang, 2021,
Prefix-tuning; Liu et al., 2022, P-tuning v2, for classifiers; both without a network that makes the prefix).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError

if TYPE_CHECKING:
    from torch import Tensor

FILE = "prefix.safetensors"
TENSOR = "prefix"
TABLE = "prefix"
"""Name of the table in the module while it is trained."""


@dataclass(frozen=True)
class Shape:
    """What every virtual token has: a key and a value for each layer and head."""

    layers: int
    heads: int
    width: int

    @property
    def numbers(self) -> int:
        """Of one virtual token."""
        return self.layers * 2 * self.heads * self.width


def shape_of(module: Any) -> Shape:
    """The shape of a prefix for this model.

    Raises:
        AuditError: when its layers cannot be given further keys and values.
    """
    config, name = module.config.get_text_config(), type(module).__name__
    if config.is_encoder_decoder or "past_key_values" not in signature(module.base_model.forward).parameters:
        raise AuditError(
            f"adapter = 'prefix': the layers of {name} take no further keys and values (those of BERT, "
            "RoBERTa, ELECTRA and GPT-2 do); take prompt, lora or bitfit"
        )
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return Shape(config.num_hidden_layers, heads, width)


def attach(module: Any, tokens: int) -> Callable[[], "Tensor"]:
    """Give each layer of the module keys and values that can be trained.

    Returns:
        what takes their table off the module, which goes on using it, and gives it as `save` wants it.

    Raises:
        AuditError: when the module cannot have them, or does not look at them.
    """
    import torch

    shape, where = shape_of(module), next(module.parameters()).device
    table = torch.nn.Embedding(tokens, shape.numbers, device=where)
    torch.nn.init.normal_(table.weight, std=getattr(module.config, "initializer_range", None) or 0.02)
    module.add_module(TABLE, table)
    _try(module, lambda: use(module, table, shape))

    def taken_off() -> "Tensor":
        delattr(module, TABLE)
        return table.weight.detach().view(tokens, shape.layers, 2, shape.heads, shape.width)

    return taken_off


def use(module: Any, table: Any, shape: Shape) -> None:
    """From now on each layer of the module sees the keys and values of the table.

    Args:
        module: the classifier.
        table: an embedding, (B, V) numbers of virtual tokens -> (B, V, numbers of the shape).
        shape: how these are divided.
    """
    import torch

    backbone = module.base_model
    asked = signature(backbone.forward)
    causal = any(getattr(part, "is_causal", False) for part in backbone.modules())

    def before(_: Any, given: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[tuple[()], dict[str, Any]]:
        inputs = dict(asked.bind_partial(*given, **named).arguments)
        inputs |= inputs.pop("kwargs", {})
        words = inputs["input_ids"] if inputs.get("input_ids") is not None else inputs["inputs_embeds"]
        rows, length = words.shape[:2]
        mask = inputs.get("attention_mask")
        if mask is None:
            mask = torch.ones(rows, length, dtype=torch.long, device=words.device)
        numbers = torch.arange(len(table.weight), device=mask.device).expand(rows, -1)
        found = table(numbers)
        inputs["past_key_values"] = _Seen(found, shape)
        inputs["attention_mask"] = _mask(mask, found.shape[1], found.dtype, causal=causal)
        return (), inputs

    backbone.register_forward_pre_hook(before, with_kwargs=True)


def save(folder: Path, prefix: "Tensor") -> None:
    """Leave the prefix (V, layers, 2, heads, width) beside the weights."""
    from safetensors.torch import save_file

    save_file({TENSOR: prefix.cpu().contiguous()}, folder / FILE)


def load(folder: Path, module: Any) -> None:
    """Have the module use the prefix that lies in its folder; nothing when there is none.

    Raises:
        AuditError: when the file is not a prefix for this model.
    """
    if not (folder / FILE).is_file():
        return
    import torch
    from safetensors.torch import load_file

    tensors, shape = load_file(folder / FILE), shape_of(module)
    found = tensors.get(TENSOR)
    wanted = (shape.layers, 2, shape.heads, shape.width)
    if len(tensors) != 1 or found is None or found.ndim != 5 or tuple(found.shape[1:]) != wanted:
        shown = ", ".join(f"{name} {tuple(tensor.shape)}" for name, tensor in sorted(tensors.items())[:5])
        raise AuditError(
            f"{folder / FILE} holds {shown}; a prefix of this model is one tensor {TENSOR!r} of shape "
            f"(virtual tokens, {', '.join(map(str, wanted))}); train the model again"
        )
    weights = found.flatten(1).to(next(module.parameters()))
    use(module, torch.nn.Embedding(len(weights), shape.numbers, _weight=weights, _freeze=True), shape)


class _Seen:
    """The keys and values of the virtual tokens, as a layer asks for what it has seen before."""

    def __init__(self, found: "Tensor", shape: Shape) -> None:
        rows, tokens, _ = found.shape
        divided = found.view(rows, tokens, shape.layers, 2, shape.heads, shape.width)
        self._layers = divided.permute(2, 3, 0, 4, 1, 5)

    def update(self, keys: "Tensor", values: "Tensor", layer: int, *_: Any) -> tuple["Tensor", "Tensor"]:
        """The keys and values (B, heads, V + L, width) of a layer."""
        import torch

        first = self._layers[layer].to(keys.dtype)
        return torch.cat([first[0], keys], dim=2), torch.cat([first[1], values], dim=2)

    def get_seq_length(self, *_: Any) -> int:
        """None of the positions is taken."""
        return 0


def _mask(mask: "Tensor", tokens: int, dtype: Any, *, causal: bool) -> "Tensor":
    """(B, 1, L, V + L) 0 where a token of the text looks at another or a virtual one; very low elsewhere."""
    import torch

    rows, length = mask.shape
    seen = torch.cat([mask.new_ones(rows, tokens), mask], dim=1).bool()[:, None, None, :]
    seen = seen.expand(rows, 1, length, tokens + length)
    if causal:
        seen = seen & torch.ones(length, tokens + length, device=mask.device).tril(tokens).bool()
    return torch.zeros(seen.shape, dtype=dtype, device=mask.device).masked_fill(~seen, torch.finfo(dtype).min)


def _try(module: Any, put: Callable[[], None]) -> None:
    """Refuse a module whose answers do not depend on the prefix."""
    import torch

    ids = torch.tensor([[1, 2, 3]], device=next(module.parameters()).device)
    training = module.training
    try:
        with torch.no_grad():
            without = module.eval()(input_ids=ids).logits
            put()
            same = torch.equal(module(input_ids=ids).logits, without)
    except (RuntimeError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise AuditError(
            f"adapter = 'prefix': {type(module).__name__} cannot be given further keys and values ({error}); "
            "take prompt, lora or bitfit"
        ) from None
    finally:
        module.train(training)
    if same:
        raise AuditError(
            f"adapter = 'prefix': {type(module).__name__} does not look at further keys and values; take "
            "prompt, lora or bitfit"
        )
