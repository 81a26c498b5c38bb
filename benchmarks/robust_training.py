"""Does adversarial training help: is the model right more often under attack, and as often without?

Run as `python benchmarks/robust_training.py --work DIR`. MiniLM-L6 is fine-tuned on the movie reviews by each
method with each seed, and asked about the held-out reviews as they are, under an attack on its embeddings,
with random typos, and by an attacker who looks for typos. What was measured is kept in DIR, so that a run
that was broken off goes on where it was.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import robust_models
import torch

from audit.data import AuditData
from audit.models import load
from probes.content import generator
from probes.stats.proportions import proportion
from probes.types import BoolArray
from training.adversarial import fgm, freelb, method, pgd
from training.adversarial.ascent import Ascent, noise
from training.adversarial.edits import greedy_typos
from training.adversarial.evaluation import withstood
from training.augmentation.typos import typos
from training.batches import collated, ordered, tokenise
from training.methods import STANDARD, Method, cross_entropy
from training.plan import Plan

LOSS = cross_entropy(0.0)
METHODS: Mapping[str, Method] = {
    "standard": STANDARD,
    "fgm": method(lambda loss: fgm(loss, radius=0.02), LOSS),
    "pgd": method(lambda loss: pgd(loss, radius=0.02), LOSS),
    "freelb": method(lambda loss: freelb(loss, radius=0.02), LOSS),
}
ATTACK_RADII = (0.01, 0.02)
TYPO_SHARES = (0.1, 0.3)


@dataclass(frozen=True, eq=False)
class Tested:
    """What every model is asked."""

    texts: Sequence[str]
    labels: np.ndarray
    few: np.ndarray


def main() -> None:
    """Measure what is not measured yet, then print all."""
    options = _options()
    robust_models.measure(options, _measured, _line)
    _report(options)


def _options() -> argparse.Namespace:
    parser = robust_models.parser(__doc__, ".robust_training", METHODS)
    parser.set_defaults(methods=["standard", "fgm", "freelb"])
    parser.add_argument("--texts", type=int, default=None, help="held-out texts; left out, all")
    parser.add_argument("--few", type=int, default=300, help="of them, texts for the attacks that search")
    return parser.parse_args()


def _measured(name: str, seed: int, rows: AuditData, options: argparse.Namespace) -> dict[str, list[int]]:
    plan = Plan(seed=seed, num_train_epochs=options.epochs, precision=options.precision)
    folder = options.work / f"{name}-{seed}"
    if not folder.exists():
        robust_models.fine_tune(plan, folder, rows, METHODS[name], options.rows)
    right = _right(folder, _tested(plan, rows, options))
    return {what: [int(found.sum()), len(found)] for what, found in right.items()}


def _tested(plan: Plan, rows: AuditData, options: argparse.Namespace) -> Tested:
    chosen = robust_models.held_out(plan, rows, options.texts)
    return Tested(chosen.inputs or (), np.asarray(chosen.labels), np.arange(min(options.few, len(chosen))))


def _right(folder: Path, tested: Tested) -> dict[str, BoolArray]:
    model = load(str(folder))

    def right(texts: Sequence[str], labels: np.ndarray) -> BoolArray:
        return np.asarray(model.predict(texts).argmax(axis=1) == labels)

    found = {"clean": right(tested.texts, tested.labels)}
    for share in TYPO_SHARES:
        found[f"typos in {share:.0%} of words"] = right(_with_typos(tested.texts, share), tested.labels)
    for radius in ATTACK_RADII:
        found[f"embeddings, radius {radius}"] = _attacked(model, tested, radius)
    texts, labels = [tested.texts[row] for row in tested.few], tested.labels[tested.few]
    found["searched typos"] = right(greedy_typos()(model, texts, labels), labels)
    return found


def _with_typos(texts: Sequence[str], share: float) -> list[str]:
    make: Callable[..., str] = typos(share)
    return [make(text, generator(text, [0])) for text in texts]


def _attacked(model: object, tested: Tested, radius: float) -> BoolArray:
    torch.manual_seed(0)
    tokens = tokenise(model.tokenizer, tested.texts, tested.labels, max_length=256)
    batches = ordered(tested.few, tokens.lengths, size=64)
    made = collated(batches, tokens, model.tokenizer, torch.device("cpu"))
    return withstood(model.module, made, Ascent(radius, steps=10, step_size=0.25, start=noise))


def _line(measured: Mapping[str, Sequence[int]]) -> str:
    return ", ".join(f"{what} {100 * right / n:.1f} %" for what, (right, n) in measured.items())


def _report(options: argparse.Namespace) -> None:
    """Per method the mean over seeds: the interval speaks of the texts, the single numbers of the seeds."""
    for name in options.methods:
        runs = robust_models.runs(options, name)
        print(f"\n{name}, {len(runs)} seeds")
        for what in runs[0] if runs else ():
            print(f"  {what:26} {_summary([run[what] for run in runs])}")


def _summary(counts: Sequence[Sequence[int]]) -> str:
    shares = [right / n for right, n in counts]
    n = counts[0][1]
    whole = proportion("accuracy", round(float(np.mean(shares)) * n), n)
    each = " ".join(f"{100 * share:.1f}" for share in shares)
    return f"{100 * np.mean(shares):5.1f} %  [{100 * whole.low:.1f}, {100 * whole.high:.1f}]  seeds {each}"


if __name__ == "__main__":
    main()
