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
import robust_models

from audit.attacker import attacker
from audit.data import AuditData
from audit.models import load
from probes import attacking
from probes.errors import AuditError
from probes.robustness import acceptable
from probes.robustness.acceptable import Constraints, successes
from probes.stats.proportions import proportion
from probes.types import Samples
from training import choice
from training.composition import Known
from training.plan import Plan

METHODS: Mapping[str, Mapping[str, Any]] = {
    "standard": {},
    "fgm": {"method": "adversarial", "attack": "fgm"},
    "pgd": {"method": "adversarial", "attack": "pgd"},
    "deepwordbug": {"attacker": "deepwordbug"},
}
CONSTRAINTS = Constraints(min_similarity=0.96, max_misspelt=0.1, max_new_errors=0)
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
    robust_models.measure(options, _measured, json.dumps)
    _report(options)


def _options() -> argparse.Namespace:
    parser = robust_models.parser(__doc__, ".robust_recipes", METHODS)
    parser.add_argument(
        "--recipes", nargs="+", default=["deepwordbug", "pruthi", "pwws", "textfooler-wordnet"]
    )
    parser.add_argument("--share", type=float, default=0.25, help="share of rows with an adversarial text")
    parser.add_argument("--queries", type=int, default=60, help="most questions for such a text")
    parser.add_argument(
        "--max-queries", type=int, default=1000, help="most questions of an attack that tests"
    )
    parser.add_argument("--texts", type=int, default=200, help="held-out texts that are attacked")
    return parser.parse_args()


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
        method = choice.chosen(plan, Known(rows.classes, attacker=makes))
        robust_models.fine_tune(plan, folder, rows, method, options.rows)
    held_out = robust_models.held_out(plan, rows, options.texts)
    return _counts(folder, Tested(held_out, options.recipes, options.max_queries))


def _counts(folder: Path, tested: Tested) -> Counts:
    model, labels = load(str(folder)), np.asarray(tested.samples.labels)
    right = np.asarray(model.predict(tested.texts)).argmax(axis=1) == labels
    found: Counts = {CLEAN: [int(right.sum()), len(right)]}
    reader = acceptable.reader(tested.texts, tested.texts, CONSTRAINTS)
    if reader.errors is None:
        raise AuditError(reader.without_errors)
    for recipe in tested.recipes:
        began = time.perf_counter()
        results = attacking.attack(model, tested.texts, labels, recipe, max_queries=tested.max_queries)
        seconds = time.perf_counter() - began
        attacked = [result for result in results if result.outcome in ("success", "failed")]
        turned = successes(results, CONSTRAINTS, reader)
        kept = sum(bool(success.acceptable) for success in turned)
        queries = float(np.mean([result.queries for result in attacked])) if attacked else 0.0
        found[recipe] = [len(turned), len(attacked), kept, queries, seconds]
    return found


def _report(options: argparse.Namespace) -> None:
    """One row for each recipe, raw and constrained, one column for each method."""
    runs = {name: robust_models.runs(options, name) for name in options.methods}
    runs = {name: found for name, found in runs.items() if found}
    print("\n| | " + " | ".join(runs) + " |\n| --- |" + " --- |" * len(runs))
    _line("right without attack", runs, CLEAN, 0)
    for recipe in options.recipes:
        _line(f"turned by {recipe}", runs, recipe, 0)
        _line("… acceptably", runs, recipe, 2)
    print("\nseconds and queries a text, standard: " + _costs(runs.get("standard", ()), options.recipes))


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
