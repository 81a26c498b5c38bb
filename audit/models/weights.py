"""Are the weights of a folder complete, plain safetensors, and inside the folder?"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audit.models.config import read_object
from probes.errors import AuditError
from training import prefix

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
LARGEST_HEADER = 100_000_000
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack", "*.gguf")
CONVERT = (
    "on a machine where you trust the file, convert it with "
    "`AutoModelForSequenceClassification.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)`"
)


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that hold the weights.

    Raises:
        AuditError: when there are none, or the index of the shards is wrong.
    """
    if (folder / SINGLE).exists():
        return (folder / SINGLE,)
    if (folder / INDEX).exists():
        return tuple(folder / name for name in _shards(folder / INDEX))
    found = sorted(
        path.name for pattern in PICKLES for path in folder.glob(pattern) if path.name != "training_args.bin"
    )
    if found:
        raise AuditError(
            f"{folder} has its weights in {', '.join(found[:5])}, which is not opened because it could "
            f"run code; {CONVERT}"
        )
    raise AuditError(f"{folder} has no {SINGLE}; save the model with save_pretrained")


def weight_faults(folder: Path) -> Iterator[str]:
    """One sentence for everything that is wrong with the weights."""
    try:
        files = weight_files(folder)
    except AuditError as error:
        yield from error.faults
        return
    beside = [path for path in (folder / prefix.FILE,) if path.exists()]
    for path in (*files, *beside):
        if fault := _file_fault(path):
            yield fault


def _shards(index: Path) -> list[str]:
    listed = read_object(index).get("weight_map")
    if not isinstance(listed, dict) or not listed:
        raise AuditError(
            f"{index} has no weight_map that names the files of the weights; save the model again"
        )
    names = sorted({str(name) for name in listed.values()})
    if bad := [name for name in names if not _is_plain(name)]:
        raise AuditError(
            *(f"{index}: {name!r:.200} is not the name of a safetensors file in this folder" for name in bad)
        )
    return names


def _is_plain(name: str) -> bool:
    return name.endswith(".safetensors") and not set(name) & set("/\\\0") and not name.startswith(".")


def _file_fault(path: Path) -> str:
    if not path.is_file():
        return f"{path} is missing or is no file; copy the whole folder"
    try:
        end = _declared_size(path)
    except (
        OSError,
        ValueError,
        RecursionError,
        KeyError,
        TypeError,
        IndexError,
        struct.error,
        AttributeError,
    ) as error:
        return f"{path} is not a safetensors file ({type(error).__name__}: {error}); save the model again"
    size = path.stat().st_size
    return "" if end == size else f"{path} has {size:,} bytes but its header speaks of {end:,}; copy it again"


def _declared_size(path: Path) -> int:
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > LARGEST_HEADER:
            raise ValueError(f"a header of {length:,} bytes")
        header: dict[str, Any] = json.loads(file.read(length))
    tensors = [entry for name, entry in header.items() if name != "__metadata__"]
    return int(8 + length + max(int(entry["data_offsets"][1]) for entry in tensors))
