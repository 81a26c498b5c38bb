"""Does `audit train --method private` keep, record and resume what the private library promises?"""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from audit import cli, trainer
from probes.errors import AuditError
from training import checkpoint, trackers
from training.plan import Plan
from training.private import accounting, method, randomness
from training.private.ledger import Ledger
from training.private.settings import Privacy, settle, steps_of
from training.record import read
from training.stepping import Procedure

STEPS = 9


@pytest.fixture
def rows(tmp_path):
    """A CSV file of 60 short texts, the second word from the end tells the label."""
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        written = csv.writer(file)
        written.writerow(["text", "label"])
        for i in range(60):
            label = ("bad", "good")[i % 2]
            written.writerow([f"the {('film', 'play', 'story')[i % 3]} number {i} was {label} indeed", label])
    return path


@pytest.fixture
def settings(rows, tmp_path, make_tiny_model):
    """A private run of some 46 rows in steps of 16, each in batches of 8; the noise is given."""
    return {
        "data": str(rows), "base": str(make_tiny_model(tmp_path / "base", spread=0.02)),
        "out": str(tmp_path / "model"), "method": "private", "noise_multiplier": 0.8, "num_train_epochs": 3,
        "per_device_train_batch_size": 8, "gradient_accumulation_steps": 2, "validation": 0.1,
        "device": "cpu", "save_steps": 0,
    }  # fmt: skip


@pytest.fixture
def train(settings):
    """`train(adapter="lora")`: the record of a run with changed settings."""
    return lambda progress=None, **changes: trainer.train(
        trainer.build(settings, changes), **({"progress": progress} if progress else {})
    )


def _ledger(record):
    told = record.method_record
    return Ledger.model_validate({name: told[name] for name in Ledger.model_fields})


@pytest.mark.parametrize("adapter", ["none", "head", "bitfit", "lora"])
def test_a_private_run_from_end_to_end(train, tmp_path, adapter):
    """Steps: 3 passes of ceil(N / 16)."""
    record = train(adapter=adapter)
    assert record == read(tmp_path / "model")
    count, ledger = record.data.split.sizes["train"], _ledger(record)
    assert (record.method, record.precision, record.plan.precision) == ("private", "fp32", "fp32")
    assert record.steps == ledger.steps == steps_of(3, rows=count, batch_size=16)
    (segment,) = ledger.segments
    assert (segment.noise_multiplier, segment.sample_rate) == (0.8, 16 / count)
    assert ledger.delta == 1 / (10 * count)
    assert 0 < ledger.epsilon.value < ledger.epsilon.rdp
    assert ledger.clipping == "ghost"
    assert ledger.outside


def test_the_noise_is_that_of_the_target(train):
    record = train(noise_multiplier=None, epsilon=8)
    count = record.data.split.sizes["train"]
    wanted = settle(Privacy(batch_size=16, steps=record.steps, epsilon=8), rows=count)
    assert record.method_record["noise_multiplier"] == wanted.noise_multiplier
    assert 0.99 * 8 < record.method_record["epsilon"]["value"] <= 8


def test_nothing_without_noise_lies_beside_the_weights(train, tmp_path):
    record = train()
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert names == {
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training.json"
    }  # fmt: skip
    assert [epoch.train_loss for epoch in record.epochs] == [None] * 3
    assert record.data.labels == {}


def test_the_last_epoch_is_kept(train):
    """With so much noise a run that chose would have kept another."""
    record = train(noise_multiplier=20.0, learning_rate=0.05)
    losses = [epoch.validation.loss for epoch in record.epochs]
    assert len(losses) == record.best_epoch == 3
    assert "the last epoch" in record.method_record["kept"]


