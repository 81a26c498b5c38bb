"""Which files make up the evidence of an audit, and where are they?"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from probes.errors import AuditError
from probes.home import expanded
from reports.record import AuditRecord

Role = Literal["audit", "model", "data", "config"]

ROLES: tuple[Role, ...] = get_args(Role)
SEAL = "seal.json"
RECORD = "record.json"

Roots = Mapping[Role, Path]
"""Role -> the folder or file that has it; in a seal, names of files begin with the role."""


def record_file(path: Path) -> Path:
    """The record that the user named by itself or by its folder."""
    return path / RECORD if path.is_dir() else path


def roots(
    record: AuditRecord | None, folder: Path, given: Mapping[Role, Path | None], *, settings: Path | None
) -> Roots:
    """What is there: what the user named, else what the record names and can be found from here.

    Args:
        record: the record, or None when it cannot be relied on to say where model and data are.
        folder: the folder of the record.
        given: what the user named.
        settings: the settings file, if there is one.

    Raises:
        AuditError: when something that the user named is not there.
    """
    named = {role: path for role, path in given.items() if path is not None}
    faults = [
        f"--{role} {path}: there is no such file or folder"
        for role, path in named.items()
        if not _there(path)
    ]
    if faults:
        raise AuditError(*faults)
    return {"audit": folder, **_found(record, settings), **named}


def _found(record: AuditRecord | None, settings: Path | None) -> Roots:
    candidates: dict[Role, Path | None] = {"config": settings}
    if record is not None and record.model.kind == "transformers":
        candidates["model"] = expanded(record.model.reference)
    if record is not None and record.data is not None:
        candidates["data"] = expanded(record.data.source)
    return {role: path for role, path in candidates.items() if path is not None and _there(path)}


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def digests(role: Role, root: Path, *, seal: Path) -> dict[str, str]:
    """Name in the seal -> sha256, of every file below a root but the seal itself.

    Raises:
        AuditError: when a folder below is a link or a file cannot be read.
    """
    if root.is_file():
        return {f"{role}/{_text(root.name)}": sha256(root)}
    files = (path for path in _below(root) if path.resolve() != seal.resolve())
    return {f"{role}/{_text(path.relative_to(root).as_posix())}": sha256(path) for path in files}


def _below(root: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(root, onerror=_unreadable):
        if links := [name for name in folders if Path(here, name).is_symlink()]:
            raise AuditError(
                f"{Path(here, links[0])} is a link to a folder, which a seal does not follow; "
                "copy the folder in its place"
            )
        folders.sort()
        yield from (Path(here, name) for name in sorted(files))


def _unreadable(error: OSError) -> None:
    raise AuditError(f"{error.filename} cannot be read: {error.strerror}")


def _text(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise AuditError(f"the file name {name!r} is not UTF-8; rename the file") from None
    return name


def sha256(path: Path) -> str:
    """The sha256 of a file.

    Raises:
        AuditError: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AuditError(f"{path} cannot be read: {error.strerror}") from None
