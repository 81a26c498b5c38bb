"""Which models do the benchmarks of robustness fine-tune, and what of them is kept when a run is broken off?

MiniLM-L6 learns the movie reviews by several methods, each with several seeds, and all are asked about the
same held-out reviews. The folder `--work` keeps each model in `METHOD-SEED` and what was measured of it in
`METHOD-SEED.json`; what is there is not done again.
"""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from audit import data
from audit.data import AuditData, DataOptions
from audit.resources import fetch
from probes.types import IntArray, Samples
from training.base import Start
from training.fit import divide, fit
from training.methods import Method
from training.plan import Plan
from training.record import Source
from training.split import TEST, TRAIN, VALIDATION

Measure = Callable[[str, int, AuditData, argparse.Namespace], Any]
"""What is measured of the model of a method and a seed, made from these rows by these options."""


def parser(description: str | None, work: str, methods: Iterable[str]) -> argparse.ArgumentParser:
    """The options that every such benchmark has.

    Args:
        description: what the benchmark does.
        work: the folder unless another is named.
        methods: the methods that can be named; all of them unless some are.
    """
    names = list(methods)
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--work", type=Path, default=Path(work))
    found.add_argument("--methods", nargs="+", choices=names, default=names)
    found.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    found.add_argument("--epochs", type=int, default=2)
    found.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")
    found.add_argument("--rows", type=int, default=None, help="rows to train on; left out, all")
    return found


def measure(options: argparse.Namespace, measured: Measure, told: Callable[[Any], str]) -> None:
    """Measure what is not measured yet, and tell of each model as soon as it is."""
    options.work.mkdir(parents=True, exist_ok=True)
    rows = _rows()
    for seed in options.seeds:
        for name in options.methods:
            path = options.work / f"{name}-{seed}.json"
            if not path.exists():
                path.write_text(json.dumps(measured(name, seed, rows, options)), "utf-8")
                print(f"{name}, seed {seed}: {told(json.loads(path.read_text('utf-8')))}", flush=True)


def runs(options: argparse.Namespace, name: str) -> list[Any]:
    """What was measured of a method, seed by seed."""
    paths = [options.work / f"{name}-{seed}.json" for seed in options.seeds]
    return [json.loads(path.read_text("utf-8")) for path in paths if path.exists()]


def fine_tune(plan: Plan, folder: Path, rows: AuditData, method: Method, most: int | None) -> None:
    """Leave a model in the folder, taught by at most so many of the rows that are not held out."""
    parts = divide(plan, rows.samples, rows.classes).parts
    samples = _drawn(rows.samples, np.concatenate([parts[TRAIN], parts[VALIDATION]]), most)
    source = Source(source="movie-reviews", path=None, text="text", label="label")
    base = Start(fetch("minilm-l6"), "minilm-l6")
    fit(plan, samples, rows.classes, base=base, out=folder, source=source, method=method)


def held_out(plan: Plan, rows: AuditData, most: int | None) -> Samples:
    """At most so many of the rows that no model was taught by; the first are the same however many."""
    return _drawn(rows.samples, divide(plan, rows.samples, rows.classes).parts[TEST], most)


def _rows() -> AuditData:
    options = DataOptions(data=str(fetch("movie-reviews")), text="text", label="label")
    return data.load(options, classes=None, positive=None, training=None)


def _drawn(samples: Samples, rows: IntArray, most: int | None) -> Samples:
    drawn = np.random.default_rng(0).permutation(rows)[:most]
    texts = [samples.inputs[row] for row in drawn]  # type: ignore[index]
    return Samples(texts, samples.labels[drawn], {}, samples.ids[drawn], samples.fingerprint)  # type: ignore[index]
