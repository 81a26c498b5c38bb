"""Is this file UTF-8 text, and if not, where does it stop being so?"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from probes.errors import AuditError

CHUNK = 1 << 20
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def opened(path: Path) -> BinaryIO:
    """The bytes of a file; those of a `.gz` file unpacked."""
    return cast("BinaryIO", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, piece by piece."""
    with opened(path) as file:
        while piece := file.read(CHUNK):
            yield piece


def refuse_wide(path: Path) -> None:
    """Refuse an empty file and one in UTF-16, which has zero bytes where UTF-8 has none.

    Raises:
        AuditError: with what the file is and what to do.
    """
    start = next(chunks(path), b"")[:4]
    if not start:
        raise AuditError(f"{path}: the file is empty; it needs a header or field names, and rows")
    if start[:2] in UTF_16 or b"\0" in start:
        raise AuditError(
            f"{path}: the file is in UTF-16, not in UTF-8; save it as UTF-8, or convert it: "
            f"{_iconv(path, 'UTF-16')}"
        )


def encoding_fault(path: Path) -> str | None:
    """Where the first byte stands that is not UTF-8, as a sentence; None when all are."""
    offset = 0
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return (
                    f"{path} line {number}: byte {line[error.start]:#04x}, number {error.start + 1} of the "
                    f"line and {offset + error.start + 1} of the file, is not UTF-8; save the file as "
                    f"UTF-8, or convert it from what it is, such as: {_iconv(path, 'LATIN1')}"
                )
            offset += len(line)
    return None


def _iconv(path: Path, encoding: str) -> str:
    return f"iconv -f {encoding} -t UTF-8 {path.name} > {path.stem}-utf8{path.suffix}"
