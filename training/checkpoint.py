"""How is a run kept on disk so that it can go on after it was killed? In one file, whole or not at all.

The file is a safetensors file: tensors as they are, everything else as JSON in its header. Nothing in it is
pickled, so nothing in it can run. It lies in a hidden folder of its own, so that what a killed process leaves
beside it is found again.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.errors import AuditError

if TYPE_CHECKING:
    from torch import Tensor


FILE, PART = "state.safetensors", "state.part"


def path_of(out: Path) -> Path:
    """The folder of the checkpoint of the run that makes the folder `out`: hidden, beside it."""
    return out.absolute().parent / f".{out.absolute().name}.checkpoint"


def exists(path: Path) -> bool:
    """Whether there is a checkpoint in the folder."""
    return (path / FILE).is_file()


def write(path: Path, identity: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Put the state in the place of the one that is there; who is killed meanwhile leaves the old one.

    Args:
        path: the folder; made when it is not there.
        identity: what the run depends on, as plain data; `read` compares it.
        state: tensors, arrays, numbers, texts, None, and dicts, lists and tuples of them.

    Raises:
        AuditError: when it cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    plain = _packed(state, tensors)
    try:
        path.mkdir(exist_ok=True)
        _clear(path)
        save_file(tensors, path / PART, {"identity": json.dumps(identity), "state": json.dumps(plain)})
        _flush(path / PART)
        (path / PART).replace(path / FILE)
        _flush(path)
    except (OSError, SafetensorError) as error:
        raise AuditError(
            f"{path} cannot be written: {error}; make room and start again, or do without with save_steps = 0"
        ) from error


def read(path: Path, identity: Mapping[str, Any], *, force: bool) -> dict[str, Any] | None:
    """The state that was written; None when there is none.

    Args:
        path: the folder.
        identity: what the run depends on.
        force: begin anew, rather than refuse, when the checkpoint is of another run or cannot be read.

    Raises:
        AuditError: when the checkpoint is of another run, or cannot be read.
    """
    if not exists(path):
        return None
    try:
        return _read(path / FILE, json.loads(json.dumps(identity)))
    except AuditError:
        if force:
            return None
        raise


def remove(path: Path) -> None:
    """Delete the checkpoint, and what is left of one that was being written."""
    if path.is_dir():
        (path / FILE).unlink(missing_ok=True)
        _clear(path)
        with suppress(OSError):  # something else was put into it; that is not ours to delete
            path.rmdir()


def _clear(path: Path) -> None:
    """Delete what killed processes have left; safetensors, too, writes to another name first."""
    for left in path.iterdir():
        if left.name == PART or left.name.startswith(".tmp"):
            left.unlink()


def _read(path: Path, identity: Mapping[str, Any]) -> dict[str, Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            old = json.loads(header["identity"])
            _compare(path, old, identity)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
            state: dict[str, Any] = _unpacked(json.loads(header["state"]), tensors)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise AuditError(
            f"{path} cannot be read as a checkpoint: {error}; delete it, or begin anew with --force"
        ) from None
    return state


def _compare(path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    if apart := [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]:
        shown = "; ".join(f"{key} was {old.get(key)!r:.80} and is {new.get(key)!r:.80}" for key in apart)
        raise AuditError(
            f"{path} is the checkpoint of another run: {shown}; start that run again to finish it, name "
            "another folder with --out, or begin anew with --force"
        )


def _flush(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _packed(value: Any, tensors: dict[str, "Tensor"]) -> Any:
    """The value as JSON can hold it, its tensors put into `tensors`."""
    import torch

    if isinstance(value, np.ndarray):
        return {"array": _packed(torch.from_numpy(value), tensors)}
    if isinstance(value, torch.Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().cpu().contiguous()
        return {"tensor": name}
    if isinstance(value, Mapping):
        return {"dict": [[_packed(k, tensors), _packed(v, tensors)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_packed(item, tensors) for item in value]}
    return value.item() if isinstance(value, np.generic) else value


def _unpacked(value: Any, tensors: Mapping[str, "Tensor"]) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "array":
        return _unpacked(content, tensors).numpy()
    if kind == "dict":
        return {_unpacked(k, tensors): _unpacked(v, tensors) for k, v in content}
    items = [_unpacked(item, tensors) for item in content]
    return tuple(items) if kind == "tuple" else items
