"""Which reader opens this source?"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from audit.data.readers.dataset import HUB, is_saved, read_hub, read_saved
from audit.data.readers.delimited import read_csv, read_tsv
from audit.data.readers.json_lines import read_json_lines
from audit.data.readers.parquet import read_parquet
from audit.data.sentences import did_you_mean, listed, quoted
from audit.data.table import Table
from probes.errors import AuditError
from probes.home import expanded

FILES: Mapping[str, Callable[[Path, Iterable[str]], Table]] = {
    ".csv": read_csv,
    ".csv.gz": read_csv,
    ".tsv": read_tsv,
    ".tsv.gz": read_tsv,
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".ndjson": read_json_lines,
    ".parquet": read_parquet,
}


def is_file(source: str) -> bool:
    """Whether the source is one file with rows, which has no splits of its own."""
    return not source.startswith(HUB) and not expanded(source).is_dir()


def read(source: str, wanted: Iterable[str], *, split: str | None = None) -> Table:
    """The wanted columns of a file, a saved dataset, or `hf:NAME`; columns that are not there are left out.

    Raises:
        AuditError: when the source is missing, of unknown type, or damaged.
    """
    columns = tuple(wanted)
    if source.startswith(HUB):
        return read_hub(source, columns, split)
    path = expanded(source)
    try:
        if path.is_dir():
            return _read_folder(path, columns, split)
        return _reader(path)(path, columns)
    except (OSError, EOFError) as error:
        raise AuditError(f"{source}: cannot be read: {error}; check the file") from None


def _read_folder(path: Path, wanted: Iterable[str], split: str | None) -> Table:
    if is_saved(path):
        return read_saved(path, wanted, split)
    files = sorted(file.name for file in path.iterdir() if _suffix(file) in FILES)
    inside = f"name one of its files: {listed(files)}" if files else f"name a file of type {', '.join(FILES)}"
    raise AuditError(f"{path}: a folder, but not a dataset saved with save_to_disk; {inside}")


def _reader(path: Path) -> Callable[[Path, Iterable[str]], Table]:
    if not path.exists():
        raise AuditError(_missing(path))
    if _suffix(path) not in FILES:
        raise AuditError(
            f"{path}: files of type {quoted(path.suffix)} are not read; name one of type {', '.join(FILES)}, "
            f"a folder written by save_to_disk, or {HUB}NAME"
        )
    return FILES[_suffix(path)]


def _missing(path: Path) -> str:
    if not path.parent.is_dir():
        return f"{path}: no such file, and {path.parent} is no folder; check the path"
    names = [file.name for file in path.parent.iterdir()]
    return f"{path}: no such file; check the path{did_you_mean(path.name, names)}"


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return "".join(suffixes[-2:]) if suffixes[-1:] == [".gz"] else "".join(suffixes[-1:])
