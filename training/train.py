"""Train a model that is open: on its device, with its adapter, from its checkpoint, to its best weights."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.progress import Progress
from probes.types import IntArray
from training import adapters, checkpoint, device, loop, movement, resume, trackers
from training.adapters import Adapter
from training.base import Pretrained
from training.batches import Batch, Tokens, collated, tokenise
from training.evaluate import evaluate
from training.loop import Course, Limits, Position
from training.methods import Method, Session
from training.optimiser import optimiser, schedule
from training.plan import Plan
from training.record import Scores
from training.resume import Running
from training.stepping import Material, Work

IMMATERIAL = ("save_steps", "report_to")
"""Settings that a run may have changed when it goes on: the weights do not depend on them."""


@dataclass(frozen=True, eq=False)
class Job:
    """What a run is given.

    Attributes:
        plan: how to train, defaults filled in.
        model: the base, opened.
        method: how steps are taken.
        material: the texts and which of them are trained on.
        validation: rows that choose the best epoch.
        identity: what the weights depend on beside the plan, for the checkpoint.
        out: the folder that will be made.
        force: begin anew rather than refuse a checkpoint of another run.
        progress: shows how far it is.
    """

    plan: Plan
    model: Pretrained
    method: Method
    material: Material
    validation: IntArray
    identity: Mapping[str, Any]
    out: Path
    force: bool
    progress: Progress


@dataclass(frozen=True, eq=False)
class Trained:
    """What training came to; the module has its best weights, and no adapter.

    Attributes:
        course: the epochs.
        tokens: the texts as the model takes them.
        device: where it ran.
        precision: in which it ran.
        trainable: number of weights that could change.
        resumed: times that it was taken up again.
        seconds: of the runs before this one.
        method_record: what the method has to say.
    """

    course: Course
    tokens: Tokens
    device: str
    precision: str
    trainable: int
    resumed: int
    seconds: float
    method_record: dict[str, Any]


def train(job: Job) -> Trained:
    """Train the model of the job.

    Raises:
        AuditError: when something that was given does not allow training.
    """
    plan, where = job.plan, device.resolve(job.plan)
    module = job.model.module.to(where)
    _set_dropout(module, plan.dropout)
    steps = total_steps(plan, len(job.material.rows))
    adapter = adapters.add(job.model, plan, steps=steps)
    trainable = sum(w.numel() for w in module.parameters() if w.requires_grad)
    tokens = _tokeniser(job)(job.material.texts, job.material.labels)
    path, identity = checkpoint.path_of(job.out), _identity(job, str(where))
    saved = checkpoint.read(path, identity, force=job.force)
    chosen = saved["precision"] if saved else _precision(job, tokens, where)
    before = resume.before(saved)
    device.set_attention(module, where.type, chosen)
    with _session(job, adapter, where, chosen, steps) as session:
        work = _work(job, session, tokens, where, steps)
        with job.method.begin(work, job.method.gradients(plan)) as procedure:
            running = Running(session, procedure, adapter, chosen)
            keeper = resume.Keeper(path, identity, plan.save_steps, before)
            course = _followed(job, work, running, saved, keeper)
            said = procedure.record()
    adapter.merge()
    # The figures of the record are those of fp32, in which an audit decides.
    device.set_attention(module, where.type, "fp32")
    return Trained(course, tokens, str(where), chosen, trainable, before.resumed, before.seconds, said)


@contextmanager
def _session(job: Job, adapter: Adapter, where: Any, precision: str, steps: int) -> Iterator[Session]:
    plan, module = job.plan, job.model.module
    with device.accelerator(where, precision, **trackers.options(plan, job.out)) as accelerator:
        made = optimiser(module, plan)
        adapter.attach(made)
        planned = schedule(made, plan, steps=steps)
        session = Session(accelerator, *accelerator.prepare(module, made, planned))
        trackers.begin(accelerator, plan)
        yield session
        accelerator.end_training()
        accelerator.unwrap_model(session.module, keep_fp32_wrapper=False)


def per_epoch(plan: Plan, rows: int) -> int:
    """Steps of an epoch over so many rows."""
    return -(-rows // (plan.per_device_train_batch_size * plan.gradient_accumulation_steps))


def total_steps(plan: Plan, rows: int) -> int:
    """Steps of a run over so many rows, when it is not stopped early."""
    return plan.max_steps or per_epoch(plan, rows) * plan.num_train_epochs


def _followed(
    job: Job, work: Work, running: Running, saved: Mapping[str, Any] | None, keeper: resume.Keeper
) -> Course:
    session = running.session
    start = resume.restored(running, saved) if saved else Position()
    procedure = trackers.tracked(running.procedure, session, steps=start.course.steps)

    def validate() -> Scores | None:
        scores = evaluate(session.module, job.validation, work.tokens, job.model.tokenizer)
        return trackers.told(session.accelerator, scores)

    with job.progress("training", work.steps) as advance:
        advance(start.course.steps)
        return loop.follow(
            session,
            movement.watched(procedure, session),
            validate,
            limits=_limits(job, work),
            advance=advance,
            start=start,
            keep=resume.keeping(keeper, running),
        )


def _limits(job: Job, work: Work) -> Limits:
    patience = job.plan.early_stopping_patience if job.method.chooses_epoch else None
    return Limits(-(-work.steps // work.per_epoch), patience, work.steps)


def _identity(job: Job, where: str) -> dict[str, Any]:
    plan = job.plan.model_dump(mode="json", exclude=set(IMMATERIAL))
    return {**plan, **job.identity, **job.method.identity, "method": job.method.name, "device": where}


def _work(job: Job, session: Session, tokens: Tokens, where: Any, steps: int) -> Work:
    def collate(batches: Sequence[IntArray], of: Tokens) -> Iterator[Batch]:
        return collated(batches, of, job.model.tokenizer, where)

    return Work(
        plan=job.plan,
        session=session,
        model=job.model,
        material=job.material,
        tokens=tokens,
        tokenised=_tokeniser(job),
        collate=collate,
        per_epoch=per_epoch(job.plan, len(job.material.rows)),
        steps=steps,
    )


def _tokeniser(job: Job) -> Callable[[Sequence[str], IntArray], Tokens]:
    length = min(job.plan.max_length, job.model.longest)
    return lambda texts, labels: tokenise(job.model.tokenizer, texts, labels, max_length=length)


def _precision(job: Job, tokens: Tokens, where: Any) -> str:
    some = job.material.rows[: job.plan.per_device_train_batch_size]
    batch = next(iter(collated([some], tokens, job.model.tokenizer, where)))
    return device.precision(job.plan, job.model.module.train(), batch)


def _set_dropout(module: Any, share: float | None) -> None:
    from torch.nn import Dropout

    for layer in module.modules():
        if share is not None and isinstance(layer, Dropout):
            layer.p = share
