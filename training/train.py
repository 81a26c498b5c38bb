"""Train a model that is open: on its device, with its adapter, from its checkpoint, to its best weights."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.progress import Progress
from probes.types import IntArray
from training import adapters, checkpoint, device, loop, movement, processes, randomness, resume, trackers
from training.adapters import Adapter
from training.base import Pretrained
from training.batches import Batch, Tokens, collated, tokenise
from training.evaluate import evaluate
from training.loop import Course, Limits, Position
from training.methods import Method, Session
from training.optimiser import optimiser, schedule
from training.plan import Plan
from training.processes import ALONE, Processes
from training.record import Scores
from training.resume import Running
from training.stepping import Material, Procedure, Work, per_epoch

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
        together: the processes that train it.
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
    together: Processes = ALONE


@dataclass(frozen=True, eq=False)
class Trained:
    """What training came to; the module has its best weights.

    Attributes:
        course: the epochs.
        tokens: the texts as the model takes them.
        adapter: what is left of the adapter beside the weights.
        device: where it ran.
        precision: in which it ran.
        trainable: number of weights that could change.
        before: the runs before this one.
        chosen_by: what was lowest in the best epoch.
        method_record: what the method has to say.
    """

    course: Course
    tokens: Tokens
    adapter: Adapter
    device: str
    precision: str
    trainable: int
    before: resume.Before
    chosen_by: str
    method_record: dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Bench:
    """What a run works on.

    Attributes:
        where: the device; the module is there.
        steps: steps of the whole run, when it is not stopped early.
        adapter: what is trained of the module.
        tokens: the texts as the model takes them.
    """

    where: Any
    steps: int
    adapter: Adapter
    tokens: Tokens


def train(job: Job) -> Trained:
    """Train the model of the job.

    Raises:
        AuditError: when something that was given does not allow training.
    """
    bench = _bench(job)
    trainable = sum(w.numel() for w in job.model.module.parameters() if w.requires_grad)
    path, identity = checkpoint.path_of(job.out), _identity(job, str(bench.where))
    saved = processes.by_main(job.together, checkpoint.read, path, identity, force=job.force)
    before = resume.before(saved)
    precision = _precision(job, bench, saved)
    with _begun(job, bench, precision) as (work, procedure):
        running = Running(work.session, procedure, bench.adapter, precision)
        keeper = resume.Keeper(path, identity, job.plan.save_steps, before)
        course = _followed(job, work, running, saved, keeper)
        said = procedure.record()
    bench.adapter.merge()
    # The figures of the record are those of fp32, in which an audit decides.
    device.set_attention(job.model.module, bench.where.type, "fp32")
    chosen_by = _chosen_by(job, procedure)
    found = (str(bench.where), precision, trainable, before, chosen_by, said)
    return Trained(course, bench.tokens, bench.adapter, *found)


def _bench(job: Job) -> _Bench:
    plan, where = job.plan, device.resolve(job.plan)
    module = job.model.module.to(where)
    _set_dropout(module, plan.dropout)
    steps = total_steps(plan, len(job.material.rows))
    adapter = adapters.add(job.model, plan, steps=steps)
    # After the weights, which are alike in all processes: from here on each draws its own dropout.
    randomness.diverge(plan.seed, job.together.index)
    # The adapter may have given the tokenizer more tokens.
    return _Bench(where, steps, adapter, _tokeniser(job)(job.material.texts, job.material.labels))


@contextmanager
def _begun(job: Job, bench: _Bench, precision: str) -> Iterator[tuple[Work, Procedure]]:
    device.set_attention(job.model.module, bench.where.type, precision)
    with _session(job, bench, precision) as session:
        work = _work(job, session, bench)
        with job.method.begin(work, job.method.gradients(job.plan)) as procedure:
            yield work, procedure


@contextmanager
def _session(job: Job, bench: _Bench, precision: str) -> Iterator[Session]:
    plan, module = job.plan, job.model.module
    watched = trackers.options(plan, job.out) if job.together.main else {}
    with device.accelerator(bench.where, precision, **watched) as accelerator:
        made = optimiser(module, plan)
        bench.adapter.attach(made)
        planned = schedule(made, plan, steps=bench.steps)
        session = Session(
            accelerator,
            # Gradients are summed over processes by `processes.sum_gradients`, so that the module needs no
            # wrapper for it; evaluation mode is how accelerate is told so.
            accelerator.prepare_model(module, evaluation_mode=True),
            accelerator.prepare_optimizer(made),
            accelerator.prepare_scheduler(planned),
            job.together,
        )
        trackers.begin(accelerator, plan)
        yield session
        trackers.end(accelerator)
        accelerator.unwrap_model(session.module, keep_fp32_wrapper=False)


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
        scores = evaluate(
            session.module,
            job.validation,
            work.tokens,
            job.model.tokenizer,
            criterion=procedure.criterion,
            together=job.together,
        )
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


def _chosen_by(job: Job, procedure: Procedure) -> str:
    if not job.method.chooses_epoch:
        return "nothing: the last epoch is kept"
    return procedure.criterion.name if len(job.validation) else "nothing: there are no validation rows"


def _work(job: Job, session: Session, bench: _Bench) -> Work:
    def collate(batches: Sequence[IntArray], of: Tokens, together: Processes) -> Iterator[Batch]:
        return collated(batches, of, job.model.tokenizer, bench.where, together)

    return Work(
        plan=job.plan,
        session=session,
        model=job.model,
        material=job.material,
        tokens=bench.tokens,
        tokenised=_tokeniser(job),
        collate=collate,
        per_epoch=per_epoch(job.plan, len(job.material.rows)),
        steps=bench.steps,
        progress=job.progress,
    )


def _tokeniser(job: Job) -> Callable[[Sequence[str], IntArray], Tokens]:
    length = min(job.plan.max_length, job.model.longest)
    return lambda texts, labels: tokenise(job.model.tokenizer, texts, labels, max_length=length)


def _precision(job: Job, bench: _Bench, saved: Mapping[str, Any] | None) -> str:
    """That of the run that is taken up; else the main process tries which is faster."""
    if saved:
        return str(saved["precision"])
    return processes.by_main(job.together, _tried, job, bench)


def _tried(job: Job, bench: _Bench) -> str:
    some = job.material.rows[: job.plan.per_device_train_batch_size]
    batch = next(iter(collated([some], bench.tokens, job.model.tokenizer, bench.where)))
    return device.precision(job.plan, job.model.module.train(), batch)


def _set_dropout(module: Any, share: float | None) -> None:
    from torch.nn import Dropout

    for layer in module.modules():
        if share is not None and isinstance(layer, Dropout):
            layer.p = share
