"""Which settings in the JSON files of a model could run somebody's code, or open somebody's files?

transformers has run code named by `config.json` without being told to: `_attn_implementation_internal` named
a repository of kernels (CVE-2026-4372, before 5.3), `trust_remote_code` was read from a nested config
(CVE-2026-5241). Later versions closed these two; other keys still name repositories, files or plug-ins. A
classifier that was saved with `save_pretrained` needs none of them, so all are refused, at every depth.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

BUILTIN_IMPLEMENTATIONS = frozenset(
    {
        "eager",
        "sdpa",
        "flex_attention",
        "flash_attention_2",
        "flash_attention_3",
        "flash_attention_4",
        "grouped_mm",
    }
)
DTYPES = frozenset({"auto", "float32", "float16", "bfloat16", "float64"})
LARGEST_SIZE = 100_000_000

FORBIDDEN: Mapping[str, str] = {
    "auto_map": "names Python code that comes with the model",
    "trust_remote_code": "asks to run Python code that comes with the model",
    "custom_pipelines": "names Python code that comes with the model",
    "custom_generate": "names Python code that comes with the model",
    "quantization_config": "starts a quantiser plug-in",
    "compression_config": "starts a quantiser plug-in",
    "use_kernels": "loads compiled code from a hub",
    "kernel_config": "loads compiled code from a hub",
    "hub_kernels": "loads compiled code from a hub",
    "kernel_mapping": "loads compiled code from a hub",
    "configuration_files": "replaces this file by another one",
    "_configuration_file": "replaces this file by another one",
    "fast_tokenizer_files": "replaces the tokenizer by another file",
    "transformers_weights": "replaces the weights by another file",
    "gguf_file": "replaces the weights by another file",
    "base_model_name_or_path": "takes the weights from another model",
    "adapter_kwargs": "loads an adapter from elsewhere",
    "distributed_config": "starts a distributed run",
    "use_timm_backbone": "takes a part of the model from another library",
    "init_inputs": "passes arguments to the tokenizer's code",
    "tokenizer_object": "passes arguments to the tokenizer's code",
}

_IMPLEMENTATION = re.compile(r"implementation")
_SIZE = re.compile(r"(_size|_embeddings|_positions|_layers|_heads|_dim)$|^(num|n)_")
_FILE = re.compile(r"_(file|files)$")


def dangerous_settings(content: Mapping[str, Any], where: Path) -> Iterator[str]:
    """One sentence for each setting, at any depth, that a plain classifier does not have."""
    for path, key, value in _settings(content):
        for complaint in _COMPLAINTS:
            if what := complaint(key, value):
                yield (f"{where}: {path} = {value!r:.120} {what}; such models are not opened, remove the key")
                break


def foreign_files(content: Mapping[str, Any], where: Path) -> Iterator[str]:
    """One sentence for each setting that names an existing file outside the model's folder.

    Old tokenizers carry the path of a cache on the machine where they were made; that names nothing here.
    """
    for path, key, value in _settings(content):
        if _FILE.search(key) and isinstance(value, str) and _is_foreign(value, where.parent):
            yield f"{where}: {path} = {value!r:.200} names a file outside the model's folder; remove the key"


def _settings(content: Any) -> Iterator[tuple[str, str, Any]]:
    waiting: list[tuple[str, Any]] = [("", content)]
    while waiting:
        path, part = waiting.pop()
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            name = f"{path}.{key}" if path else str(key)
            yield name, str(key), value
            if isinstance(value, dict | list):
                waiting.append((name, value))


def _forbidden(key: str, value: Any) -> str:
    return FORBIDDEN.get(key, "") if value not in (None, False, [], {}, ()) else ""


def _implementation(key: str, value: Any) -> str:
    if not _IMPLEMENTATION.search(key):
        return ""
    named = [v for _, _, v in _settings(value)] if isinstance(value, dict | list) else [value]
    plain = all(
        v is None or isinstance(v, bool) or (isinstance(v, str) and v in BUILTIN_IMPLEMENTATIONS)
        for v in named
    )
    return "" if plain else "is not a built-in implementation and could load compiled code from a hub"


def _dtype(key: str, value: Any) -> str:
    if key not in ("dtype", "torch_dtype") or value is None or (isinstance(value, str) and value in DTYPES):
        return ""
    return "" if isinstance(value, dict) else "is not a type of weights"


def _size(key: str, value: Any) -> str:
    too_large = isinstance(value, int) and not -1 <= value <= LARGEST_SIZE and bool(_SIZE.search(key))
    return "is a size that no model has" if too_large else ""


_COMPLAINTS: tuple[Callable[[str, Any], str], ...] = (_forbidden, _implementation, _dtype, _size)


def _is_foreign(value: str, folder: Path) -> bool:
    if "\0" in value:
        return True
    named = (folder / value).resolve()
    return named.exists() and not named.is_relative_to(folder.resolve())
