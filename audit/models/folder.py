"""Where is the model that the user named: in a folder here, or on the hub?"""

import difflib
import re
from pathlib import Path

from probes.errors import AuditError
from probes.home import expanded

HUB_PREFIX = "hf:"
HUB_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def find(reference: str) -> Path:
    """The local folder of a model; a hub id is downloaded into the hub's cache first.

    A folder never touches the network. `hf:org/name` always means the hub; `org/name` and `name` mean it
    when no such folder exists here and none has a similar name.

    Raises:
        AuditError: when the reference is neither a folder nor a model on the hub.
    """
    path = expanded(reference)
    if reference.startswith(HUB_PREFIX):
        return _download(reference.removeprefix(HUB_PREFIX))
    if path.is_dir():
        return path
    if path.exists():
        raise AuditError(f"{reference} is a file; name the folder that save_pretrained wrote")
    if similar := _similar(path):
        raise AuditError(
            f"{reference} is not a folder; did you mean {similar}? ({HUB_PREFIX}{reference} asks the hub)"
        )
    if _is_path(reference, path):
        raise AuditError(
            f"{reference} is not a folder here, and not a hub id either (org/name); check the spelling"
        )
    return _download(reference)


def _is_path(reference: str, path: Path) -> bool:
    """True where a folder must have been meant: no hub id looks so, or its first part is a folder here."""
    return not _HUB_ID.fullmatch(reference) or (len(path.parts) > 1 and Path(path.parts[0]).is_dir())


def _similar(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if (entry / "config.json").is_file()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return str(path.with_name(close[0])) if close else ""


def _download(hub_id: str) -> Path:
    from huggingface_hub import snapshot_download

    if not _HUB_ID.fullmatch(hub_id):
        raise AuditError(f"{HUB_PREFIX}{hub_id} is not a hub id; write {HUB_PREFIX}org/name")
    try:
        return Path(snapshot_download(hub_id, allow_patterns=list(HUB_FILES), ignore_patterns=["*/*"]))
    except (OSError, ValueError) as error:
        why = str(error).strip().partition("\n")[0] or type(error).__name__
        raise AuditError(f"{hub_id} is not a folder here, and the hub does not give it: {why}") from None
