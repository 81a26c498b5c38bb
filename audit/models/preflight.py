"""Is it safe to open this model folder, and is it a text classifier?"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from audit.models.config import class_names, read_object
from audit.models.keys import dangerous_settings, foreign_files
from audit.models.weights import weight_faults
from probes.errors import AuditError
from training import prefix

TOKENIZER_FILES = (
    "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model",
    "tokenizer.model", "spm.model",
)  # fmt: skip
SETTINGS = (
    "config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "generation_config.json",
)  # fmt: skip
HEAD = "ForSequenceClassification"


def preflight(folder: Path) -> list[str]:
    """Every reason not to open the folder, each a sentence; an empty list when it may be opened.

    Only names, sizes and JSON are read: no weight is loaded, nothing is unpickled, no code of the folder
    runs and transformers has not seen it yet.
    """
    return _faults(folder, _classifier_faults)


def preflight_base(folder: Path) -> list[str]:
    """Every reason not to open the folder as a base to fine-tune; any architecture will do."""
    return _faults(folder, lambda _config, path: _prefix_faults(path.parent))


def _faults(folder: Path, kind_faults: Callable[[Mapping[str, Any], Path], list[str]]) -> list[str]:
    if not folder.is_dir():
        return [f"{folder} is not a folder; name the folder that save_pretrained wrote"]
    # A link or a device may not be followed to read the rest, so these faults stand alone.
    return list(_entry_faults(folder)) or [
        *_config_faults(folder, kind_faults),
        *weight_faults(folder),
        *_tokenizer_faults(folder),
        *_settings_faults(folder),
    ]


def _entry_faults(folder: Path) -> Iterator[str]:
    inside = _root(folder)
    for parent, folders, files in os.walk(folder):
        for path in (Path(parent, name) for name in sorted(folders + files)):
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                yield f"{path} is a link to {path.resolve()}, outside the folder; copy the file itself"
            elif path.exists() and not (path.is_dir() or stat.S_ISREG(path.stat().st_mode)):
                yield f"{path} is neither a file nor a folder; remove it"


def _root(folder: Path) -> Path:
    """The folder that links may point into: a snapshot in the hub's cache links to its neighbour `blobs`."""
    real = folder.resolve()
    cache = real.parent.parent
    return cache if real.parent.name == "snapshots" and (cache / "blobs").is_dir() else real


def _config_faults(
    folder: Path, kind_faults: Callable[[Mapping[str, Any], Path], list[str]]
) -> Iterator[str]:
    path = folder / "config.json"
    if (folder / "adapter_config.json").exists():
        yield (
            f"{folder} holds an adapter; merge it into its base model with `merge_and_unload()` and save that"
        )
    for path in sorted(folder.glob("*/adapter_config.json")):
        yield (
            f"{path.parent} holds an adapter, which the answers would be without; merge it into the model "
            "with `merge_and_unload()`, save that, and remove the folder"
        )
    if (folder / ".metadata").exists() or any(folder.glob("shard-*-model-*.safetensors")):
        yield f"{folder} is a distributed checkpoint; save the model with save_pretrained"
    if not path.exists():
        yield f"{path} is missing; name the folder that save_pretrained wrote"
        return
    try:
        config = read_object(path)
    except AuditError as error:
        yield from error.faults
        return
    if not isinstance(config.get("model_type"), str):
        yield (
            f"{path}: model_type is {config.get('model_type')!r:.80}; it must name an architecture of "
            f"transformers"
        )
    yield from kind_faults(config, path)


def _prefix_faults(folder: Path) -> list[str]:
    if not (folder / prefix.FILE).exists():
        return []
    return [
        f"{folder} was trained with a prefix ({prefix.FILE}), which training would lose; name the base that "
        "it was trained from"
    ]


def _classifier_faults(config: Mapping[str, Any], path: Path) -> list[str]:
    return [*_architecture_faults(config, path), *_class_faults(config, path)]


def _class_faults(config: Mapping[str, Any], path: Path) -> list[str]:
    try:
        class_names(config, path)
    except AuditError as error:
        return list(error.faults)
    return []


def _architecture_faults(config: Mapping[str, Any], path: Path) -> Iterator[str]:
    named = config.get("architectures")
    first = named[0] if isinstance(named, list) and named else named
    if not isinstance(first, str) or not first.endswith(HEAD):
        yield (
            f"{path}: architectures is {named!r:.200}; only text classifiers ({HEAD}) are audited, fine-tune "
            f"one first"
        )
    if config.get("problem_type") in ("regression", "multi_label_classification"):
        yield (
            f"{path}: problem_type is {config['problem_type']!r}; only single-label classification is audited"
        )


def _tokenizer_faults(folder: Path) -> Iterator[str]:
    if not any((folder / name).exists() for name in TOKENIZER_FILES):
        yield (
            f"{folder} has no tokenizer ({', '.join(TOKENIZER_FILES[:4])}, …); save it beside the model with "
            f"save_pretrained"
        )
    path = folder / "tokenizer_config.json"
    if path.is_file() and not _readable_class(path):
        yield f"{path}: tokenizer_class does not name a class of transformers; save the tokenizer again"


def _readable_class(path: Path) -> bool:
    try:
        name = read_object(path).get("tokenizer_class")
    except AuditError:
        return True  # the file itself is reported with the other settings
    return name is None or (isinstance(name, str) and name.isidentifier())


def _settings_faults(folder: Path) -> Iterator[str]:
    for path in (folder / name for name in SETTINGS):
        if not path.exists():
            continue
        try:
            content = read_object(path)
        except AuditError as error:
            if path.name != "config.json":
                yield from error.faults
            continue
        yield from dangerous_settings(content, path)
        yield from foreign_files(content, path)
