"""How do methods of attribution compare, in a table and in a figure?"""

from collections.abc import Iterator, Mapping

import numpy as np

from probes.attribution import METHODS
from probes.explanations.erasure import SHARES, Erased
from probes.explanations.evidence import Verdict
from probes.explanations.figures import averaged
from probes.types import Context, Curve, Measurement, Table

RANDOM = "random order"

_COLUMNS = {
    "comprehensiveness": "comprehensiveness",
    "comprehensiveness_gain": "more than random",
    "sufficiency": "sufficiency",
    "log_odds": "log-odds",
    "infidelity": "infidelity",
    "sensitivity": "sensitivity",
}


def tables(
    measured: Mapping[str, Mapping[str, Measurement]],
    verdicts: Mapping[str, Verdict],
    absent: Mapping[str, str],
) -> Iterator[Table]:
    """The numbers and the verdict of each method, one to a row; and the reasons, where there are any."""
    rows = [
        (METHODS[name].title, _short(verdicts[name]), *(_value(found, metric) for metric in _COLUMNS))
        for name, found in measured.items()
    ]
    rows += [(METHODS[name].title, "not tried", *(None for _ in _COLUMNS)) for name in absent]
    yield Table(
        "Methods of attribution compared",
        ("method", "as evidence", *_COLUMNS.values()),
        tuple(rows),
        "Means over texts; intervals and rows are among the measurements. High comprehensiveness, low "
        "sufficiency, log-odds, infidelity and sensitivity speak for a method.",
    )
    reasons = [(METHODS[name].title, reason) for name, v in verdicts.items() for reason in _reasons(v)]
    reasons += [(METHODS[name].title, f"not tried: {why}") for name, why in absent.items()]
    if reasons:
        yield Table("What was found of the methods", ("method", "finding"), tuple(reasons))


def _short(verdict: Verdict) -> str:
    return "usable" if verdict.usable else "not usable"


def _reasons(verdict: Verdict) -> list[str]:
    against = [f"not usable: {clause}" for clause in verdict.against]
    return [*against, *(f"not checked: {clause}" for clause in verdict.unchecked)]


def _value(found: Mapping[str, Measurement], metric: str) -> float | None:
    return found[metric].value if metric in found else None


def curves(ctx: Context, lines: Mapping[str, Erased]) -> Iterator[Curve]:
    """The mean probability of the explained class against the share of the words taken away."""
    for name, erased in lines.items():
        path = np.concatenate([erased.whole[:, None], erased.removed], axis=1)
        means = [averaged(ctx, "", column, {}, bounds=(0.0, 1.0)) for column in path.T]
        points = [(100 * x, m.value, m.low, m.high) for x, m in zip((0.0, *SHARES), means, strict=True)]
        known = [(x, y, low, high) for x, y, low, high in points if y is not None]
        if known:
            x, y, low, high = zip(*known, strict=True)
            banded = None not in (*low, *high)
            yield Curve(
                "Probability of the answer as words are taken away",
                "words taken away, most important first, in %",
                "mean probability of the answer",
                x,
                y,
                low if banded else (),
                high if banded else (),
                "The steeper a line falls below that of a random order, the more of the answer rests on the "
                "words that the method calls important. The band is the interval of each mean.",
                name,
            )
