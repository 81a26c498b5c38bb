"""Trains the same model undisturbed and killed at many moments, and prints what came of each as JSON.

Run in a process of its own: it forks before torch has made a thread, and the children are killed by SIGKILL.
"""

import hashlib
import importlib.util
import json
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np

from probes.types import Samples
from training import checkpoint, folder
from training.base import Start
from training.fit import fit
from training.plan import Plan
from training.record import Source

PLAN = Plan(
    learning_rate=5e-3, num_train_epochs=3, per_device_train_batch_size=16, device="cpu", precision="fp32",
    validation=0.2, test=0.2, save_steps=2, lr_scheduler_type="cosine", early_stopping_patience=1,
)  # fmt: skip
PLANS = {
    "full": PLAN,
    "accumulated": PLAN.model_copy(
        update={"gradient_accumulation_steps": 3, "save_steps": 1, "max_steps": 5}
    ),
    "adalora": PLAN.model_copy(update={"adapter": "adalora", "early_stopping_patience": 3}),
}
MOMENTS = {
    "full": (("step", 1), ("step", 5), ("write", 2), ("step", 4), ("saving", 1)),
    "accumulated": (("step", 2), ("write", 1), ("step", 1)),
    "adalora": (("step", 7), ("write", 3), ("step", 3)),
}
"""Plan -> what a process is killed in, counted in that process: a step, the writing of a checkpoint between
the file and its name, the saving of the model."""


def samples():
    """Noisy rows, so that the validation loss goes up again and the best epoch is not the last."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=120)
    words = ["the", "film", "play", "story", "was", "is", "very", "fast", "new", "old", "king", "queen"]
    texts = [
        " ".join(rng.permutation([*rng.choice(words, size=6), ("bad", "good")[label]])) for label in labels
    ]
    return Samples(texts, np.where(rng.random(120) < 0.3, 1 - labels, labels), {}, np.arange(120), "f" * 64)


def train(work, name, plan, moment):
    counts = dict.fromkeys(("step", "write", "saving"), 0)

    def passed(what):
        counts[what] += 1
        if (what, counts[what]) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def progress(task, total):
        yield lambda done: passed("step") if task == "training" and done == 1 else None

    def flush(path):
        if path.name == checkpoint.PART:
            passed("write")

    def saving(path):
        passed("saving")

    with (
        mock.patch.object(checkpoint, "_flush", flush),
        mock.patch.object(folder, "_open_to_others", saving),
    ):
        record = fit(
            plan, samples(), ("negative", "positive"), base=Start(work / "base", "tiny", "0" * 64),
            out=work / name, source=Source(source="x", path=None, text="t", label="l"), progress=progress,
        )  # fmt: skip
    (work / f"{name}.json").write_text(record.to_json())


def ended(work, name, plan, moment=None):
    """The signal that ended a process of its own that trains; 0 when it came to its end."""
    child = os.fork()
    if not child:
        code = 1
        try:
            train(work, name, plan, moment)
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, (name, moment, status)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def main(work):
    spec = importlib.util.spec_from_file_location("tiny", Path(__file__).parents[1] / "tiny.py")
    tiny = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tiny)
    tiny.make_tiny_model(work / "base", spread=0.02)
    told = {}
    for name, plan in PLANS.items():
        assert ended(work, f"{name}-whole", plan) == 0
        killed = [ended(work, f"{name}-killed", plan, moment) for moment in MOMENTS[name]]
        assert ended(work, f"{name}-killed", plan) == 0
        told[name] = {"signals": killed}
        for kind in ("whole", "killed"):
            record = json.loads((work / f"{name}-{kind}.json").read_text())
            weights = (work / f"{name}-{kind}" / "model.safetensors").read_bytes()
            for epoch in record["epochs"]:
                del epoch["seconds"]
            told[name][kind] = {
                "weights": hashlib.sha256(weights).hexdigest(),
                **{key: record[key] for key in ("epochs", "best_epoch", "steps", "test", "resumed")},
            }
    told["left"] = sorted(path.name for path in work.iterdir() if path.name.startswith("."))
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
