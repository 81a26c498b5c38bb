"""Does each way of training do its work when asked for as a user asks, and say so in the record?"""

import csv
import json
import sys

import numpy as np
import pytest

import audit
from audit import cli, mitigator, trainer
from probes.errors import AuditError
from training.record import read

WORDS = ("the", "film", "play", "story", "plot", "king", "it", "was", "very", "old")
GROUPS = (("he", "m"), ("she", "f"))


def _write(path, rows, *, seed, biased):
    """The label follows "good" or "bad" in 3 of 4 rows; where biased, also the group: 9 of 10 m are yes."""
    rng = np.random.default_rng(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        written = csv.writer(file)
        written.writerow(["text", "label", "sex"])
        for row in range(rows):
            pronoun, sex = GROUPS[group := int(rng.integers(2))]
            label = int(rng.random() < ((0.9, 0.1)[group] if biased else 0.5))
            signal = label if rng.random() < 0.75 else 1 - label
            words = rng.permutation([*rng.choice(WORDS, size=4), pronoun, ("bad", "good")[signal]])
            written.writerow([f"{' '.join(words)} {row}", ("no", "yes")[label], sex])


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_tiny_model):
    """Biased training rows, rows to audit in which the group says nothing of the label, and a base."""
    folder = tmp_path_factory.mktemp("planted")
    _write(folder / "train.csv", 1500, seed=0, biased=True)
    _write(folder / "audited.csv", 800, seed=1, biased=False)
    make_tiny_model(folder / "base", spread=0.02)
    return folder


@pytest.fixture(scope="module")
def config(folder):
    """`config("name", **settings)`: a run on the planted rows that takes a second."""

    def build(name, **settings):
        given = {
            "data": str(folder / "train.csv"), "base": str(folder / "base"), "out": str(folder / name),
            "learning_rate": 2e-3, "num_train_epochs": 2, "precision": "fp32", "device": "cpu",
            "validation": 0.2, "test": 0.1,
        }  # fmt: skip
        return trainer.build(given, settings)

    return build


@pytest.fixture(scope="module")
def plain(config):
    """The folder of a model that has learnt the bias."""
    asked = config("plain")
    trainer.train(asked)
    return asked.out


@pytest.fixture
def audited(folder):
    """The audit of a model on the rows without bias."""

    def run(model, **settings):
        return audit.run(
            model, data=str(folder / "audited.csv"), suite=["fairness"], device="cpu", dtype="float32",
            **{"group": ["sex"], **settings},
        )  # fmt: skip

    return run


def _value(record, metric):
    """The one measurement of that name over all rows."""
    (found,) = (
        m.value
        for result in record.results
        for m in result.measurements
        if m.metric == metric and set(m.slice) <= {"feature"}
    )
    return found


def _gap(record):
    """The demographic parity difference between the sexes."""
    return _value(record, "demographic_parity_difference")


MITIGATIONS = {
    "reweighting": {"mitigation": "reweighting", "group": ["sex"], "num_train_epochs": 4},
    "balanced": {"mitigation": "balanced", "group": ["sex"]},
    "group_dro": {"mitigation": "group_dro", "group": ["sex"], "group_dro_step_size": 0.05},
    "from_text": {"mitigation": "balanced", "group_from_text": ["gender"]},
    "counterfactual": {"augment": ["counterfactual"]},
}


@pytest.mark.parametrize("name", MITIGATIONS)
def test_a_mitigation_in_training_shrinks_the_gap_that_the_audit_measures(name, config, plain, audited):
    """Without mitigation the model decides by the group; with it, at most a fifth of the gap is left."""
    record = trainer.train(config(name, **MITIGATIONS[name]))
    assert _gap(audited(plain)) > 0.5
    after = audited(config(name).out)
    assert _gap(after) < 0.1
    assert _value(after, "accuracy") > 0.65, "an even answer to all would have no gap either"
    said = record.method_record
    if "mitigation" in MITIGATIONS[name]:
        assert said["mitigation"]["name"] == MITIGATIONS[name]["mitigation"]
        assert sum(said["mitigation"]["rows"].values()) == record.data.split.sizes["train"]
        chosen = min(record.epochs, key=lambda epoch: epoch.validation.criterion).epoch
        assert (record.best_epoch, "validation loss" in record.chosen_by) == (chosen, True)
        assert record.chosen_by != "validation loss"
    else:
        assert said["augmentation"]["copies"] > 1000


