"""Is further data read as the audited data is, and answered as it is?"""

from dataclasses import replace

import numpy as np
import pytest

from audit import config, shift
from audit.data import AuditData
from probes.errors import AuditError
from probes.types import Context, Predictions, Samples
from reports.record import DataInfo


@pytest.fixture
def asked(tmp_path):
    """Settings with two further files, of which one lacks the column of groups."""
    (tmp_path / "one.csv").write_text("words,mood,sex\ngood,yes,f\nbad,no,m\n")
    (tmp_path / "two.csv").write_text("words,mood\ngood,yes\n")
    sources = {name: str(tmp_path / f"{name}.csv") for name in ("one", "two")}
    return config.build(
        {"data": sources["one"], "text": "words", "label": "mood", "group": ["sex"], "shift": sources}
    )


def load(asked, *, grouped, training=None):
    return shift.load(asked, classes=("no", "yes"), training=training, folder=None, grouped=grouped)


def test_it_has_the_columns_of_the_audited_data_and_no_groups(asked):
    found = load(asked, grouped=False)
    assert {name: rows.samples.inputs for name, rows in found.items()} == {
        "one": ["good", "bad"],
        "two": ["good"],
    }
    assert found["one"].samples.labels.tolist() == [1, 0]
    assert not found["one"].samples.groups
    assert found["one"].info.source == asked.shift["one"]


def test_where_rules_decide_by_groups_they_are_needed(asked):
    with pytest.raises(AuditError, match=r"two\.csv.*sex"):
        load(asked, grouped=True)
    alone = asked.model_copy(update={"shift": {"one": asked.shift["one"]}})
    assert load(alone, grouped=True)["one"].samples.groups["sex"].names == ("f", "m")


def test_a_resource_that_is_not_there_is_told_with_its_command(asked):
    wanted = asked.model_copy(update={"shift": {"tweets": "tweets", "gone": "gone.csv"}})
    with pytest.raises(AuditError, match="audit fetch tweets") as told:
        load(wanted, grouped=False)
    assert any("gone.csv" in fault for fault in told.value.faults)


def test_each_set_is_a_context_with_answers_of_its_own(asked):
    main = Context(Samples([], None, {}, np.array([]), ""), ("no", "yes"), seed=7, confidence=0.9)
    loaded = load(asked, grouped=False)

    def answer(rows):
        return rows.samples, Predictions(np.where(rows.samples.labels == 1, 1, -1))

    found = shift.contexts(main, loaded, answer)
    assert (found["one"].seed, found["one"].confidence) == (7, 0.9)
    assert {
        name: info.invalid_rows for name, info in shift.told(loaded, replace(main, shifted=found)).items()
    } == {
        "one": 1,
        "two": 0,
    }


def described(main, further):
    """The warnings of further rows beside the audited: each (texts, labels, decisions)."""

    def context(texts, labels, decided):
        known = None if labels is None else np.array(labels)
        samples = Samples(texts, known, {}, np.arange(len(decided)), "")
        return Context(samples, ("no", "yes"), predictions=Predictions(np.array(decided)))

    info = DataInfo(source="b.csv", fingerprint="", rows=len(further[2]))
    rows = AuditData(context(*further).samples, ("no", "yes"), None, info, "")
    whole = replace(context(*main), shifted={"b": context(*further)})
    return shift.told({"b": rows}, whole)["b"].warnings


def test_a_file_without_the_column_of_labels_has_none(asked, tmp_path):
    (tmp_path / "two.csv").write_text("words,sex\ngood,f\n")
    assert load(asked, grouped=False)["two"].samples.labels is None


def test_a_misspelt_column_of_labels_is_a_fault(asked, tmp_path):
    (tmp_path / "two.csv").write_text("words,moods\ngood,yes\n")
    with pytest.raises(AuditError, match='did you mean "moods"'):
        load(asked, grouped=False)


def test_that_there_are_no_labels_is_told():
    (told,) = described((["a"], [1], [1]), (["b"], None, [1]))
    assert "no column of true labels" in told
    assert not described((["a"], None, [1]), (["b"], None, [1]))


@pytest.mark.parametrize(
    ("texts", "told"),
    [(["Good  film", "new"], "1 of 2 texts (50.0%)"), (["good film", "bad"], "2 of 2 texts")],
)
def test_texts_of_the_audited_data_are_no_further_data(texts, told):
    (warning,) = described((["good film", "bad"], [1, 0], [1, 0]), (texts, [1, 0], [1, 0]))
    assert told in warning
    assert "independent" in warning


def test_the_same_answers_again_are_no_further_data():
    assert described((None, [1, 0], [1, 1]), (None, [1, 0], [1, 1]))
    assert not described((None, [1, 0], [1, 1]), (None, [1, 0], [1, 0]))
    assert not described((["a", "b"], [1, 0], [1, 1]), (["c", "d"], [1, 0], [1, 1]))
