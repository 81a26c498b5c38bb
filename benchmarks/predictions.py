"""How long does an audit of a million predictions take, and are its rates those of pandas with Fairlearn?

Run: `python benchmarks/predictions.py [--rows 1000000]`. It writes a CSV file with eight groups, audits it
with the fairness suite and draws the report, then takes four of the rates with pandas and Fairlearn's
MetricFrame, each in a process of its own. It prints seconds, peak memory and report size, and fails when a
rate differs by more than 1e-12, an aim is missed or torch was imported.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

RATES = ("accuracy", "selection_rate", "true_positive_rate", "false_positive_rate")
GROUPS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
AIM = {"seconds": 10.0, "peak GB": 2.0, "report MB": 2.0}


def write(path: Path, rows: int) -> None:
    """A file of answers of a model that errs more often in some groups; 1 % of the groups are empty."""
    import pandas

    rng = np.random.default_rng(0)
    group, label = rng.integers(0, len(GROUPS), rows), rng.random(rows) < 0.4
    score = np.clip(0.3 + 0.4 * label + rng.normal(0, 0.15 + 0.02 * group), 0, 1).round(6)
    names = np.where(rng.random(rows) < 0.01, "", np.array(GROUPS)[group])
    frame = {
        "label": label.astype(int),
        "prediction": (score > 0.5).astype(int),
        "score": score,
        "group": names,
    }
    pandas.DataFrame(frame).to_csv(path, index=False)


def audited(path: str) -> dict[str, Any]:
    """Our way: read, measure with intervals, judge, draw."""
    import audit
    import reports
    from audit.data import DataOptions, load

    start = time.perf_counter()
    load(
        DataOptions(predictions=path, score="score", group=("group",)),
        classes=None,
        positive="1",
        training=None,
    )
    reading = time.perf_counter() - start
    start = time.perf_counter()
    record = audit.run(predictions=path, score="score", group=["group"], positive="1")
    page = reports.html(record)
    seconds = time.perf_counter() - start
    found = {
        f"{group}/{rate}": record.measurement("fairness.rates", rate, feature="group", group=group).value
        for group in GROUPS
        for rate in RATES
    }
    about = {"reading alone": reading, "seconds": seconds, "report MB": len(page.encode()) / 1e6}
    return {**about, "torch": "torch" in sys.modules, "rates": found}


def baseline(path: str) -> dict[str, Any]:
    """The plain way: pandas and a MetricFrame, point values only, no report."""
    start = time.perf_counter()
    import pandas
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score

    frame = pandas.read_csv(path).dropna(subset=["group"])
    metrics = dict(
        zip(RATES, (accuracy_score, selection_rate, true_positive_rate, false_positive_rate), strict=True)
    )
    table = MetricFrame(
        metrics=metrics, y_true=frame["label"], y_pred=frame["prediction"], sensitive_features=frame["group"]
    ).by_group
    seconds = time.perf_counter() - start
    found = {f"{group}/{rate}": float(table.loc[group, rate]) for group in GROUPS for rate in RATES}
    return {"seconds": seconds, "rates": found}


def alone(way: str, path: Path) -> dict[str, Any]:
    """One way in a process of its own, with its peak memory and the seconds of the whole process."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-P", __file__, "--way", way, "--file", str(path)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {**json.loads(done.stdout.splitlines()[-1]), "whole process": time.perf_counter() - start}


def compare(rows: int) -> int:
    """Print both ways side by side; 1 when a rate differs or an aim is missed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.csv"
        write(path, rows)
        print(f"{rows:,} rows, {len(GROUPS)} groups, {path.stat().st_size / 1e6:.0f} MB of CSV")
        found = {way: alone(way, path) for way in WAYS}
    for way, result in found.items():
        told = {name: value for name, value in result.items() if name != "rates"}
        print(
            f"{way:9}",
            ", ".join(f"{n} {v:.2f}" if isinstance(v, float) else f"{n} {v}" for n, v in told.items()),
        )
    ours, theirs = found["audited"]["rates"], found["baseline"]["rates"]
    worst = max(abs(ours[name] - theirs[name]) for name in theirs)
    missed = [name for name, limit in AIM.items() if found["audited"][name] > limit]
    print(
        f"largest difference of {len(theirs)} rates: {worst:.1e}; aims missed: {', '.join(missed) or 'none'}"
    )
    return int(worst > 1e-12 or bool(missed) or found["audited"]["torch"])


WAYS = {"audited": audited, "baseline": baseline}


def main() -> int:
    """Run the comparison, or one way of it in this process."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    arguments.add_argument("--file", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.way is None:
        return compare(given.rows)
    result = WAYS[given.way](given.file)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({**result, "peak GB": kilobytes / 1e6}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
