"""What does training begin with: a pretrained encoder with a new head for the classes, and its tokenizer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.errors import AuditError


@dataclass(frozen=True)
class Start:
    """The base model as given.

    Attributes:
        folder: where it lies.
        reference: what the user called it: a folder, a resource, a hub id.
        fingerprint: sha256 of its files, or None when nobody took it.
    """

    folder: Path
    reference: str
    fingerprint: str | None = None


@dataclass(frozen=True, eq=False)
class Pretrained:
    """A classifier that has yet to be trained.

    Attributes:
        module: the torch module, weights in fp32; the head is new where the base has none for these classes.
        tokenizer: the tokenizer that belongs to it, with a padding token.
        new: names of the tensors that the base did not have, and that are random as yet.
    """

    module: Any
    tokenizer: Any
    new: frozenset[str] = frozenset()

    @property
    def architecture(self) -> str:
        """The name of the module's class, such as `BertForSequenceClassification`."""
        return type(self.module).__name__

    @property
    def longest(self) -> int:
        """Tokens of a text that the model can see."""
        positions = getattr(self.module.config, "max_position_embeddings", None)
        limits = (self.tokenizer.model_max_length, positions)
        return int(min(limit for limit in limits if limit is not None))


def open_base(folder: Path, classes: Sequence[str]) -> Pretrained:
    """The base in `folder` as a classifier of `classes`; only safetensors, and no code of the folder.

    Raises:
        AuditError: when the folder has no model or tokenizer that transformers can open.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    names = dict(enumerate(classes))
    try:
        with hushed():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            module, loading = AutoModelForSequenceClassification.from_pretrained(
                folder,
                id2label=names,
                label2id={name: index for index, name in names.items()},
                num_labels=len(names),
                ignore_mismatched_sizes=True,  # a base that was fine-tuned for other classes gets a new head
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                dtype="float32",
                output_loading_info=True,
            )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise AuditError(f"{folder} cannot be opened as a base model: {error}") from error
    new = [*loading["missing_keys"], *(name for name, *_ in loading["mismatched_keys"])]
    return Pretrained(module, _padded(tokenizer, module), frozenset(new))


def _padded(tokenizer: Any, module: Any) -> Any:
    """Decoders often have no padding token; the end of the text then stands for it."""
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if module.config.pad_token_id is None:
        module.config.pad_token_id = tokenizer.pad_token_id
    return tokenizer


@contextmanager
def hushed() -> Iterator[None]:
    """Without what transformers prints while it loads and saves: a new head is what was asked for."""
    from transformers.utils import logging

    say: Any = logging  # its functions have no types
    verbosity, bars = say.get_verbosity(), say.is_progress_bar_enabled()
    say.set_verbosity_error()
    say.disable_progress_bar()
    try:
        yield
    finally:
        say.set_verbosity(verbosity)
        if bars:
            say.enable_progress_bar()
