"""How does a model folder become a model that answers?"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from logging import CRITICAL
from pathlib import Path
from typing import Any

from audit.models.config import class_names, read_object
from audit.models.device import choose_device
from audit.models.engine import Engine
from audit.models.fingerprint import fingerprint
from audit.models.folder import find
from audit.models.packing import agreeing, packed
from audit.models.padding import padding_side
from audit.models.precision import check_dtype, with_dtype
from audit.models.preflight import preflight
from audit.models.probabilities import softmax
from audit.models.tokens import longest_input
from probes.errors import AuditError
from probes.progress import Progress, silent
from probes.shortage import is_out_of_memory
from probes.types import FloatArray
from reports.record import ModelInfo
from training import prefix


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A text classifier from a folder; satisfies `probes.types.GradientModel`.

    Attributes:
        info: what the record says of it.
        engine: what runs it.
    """

    info: ModelInfo
    engine: Engine

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the columns of `predict`."""
        return self.info.classes

    @property
    def module(self) -> Any:
        """The torch module, in float32 and in evaluation mode."""
        return self.engine.module

    @property
    def tokenizer(self) -> Any:
        """The tokenizer that belongs to the module."""
        return self.engine.tokenizer

    @property
    def truncated(self) -> int:
        """How many different texts were longer than the model reads, and were cut, so far."""
        return self.engine.truncated

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C) of N texts in float64; NaN where the model gave no finite logits."""
        return softmax(self.logits(inputs))

    def logits(self, inputs: Sequence[str]) -> FloatArray:
        """Logits (N, C) of N texts in float32, with the same decisions as `predict`."""
        return self.engine.logits(inputs)

    def approximate(self, inputs: Sequence[str]) -> FloatArray:
        """As `predict`, but in a type of half width a decision near a tie may be another; faster there."""
        return softmax(self.engine.unsettled(inputs))

    def exact(self, inputs: Sequence[str]) -> FloatArray:
        """As `predict`, but every answer is that of the float32 module, not only the decision."""
        return softmax(self.engine.in_full(inputs))

    def without_cache(self) -> "LoadedModel":
        """The same model, which asks again each time: for checks that compare two answers."""
        return replace(self, engine=replace(self.engine, cached_texts=0, progress=silent))


def load(
    reference: str, *, device: str = "auto", dtype: str = "auto", progress: Progress = silent
) -> LoadedModel:
    """The classifier in a local folder, or behind a hub id, after every check of `preflight`.

    Args:
        reference: a folder that `save_pretrained` wrote, or a hub id; a folder never touches the network.
        device: "auto", "cpu", "cuda", "cuda:1", "mps", …
        dtype: "auto" (the fastest here, by a short timing), "float32", "bfloat16" or "float16". Whatever it
        is,
            the decisions are those of float32.
        progress: told how far long predictions are.

    Raises:
        AuditError: with every reason why the model cannot be opened or does not run.
    """
    check_dtype(dtype)
    place = choose_device(device)
    folder = find(reference)
    if faults := preflight(folder):
        raise AuditError(*faults)
    classes = class_names(read_object(folder / "config.json"), folder / "config.json")
    with _quiet_transformers(), _loading_faults(folder):
        tokenizer = _tokenizer(folder)
        read = _reader(folder, tokenizer, place, len(classes))
        engine = _engine(tokenizer, read("float32"), place, len(classes), progress)
        quick = read if engine.packed is None else lambda name: packed(read(name))
        engine, used = with_dtype(engine, dtype, load_as=quick, config=(folder / "config.json").read_bytes())
    info = ModelInfo(
        reference=reference,
        kind="transformers",
        fingerprint=fingerprint(folder),
        architecture=type(engine.module).__name__,
        parameters=sum(p.numel() for p in engine.module.parameters()),
        classes=classes,
        device=str(place),
        dtype=used,
    )
    return LoadedModel(info, engine)


