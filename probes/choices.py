"""Which type of numbers was found fastest on this machine? Kept, so that a second run is the same run."""

import json
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any


def kept_choice(key: str, among: Collection[str], choose: Callable[[], str]) -> str:
    """What was chosen here before under this key; else what `choose` says, which is kept.

    Args:
        key: a digest of all that the choice depends on, the machine among it.
        among: what can be chosen; a damaged file is no choice.
        choose: makes the choice, by a timing.
    """
    kept = _read().get(key)
    if kept in among:
        return str(kept)
    chosen = choose()
    _write(key, chosen)
    return chosen


def machine(device: Any) -> str:
    """What the hardware calls itself, with what else decides how fast it is."""
    import platform

    import torch

    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}\0torch {torch.__version__}\0"
    capability = torch.backends.cpu.get_cpu_capability()
    name = _processor() or platform.processor()
    return f"{device.type} {name} {capability} {torch.get_num_threads()} threads\0torch {torch.__version__}\0"


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            wanted = [
                line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "flags"))
            ]
    except OSError:
        return ""
    return " ".join(wanted[:1]) + (" amx" if any("amx_bf16" in flags for flags in wanted[:2]) else "")


def _file() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assay" / "dtypes.json"


def _read() -> dict[str, Any]:
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, RuntimeError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(key: str, dtype: str) -> None:
    """Keep the choice; a full disk is no fault."""
    try:
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(_read() | {key: dtype}, indent=1, sort_keys=True), encoding="utf-8")
        draft.replace(path)
    except (OSError, RuntimeError):
        return
