"""Is further data read as the audited data is, and answered as it is?"""

import numpy as np
import pytest

from audit import config, shift
from probes.errors import AuditError
from probes.types import Context, Predictions, Samples


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
    assert {name: info.invalid_rows for name, info in shift.told(loaded, found).items()} == {
        "one": 1,
        "two": 0,
    }
