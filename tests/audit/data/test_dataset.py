"""Are saved datasets, and datasets by name, read as files are?"""

import datasets
import pytest

from audit.data import DataOptions, load
from probes.errors import AuditError

ROWS = {"text": ["a", "b", "c"], "label": ["yes", "no", "yes"], "sex": ["F", None, "M"]}


def read(source, **options):
    return load(DataOptions(data=str(source), **options), classes=("no", "yes"), positive=None, training=None)


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "saved"
    datasets.Dataset.from_dict(ROWS).save_to_disk(folder)
    return folder


@pytest.fixture
def splits(tmp_path):
    folder = tmp_path / "splits"
    rows = datasets.Dataset.from_dict(ROWS)
    datasets.DatasetDict({"train": rows, "test": rows.select([2, 1])}).save_to_disk(folder)
    return folder


def test_a_saved_dataset_has_the_rows_of_the_file(saved, write):
    found = read(saved, group=("sex",))
    table = [dict(zip(ROWS, row, strict=True)) for row in zip(*ROWS.values(), strict=True)]
    assert found.info.fingerprint == read(write(table), group=("sex",)).info.fingerprint
    assert found.samples.inputs == ["a", "b", "c"]


def test_a_split_of_a_saved_dataset(splits):
    found = read(splits, split="test")
    assert found.samples.inputs == ["c", "b"]
    assert found.info.source == f'{splits} (split "test")'


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        (None, 'the dataset has "train", "test"; name one with --split'),
        ("tset", 'no split "tset"; it has "train", "test"; did you mean "test"?'),
    ],
)
def test_a_split_must_be_named_and_known(splits, split, expected):
    with pytest.raises(AuditError) as caught:
        read(splits, split=split)
    assert caught.value.faults == (f"{splits}: {expected}",)


def test_a_split_of_a_dataset_without_splits(saved):
    with pytest.raises(
        AuditError, match="--split test, but the saved dataset has no splits; leave --split out"
    ):
        read(saved, split="test")


def test_a_damaged_saved_dataset(saved):
    next(saved.glob("*.arrow")).write_bytes(b"damage")
    with pytest.raises(AuditError, match=r"not readable as a saved dataset: .*; save it again"):
        read(saved)


def test_rows_not_lines_are_named(tmp_path):
    folder = tmp_path / "bad"
    datasets.Dataset.from_dict({"text": ["a", ""], "label": ["no", "yes"]}).save_to_disk(folder)
    with pytest.raises(AuditError) as caught:
        read(folder)
    assert caught.value.faults == (f'{folder} row 2: no text in column "text"; fill it in or remove the row',)


def test_class_names_are_used_and_minus_one_is_missing(tmp_path):
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["yes", "no"])}
    )
    folder = tmp_path / "named"
    datasets.Dataset.from_dict({"text": ["a", "b"], "label": [0, 1]}, features).save_to_disk(folder)
    assert read(folder).samples.labels.tolist() == [1, 0]
    datasets.Dataset.from_dict({"text": ["a", "b"], "label": [0, -1]}, features).save_to_disk(
        tmp_path / "unlabelled"
    )
    with pytest.raises(AuditError, match='row 2: no label in column "label"'):
        read(tmp_path / "unlabelled")


def test_a_dataset_by_name(tmp_path, monkeypatch):
    """`datasets` loads a local folder by its path as it loads a dataset of the hub by its name."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "by_name"
    folder.mkdir()
    for split in ("train", "test"):
        datasets.Dataset.from_dict(ROWS).to_json(folder / f"{split}.jsonl")
    found = read(f"hf:{folder}", split="test", group=("sex",))
    assert found.samples.inputs == ["a", "b", "c"]
    assert found.info.source == f'hf:{folder} (split "test")'
    with pytest.raises(AuditError, match="name one with --split"):
        read(f"hf:{folder}")


def test_offline(monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(AuditError) as caught:
        read("hf:someone/something", split="test")
    (fault,) = caught.value.faults
    assert fault.startswith("hf:someone/something: the hub cannot be reached (")
    assert fault.endswith("; go online, or name a local file")
