"""How does a model folder come into being whole or not at all?"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from probes.errors import AuditError

MODEL_FILE = "config.json"


def check(out: Path, *, force: bool) -> None:
    """Refuse to write where something else is.

    Raises:
        AuditError: when `out` is a file, or a folder with something in it that may not be replaced.
    """
    if out.exists() and not out.is_dir():
        raise AuditError(f"{out} is a file; name another folder with --out")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not force:
        raise AuditError(
            f"{out} is not empty; name another folder with --out, or replace the model in it with --force"
        )
    if not out.joinpath(MODEL_FILE).is_file():
        raise AuditError(
            f"{out} is not empty and holds no model, so --force does not replace it; name another folder"
        )


@contextmanager
def whole(out: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write into that becomes `out` at the end, or nothing when the block raises.

    Raises:
        AuditError: when `out` may not be written.
    """
    check(out, force=force)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-")
    except OSError as error:
        raise AuditError(f"{out} cannot be written: {error}") from error
    with scratch as name:
        new = Path(name, "new")
        new.mkdir()
        yield new
        check(out, force=force)
        if out.is_dir():
            out.rename(Path(name, "old"))
        new.rename(out)