def test_rules_beside_a_model_are_what_is_audited(config, plain, audited, folder):
    asked = mitigator.build(model=plain, constraint="demographic_parity", group=("sex",))
    before = _gap(audited(plain))
    rules = mitigator.mitigate(asked)
    try:
        record = audited(plain)
        assert _gap(record) < 0.25 < 0.5 < before
        assert (
            sum(rule.rows for rule in rules.groups.values())
            == read(folder / "plain").data.split.sizes["validation"]
        )
        assert "demographic_parity" in record.model.postprocessing
        assert any("not the model's own but post-processed" in warning for warning in record.data.warnings)
        with pytest.raises(AuditError, match=r"decides by the groups of 'sex'.*--group"):
            audited(plain, group=[])
        with pytest.raises(AuditError, match="is there already; replace it with --force"):
            mitigator.mitigate(asked)
    finally:
        (folder / "plain" / "postprocessing.json").unlink()
    assert audited(plain).model.postprocessing is None


def test_rules_that_cannot_be_read_are_told(plain, audited, folder):
    rules = folder / "plain" / "postprocessing.json"
    rules.write_text("{}")
    try:
        with pytest.raises(AuditError, match=r"postprocessing\.json cannot be read as decision rules"):
            audited(plain)
    finally:
        rules.unlink()


def test_the_command_leaves_rules_that_the_audit_reads(config, plain, folder, monkeypatch, capsys):
    words = ("mitigate", plain, "--group", "sex", "--constraint", "equalized_odds", "--device", "cpu")
    monkeypatch.setattr(sys, "argv", ["audit", *words])
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        assert "found on" in capsys.readouterr().err
        found = json.loads((folder / "plain" / "postprocessing.json").read_text("utf-8"))
        assert (found["constraint"], found["positive"]) == ("equalized_odds", "yes")
        assert set(found["groups"]) == {"m", "f"}
    finally:
        (folder / "plain" / "postprocessing.json").unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({}, "audit mitigate needs one or two features, and none is named"),
        ({"group": ("sex",), "positive": "maybe"}, "maybe"),
        ({"group": ("age",)}, "age"),
        ({"group": ("sex",), "constraint": "fairness"}, "constraint = 'fairness'"),
        ({"group": ("sex",), "model": "nowhere"}, "nowhere is no folder"),
    ],
)
def test_faults_of_rules_are_sentences(settings, fault, plain):
    with pytest.raises(AuditError, match=fault):
        mitigator.mitigate(mitigator.build(**{"model": plain, **settings}))


@pytest.mark.parametrize("attack", ["fgm", "pgd", "freelb", "smart"])
def test_adversarial_training_says_which_attack_it_took(attack, config):
    record = trainer.train(config(attack, method="adversarial", attack=attack, max_steps=6), force=True)
    said = record.method_record["attack"]
    assert (record.method, said["strategy"], said["radius"]) == ("adversarial", attack, 0.02)
    assert ("clean" in said) == (attack in ("fgm", "pgd"))
    assert record.steps == 6


def test_attack_mitigation_teacher_copies_and_adapter_go_together(config, plain, tmp_path):
    words = str(tmp_path / "words.json")
    (tmp_path / "words.json").write_text('{"film": ["movie"], "old": ["aged", "ancient"]}')
    record = trainer.train(
        config(
            "all", method="adversarial", radius=0.01, mitigation="group_dro", group=["sex"],
            augment=["typos", "synonyms"], synonyms=words, augment_synonyms=0.5, group_dro_adjustment=1,
            teacher=plain, attacker="typos", attacker_share=0.02, adapter="lora",
            attacker_queries=8, num_train_epochs=2,
        )
    )  # fmt: skip
    said = record.method_record
    assert set(said) == {"attack", "mitigation", "augmentation", "distillation", "attacker"}
    assert said["attack"]["strategy"] == "fgm"
    assert said["attack"]["radius"] == 0.01
    assert said["distillation"]["teacher"] == plain
    assert said["attacker"]["made_in_epoch"] == 2
    assert 0 < said["attacker"]["changed"] <= 0.02 * 2 * record.data.split.sizes["train"] + 1
    assert sum(said["mitigation"]["weights"].values()) == pytest.approx(1, abs=1e-5)
    assert record.steps > 2 * record.data.split.sizes["train"] // 32


