"""Where does a resource lie, and how does it get there whole or not at all?"""

import hashlib
import tempfile
from pathlib import Path

from audit.resources.corpora import CORPORA
from audit.resources.download import download
from audit.resources.known import RESOURCES, Resource, named
from probes.cache import resource as folder_of
from probes.errors import AuditError
from probes.progress import Progress, silent


def home(resource: Resource) -> Path:
    """The folder of the resource in the user's cache, which is `$XDG_CACHE_HOME`, else `~/.cache`."""
    return folder_of(resource.name, resource.version)


def cached(name: str) -> Path | None:
    """The file or folder of a resource; None when the cache does not have it whole and unchanged.

    Raises:
        AuditError: when there is no such resource.
    """
    if name in CORPORA:
        return CORPORA[name].find()
    resource = named(name)
    return home(resource) / resource.main if _intact(resource, home(resource)) else None


def resolve(reference: str) -> str:
    """The path of the resource that `reference` names; `reference` itself where it names none or a file.

    Raises:
        AuditError: when it is a resource that has not been fetched.
    """
    if reference not in RESOURCES or Path(reference).exists():
        return reference
    path = cached(reference)
    if path is None:
        raise AuditError(f"{reference} is not here yet; run `audit fetch {reference}`")
    return str(path)


def fetch(name: str, *, progress: Progress = silent) -> Path:
    """The file or folder of a resource, downloaded when the cache does not have it whole.

    Raises:
        AuditError: when there is no such resource, it cannot be downloaded, or is not what it should be.
    """
    present = cached(name)
    if name in CORPORA:
        return present or CORPORA[name].bring()
    resource = named(name)
    if present is None:
        _bring(resource, home(resource), progress)
    return present or home(resource) / resource.main


def _bring(resource: Resource, target: Path, progress: Progress) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
            _write(resource, download(resource, Path(scratch), progress), Path(scratch, "new"))
            _swap(resource, Path(scratch), target)
    except OSError as error:
        raise AuditError(f"{resource.name} cannot be kept in {target.parent}: {error}") from error


def _write(resource: Resource, archive: Path, folder: Path) -> None:
    _check(archive.name, _sha256(archive), resource.sha256)
    folder.mkdir()
    for name, content in resource.contents(archive):
        _check(name, hashlib.sha256(content).hexdigest(), resource.files[name])
        folder.joinpath(name).write_bytes(content)


def _swap(resource: Resource, scratch: Path, target: Path) -> None:
    try:
        if target.exists() and not _intact(resource, target):
            target.rename(scratch / "broken")
        scratch.joinpath("new").rename(target)
    except OSError:
        if not _intact(resource, target):  # else another process was quicker, with the same content
            raise


def _intact(resource: Resource, folder: Path) -> bool:
    return all(
        folder.joinpath(name).is_file() and _sha256(folder / name) == sha256
        for name, sha256 in resource.files.items()
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check(name: str, found: str, expected: str) -> None:
    if found != expected:
        raise AuditError(
            f"{name} is not what it should be: its sha256 is {found} and not {expected}; nothing was kept"
        )
