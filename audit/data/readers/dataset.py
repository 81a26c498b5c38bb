"""What are the columns of a dataset saved by `datasets`, or of one on the hub?"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from audit.data.readers.parquet import class_names
from audit.data.sentences import did_you_mean, listed, quoted
from audit.data.table import Table, positions, row_numbers
from probes.errors import AuditError

HUB = "hf:"


def is_saved(path: Path) -> bool:
    """Whether a folder was written by `save_to_disk`."""
    return any((path / name).is_file() for name in ("state.json", "dataset_dict.json"))


def read_saved(path: Path, wanted: Iterable[str], split: str | None) -> Table:
    """The wanted columns of a saved dataset; of one of its splits when it has several."""
    import datasets

    try:
        saved = datasets.load_from_disk(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AuditError(f"{path}: not readable as a saved dataset: {_short(error)}; save it again") from None
    if isinstance(saved, datasets.DatasetDict):
        saved = saved[_chosen(str(path), split, list(saved))]
    elif split is not None and str(saved.split) != split:
        raise AuditError(f"{path}: --split {split}, but the saved dataset has no splits; leave --split out")
    return _table(str(path), saved, wanted)


def read_hub(source: str, wanted: Iterable[str], split: str | None) -> Table:
    """The wanted columns of `hf:NAME` or `hf:NAME:CONFIGURATION`; the only reader that uses the network."""
    import datasets

    name, _, configuration = source.removeprefix(HUB).partition(":")
    try:
        known = [split] if split else datasets.get_dataset_split_names(name, configuration or None)
        found = datasets.load_dataset(name, configuration or None, split=_chosen(source, split, known))
    except ConnectionError as error:
        raise AuditError(
            f"{source}: the hub cannot be reached ({_short(error)}); go online, or name a local file"
        ) from None
    except datasets.exceptions.DatasetNotFoundError as error:
        raise AuditError(
            f"{source}: {_short(error)}; check the name, and log in (hf auth login) if the dataset asks "
            "for it"
        ) from None
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise AuditError(f"{source}: cannot be loaded: {_short(error)}") from None
    return _table(source, found, wanted)


def _chosen(source: str, split: str | None, known: Sequence[str]) -> str:
    if split in known or (split is None and len(known) == 1):
        return split or known[0]
    if split is None:
        raise AuditError(f"{source}: the dataset has {listed(known)}; name one with --split")
    raise AuditError(
        f"{source}: no split {quoted(split)}; it has {listed(known)}{did_you_mean(split, known)}"
    )


def _table(source: str, dataset: Any, wanted: Iterable[str]) -> Table:
    chosen = [name for name in dataset.column_names if name in set(wanted)]
    table = dataset.select_columns(chosen).with_format("arrow")[:] if chosen and len(dataset) else None
    columns = {name: table[name] if table is not None else _empty() for name in chosen}
    names = class_names(dataset.features.arrow_schema.metadata or {})
    return Table(
        source, tuple(dataset.column_names), columns, positions(len(dataset)), "row", row_numbers, names
    )


def _empty() -> Any:
    import pyarrow

    return pyarrow.chunked_array([], pyarrow.string())


def _short(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