def _engine(tokenizer: Any, module: Any, device: Any, classes: int, progress: Progress) -> Engine:
    _check_vocabulary(tokenizer, module)
    longest = longest_input(tokenizer, module)
    # Whoever uses the tokenizer by itself cuts texts where the engine does.
    tokenizer.model_max_length = longest
    engine = Engine(module, tokenizer, device, classes, longest, progress=progress)
    engine = replace(engine, side=padding_side(engine))
    return replace(engine, packed=agreeing(engine))


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if not type(tokenizer).__module__.startswith("transformers."):
        raise AuditError(
            f"{folder}: the tokenizer {type(tokenizer).__name__} is not one of transformers; save it again"
        )
    if tokenizer.pad_token is None:
        # GPT-2 and its like have no token for padding; the end of a text takes its place.
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _reader(folder: Path, tokenizer: Any, device: Any, classes: int) -> Callable[[str], Any]:
    """A function that loads the module in the type of a given name."""
    import torch
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if config.get_text_config().pad_token_id is None:
        config.get_text_config().pad_token_id = tokenizer.pad_token_id
    architecture = _architecture(folder, config)
    # Named here so that nothing the folder says can name another one.
    attention = "sdpa" if architecture._supports_sdpa else "eager"  # noqa: SLF001 - nothing public tells

    def read(dtype: str) -> Any:
        module, report = architecture.from_pretrained(
            folder, config=config, dtype=getattr(torch, dtype), attn_implementation=attention,
            local_files_only=True, use_safetensors=True, output_loading_info=True,
            ignore_mismatched_sizes=True,
        )  # fmt: skip
        _check_weights(folder, report)
        if module.num_labels != classes:
            raise AuditError(
                f"{folder}: the model has {module.num_labels} classes, but id2label names {classes}"
            )
        placed = _placed(module.eval().requires_grad_(requires_grad=True), device)
        prefix.load(folder, placed)
        return placed

    return read


def _architecture(folder: Path, config: Any) -> Any:
    from transformers import AutoModelForSequenceClassification

    known = AutoModelForSequenceClassification._model_mapping  # noqa: SLF001 - as the Auto class does
    if type(config) not in known:
        raise AuditError(
            f"{folder}: transformers has no text classifier for model_type {config.model_type!r}"
        )
    return known[type(config)]


def _check_weights(folder: Path, report: Any) -> None:
    if wrong := sorted(report["mismatched_keys"]):
        name, there, wanted = wrong[0]
        shapes = f"{name} has shape {tuple(there)} where config.json asks for {tuple(wanted)}"
        raise AuditError(
            f"{folder}: {len(wrong)} weights do not fit config.json ({shapes}); save the model again"
        )
    if missing := sorted(report["missing_keys"]):
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        raise AuditError(
            f"{folder} lacks {len(missing)} weights ({shown}), so its answers would be random; fine-tune "
            f"it first"
        )


def _check_vocabulary(tokenizer: Any, module: Any) -> None:
    known, largest = (
        module.get_input_embeddings().num_embeddings,
        max(tokenizer.get_vocab().values(), default=-1),
    )
    if largest >= known:
        raise AuditError(
            f"the tokenizer has token {largest}, but the model knows {known} tokens; save the tokenizer "
            f"that belongs to it"
        )


def _placed(module: Any, device: Any) -> Any:
    try:
        return module.to(device)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise AuditError(
            f"the model does not fit into the memory of {device}; choose another device"
        ) from None


@contextmanager
def _loading_faults(folder: Path) -> Iterator[None]:
    """What transformers raises at a folder that it cannot read, as a sentence."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    known = (
        OSError,
        ValueError,
        RuntimeError,
        LookupError,
        TypeError,
        AttributeError,
        ImportError,
        ArithmeticError,
    )
    try:
        yield
    except (*known, SafetensorError, StrictDataclassError) as error:
        what = " ".join(str(error).split())
        raise AuditError(
            f"{folder} cannot be loaded ({type(error).__name__}: {what:.400}); save the model again"
        ) from error


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """No bars and no notes of transformers: what matters in them is said in sentences here."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(CRITICAL)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
