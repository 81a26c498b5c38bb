"""Does a run that is killed at any moment end with the weights of one that was not?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What killed.py prints: for each plan the run left alone, and the run killed again and again."""
    program = [
        sys.executable,
        str(Path(__file__).with_name("killed.py")),
        str(tmp_path_factory.mktemp("killed")),
    ]
    done = subprocess.run(
        program, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("plan", ["full", "accumulated", "adalora"])
def test_a_killed_run_ends_with_the_same_weights_and_figures(told, plan):
    assert set(told[plan]["signals"]) == {9}
    whole, killed = told[plan]["whole"], told[plan]["killed"]
    assert killed.pop("resumed") >= 1
    assert whole.pop("resumed") == 0
    assert killed == whole


def test_early_stopping_and_the_best_weights_survive_too(told):
    """The full run stops after epoch 2 of 3 and keeps epoch 1, whose weights came from a checkpoint."""
    assert (told["full"]["killed"]["best_epoch"], len(told["full"]["killed"]["epochs"])) == (1, 2)


def test_nothing_is_left_beside_the_models(told):
    assert told["left"] == []
