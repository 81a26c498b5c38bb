"""How is a plan trained privately? The private steps as a method that the loop takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from probes.errors import AuditError
from probes.types import IntArray
from training.batches import Batch, ordered
from training.losses import cross_entropy_of_rows
from training.methods import Gradients, Method, cross_entropy, plain
from training.plan import Plan
from training.private import ledger as books
from training.private import settings
from training.private.clipping import Engine, RowLoss, attached
from training.private.ledger import Ledger
from training.private.loop import Step, steps
from training.private.preflight import Cleared, preflight
from training.private.settings import Mechanism, Privacy, settle
from training.processes import ALONE, agreed, by_main, told
from training.stepping import Procedure, Work

NAME = "private"

ADAPTERS = ("none", "head", "bitfit", "lora", "prefix", "prompt")
"""Adapters with which Opacus finds the gradient of each row."""

KEPT = "the last epoch: none was chosen by its validation loss, and training did not stop early"


def method(plan: Plan) -> Method:
    """Private training (DP-SGD), as the plan asks for it."""
    return Method(
        NAME,
        # What turns a batch into gradients are the private steps; nothing calls this.
        gradients=lambda _: plain(cross_entropy(plan.label_smoothing_factor)),
        begin=_begin,
        check=check,
        lists_texts=False,
        chooses_epoch=False,
    )


def check(plan: Plan, rows: int | None) -> None:
    """Refuse a plan that has no bound, or that private training cannot keep.

    Raises:
        AuditError: with all that is wrong; see `faults`.
    """
    if found := tuple(faults(plan, rows=rows)):
        raise AuditError(*found)


def faults(plan: Plan, *, rows: int | None) -> Iterator[str]:
    """What stands in the way of the plan, one sentence each.

    Args:
        plan: how to train.
        rows: the number of training rows; None when it is not known yet.
    """
    if plan.precision not in {"auto", "fp32"}:
        yield (
            f"precision = {plan.precision!r}: private training is in fp32, in which the gradient of a row is "
            "held against that of the row alone; leave precision out"
        )
    if plan.adapter not in ADAPTERS:
        yield (
            f"adapter = {plan.adapter!r}: private training finds the gradient of each row with "
            f"{', '.join(ADAPTERS)}; take one of them"
        )
    yield from settings.faults(_asked(plan, _steps(plan, rows)), rows=rows)


def _steps(plan: Plan, rows: int | None) -> int:
    if plan.max_steps or rows is None:
        return plan.max_steps or 1
    return plan.num_train_epochs * -(-rows // _expected(plan))


def _expected(plan: Plan) -> int:
    """B: the rows that are expected in a step, whatever number of them go through the model together."""
    return plan.per_device_train_batch_size * plan.gradient_accumulation_steps


def _asked(plan: Plan, count: int) -> Privacy:
    return Privacy(
        batch_size=_expected(plan),
        steps=count,
        max_grad_norm=plan.max_grad_norm,
        epsilon=plan.epsilon,
        noise_multiplier=plan.noise_multiplier,
        delta=plan.delta,
    )


@contextmanager
def _begin(work: Work, _: Gradients) -> Iterator[Procedure]:
    """Find the noise, try the model, and put the hooks on it for the time of the run."""
    together = work.session.together
    asked, rows = _asked(work.plan, work.steps), len(work.material.rows)
    mechanism = by_main(together, settle, asked, rows=rows)
    loss = cross_entropy_of_rows(work.plan.label_smoothing_factor)
    # accelerate's wrapper is for gradients that it has scaled itself; in fp32 on one device it does nothing.
    optimizer, module = work.session.optimizer.optimizer, work.session.module
    tried = agreed(together, preflight, module, optimizer, lambda r: _together(work, r), loss, mechanism)
    cleared = told(tried, together)
    with attached(
        module,
        optimizer,
        clipping=cleared.clipping,
        max_grad_norm=mechanism.max_grad_norm,
        noise_multiplier=mechanism.noise_multiplier,
        batch_size=mechanism.batch_size,
        together=together,
    ) as engine:
        yield _procedure(work, engine, loss, mechanism, cleared)


def _procedure(
    work: Work, engine: Engine, loss: RowLoss, mechanism: Mechanism, cleared: Cleared
) -> Procedure:
    book = books.opened(mechanism, clipping=cleared.clipping)
    run: Iterator[Step] | None = None

    def going() -> Iterator[Step]:
        # One run of steps, from the ledger that is there when the first is taken: what it sees at its end is
        # the whole run, not an epoch of it.
        nonlocal run
        if run is None:
            run = steps(
                engine,
                lambda rows: _physical(work, rows),
                loss,
                mechanism=mechanism,
                ledger=book,
                schedule=work.session.schedule,
            )
        return run

    def taken(epoch: int, done: int) -> Iterator[tuple[int, float]]:  # noqa: ARG001 - the signature of steps
        nonlocal book
        for step in islice(going(), work.per_epoch - done):
            book = step.ledger
            # How many rows were drawn and what their loss was is not told: both are without noise.
            yield 0, 0.0

    def restore(kept: Mapping[str, Any]) -> None:
        nonlocal book
        book = books.resumed(_ledger(kept.get("ledger")), mechanism)

    def record() -> dict[str, Any]:
        if not books.remaining(book, mechanism):
            next(going(), None)  # at its end the numbers of rows drawn are held against the sample rate
        return _told(by_main(work.session.together, books.closed, book), mechanism, cleared)

    return Procedure(taken, lambda: {"ledger": book.model_dump(mode="json")}, restore, record)


def _ledger(kept: Mapping[str, Any] | None) -> Ledger | None:
    return None if kept is None else Ledger.model_validate(kept)


def _told(ledger: Ledger, mechanism: Mechanism, cleared: Cleared) -> dict[str, Any]:
    """The ledger, and what of the run does not stand in it."""
    return {
        **ledger.model_dump(mode="json"),
        "steps": ledger.steps,
        "noise_multiplier": mechanism.noise_multiplier,
        "noise_accountant": mechanism.noise_accountant,
        "sample_rate": mechanism.sample_rate,
        "clipping_reason": cleared.reason,
        "kept": KEPT,
    }


def _physical(work: Work, rows: IntArray) -> Iterator[Batch]:
    """The rows drawn for a step, counted from 0 among the training rows, in batches that fit the memory.

    Of several processes each has its share, which may be none: a row is clipped in one of them.
    """
    together = work.session.together
    size, drawn = work.plan.per_device_train_batch_size, work.material.rows[rows]
    mine = drawn[together.index :: together.count]
    return work.collate(ordered(mine, work.tokens.lengths, size=size), work.tokens, ALONE)


def _together(work: Work, rows: IntArray) -> Batch:
    return next(iter(work.collate([work.material.rows[rows]], work.tokens, ALONE)))
