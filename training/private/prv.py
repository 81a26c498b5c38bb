"""What does the PRV accountant say? A program of its own, so that it can be killed when it hangs.

Reads one question as JSON and prints the answer as JSON: `{"value": number}` or `{"fault": reason}`.
"""

import importlib.util
import json
import math
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PRECISION = 0.003
"""Error that is allowed for, as a share of epsilon; it is added to epsilon, so that the bound holds."""

MEMORY = 8 * 2**30
"""Bytes of address space; a privacy loss that spreads too wide asks for more than a machine has."""

_HALF, _CLOSE = math.log(2), 0.001
"""Steps of the search for the noise, in its logarithm."""

Segment = tuple[float, float, int]
"""Noise multiplier, sample rate, steps."""


def epsilon(segments: Sequence[Segment], delta: float, *, scale: float) -> float:
    """Upper bound of epsilon by numerical composition of privacy loss random variables.

    Args:
        segments: what was spent.
        delta: the delta that goes with it.
        scale: about how large epsilon is, from above, such as the RDP bound; it sets the mesh.

    Raises:
        ArithmeticError, RuntimeError, ValueError: when the accountant has no answer.

    Reference:
        Gopi, Lee and Wutschitz (2021), "Numerical composition of differential privacy", algorithm 1.
    """
    value = _epsilon(segments, delta, PRECISION * scale)
    # RDP is loose for small epsilons: a mesh made for its bound would be too coarse.
    return _epsilon(segments, delta, PRECISION * value) if value < scale / 2 else value


def noise_multiplier(target: float, delta: float, sample_rate: float, steps: int, *, enough: float) -> float:
    """The smallest noise, to 0.1 %, whose epsilon is at most `target`.

    Args:
        target: epsilon to keep.
        delta: the delta that goes with it.
        sample_rate: probability with which a row is in a step.
        steps: number of steps.
        enough: a noise known to be enough.
    """
    from scipy.optimize import brentq

    def excess(log_noise: float) -> float:
        return math.log(epsilon([(math.exp(log_noise), sample_rate, steps)], delta, scale=target) / target)

    high = math.log(enough)
    while excess(high - _HALF) <= 0:
        high -= _HALF
    found = brentq(excess, high - _HALF, high, xtol=_CLOSE / 2) + _CLOSE / 2
    while excess(found) > 0:
        found += _CLOSE / 2
    return math.exp(found)


def _epsilon(segments: Sequence[Segment], delta: float, error: float) -> float:
    import warnings

    from opacus.accountants.prv import PRVAccountant

    accountant = PRVAccountant()
    accountant.history = [tuple(segment) for segment in segments]
    with warnings.catch_warnings():
        # The mesh is laid out with RDP over few orders; a loose layout is wider than needed, never wrong.
        warnings.filterwarnings("ignore", message="Optimal order is the", category=UserWarning)
        # Where the loss overflows the answer is not finite and refused below.
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        value = float(accountant.get_epsilon(delta, eps_error=error, delta_error=delta / 1000))
    if not (math.isfinite(value) and value > 0):
        raise ArithmeticError(f"its epsilon is {value}")
    return value


def _without_torch() -> None:
    """Make the accountants importable alone: the rest of Opacus needs torch, which is slow to start."""
    root = importlib.util.find_spec("opacus")
    if root is None or root.submodule_search_locations is None:
        return
    folder = Path(root.submodule_search_locations[0])
    for name, path in {"opacus": folder, "opacus.accountants": folder / "accountants"}.items():
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(path)]
    sys.modules["opacus.optimizers"] = types.SimpleNamespace(DPOptimizer=object)  # type: ignore[assignment]


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # a system without limits still has the limit in time
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))


def _answer(question: dict[str, Any]) -> float:
    asked: dict[str, Callable[..., float]] = {"epsilon": epsilon, "noise_multiplier": noise_multiplier}
    return asked[question.pop("asked")](**question)


if __name__ == "__main__":
    _limit_memory()
    _without_torch()
    try:
        reply: dict[str, Any] = {"value": _answer(json.load(sys.stdin))}
    except (ArithmeticError, RuntimeError, ValueError, MemoryError) as error:
        reply = {"fault": str(error) or type(error).__name__}
    print(json.dumps(reply))  # noqa: T201 - the answer to the process that asked
