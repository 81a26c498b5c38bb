"""Are only the rows audited that training held out, and is it told when training saw a text?"""

from pathlib import Path

import numpy as np
import pytest

from audit.data import DataOptions, choose, load
from probes.errors import AuditError
from training.split import TEST, assign, text_key

FRACTIONS = {"train": 0.7, "validation": 0.1, "test": 0.2}
ROWS = [{"text": f"text {i}", "label": ("no", "yes")[i % 2], "sex": "FM"[i % 3 == 0]} for i in range(60)]
PARTS = assign([text_key(row["text"]) for row in ROWS], seed=5, fractions=FRACTIONS)


def read(options, training, folder=None):
    return load(options, classes=("no", "yes"), positive=None, training=training, folder=folder)


@pytest.fixture
def trained(write):
    """What a training record says of data."""
    path = write(ROWS, name="movies")
    whole = load(DataOptions(data=path), classes=("no", "yes"), positive=None, training=None)
    sizes = {name: int((name == PARTS).sum()) for name in FRACTIONS}
    split = {"seed": 5, "fractions": FRACTIONS, "sizes": sizes}
    columns = {"text": "text", "label": "label"}
    about = {"fingerprint": whole.info.fingerprint, "rows": 60, "labels": whole.info.labels, "split": split}
    return {"data": {"source": "movies.csv", "path": path, **columns, **about}}


@pytest.mark.parametrize("name", FRACTIONS)
def test_only_the_rows_of_the_split(trained, name):
    options = DataOptions(split=None if name == TEST else name, group=("sex",))
    found = read(options, trained)
    rows = np.flatnonzero(name == PARTS)
    assert found.samples.inputs == [ROWS[row]["text"] for row in rows]
    assert found.samples.ids.tolist() == (rows + 1).tolist()
    assert found.samples.groups["sex"].codes.tolist() == ["FM".index(ROWS[row]["sex"]) for row in rows]
    assert found.info.source == f'movies.csv (rows of the training record\'s split "{name}")'
    assert found.info.rows == len(rows) > 0


def test_the_file_of_the_training_may_be_named(trained):
    path = trained["data"]["path"]
    named = read(DataOptions(data=path, split="test"), trained)
    assert named.samples.inputs == read(DataOptions(), trained).samples.inputs
    assert len(read(DataOptions(data=path), trained).samples) == 60


def test_the_file_may_lie_in_the_home_folder(trained, monkeypatch):
    path = Path(trained["data"]["path"])
    monkeypatch.setenv("HOME", str(path.parent))
    found = read(DataOptions(), {"data": trained["data"] | {"path": f"~/{path.name}"}})
    assert found.samples.inputs == read(DataOptions(), trained).samples.inputs


def test_a_changed_file_is_refused(trained, write):
    write([*ROWS[:-1], ROWS[-1] | {"text": "changed"}], name="movies")
    with pytest.raises(
        AuditError, match="not the data that the model was trained on: 60 rows with fingerprint"
    ):
        read(DataOptions(), trained)


def test_another_label_is_a_change(trained, write):
    write([*ROWS[:-1], ROWS[-1] | {"label": "no"}], name="movies")
    with pytest.raises(AuditError, match="so its held-out rows cannot be found"):
        read(DataOptions(), trained)


def test_a_missing_file_is_refused(trained):
    gone = {"data": trained["data"] | {"path": "/nowhere/movies.csv"}}
    with pytest.raises(AuditError) as caught:
        read(DataOptions(), gone)
    assert caught.value.faults == (
        "/nowhere/movies.csv: the data of the training record is gone; put it back, name other data with "
        "--data, or move training.json away to audit without data",
    )


def test_an_unknown_split(trained):
    with pytest.raises(AuditError) as caught:
        read(DataOptions(split="dev"), trained)
    assert caught.value.faults == (
        '--split dev: training made the splits "train", "validation", "test"; name one of these',
    )


def test_an_empty_split(trained):
    trained["data"]["split"]["fractions"] = {"train": 1.0, "test": 0.0}
    with pytest.raises(AuditError, match="the split test has no rows; name other data with --data"):
        read(DataOptions(), trained)


def test_a_damaged_record(trained):
    with pytest.raises(AuditError, match=r'training\.json: damaged under data, at "split"; train again'):
        read(DataOptions(), {"data": {k: v for k, v in trained["data"].items() if k != "split"}})


def test_what_is_chosen(trained):
    named = DataOptions(data="x.csv")
    assert choose(named, trained) is named
    assert choose(DataOptions(), trained) == DataOptions()
    assert choose(DataOptions(), None) is None
    assert choose(DataOptions(), {"data": None}) is None
    trained["data"]["split"]["fractions"] = {"train": 1.0, "test": 0.0}
    assert choose(DataOptions(), trained) is None


def test_groups_without_data_are_a_fault():
    with pytest.raises(AuditError) as caught:
        choose(DataOptions(group=("sex",), label="y"), None)
    assert caught.value.faults == (
        "--label, --group: there is no data to speak of; name a file with --data or --predictions",
    )


def test_texts_that_training_saw_are_told(write, tmp_path):
    """Texts 0 to 2 differ from those of training in case and spacing only."""
    seen = sorted(text_key(f"TEXT   {i} ") for i in range(3))
    (tmp_path / "training_texts.txt").write_text("".join(f"{key}\n" for key in seen))
    found = read(DataOptions(data=write(ROWS)), None, folder=tmp_path)
    assert found.info.warnings == (
        f"3 of 60 audited texts (5.0%) also stand in the training data, such as {found.info.source} line "
        "2; what is measured on them says little about new texts",
    )


def test_held_out_texts_were_not_seen(trained, tmp_path):
    keys = [text_key(row["text"]) for row, part in zip(ROWS, PARTS, strict=True) if part != TEST]
    (tmp_path / "training_texts.txt").write_text("\n".join(keys))
    assert read(DataOptions(), trained, folder=tmp_path).info.warnings == ()
