"""How are the paths of many texts integrated: in which type of numbers, and what when that fails?"""

from probes.attribution.encoding import Encoded
from probes.attribution.function import Function
from probes.attribution.methods import Request, Scores, promised
from probes.attribution.paths import MOST, Look, Path, integrate
from probes.attribution.precision import functions
from probes.attribution.slopes import slopes

FEW = 24
"""Intervals after which the fast type gives up: what is not settled then is too fine for its rounding."""


def integrated_gradients(request: Request) -> list[Scores]:
    """Integrated gradients of the embeddings: in the fastest type, and in float32 what that leaves open."""
    ways, rows = functions(request.model), range(len(request.texts))
    paths: dict[int, Path] = {}
    if ways.fast:
        found = integrate(rows, request.baseline, looking(request, ways.fast), most=FEW, noise=ways.noise)
        paths = {row: path for row, path in found.items() if path.settled and path.allowed >= ways.noise}
    left = [row for row in rows if row not in paths]
    paths |= integrate(left, request.baseline, looking(request, ways.exact), most=MOST)
    return [_scores(request.texts[row], paths[row]) for row in rows]


def looking(request: Request, function: Function) -> Look:
    """How points on the ways to the texts of a request are looked at."""
    return lambda points: slopes(function, request.texts, request.targets, points)


def _scores(text: Encoded, path: Path) -> Scores:
    found = promised(text.summed(path.scores), len(path.errors), path.completeness_error)
    if found.withheld or path.settled:
        return found
    return found._replace(
        withheld=f"after {len(path.errors)} steps the sum is right only because errors cancel"
    )
