"""How does a record get to disk and back, also one that an older version wrote?"""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from probes.errors import AuditError
from reports.record import SCHEMA_VERSION, AuditRecord

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

# Schema version -> what makes a record of that version one of the next.
UPGRADES: Mapping[int, Upgrade] = {}

_FAULTS_SHOWN = 10


def write(path: Path, text: str) -> None:
    """Make `text` the whole content of a file: all of it or, when something goes wrong, nothing of it.

    Raises:
        AuditError: when the folder cannot be written.
    """
    write_bytes(path, text.encode())


def text(path: Path) -> str:
    """What stands in a file, its line ends as they are; "" when there is none.

    Raises:
        AuditError: when there is one that cannot be read, or that is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"{path} cannot be read: {error}; mend it or choose another folder") from None


def write_bytes(path: Path, content: bytes) -> None:
    """Make `content` the whole content of a file, as `write` does.

    Raises:
        AuditError: when the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror}; choose another folder") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror}; choose another place") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    # The mask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read(path: Path) -> AuditRecord:
    """The record in a file, brought to this schema version when an older version wrote it.

    Raises:
        AuditError: when the file is missing, is no record, or was written by a newer version.
    """
    try:
        return AuditRecord.model_validate(upgrade(_parsed(path), source=str(path)))
    except ValidationError as error:
        raise AuditError(*_sentences(path, error)) from None


def upgrade(
    data: Mapping[str, Any],
    *,
    source: str = "the record",
    upgrades: Mapping[int, Upgrade] = UPGRADES,
    target: int = SCHEMA_VERSION,
) -> dict[str, Any]:
    """The content of a record of any older schema version as content of version `target`.

    Raises:
        AuditError: when the version is missing, unknown, or newer than `target`.
    """
    version = data.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise AuditError(
            f"{source} is not an audit record: schema_version is {version!r}; name a record.json"
        )
    if version > target:
        raise AuditError(
            f"{source} has schema version {version}, this version reads up to {target}; upgrade assay-audit"
        )
    current = dict(data)
    for step in range(version, target):
        if step not in upgrades:
            raise AuditError(f"{source} has schema version {version}, which no version of Assay wrote")
        current = {**upgrades[step](current), "schema_version": step + 1}
    return current


def _parsed(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes().decode("utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise AuditError(
            f"{path} cannot be read: {error.strerror}; name the record.json of an audit"
        ) from None
    except RecursionError:
        raise AuditError(f"{path} is not an audit record: its values are nested too deeply") from None
    except ValueError as error:
        raise AuditError(f"{path} is not JSON in UTF-8: {error}; name the record.json of an audit") from None
    if not isinstance(data, dict):
        raise AuditError(f"{path} is not an audit record: it holds a {type(data).__name__}, not an object")
    return data


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}, which is not JSON")


def _sentences(path: Path, error: ValidationError) -> list[str]:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    sentences = [f"{path}: {'.'.join(map(str, e['loc'])) or 'the record'}: {e['msg']}" for e in faults]
    rest = len(sentences) - _FAULTS_SHOWN
    return sentences[:_FAULTS_SHOWN] + ([f"{path}: and {rest} more faults"] if rest > 0 else [])
