"""How does a model folder come into being whole or not at all?"""

import glob
import shutil
import stat
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


def prepare(out: Path, *, force: bool) -> None:
    """See to it, before hours are spent, that `out` can be written.

    Raises:
        AuditError: when it cannot, or may not.
    """
    check(out, force=force)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out.parent).close()
    except OSError as error:
        raise AuditError(f"{out} cannot be written: {error}") from error


@contextmanager
def whole(out: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write into that becomes `out` at the end, or nothing when the block raises.

    Its files have the rights of any new file of this user, whatever the library says that wrote them.

    Raises:
        AuditError: when `out` may not be written.
    """
    prepare(out, force=force)
    prefix = f".{out.name}.saving-"
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=prefix) as name:
        new = Path(name, "new")
        new.mkdir()
        yield new
        _open_to_others(new)
        check(out, force=force)
        if out.is_dir():
            out.rename(Path(name, "old"))
        new.rename(out)
    # Left by runs that were killed in this block.
    for left in out.parent.glob(f"{glob.escape(prefix)}*"):
        shutil.rmtree(left, ignore_errors=True)


def _open_to_others(folder: Path) -> None:
    """Give all files the rights of a new one: safetensors files are written for their owner alone."""
    new = folder / ".new"
    new.touch()
    mode = stat.S_IMODE(new.stat().st_mode)
    new.unlink()
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)
