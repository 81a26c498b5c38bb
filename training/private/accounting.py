"""How much privacy do noisy steps cost, and how much noise keeps a bound?

Both accountants give upper bounds of epsilon for the Poisson-sampled Gaussian mechanism when one row is added
or removed. PRV is the tight one and is reported; RDP stands beside it, and takes its place when PRV has no
answer.
"""

import json
import math
import subprocess
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from probes.errors import AuditError

SECONDS = 120.0
"""Time that the PRV accountant is given, the start of its process included."""

FINE, COARSE = (1.005, 1.01, 1.02, 1.05), (64, 80, 96, 128, 192, 256, 384, 512)
"""Orders beyond those of Opacus: without the fine ones large epsilons are loose, without the coarse ones
small."""

LEAST_NOISE, MOST_NOISE = 0.02, 1e5
"""Noise multipliers between which the search looks: below, the accountants overflow; above, nothing is
learned."""


class Segment(BaseModel):
    """Steps that were alike."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    noise_multiplier: float = Field(
        gt=0, description="Standard deviation of the noise in units of max_grad_norm."
    )
    sample_rate: float = Field(gt=0, le=1, description="Probability with which each row was in a step.")
    steps: int = Field(ge=0, description="Noisy steps that were taken.")


class Epsilon(BaseModel):
    """An upper bound of epsilon, and what computed it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float = Field(ge=0, description="The bound to report.")
    accountant: str = Field(description="What computed it: `prv`, or `rdp` when PRV had no answer.")
    rdp: float = Field(ge=0, description="The RDP bound, which is looser.")
    note: str = Field(default="", description="Why PRV had no answer.")


@dataclass(frozen=True)
class Noise:
    """A noise multiplier, and what computed it.

    Attributes:
        value: standard deviation of the noise in units of the clipping norm.
        accountant: `prv`, or `rdp` when PRV had no answer; the noise is then larger than it need be.
        note: why PRV had no answer.
    """

    value: float
    accountant: str
    note: str = ""


def epsilon(segments: Sequence[Segment], *, delta: float, seconds: float = SECONDS) -> Epsilon:
    """The epsilon of all the segments together.

    0 when no step was taken. How to read it: whoever sees the weights can tell whether a row was among those
    trained on with odds at most exp(epsilon) times better than before, but for a probability delta.

    Args:
        segments: what was spent.
        delta: the delta that goes with it.
        seconds: time limit of PRV.

    Raises:
        AuditError: when the noise is so small that there is no finite bound.
    """
    spent = [(s.noise_multiplier, s.sample_rate, s.steps) for s in segments if s.steps]
    if not spent:
        return Epsilon(value=0.0, accountant="prv", rdp=0.0)
    rdp = rdp_epsilon(spent, delta)
    reply = _ask(seconds, asked="epsilon", segments=spent, delta=delta, scale=rdp)
    if isinstance(reply, str):
        return Epsilon(value=rdp, accountant="rdp", rdp=rdp, note=reply)
    return Epsilon(value=reply, accountant="prv", rdp=rdp)


def noise_multiplier(
    target: float, *, delta: float, sample_rate: float, steps: int, seconds: float = SECONDS
) -> Noise:
    """The smallest noise, to 0.1 %, that keeps epsilon at `target` or below.

    Args:
        target: epsilon to keep.
        delta: the delta that goes with it.
        sample_rate: probability with which a row is in a step.
        steps: number of steps.
        seconds: time limit of PRV.

    Raises:
        AuditError: when the target is not a finite number above 0, or no noise that leaves something to learn
            keeps it.
    """
    if not (math.isfinite(target) and target > 0):
        raise AuditError(f"epsilon = {target} must be a finite number above 0, such as 3")
    enough = _rdp_noise(target, delta, sample_rate, steps)
    question = {
        "target": target,
        "delta": delta,
        "sample_rate": sample_rate,
        "steps": steps,
        "enough": enough,
    }
    reply = _ask(seconds, asked="noise_multiplier", **question)
    return Noise(enough, "rdp", reply) if isinstance(reply, str) else Noise(reply, "prv")


def rdp_epsilon(segments: Sequence[tuple[float, float, int]], delta: float) -> float:
    """Upper bound of epsilon by Rényi differential privacy.

    Raises:
        AuditError: when there is no finite bound.

    Reference:
        Mironov, Talwar and Zhang (2019), "Rényi differential privacy of the sampled Gaussian mechanism",
        section 3.3; converted as in Balle et al. (2020), "Hypothesis testing interpretations and Rényi
        differential privacy", theorem 21.
    """
    from opacus.accountants import RDPAccountant

    accountant = RDPAccountant()
    accountant.history = list(segments)
    with warnings.catch_warnings():
        # The best order at the end of the list makes the bound looser, not wrong.
        warnings.filterwarnings("ignore", message="Optimal order is the", category=UserWarning)
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        try:
            value = float(
                accountant.get_epsilon(delta, alphas=[*FINE, *RDPAccountant.DEFAULT_ALPHAS, *COARSE])
            )
        except (ArithmeticError, ValueError):
            value = math.inf
    if not math.isfinite(value):
        raise AuditError(
            f"noise_multiplier = {min(s[0] for s in segments):g} is too small for a finite epsilon; raise it"
        )
    return max(0.0, value)


def _rdp_noise(target: float, delta: float, sample_rate: float, steps: int) -> float:
    def keeps(noise: float) -> bool:
        return rdp_epsilon([(noise, sample_rate, steps)], delta) <= target

    low, high = LEAST_NOISE, 1.0
    if keeps(low):
        raise AuditError(
            f"epsilon = {target:g} would be kept with next to no noise, which protects nobody; "
            "lower epsilon, or give noise_multiplier"
        )
    while not keeps(high):
        low, high = high, 2 * high
        if high > MOST_NOISE:
            raise AuditError(
                f"epsilon = {target:g} cannot be kept over {steps} steps at sample rate {sample_rate:.3g}; "
                "raise epsilon, or take fewer steps or smaller batches"
            )
    while high / low > 1.001:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if keeps(middle) else (middle, high)
    return high


def _ask(seconds: float, **question: Any) -> float | str:
    """The answer of PRV, or why there is none."""
    program = [sys.executable, "-P", str(Path(__file__).with_name("prv.py"))]
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter and a file of ours
            program, input=json.dumps(question), capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"PRV gave no answer within {seconds:g} seconds"
    if done.returncode:
        return f"the PRV accountant ended with code {done.returncode}"
    reply = json.loads(done.stdout)
    return float(reply["value"]) if "value" in reply else f"PRV has no answer: {reply['fault']}"
