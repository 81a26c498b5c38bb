"""The private loop: draw rows, clip each gradient, add noise once, move, write down what was spent."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from probes.errors import AuditError
from probes.types import IntArray
from training.batches import Batch
from training.private import randomness
from training.private.clipping import Engine, RowLoss, accumulate, release
from training.private.ledger import Ledger, charged, remaining
from training.private.settings import Mechanism
from training.processes import told

if TYPE_CHECKING:
    from torch import Tensor

Collate = Callable[[IntArray], Iterable[Batch]]
"""The rows drawn for a step, as numbers from 0 to N - 1, in physical batches that fit the memory."""

IMPROBABLE = 1e-9
"""Below this probability the rows were not drawn as they should have been."""

MANY = 50
"""Steps from which on the spread of the numbers of rows drawn is told from no spread at all."""


@dataclass(frozen=True)
class Step:
    """One private step.

    Attributes:
        rows: rows drawn.
        loss: mean loss of these rows, NaN when there were none; computed without noise, so not to be
            published.
        ledger: what has been spent, this step included.
    """

    rows: int
    loss: float
    ledger: Ledger


def steps(
    engine: Engine,
    collate: Collate,
    loss: RowLoss,
    *,
    mechanism: Mechanism,
    ledger: Ledger,
    schedule: Any,
) -> Iterator[Step]:
    """Take the steps of the plan that the ledger does not have yet.

    Rows are drawn here and nowhere else, from the operating system's randomness: no loader or sampler can be
    given. The main process of several draws for all.

    Args:
        engine: the module and optimiser, from `attached` with the numbers of the mechanism.
        collate: makes physical batches of the rows drawn.
        loss: the loss of each row.
        mechanism: noise, rate and number of steps.
        ledger: from `opened`, or from `resumed`.
        schedule: the learning rate; moved on after each step.

    Raises:
        AuditError: when a trainable tensor does not move in the first step, the gradients are no longer
            finite, or
            what happened is not what the ledger says.
    """
    rng, drawn = randomness.rows_generator(), []
    before, begun = trainable(engine.module), ledger.steps - len(engine.releases)
    for number in range(1, remaining(ledger, mechanism) + 1):
        rows = told(randomness.poisson(mechanism.rows, mechanism.sample_rate, rng), engine.together)
        total = take(engine, collate(rows), loss)
        schedule.step()
        ledger = charged(ledger, mechanism)
        drawn.append(len(rows))
        if number == 1:
            check_moved(engine.module, before)
            before = {}
        if len(engine.releases) + begun != ledger.steps:
            raise AuditError(
                f"noise was added {len(engine.releases)} times, and the ledger counts "
                f"{ledger.steps - begun} steps; epsilon would be wrong"
            )
        yield Step(len(rows), total / len(rows) if len(rows) else float("nan"), ledger)
    check_draws(drawn, mechanism)


def take(engine: Engine, batches: Iterable[Batch], loss: RowLoss) -> float:
    """One step over the physical batches of the rows drawn; returns the sum of their losses."""
    engine.module.train()
    total = sum((accumulate(engine, batch, loss) for batch in batches), start=0.0)
    release(engine)
    return float(total)


def trainable(module: Any) -> dict[str, "Tensor"]:
    """A copy of every trainable tensor."""
    return {name: w.detach().clone() for name, w in module.named_parameters() if w.requires_grad}


def check_moved(module: Any, before: dict[str, "Tensor"]) -> None:
    """Refuse a run whose first step left a trainable tensor where it was.

    Noise moves every tensor that is trained at all; one that stays is not the one that the optimiser works
    on.

    Raises:
        AuditError: with the tensors that did not move.
    """
    now = dict(module.named_parameters())
    if still := [name for name, old in before.items() if bool((now[name].detach() == old).all())]:
        raise AuditError(
            f"the first private step did not move {_listed(still)}: the optimiser does not work on these "
            "tensors; put the model on its device before adding adapters, and make the optimiser afterwards"
        )


def check_draws(drawn: list[int], mechanism: Mechanism) -> None:
    """Refuse a run whose numbers of drawn rows are not those of Poisson sampling at the rate of the ledger.

    The total is binomial; the sum of squared deviations, over the variance, is close to chi-squared. Shuffled
    batches all have the same size and fail the second, a wrong rate fails the first.

    Raises:
        AuditError: when a deviation as large has a probability below 1e-9.
    """
    from scipy.stats import binom, chi2

    if not drawn:
        return
    n, rate, count = mechanism.rows, mechanism.sample_rate, len(drawn)
    low, high = binom.cdf(sum(drawn), n * count, rate), binom.sf(sum(drawn) - 1, n * count, rate)
    if min(low, high) < IMPROBABLE:
        raise AuditError(
            f"{sum(drawn)} rows were drawn in {count} steps where {n * count * rate:.0f} were expected: the "
            "sample rate was not that of the ledger, and epsilon would be wrong"
        )
    variance = n * rate * (1 - rate)
    if count >= MANY and variance >= 2:
        spread = float(((np.array(drawn) - n * rate) ** 2).sum()) / variance
        if chi2.cdf(spread, count) < IMPROBABLE:
            raise AuditError(
                f"the number of rows in a step hardly varied over {count} steps: they were not drawn by "
                "Poisson sampling, and epsilon would be wrong"
            )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
