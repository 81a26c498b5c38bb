"""Prompt tuning: which virtual tokens before a text make a frozen model answer as it should?

A virtual token is one more entry of the vocabulary: while training, its embedding is looked up in a small
table of its own; afterwards the table joins the model's, and the tokenizer puts the tokens behind those that
open a text. What is left is an ordinary classifier with an ordinary tokenizer.
"""

import json
from collections.abc import Callable, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from training.base import Pretrained

if TYPE_CHECKING:
    from torch import Tensor

TABLE = "prompt"
"""Name of the table in the module while it is trained."""


def attach(model: Pretrained, tokens: int) -> Callable[[], None]:
    """Put virtual tokens before each text, with embeddings that can be trained.

    They begin as the embeddings of words drawn at random (Lester et al., 2021, The power of scale for
    parameter-efficient prompt tuning, section 3.2.1).

    Returns:
        what puts the trained embeddings among those of the model.

    Raises:
        AuditError: when the tokenizer cannot be given more tokens.
    """
    import torch

    module, words = model.module, model.module.get_input_embeddings().weight
    first = _extend(model.tokenizer, tokens)
    drawn = words[torch.randint(min(first, len(words)), (tokens,))].detach().clone()
    table = torch.nn.Embedding(tokens, words.shape[1], device=words.device, _weight=drawn)
    module.resize_token_embeddings(max(len(words), first + tokens), mean_resizing=False)
    layer = module.get_input_embeddings()
    layer.weight.requires_grad_(words.requires_grad)
    module.add_module(TABLE, table)
    hook = layer.register_forward_hook(_looking_up(table, first, tokens))

    def merge() -> None:
        hook.remove()
        delattr(module, TABLE)
        with torch.no_grad():
            layer.weight[first : first + tokens] = table.weight

    return merge


def save(folder: Path, tokenizer: Any) -> None:
    """Have the tokenizer in `folder` read as its file says; a class of its own would set up another one."""
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text("utf-8"))
    config |= {"tokenizer_class": "TokenizersBackend", "model_input_names": tokenizer.model_input_names}
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _looking_up(table: Any, first: int, tokens: int) -> Any:
    def hook(_: Any, inputs: tuple[Any, ...], output: "Tensor") -> "Tensor":
        place = inputs[0] - first
        virtual = (place >= 0) & (place < tokens)
        found: Tensor = table(place.clamp(0, tokens - 1))
        return found.to(output.dtype).where(virtual[..., None], output)

    return hook


def _extend(tokenizer: Any, tokens: int) -> int:
    """Give the tokenizer virtual tokens that it puts before each text; returns the number of the first."""
    from tokenizers import AddedToken

    if not getattr(tokenizer, "is_fast", False):
        raise AuditError(
            f"adapter = 'prompt': {type(tokenizer).__name__} has no tokenizer.json that could name virtual "
            "tokens; take lora, or another base"
        )
    known, first = tokenizer.get_vocab(), len(tokenizer)
    names = list(islice((name for i in count() if (name := f"<|virtual_{i}|>") not in known), tokens))
    tokenizer.add_tokens([AddedToken(name, special=True, normalized=False) for name in names])
    _open_with(tokenizer.backend_tokenizer, names)
    return first


def _open_with(backend: Any, names: Sequence[str]) -> None:
    """Put the tokens behind those that open a text already, such as [CLS], whose place models look at."""
    from tokenizers import processors

    single, pair = backend.encode("a"), backend.encode("a", "a")
    said = {token: backend.token_to_id(token) for token in (*_special(single), *_special(pair), *names)}
    template = processors.TemplateProcessing(
        single=_template(single, names), pair=_template(pair, names), special_tokens=list(said.items())
    )
    old = backend.post_processor
    bytewise = isinstance(old, processors.ByteLevel | processors.RobertaProcessing)
    # These also say where in the text a token stands.
    places = [processors.ByteLevel(trim_offsets=old.trim_offsets)] if bytewise else []
    backend.post_processor = processors.Sequence([*places, template])


def _special(encoded: Any) -> list[str]:
    return [t for t, of in zip(encoded.tokens, encoded.sequence_ids, strict=True) if of is None]


def _template(encoded: Any, names: Sequence[str]) -> list[str]:
    pieces: dict[str, None] = {}
    opened = next(i for i, of in enumerate(encoded.sequence_ids) if of is not None)
    parts = []
    for place, (token, of, kind) in enumerate(
        zip(encoded.tokens, encoded.sequence_ids, encoded.type_ids, strict=True)
    ):
        if place == opened:
            parts += [f"{name}:{kind}" for name in names]
        piece = f"{token}:{kind}" if of is None else f"${'AB'[of]}:{kind}"
        if of is None or piece not in pieces:
            parts.append(piece)
        pieces[piece] = None
    return parts
