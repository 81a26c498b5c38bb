"""What is asked of a private run, and which numbers follow from it?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from probes.errors import AuditError
from training.private import accounting

POISSON = "poisson"


@dataclass(frozen=True)
class Privacy:
    """What the user asks for; exactly one of `epsilon` and `noise_multiplier` is given.

    Attributes:
        batch_size: expected rows of a step. A public constant: it is chosen before anybody looks at the data.
        steps: steps of the whole run.
        max_grad_norm: C, the norm to which the gradient of each row is clipped.
        epsilon: the bound to reach; the noise follows.
        noise_multiplier: the noise in units of C; epsilon follows.
        delta: the probability with which the bound may not hold; left out, 1/(10 N).
        sampling: how the rows of a step are drawn; nothing but "poisson" has a bound here.
        weighted: whether some rows are drawn, or counted, more often than others.
    """

    batch_size: int
    steps: int
    max_grad_norm: float = 1.0
    epsilon: float | None = None
    noise_multiplier: float | None = None
    delta: float | None = None
    sampling: str = POISSON
    weighted: bool = False


@dataclass(frozen=True)
class Mechanism:
    """The sampled Gaussian mechanism that every step of a run is one use of.

    Attributes:
        rows: N, the training rows; published.
        batch_size: B, the expected rows of a step; sums of gradients are divided by it, whatever was drawn.
        sample_rate: B / N, not rounded: the probability with which each row is in a step, alone.
        max_grad_norm: C.
        noise_multiplier: standard deviation of the noise in units of C.
        delta: the probability with which the bound may not hold.
        steps: steps that are planned.
        target_epsilon: the bound asked for; None when the noise was given.
        noise_accountant: what the noise was computed with, "prv" or "rdp"; None when it was given.
    """

    rows: int
    batch_size: int
    max_grad_norm: float
    noise_multiplier: float
    delta: float
    steps: int
    target_epsilon: float | None = None
    noise_accountant: str | None = None

    @property
    def sample_rate(self) -> float:
        """B / N."""
        return self.batch_size / self.rows


def default_delta(rows: int) -> float:
    """1 / (10 N), a tenth of the delta that may give one row away whole (Dwork and Roth 2014, 2.3)."""
    return 1 / (10 * rows)


def steps_of(epochs: int, *, rows: int, batch_size: int) -> int:
    """Steps of `epochs` expected passes over the rows: an epoch has N / B steps, rounded up."""
    return epochs * -(-rows // batch_size)


def settle(privacy: Privacy, *, rows: int, seconds: float = accounting.SECONDS) -> Mechanism:
    """The mechanism that keeps what is asked for on `rows` training rows.

    Args:
        privacy: what is asked for.
        rows: the number of training rows.
        seconds: time limit of the PRV accountant; when it is over, RDP finds the noise, which is then larger.

    Raises:
        AuditError: with all that is wrong in what is asked for.
    """
    if found := tuple(faults(privacy, rows=rows)):
        raise AuditError(*found)
    delta = privacy.delta or default_delta(rows)
    noise, accountant = privacy.noise_multiplier, None
    if privacy.epsilon is not None:
        least = accounting.noise_multiplier(
            privacy.epsilon,
            delta=delta,
            sample_rate=privacy.batch_size / rows,
            steps=privacy.steps,
            seconds=seconds,
        )
        noise, accountant = least.value, least.accountant
    assert noise is not None  # noqa: S101 - `faults` has a run without either
    return Mechanism(
        rows=rows,
        batch_size=privacy.batch_size,
        max_grad_norm=privacy.max_grad_norm,
        noise_multiplier=noise,
        delta=delta,
        steps=privacy.steps,
        target_epsilon=privacy.epsilon,
        noise_accountant=accountant,
    )


def faults(privacy: Privacy, *, rows: int | None) -> Iterator[str]:
    """What of it has no bound, one sentence each.

    Args:
        privacy: what is asked for.
        rows: the number of training rows; None when it is not known yet, which leaves out what depends on it.
    """
    yield from _budget_faults(privacy)
    if rows is not None:
        yield from _row_faults(privacy, rows)


def _row_faults(privacy: Privacy, rows: int) -> Iterator[str]:
    if rows < 1:
        yield "there are no rows to train on"
        return
    yield from _sampling_faults(privacy, rows)
    if privacy.delta is not None and not 0 < privacy.delta <= 1 / rows:
        yield (
            f"delta = {privacy.delta:g} must be above 0 and at most 1/N = {1 / rows:.3g} for {rows} rows: "
            f"with more, one row could be published whole; leave it out for {default_delta(rows):.3g}"
        )


def _sampling_faults(privacy: Privacy, rows: int) -> Iterator[str]:
    if privacy.sampling != POISSON:
        yield (
            f"sampling = {privacy.sampling!r}: the bound holds for Poisson sampling alone, in which each "
            "row is drawn for itself; take 'poisson'"
        )
    if privacy.weighted:
        yield (
            "weighted rows: the bound holds only when every row is drawn with the same probability; drop the "
            "weights, or train with the standard method"
        )
    if not 1 <= privacy.batch_size <= rows:
        yield f"batch_size = {privacy.batch_size} must be from 1 to the number of training rows, {rows}"
    if privacy.steps < 1:
        yield f"steps = {privacy.steps} must be at least 1"


def _budget_faults(privacy: Privacy) -> Iterator[str]:
    if (privacy.epsilon is None) == (privacy.noise_multiplier is None):
        yield "a private run needs either epsilon or noise_multiplier, and not both"
    if privacy.epsilon is not None and not _positive(privacy.epsilon):
        yield f"epsilon = {privacy.epsilon} must be a finite number above 0, such as 3"
    if privacy.noise_multiplier is not None and not _positive(privacy.noise_multiplier):
        yield (
            f"noise_multiplier = {privacy.noise_multiplier} must be a finite number above 0: without noise "
            "epsilon has no bound"
        )
    if not _positive(privacy.max_grad_norm):
        yield (
            f"max_grad_norm = {privacy.max_grad_norm}: without a finite bound on the gradient of a row no "
            "noise gives an epsilon; take a number above 0, such as 1.0"
        )


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0
