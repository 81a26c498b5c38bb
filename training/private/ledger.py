"""What has a private run spent? The ledger that goes with its weights, in checkpoints and record."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.errors import AuditError
from training.private import accounting
from training.private.accounting import Epsilon, Segment
from training.private.settings import Mechanism

OUTSIDE = (
    "the number of training rows, which is published and sets the sample rate",
    "the tokenizer and the base model, when rows of this data went into them",
    "the search for hyper-parameters: each run that was looked at has spent its own epsilon",
    "early stopping, the choice of the best epoch, and every figure measured on private validation or test "
    "rows",
    "the training loss, the counts of labels, fingerprints and lists of texts: they are computed without "
    "noise",
    "floating-point arithmetic: noise is drawn as rounded numbers, not as real ones",
    "the generator of the noise: it starts from the operating system's randomness but is not a "
    "cryptographic one",
    "the time a step takes and the memory it uses, which follow from the rows drawn",
    "steps after the last checkpoint of a run that was killed: they are taken again, and nobody is given "
    "their weights",
    "people with several rows: the bound is for one row, and k rows of one person spend k times epsilon",
)
"""What the bound says nothing about."""


class Ledger(BaseModel):
    """What was spent, and what the bound covers.

    Attributes:
        epsilon: None while the run goes on; `closed` fills it in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rows: int = Field(ge=1, description="Training rows, N.")
    batch_size: int = Field(ge=1, description="Expected rows of a step, a public constant.")
    max_grad_norm: float = Field(gt=0, description="Norm to which the gradient of each row was clipped.")
    delta: float = Field(gt=0, lt=1, description="Probability with which the bound may not hold.")
    sampling: Literal["poisson"] = Field(default="poisson", description="How the rows of a step were drawn.")
    neighbours: Literal["one row added or removed"] = Field(
        default="one row added or removed", description="Between which data sets the bound holds."
    )
    target_epsilon: float | None = Field(
        default=None, description="The bound asked for; None when the noise was given."
    )
    clipping: Literal["ghost", "hooks"] | None = Field(
        default=None, description="How gradients of rows were clipped."
    )
    segments: tuple[Segment, ...] = Field(default=(), description="Steps that were alike, in order.")
    resumed: int = Field(
        default=0, ge=0, description="Times the run was taken up again, each with new noise."
    )
    epsilon: Epsilon | None = Field(default=None, description="The bound, of all segments together.")
    outside: tuple[str, ...] = Field(default=OUTSIDE, description="What the bound says nothing about.")

    @property
    def steps(self) -> int:
        """Noisy steps taken."""
        return sum(segment.steps for segment in self.segments)


def opened(mechanism: Mechanism, *, clipping: Literal["ghost", "hooks"] | None = None) -> Ledger:
    """The ledger of a run that has yet to take a step."""
    return Ledger(
        rows=mechanism.rows,
        batch_size=mechanism.batch_size,
        max_grad_norm=mechanism.max_grad_norm,
        delta=mechanism.delta,
        target_epsilon=mechanism.target_epsilon,
        clipping=clipping,
    )


def charged(ledger: Ledger, mechanism: Mechanism, *, steps: int = 1) -> Ledger:
    """The ledger after `steps` more noisy steps; they join the last segment when they are like it."""
    noise, rate = mechanism.noise_multiplier, mechanism.sample_rate
    *before, last = ledger.segments or (Segment(noise_multiplier=noise, sample_rate=rate, steps=0),)
    if (last.noise_multiplier, last.sample_rate) != (noise, rate):
        before, last = [*before, last], Segment(noise_multiplier=noise, sample_rate=rate, steps=0)
    grown = last.model_copy(update={"steps": last.steps + steps})
    return ledger.model_copy(update={"segments": (*before, grown), "epsilon": None})


def closed(ledger: Ledger, *, seconds: float = accounting.SECONDS) -> Ledger:
    """The ledger with its epsilon.

    Raises:
        AuditError: when the noise is so small that there is no finite bound.
    """
    spent = accounting.epsilon(ledger.segments, delta=ledger.delta, seconds=seconds)
    return ledger.model_copy(update={"epsilon": spent})


def resumed(ledger: Ledger | None, mechanism: Mechanism) -> Ledger:
    """The ledger with which a run goes on: what was spent before stays spent.

    Raises:
        AuditError: when there is no ledger, or it belongs to other rows or to another promise.
    """
    if ledger is None:
        raise AuditError(
            "the checkpoint has no ledger, so what it has spent is unknown and no epsilon "
            "can be given for what follows; train from the base model"
        )
    pairs = {
        "rows": (ledger.rows, mechanism.rows),
        "delta": (ledger.delta, mechanism.delta),
        "max_grad_norm": (ledger.max_grad_norm, mechanism.max_grad_norm),
    }
    if faults := [
        f"{name} was {old:g} when the run began and is {new:g} now: one ledger cannot hold both; "
        "give the old value, or train from the base model"
        for name, (old, new) in pairs.items()
        if old != new
    ]:
        raise AuditError(*faults)
    return ledger.model_copy(update={"resumed": ledger.resumed + 1, "epsilon": None})


def remaining(ledger: Ledger, mechanism: Mechanism) -> int:
    """Steps of the plan that are still to be taken."""
    return max(0, mechanism.steps - ledger.steps)
