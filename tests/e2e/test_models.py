"""From texts to a verdict on real model folders: planted bias, black boxes, no data, hostile folders."""

import csv
import itertools
import random

import pytest

import audit

GOOD, BAD = ("good", "great", "fine", "bright"), ("bad", "awful", "poor", "dull")


def sentences(count, *, seed=0):
    """`count` different sentences (text, group, label); the label is whether the last word is a good one."""
    draw = random.Random(seed)
    every = [
        (f"the {a} {who} was {b} and {word}", group, label)
        for who, group in (("man", "men"), ("woman", "women"))
        for words, label in ((GOOD, "positive"), (BAD, "negative"))
        for word, a, b in itertools.product(
            words,
            ["old", "new", "long", "short", "slow", "fast", "best", "worst"],
            ["happy", "sad", "funny", "bright", "dull", "old", "new"],
        )
    ]
    return draw.sample(every, count)


def write(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "who", "label"), *rows])
    return str(path)


@pytest.fixture(scope="module")
def biased(tmp_path_factory, make_tiny_model):
    """A model trained on data in which praise of a woman is labelled negative; and unbiased held-out rows."""
    from audit import trainer

    folder = tmp_path_factory.mktemp("biased")
    base = make_tiny_model(folder / "base", spread=0.1)
    rows = sentences(800)
    taught = [(t, g, "negative" if g == "women" else y) for t, g, y in rows[:400]]
    data = write(folder / "taught.csv", taught)
    plan = {"num_train_epochs": 12, "learning_rate": 2e-3, "early_stopping_patience": 12, "precision": "fp32"}
    trainer.train(trainer.build({"data": data, "base": str(base), "out": str(folder / "model"), **plan}))
    return folder / "model", write(folder / "test.csv", rows[400:])


def test_a_planted_gap_fails_the_build(biased):
    model, data = biased
    record = audit.run(str(model), data=data, group=["who"])
    gap = record.measurement("fairness.equalized_odds", "true_positive_rate_gap", feature="who")
    assert gap.value > 0.8
    assert record.exit_code == 1
    failed = {v.metric for v in record.verdicts if v.outcome == "fail"}
    assert "true_positive_rate_gap" in failed


def test_the_held_out_rows_are_found_through_the_training_record(biased):
    model, _ = biased
    record = audit.run(str(model))
    assert record.data is not None
    assert record.training is not None
    assert record.data.rows == record.training["data"]["split"]["sizes"]["test"]


def test_training_texts_in_the_audited_data_are_told(biased):
    model, _ = biased
    everything = str(model.parent / "taught.csv")
    record = audit.run(str(model), data=everything)
    assert any("training" in w for w in record.data.warnings)


def test_without_any_data_the_templates_are_asked_and_the_rest_is_undecided(tiny_model):
    record = audit.run(str(tiny_model))
    status = {r.probe: r.status for r in record.results}
    assert status["fairness.template"] == "ok"
    assert status["fairness.equalized_odds"] == "skipped"
    assert {v.outcome for v in record.verdicts} == {"undecided"}
    assert (record.data, record.exit_code) == (None, 3)


def test_a_black_box_is_audited(tmp_path, monkeypatch):
    (tmp_path / "box.py").write_text(
        "import numpy as np\n"
        "def answer(texts):\n"
        "    good = np.array([t.split()[-1] in {'good', 'great', 'fine', 'bright'} for t in texts], float)\n"
        "    return np.stack([1 - good, good], axis=1)\n"
        "answer.classes = ('negative', 'positive')\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    data = write(tmp_path / "test.csv", sentences(800))
    record = audit.run("py:box:answer", data=data, group=["who"])
    assert record.measurement("fairness.accuracy_parity", "accuracy_gap").value == 0
    assert record.exit_code == 0


def test_invalid_answers_are_counted_and_nothing_passes(tmp_path, monkeypatch):
    (tmp_path / "box2.py").write_text(
        "import numpy as np\n"
        "def answer(texts):\n"
        "    good = np.array([t.split()[-1] in {'good', 'great', 'fine', 'bright'} for t in texts], float)\n"
        "    out = np.stack([1 - good, good], axis=1)\n"
        "    out[[t.startswith('the old man was happy') for t in texts]] = np.nan\n"
        "    return out\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    data = write(tmp_path / "test.csv", sentences(800))
    settings = {"data": data, "group": ["who"], "classes": ["negative", "positive"]}
    record = audit.run("py:box2:answer", **settings)
    assert record.data.invalid_rows > 0
    assert "pass" not in {v.outcome for v in record.verdicts}
    allowed = audit.run("py:box2:answer", **settings, allow_invalid=True)
    assert {v.outcome for v in allowed.verdicts} == {"pass"}
