"""Trains the same models in one process and in two that share each batch, and prints what came of it as JSON.

Run in a process of its own: it forks before torch has made a thread.
"""

import hashlib
import importlib.util
import json
import os
import signal
import socket
import sys
import time
import traceback
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np

from probes.errors import AuditError
from probes.types import Grouping, Samples
from training import checkpoint, processes
from training.base import Start
from training.choice import chosen
from training.composition import Known
from training.fit import fit
from training.plan import Plan
from training.private import randomness
from training.record import Source

CLASSES = ("negative", "positive")
ALIKE = Plan(
    learning_rate=2e-3, num_train_epochs=2, per_device_train_batch_size=15, device="cpu", precision="fp32",
    validation=0.2, test=0.2, dropout=0.0, save_steps=3,
)  # fmt: skip
"""Without dropout, of which each process draws its own; batches of 15 cannot be shared evenly."""

PLANS = {
    "adversarial": ALIKE.model_copy(
        update={"method": "adversarial", "attack_clean": 0.0, "gradient_accumulation_steps": 2}
    ),
    "groups": ALIKE.model_copy(
        update={
            "mitigation": "group_dro", "group_dro_step_size": 0.5, "adapter": "lora", "attacker": "typos",
            "attacker_queries": 12, "learning_rate": 1e-2,
        }
    ),
    "private": ALIKE.model_copy(
        update={"method": "private", "noise_multiplier": 0.7, "delta": 1e-3, "learning_rate": 1e-3}
    ),
}  # fmt: skip
DROPPING = ALIKE.model_copy(update={"dropout": 0.2, "adapter": "adalora", "early_stopping_patience": 1})


def samples():
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=70)
    words = ["the", "film", "play", "story", "was", "is", "very", "fast", "new", "old", "king", "queen"]
    texts = [
        " ".join(rng.permutation([*rng.choice(words, size=rng.integers(3, 8)), ("bad", "good")[label]]))
        for label in labels
    ]
    return Samples(texts, np.where(rng.random(70) < 0.2, 1 - labels, labels), {}, np.arange(70), "f" * 64)


@contextmanager
def fixed_randomness():
    """Noise and rows of private steps follow from a count, so that two runs can be compared."""
    taken = 0

    def renew(generator):
        nonlocal taken
        taken += 1
        generator.manual_seed(taken)

    with (
        mock.patch.object(randomness, "renew", renew),
        mock.patch.object(randomness, "rows_generator", return_value=np.random.default_rng(5)),
    ):
        yield


def train(work, name, plan, kill_after=None, out=None):
    taken = 0

    @contextmanager
    def progress(task, total):
        def advance(done):
            nonlocal taken
            taken += done
            if task == "training" and taken == kill_after:
                os.kill(os.getpid(), signal.SIGKILL)

        yield advance

    known = Known(CLASSES, Grouping("sort", ("a", "b"), np.arange(70) % 2))
    with processes.joined(lambda: __import__("torch").device("cpu")) as together, fixed_randomness():
        method = chosen(plan, known if plan.mitigation != "none" else replace(known, grouping=None))
        record = fit(
            plan, samples(), CLASSES, base=Start(work / "base", "tiny", "0" * 64), out=work / (out or name),
            source=Source(source="x", path=None, text="t", label="l"), method=method, progress=progress,
            together=together,
        )  # fmt: skip
        seen = processes.gathered(
            record.model_dump(mode="json", include={"epochs", "test", "steps"}), together
        )
        for part in seen:
            for epoch in part["epochs"]:
                del epoch["seconds"]
        assert all(part == seen[0] for part in seen), "the processes saw different figures"
    return record


def one(work, name, plan, index, count, port, **settings):
    os.environ.update(
        WORLD_SIZE=str(count), RANK=str(index), LOCAL_RANK=str(index) if count > 1 else "-1",
        MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo",
    )  # fmt: skip
    train(work, name, plan, **settings)


def group(work, name, plan, count, **settings):
    """How each of `count` processes ended; when one is killed, so are the others, as a launcher does."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    children = []
    for index in range(count):
        child = os.fork()
        if not child:
            code = 1
            try:
                one(work, name, plan, index, count, port, **settings)
                code = 0
            except AuditError as error:
                (work / f"{name}.{index}.fault").write_text("\n".join(error.faults))
                code = 2
            except BaseException:
                traceback.print_exc()
                raise
            finally:
                os._exit(code)
        children.append(child)
    ended = {}
    while len(ended) < count:
        child, status = os.waitpid(-1, 0)
        ended[child] = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        if ended[child]:
            time.sleep(0.2)
            for other in set(children) - set(ended):
                os.kill(other, signal.SIGKILL)
    return [ended[child] for child in children]


def apart(one, other):
    """The largest difference of two models' weights, without the biases that no loss depends on."""
    from safetensors.numpy import load_file

    first, second = (load_file(folder / "model.safetensors") for folder in (one, other))
    assert set(first) == set(second)
    return max(float(abs(first[k] - second[k]).max()) for k in first if not k.endswith("key.bias"))


def main(work):
    spec = importlib.util.spec_from_file_location("tiny", Path(__file__).parents[1] / "tiny.py")
    tiny = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tiny)
    tiny.make_tiny_model(work / "base", spread=0.02)
    told = {"apart": {}, "moved": {}}
    for name, plan in PLANS.items():
        assert group(work, f"{name}-one", plan, 1) == [0], name
        assert group(work, f"{name}-two", plan, 2) == [0, 0], name
        told["apart"][name] = apart(work / f"{name}-one", work / f"{name}-two")
        told[name] = {
            kind: json.loads((work / f"{name}-{kind}" / "training.json").read_text())
            for kind in ("one", "two")
        }
    assert group(work, "whole", DROPPING, 2) == [0, 0]
    told["killed"] = group(work, "cut", DROPPING, 2, kill_after=5)
    told["checkpoint"] = checkpoint.exists(checkpoint.path_of(work / "cut"))
    told["other"] = group(work, "cut-other", DROPPING, 1, out="cut")
    told["fault"] = (work / "cut-other.0.fault").read_text()
    told["taken up"] = group(work, "cut", DROPPING, 2)
    told["same"] = [
        hashlib.sha256((work / name / "model.safetensors").read_bytes()).hexdigest()
        for name in ("whole", "cut")
    ]
    told["left"] = sorted(path.name for path in work.iterdir() if path.name.startswith("."))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
