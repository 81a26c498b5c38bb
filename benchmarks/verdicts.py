"""How often is a verdict wrong, over every kind of audit that the project promises an error rate for?

Run as `python benchmarks/verdicts.py` for the whole grid (minutes) or with `--short` (seconds). The grid is
that of docs/verdicts.md: every cell draws audits whose true gap (or ratio) is known, and judges them with the
code that audits use. Beside each stands the gate that most tools offer: is the observed value within the
limit?
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from probes.stats.contrasts import Contrast, Target, lower, upper
from probes.stats.limits import Estimates
from probes.types import BoolArray, FloatArray

ALPHA = 0.05
RUNS = 2000


@dataclass(frozen=True, eq=False)
class Cell:
    """One kind of audit.

    Attributes:
        contrast: "difference" (gate `<= limit`) or "ratio" (gate `>= limit`).
        rates: (K,) true rates.
        sizes: (K,) rows of each group.
        limit: the limit.
    """

    contrast: Contrast
    rates: FloatArray
    sizes: FloatArray
    limit: float

    @property
    def truth(self) -> float:
        """The true gap or ratio."""
        low, high = float(self.rates.min()), float(self.rates.max())
        return high - low if self.contrast == "difference" else low / high

    @property
    def kept(self) -> bool:
        """Whether the limit is truly kept; at the limit it is both kept and as good as broken."""
        return (
            self.truth <= self.limit + 1e-9
            if self.contrast == "difference"
            else self.truth >= self.limit - 1e-9
        )

    @property
    def at_limit(self) -> bool:
        """Whether the truth lies exactly at the limit, where both errors are largest."""
        return abs(self.truth - self.limit) < 1e-9


@dataclass(frozen=True)
class Shares:
    """Shares of simulated audits.

    Attributes:
        fails: the gate fails.
        passes: the gate passes.
        covered: the 95 % interval contains the truth.
        point_fails: the observed value is beyond the limit.
    """

    fails: float
    passes: float
    covered: float
    point_fails: float


def standard_error(share: float, runs: int) -> float:
    """Standard error of a simulated share."""
    return float(np.sqrt(max(share * (1 - share), 1e-12) / runs))


def simulate(cell: Cell, runs: int, seed: int = 0) -> Shares:
    """Draw audits and judge them."""
    rng = np.random.default_rng(seed)
    drawn = rng.binomial(cell.sizes.astype(int), cell.rates, size=(runs, len(cell.rates)))
    values = drawn / cell.sizes
    groups = Estimates(values, np.broadcast_to(cell.sizes, values.shape), np.full(values.shape, np.nan))
    goal = Target(cell.contrast, (groups,))
    fails, passes = verdicts(goal, cell.limit, ALPHA)
    low, high = lower(goal, ALPHA / 2), upper(goal, ALPHA / 2)
    covered = (low <= cell.truth + 1e-12) & (cell.truth <= high + 1e-12)
    return Shares(
        float(fails.mean()), float(passes.mean()), float(covered.mean()), float(_point(cell, values).mean())
    )


def verdicts(goal: Target, limit: float, fail_level: float) -> tuple[BoolArray, BoolArray]:
    """(runs,) whether each audit fails, and passes."""
    above, below = (ALPHA, fail_level) if goal.contrast == "ratio" else (fail_level, ALPHA)
    over, under = lower(goal, above) > limit, upper(goal, below) < limit
    return (under, over) if goal.contrast == "ratio" else (over, under)


def _point(cell: Cell, values: FloatArray) -> BoolArray:
    low, high = values.min(axis=-1), values.max(axis=-1)
    if cell.contrast == "difference":
        return np.asarray(high - low > cell.limit)
    return np.asarray(low < cell.limit * high)


def shapes(k: int, low: float, high: float) -> Iterator[FloatArray]:
    """Ways in which K groups can be `high - low` apart: one above, one below, halves, evenly spread."""
    one_above, one_below, halves = (np.full(k, low), np.full(k, high), np.full(k, low))
    one_above[-1], one_below[0], halves[k // 2 :] = high, low, high
    yield one_above
    if k > 2:
        yield from (one_below, halves, np.linspace(low, high, k))


def sizes_of(k: int, rows: int, other: int) -> FloatArray:
    """One group of `rows`, the rest alternating between both sizes."""
    return np.array([rows if i % 2 == 0 else other for i in range(k)], dtype=float)


def grid(*, short: bool) -> Iterator[Cell]:
    """Every cell: groups, rows, equal and unequal sizes, base rates, limits, at the limit and inside."""
    rows = (30, 200) if short else (30, 60, 125, 500, 2000)
    rates = (0.05, 0.5, 0.9) if short else (0.05, 0.1, 0.3, 0.5, 0.7, 0.9)
    for k in (2, 4) if short else (2, 4, 8):
        for n in rows:
            for sizes in dict.fromkeys(tuple(sizes_of(k, *pair)) for pair in ((n, n), (n, 2000), (2000, n))):
                for base in rates:
                    yield from _cells(
                        k, np.array(sizes), base, (0.05, 0.2) if short else (0.05, 0.1, 0.15, 0.2)
                    )


def _cells(k: int, sizes: FloatArray, base: float, limits: tuple[float, ...]) -> Iterator[Cell]:
    """At the limit in every shape; inside, half way to the limit and without any gap, in one."""
    for limit in limits:
        for share in (1.0, 0.5, 0.0):
            low, high = (base, base + share * limit) if base + limit <= 0.95 else (base - share * limit, base)
            for rates in islice(shapes(k, low, high), None if share == 1 else 1):
                yield Cell("difference", rates, sizes, limit)
    for four_fifths in (0.8, 0.9):
        for ratio in (four_fifths, 1.0):
            for rates in islice(shapes(k, base * ratio, base), None if ratio < 1 else 1):
                yield Cell("ratio", rates, sizes, four_fifths)


@dataclass(frozen=True)
class Line:
    """A row of the table: the worst cell and its share."""

    share: float = 0.0
    cell: Cell | None = None


def worst_cells(cells: Iterator[Cell], runs: int) -> tuple[dict[str, Line], int]:
    """The largest shares of errors over all cells."""
    worst: dict[str, Line] = {}
    count = 0
    for count, cell in enumerate(cells, 1):
        shares = simulate(cell, runs, seed=count)
        for name, share in _errors(cell, shares).items():
            if share > worst.get(name, Line(-1.0)).share:
                worst[name] = Line(share, cell)
    return worst, count


def _errors(cell: Cell, shares: Shares) -> dict[str, float]:
    place = "at the limit" if cell.at_limit else "inside"
    errors = {
        f"{cell.contrast}: wrong FAIL, {place}": shares.fails,
        f"{cell.contrast}: not covered": 1 - shares.covered,
    }
    errors[f"{cell.contrast}: point-value gate, wrong FAIL, {place}"] = shares.point_fails
    if cell.at_limit:
        errors[f"{cell.contrast}: wrong PASS"] = shares.passes
        errors[f"{cell.contrast}: point-value gate, wrong PASS"] = 1 - shares.point_fails
    return errors


def suite(
    gates: int, runs: int, *, gap: float, limit: float = 0.10, k: int = 4, rows: int = 500
) -> tuple[float, float]:
    """Share of runs in which some gate fails: with our suite correction, and by point value."""
    rng = np.random.default_rng(1)
    rates = next(shapes(k, 0.3, 0.3 + gap))
    values = rng.binomial(rows, rates, size=(runs, gates, k)) / rows
    groups = Estimates(values, np.full(values.shape, float(rows)), np.full(values.shape, np.nan))
    # Holm fails one or more gates exactly when the smallest p-value is at most alpha / gates.
    fails, _ = verdicts(Target("difference", (groups,)), limit, ALPHA / gates)
    point = values.max(axis=-1) - values.min(axis=-1) > limit
    return float(fails.any(axis=1).mean()), float(point.any(axis=1).mean())


def _cell(contrast: Contrast, rates: tuple[float, ...], rows: int, limit: float) -> Cell:
    return Cell(contrast, np.array(rates), np.full(len(rates), float(rows)), limit)


ONE_APART, HALVES, SPREAD = (0.3, 0.3, 0.3, 0.45), (0.3, 0.3, 0.45, 0.45), (0.3, 0.35, 0.4, 0.45)
POWER = (
    ("PASS, two groups of 500 at 0.3, limit 0.10", _cell("difference", (0.3,) * 2, 500, 0.1), "passes"),
    ("PASS, two groups of 500 at 0.1, limit 0.10", _cell("difference", (0.1,) * 2, 500, 0.1), "passes"),
    ("PASS, four groups of 2,000 at 0.3, limit 0.10", _cell("difference", (0.3,) * 4, 2000, 0.1), "passes"),
    ("FAIL, 4 x 2,000: 0.30 0.30 0.30 0.45, limit 0.10", _cell("difference", ONE_APART, 2000, 0.1), "fails"),
    ("FAIL, 4 x 2,000: 0.30 0.30 0.45 0.45, limit 0.10", _cell("difference", HALVES, 2000, 0.1), "fails"),
    ("FAIL, 4 x 2,000: 0.30 0.35 0.40 0.45, limit 0.10", _cell("difference", SPREAD, 2000, 0.1), "fails"),
    ("PASS, two groups of 500 at 0.5, ratio limit 0.8", _cell("ratio", (0.5,) * 2, 500, 0.8), "passes"),
    ("FAIL, two groups of 500: 0.30 0.50, ratio limit 0.8", _cell("ratio", (0.3, 0.5), 500, 0.8), "fails"),
)


def bootstrap_excludes_zero(k: int, rows: int, runs: int = 300, draws: int = 400) -> float:
    """Share of audits without any gap in which the percentile bootstrap of the max-min gap excludes 0."""
    rng = np.random.default_rng(2)
    values = rng.binomial(rows, 0.3, size=(runs, k)) / rows
    redrawn = rng.binomial(rows, values, size=(draws, runs, k)) / rows
    low = np.quantile(redrawn.max(axis=-1) - redrawn.min(axis=-1), 0.025, axis=0)
    return float(np.mean(low > 0))


def main() -> None:
    """Print every figure of docs/verdicts.md."""
    short = "--short" in sys.argv
    runs = RUNS // 2 if short else RUNS
    worst, count = worst_cells(grid(short=short), runs)
    allowed = ALPHA + 3 * standard_error(ALPHA, runs)
    print(f"{count:,} cells, {runs:,} audits each; {ALPHA:.0%} and three standard errors: {allowed:.4f}")
    for name, line in sorted(worst.items()):
        print(f"  {name:55} {line.share:.4f}  worst at {_where(line.cell)}")
    for name, cell, wanted in POWER:
        print(f"  {name:55} {getattr(simulate(cell, 20_000), wanted):.3f}")
    _print_suites(runs)
    equal = simulate(_cell("difference", (0.3,) * 8, 100, 0.1), 20_000)
    print("  8 equal groups of 100 at 0.3:")
    print(f"    limit 0.10 fails: ours {equal.fails:.4f}, by point value {equal.point_fails:.4f}")
    print(f"    percentile bootstrap excludes a gap of 0: {bootstrap_excludes_zero(8, 100):.3f}")


def _where(cell: Cell | None) -> str:
    if cell is None:
        return "no cell"
    rates, rows = np.round(cell.rates, 3).tolist(), cell.sizes.astype(int).tolist()
    return f"rates {rates}, rows {rows}, limit {cell.limit}"


def _print_suites(runs: int) -> None:
    print("  20 gates, limit 0.10, four groups of 500, some gate fails:")
    for gap in (0.0, 0.1):
        ours, point = suite(20, runs, gap=gap)
        print(f"    true gap {gap:.2f}: ours {ours:.4f}, by point value {point:.4f}")


if __name__ == "__main__":
    main()
