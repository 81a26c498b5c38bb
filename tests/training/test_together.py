"""Do several processes train the model that one would?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from probes.errors import AuditError
from training import device, processes
from training.plan import Plan
from training.processes import Processes, agreed, launched, share, whole
from training.record import read


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What together.py prints: for each plan the run of one process and that of two."""
    folder = tmp_path_factory.mktemp("together")
    program = [sys.executable, str(Path(__file__).with_name("together.py")), str(folder)]
    done = subprocess.run(
        program, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("plan", ["adversarial", "groups", "private"])
def test_two_processes_end_with_the_weights_and_figures_of_one(told, plan):
    """Batches of 15 rows are shared unevenly; rounding makes up to 1e-6, and a wrong share 1e-3 and more.

    Among them FGM with accumulation, LoRA with GroupDRO and searched texts, and DP-SGD with the same noise.
    """
    assert told["apart"][plan] < 2e-5
    one, two = told[plan]["one"], told[plan]["two"]
    assert (one["processes"], two["processes"]) == (1, 2)
    assert (one["steps"], one["best_epoch"]) == (two["steps"], two["best_epoch"])
    assert one["test"]["loss"] == pytest.approx(two["test"]["loss"], abs=1e-4)
    for first, second in zip(one["epochs"], two["epochs"], strict=True):
        assert first["train_loss"] == pytest.approx(second["train_loss"], abs=1e-4)
        assert first["validation"]["loss"] == pytest.approx(second["validation"]["loss"], abs=1e-4)


def test_what_several_processes_spend_is_what_one_spends(told):
    ledgers = [told["private"][kind]["method_record"] for kind in ("one", "two")]
    assert ledgers[0] == ledgers[1]
    assert ledgers[0]["steps"] == told["private"]["one"]["steps"]


def test_the_search_of_texts_is_shared(told):
    said = [told["groups"][kind]["method_record"]["attacker"] for kind in ("one", "two")]
    assert said[0]["changed"] > 0
    assert said[0] == said[1]


def test_processes_that_were_killed_end_with_the_same_weights(told):
    """AdaLoRA with dropout of each process's own, killed in the fifth step and taken up by two again."""
    assert told["killed"] == [9, 9]
    assert told["checkpoint"]
    assert told["taken up"] == [0, 0]
    assert told["same"][0] == told["same"][1]
    assert told["left"] == []


def test_a_run_of_two_processes_is_not_taken_up_by_one(told):
    assert told["other"] == [2]
    assert "processes was 2 and is 1" in told["fault"]


@pytest.mark.parametrize(("rows", "count"), [(5, 2), (6, 3), (1, 4), (7, 1)])
def test_every_row_is_shared_once(rows, count):
    """Put together as `whole` does, the shares are the rows in their order."""
    given = np.arange(10, 10 + rows)
    shares = [share(given, Processes(count, index)) for index in range(count)]
    assert len({len(part) for part in shares}) == 1
    assert np.stack(shares, axis=1).ravel()[:rows].tolist() == given.tolist()


def test_alone_nothing_is_exchanged():
    own = torch.ones(3, 2, requires_grad=True)
    assert whole(own, 3, processes.ALONE) is own
    assert processes.gathered("a", processes.ALONE) == ["a"]
    with processes.joined(lambda: pytest.fail("asked for a device")) as together:
        assert together == processes.ALONE


def test_faults_of_one_are_those_of_all(monkeypatch):
    monkeypatch.setattr(processes, "gathered", lambda found, together: [found, ("the disk is full",)])
    with pytest.raises(AuditError) as raised:
        agreed(Processes(2, 0), lambda: 1)
    assert raised.value.faults == ("the disk is full",)


def test_one_device_is_not_for_several_processes(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(AuditError, match=r"'cuda:1' is one device, and 2 processes were started"):
        device.check(Plan(device="cuda:1"))


def test_processes_that_do_not_find_each_other_are_told(monkeypatch):
    for name, value in {"WORLD_SIZE": "2", "RANK": "0", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    assert launched() == Processes(2, 0)
    with (
        pytest.raises(AuditError, match="accelerate launch"),
        processes.joined(lambda: torch.device("cpu")),
    ):
        pass


def test_a_launcher_starts_the_command(make_tiny_model, tmp_path):
    """Two real processes: one folder, told of once."""
    make_tiny_model(tmp_path / "base", spread=0.02)
    lines = [f"the film number {i} was {('bad', 'good')[i % 2]},{('no', 'yes')[i % 2]}" for i in range(60)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *lines]))
    words = ("--data", "rows.csv", "--base", "base", "--out", "model", "--device", "cpu", "--max-steps", "2")
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m", "audit.cli")
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, *launcher, "train", *words], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "model\n"
    assert done.stderr.count("weights trained") == 1
    record = read(tmp_path / "model")
    assert (record.processes, record.steps) == (2, 2)