def test_from_the_command_line(settings, monkeypatch, capsys):
    options = ("data", "base", "out", "method", "noise_multiplier", "device")
    given = [part for name in options for part in (f"--{name.replace('_', '-')}", str(settings[name]))]
    monkeypatch.setattr(sys, "argv", ["audit", "train", *given, "--batch-size", "16", "--epochs", "1"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr().err
    assert ended.value.code == 0, told
    assert "training loss" not in told
    assert "epsilon" in told


# Going on.


def _killed(settings, after):
    """The signal that ended a process of its own, in which SIGKILL comes after so many steps."""
    code = f"""
import json, os, signal, sys
from contextlib import contextmanager
from audit import trainer
import torch
torch.set_num_threads(1)
taken = 0
def count(done):
    global taken
    taken += done
    if taken == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
@contextmanager
def progress(task, total):
    yield count if task == "training" else lambda done: None
trainer.train(trainer.build(json.loads(sys.argv[1])), progress=progress)
"""
    return subprocess.run([sys.executable, "-c", code, json.dumps(settings)], check=False).returncode


@pytest.fixture
def released(monkeypatch):
    """The state of the generator before each noise, and the rows of each step: two lists that grow."""
    noise, drawn, renew, poisson = [], [], randomness.renew, randomness.poisson

    def renewed(generator):
        renew(generator)
        noise.append(bytes(generator.get_state().numpy()))

    def drew(rows, sample_rate, rng):
        found = poisson(rows, sample_rate, rng)
        drawn.append(tuple(found))
        return found

    monkeypatch.setattr(randomness, "renew", renewed)
    monkeypatch.setattr(randomness, "poisson", drew)
    return noise, drawn


def test_a_run_that_was_killed_keeps_its_ledger(settings, train):
    """Killed while it takes step 6, after a checkpoint of step 4: 4 steps are spent, 5 are left of 9."""
    kept = settings | {"save_steps": 2}
    assert _killed(kept, after=6) == -9
    saved = checkpoint.path_of(Path(kept["out"]))
    assert checkpoint.exists(saved)
    record = train(save_steps=2)
    ledger = _ledger(record)
    assert (ledger.steps, ledger.resumed, record.resumed) == (record.steps, 1, 1)
    assert record.steps == steps_of(3, rows=ledger.rows, batch_size=16) == STEPS
    assert not checkpoint.exists(saved)


def test_no_noise_and_no_rows_come_twice(train, stopped, released):
    """Stopped in step 6 after the checkpoint of step 5; steps 6 to 9 are drawn anew."""
    noise, drawn = released
    with pytest.raises(KeyboardInterrupt):
        train(stopped(after=5), save_steps=5)
    assert len(drawn) == 6
    ledger = _ledger(train(save_steps=5))
    assert (ledger.steps, ledger.resumed) == (STEPS, 1)
    assert len(drawn) == 6 + STEPS - 5
    assert len(set(noise)) == len(noise) > len(drawn)
    assert len(set(drawn)) == len(drawn)


def test_a_checkpoint_without_ledger_is_refused(train, stopped, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        train(stopped(after=3), save_steps=2)
    whole = checkpoint.read

    def robbed(*given, **more):
        saved = whole(*given, **more)
        assert saved["method"].pop("ledger")["segments"]
        return saved

    monkeypatch.setattr(checkpoint, "read", robbed)
    with pytest.raises(AuditError, match="has no ledger"):
        train(save_steps=2)


def test_another_promise_is_another_run(train, stopped):
    with pytest.raises(KeyboardInterrupt):
        train(stopped(after=3), save_steps=2)
    with pytest.raises(AuditError, match=r"noise_multiplier was 0\.8 and is 0\.4"):
        train(save_steps=2, noise_multiplier=0.4)


# Refused.


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"noise_multiplier": None}, ["either epsilon or noise_multiplier"]),
        ({"epsilon": 3}, ["either epsilon or noise_multiplier"]),
        ({"delta": 0.1}, [r"delta = 0\.1 must be above 0 and at most 1/N"]),
        ({"max_grad_norm": 0}, ["max_grad_norm = 0.0: without a finite bound"]),
        ({"gradient_accumulation_steps": 20}, ["batch_size = 160 must be from 1"]),
        ({"precision": "bf16", "adapter": "ia3"}, ["precision = 'bf16'", "adapter = 'ia3'"]),
        ({"mitigation": "balanced", "group": ("label",)}, ["with mitigation"]),
        ({"augment": ("typos",)}, ["with augment"]),
        ({"radius": 0.1}, ["radius = 0.1 does nothing without method = 'adversarial'"]),
        (
            {"method": "standard", "delta": 1e-3},
            ["noise_multiplier = 0.8 does nothing", "delta = 0.001 does nothing"],
        ),
        ({"early_stopping_patience": 1}, ["early_stopping_patience = 1 does nothing"]),
        (
            {"delta": 0.1, "precision": "bf16", "base": "nowhere", "epsilon": 3, "max_grad_norm": 0},
            ["delta", "precision", "nowhere", "either epsilon", "max_grad_norm"],
        ),
    ],
)
def test_what_has_no_bound_is_refused_all_at_once(train, tmp_path, changes, faults):
    with pytest.raises(AuditError) as refused:
        train(**changes)
    told = refused.value.faults
    assert len(told) == len(set(told))
    for fault in faults:
        assert any(re.search(fault, sentence) for sentence in told), (fault, told)
    assert not (tmp_path / "model").exists()


def test_a_plan_is_held_against_its_rows_without_a_command_too():
    with pytest.raises(AuditError, match="at most 1/N"):
        method.check(Plan(method="private", epsilon=3, delta=0.1), rows=100)


def test_trackers_are_not_told_of_losses():
    told = []
    session = SimpleNamespace(
        accelerator=SimpleNamespace(trackers=[1], log=lambda values, step: told.append(values)),
        optimizer=SimpleNamespace(param_groups=[{"lr": 0.1}]),
    )
    steps = trackers.tracked(Procedure(lambda *_: iter([(0, 0.0), (4, 2.0)])), session, steps=0).steps
    list(steps(1, 0))
    assert told == [{"train/learning_rate": 0.1}, {"train/loss": 2.0, "train/learning_rate": 0.1}]


def test_it_learns(train, monkeypatch):
    """Without noise to speak of, which no accountant has a bound for, the planted word is learnt.

    The rows of the steps are always the same ones here: some draws need more steps than there are.
    """
    nothing = accounting.Epsilon(value=0, accountant="prv", rdp=0)
    monkeypatch.setattr(accounting, "epsilon", lambda *_, **__: nothing)
    monkeypatch.setattr(randomness, "rows_generator", lambda: np.random.default_rng(0))
    record = train(noise_multiplier=1e-6, learning_rate=5e-3, num_train_epochs=20, max_length=16, dropout=0.0)
    assert record.test.accuracy > 0.9
