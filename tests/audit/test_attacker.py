"""Do the attacks of an audit make texts to train on?"""

import csv
import zlib

import numpy as np
import pytest

from audit import trainer
from audit.attacker import attacker
from probes import attacking
from probes.attacking import Attacked
from probes.errors import AuditError


class Keyword:
    """Positive with 0.9 exactly where the text has "wonderful" as a word."""

    classes = ("negative", "positive")

    def predict(self, inputs):
        p = np.array([0.9 if "wonderful" in text.split() else 0.1 for text in inputs])
        return np.stack([1 - p, p], axis=1)


TEXTS = ["a truly wonderful film indeed", "nothing here", "wonderful", "an odd one"]
LABELS = np.array([1, 1, 1, 0])


def test_only_texts_that_turn_the_answer_are_changed():
    """The second text is wrong already, and no typo makes a fourth one positive."""
    found = attacker("deepwordbug", queries=40)(Keyword(), TEXTS, LABELS)
    assert [one == text for one, text in zip(found, TEXTS, strict=True)] == [False, True, False, True]
    assert Keyword().predict(found).argmax(axis=1).tolist() == [0, 0, 0, 0]


def test_a_budget_that_does_not_suffice_changes_nothing():
    assert attacker("deepwordbug", queries=2)(Keyword(), TEXTS, LABELS) == TEXTS


def test_what_a_failed_search_left_is_not_trained_on(monkeypatch):
    """The search fails on the first text and leaves its best try, turns the second and skips the third."""
    ends = [("failed", "a truly wonderfull film"), ("success", "nothing hree"), ("skipped", "wonderful")]

    def carry_out(prepared, texts, labels, **_):
        return [
            Attacked(text, found, outcome, 1, 0, 9, 4, 1)
            for text, (outcome, found) in zip(texts, ends, strict=True)
        ]

    monkeypatch.setattr(attacking, "carry_out", carry_out)
    texts = ["a truly wonderful film", "nothing here", "wonderful"]
    found = attacker("deepwordbug", queries=40)(Keyword(), texts, LABELS[:3])
    assert found == ["a truly wonderful film", "nothing hree", "wonderful"]


@pytest.mark.parametrize(
    ("build", "told"),
    [
        ("raise ValueError('boom')", "cannot attack this model: its builder failed: ValueError: boom"),
        ("return t.attack_recipes.InputReductionFeng2018.build(model)", "keeps the answer"),
    ],
)
def test_an_attack_of_ones_own_that_trains_nothing_is_told(build, told, tmp_path, monkeypatch):
    name = f"own_{zlib.crc32(build.encode())}"
    tmp_path.joinpath(f"{name}.py").write_text(f"import textattack as t\ndef attack(model):\n    {build}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(AuditError, match=told):
        attacker(f"py:{name}:attack", queries=10)(Keyword(), TEXTS, LABELS)


def test_a_text_is_changed_the_same_alone_and_in_company():
    make = attacker("deepwordbug", queries=40, seed=3)
    alone = [make(Keyword(), [text], LABELS[i : i + 1])[0] for i, text in enumerate(TEXTS)]
    assert make(Keyword(), TEXTS, LABELS) == alone


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("depwordbug", "did you mean 'deepwordbug'"),
        ("input-reduction", "not known"),
        ("textfooler", "cannot run here"),
        ("py:nothing", "py:"),
    ],
)
def test_what_cannot_attack_is_told(name, told):
    with pytest.raises(AuditError, match=told):
        attacker(name, queries=10)


@pytest.fixture
def settings(tmp_path, make_tiny_model):
    rng = np.random.default_rng(0)
    words = ("the", "film", "play", "story", "plot", "king", "it", "was", "very", "old")
    with (tmp_path / "train.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["text", "label"])
        for row in range(400):
            label = int(rng.integers(2))
            chosen = rng.permutation([*rng.choice(words, size=4), ("awful", "great")[label]])
            written.writerow([f"{' '.join(chosen)} {row}", ("no", "yes")[label]])
    return {
        "data": str(tmp_path / "train.csv"), "base": str(make_tiny_model(tmp_path / "base", spread=0.02)),
        "out": str(tmp_path / "out"), "learning_rate": 5e-3, "num_train_epochs": 2, "precision": "fp32",
        "per_device_train_batch_size": 8,
        "device": "cpu",
    }  # fmt: skip


def test_a_model_is_trained_against_an_attack_of_the_audit(settings):
    """The words that tell the class are learnt in the first epoch, so that typos in them turn answers."""
    record = trainer.train(
        trainer.build(settings, {"attacker": "deepwordbug", "attacker_share": 0.1, "attacker_queries": 40})
    )
    said = record.method_record["attacker"]
    assert (said["name"], said["made_in_epoch"]) == ("deepwordbug", 2)
    assert 0 < said["changed"] <= 0.1 * record.data.split.sizes["train"] + 1


def test_an_attacker_that_is_not_there_is_told_with_the_other_faults(settings):
    wrong = {"attacker": "nosuch", "base": "/nowhere"}
    with pytest.raises(AuditError) as fault:
        trainer.train(trainer.build(settings, wrong))
    assert any("nosuch" in told for told in fault.value.faults)
    assert len(fault.value.faults) == 2