def test_a_student_takes_over_what_its_teacher_learnt(config, plain, audited):
    """From the teacher's answers alone it learns the bias of the teacher, whatever its own labels say."""
    trainer.train(config("student", teacher=plain, distillation_weight=1.0, mitigation="none"))
    assert _gap(audited(config("student").out)) > 0.5


@pytest.mark.parametrize(
    ("settings", "faults"),
    [
        ({"mitigation": "balanced"}, ("none is named", "--group")),
        ({"group": ["sex"]}, ("group = sex does nothing without mitigation; add --mitigation",)),
        ({"mitigation": "balanced", "group": ["age"]}, ("age",)),
        (
            {"attack": "pgd", "radius": 0.1, "attacker": "typos", "num_train_epochs": 1},
            ("attack = 'pgd'", "radius = 0.1", "num_train_epochs to two"),
        ),
        (
            {"method": "adversarial", "attack_steps": 2},
            ("attack_steps = 2 does nothing without attack = 'pgd'",),
        ),
        (
            {"method": "adversarial", "attack": "smart", "attack_clean": 0.1},
            ("attack_clean = 0.1 does nothing without attack = 'fgm'",),
        ),
        (
            {
                "method": "private",
                "epsilon": 3,
                "mitigation": "balanced",
                "group": ["sex"],
                "augment": ["typos"],
            },
            ("method = 'private' with mitigation, augment",),
        ),
        ({"mitigation": "balanced", "group": ["sex"], "augment": ["counterfactual"]}, ("nobody knows its",)),
        ({"teacher": "nowhere"}, ("nowhere",)),
        ({"augment": ["synonyms"]}, ("needs a file of synonyms; name one with --synonyms",)),
        ({"augment": ["synonyms"], "synonyms": "nowhere.json"}, ("nowhere.json cannot be read",)),
        ({"attacker": "typo"}, ("attacker = 'typo' is not known",)),
        ({"attacker": "typos", "max_steps": 30}, ("max_steps = 30 ends within epoch 1, which has 3",)),
        ({"temperature": 3, "attacker_share": 0.1}, ("temperature = 3.0 does nothing", "attacker_share")),
        ({"lexicon": "nowhere.toml", "augment": ["counterfactual"]}, ("nowhere.toml",)),
    ],
)
def test_settings_that_do_not_go_together_are_told_at_once(settings, faults, config):
    with pytest.raises(AuditError) as told:
        trainer.train(config("refused", **settings))
    for fault in faults:
        assert any(fault in sentence for sentence in told.value.faults), (fault, told.value.faults)


def test_a_teacher_of_other_classes_is_refused_before_it_is_loaded(config, tiny_model, monkeypatch):
    monkeypatch.setattr("audit.models.load", lambda *_, **__: pytest.fail("loaded"))
    with pytest.raises(AuditError, match="teacher's classes are 'negative', 'positive'"):
        trainer.train(config("refused", teacher=str(tiny_model)))


def test_the_held_out_rows_are_found_again_after_training_with_groups(config, audited, folder):
    """The fingerprint of the record is that of texts and labels, whichever groups training was told."""
    out = config("found", mitigation="reweighting", group=["sex"], max_steps=2).out
    record = trainer.train(config("found", mitigation="reweighting", group=["sex"], max_steps=2))
    found = audit.run(out, suite=["fairness"], group=["sex"], device="cpu", dtype="float32")
    assert found.data.rows == record.data.split.sizes["test"]
