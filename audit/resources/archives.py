"""How is one named file read from an archive that is not trusted?

Nothing is ever unpacked: a file is asked for by its exact name, its content is returned, and the caller
decides where it goes. So no name, link or permission of the archive reaches the disk.
"""

import io
import tarfile
import zipfile
from pathlib import Path

from probes.errors import AuditError


def from_wheel(archive: Path, name: str) -> bytes:
    """The content of the file `name` of a wheel.

    Raises:
        AuditError: when the archive is broken or has no such file.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.read(name)
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise _unreadable(archive.name, name, error) from None


def from_sdist(archive: Path, name: str) -> bytes:
    """The content of the file `name` of a gzipped tar.

    Raises:
        AuditError: when the archive is broken or has no such file.
    """
    return from_tar(archive.read_bytes(), name)


def from_tar(content: bytes, name: str) -> bytes:
    """The content of the regular file `name` of a gzipped tar that is in memory.

    Raises:
        AuditError: when the archive is broken, has no such file, or has a link or folder of that name.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as opened:
            member = opened.getmember(name)
            stream = opened.extractfile(member) if member.isreg() else None
            if stream is None:
                raise KeyError(f"{name} is not a regular file")
            return stream.read()
    except (KeyError, OSError, EOFError, tarfile.TarError) as error:
        raise _unreadable("the archive", name, error) from None


def _unreadable(archive: str, name: str, error: Exception) -> AuditError:
    return AuditError(f"{archive}: {name} could not be read ({error}); fetch the resource again")
