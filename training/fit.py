"""Fine-tune: from a base model and labelled texts to a model folder with its training record."""

import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from probes.errors import AuditError
from probes.progress import Progress, silent
from probes.types import IntArray, Samples
from training import device, folder, loop
from training.base import Pretrained, Start, hushed, open_base
from training.batches import Batch, Tokens, collated, shuffled, tokenise
from training.evaluate import evaluate
from training.loop import Course
from training.methods import STANDARD, Method, Session
from training.optimiser import optimiser, schedule
from training.plan import Plan
from training.record import RECORD_FILE, TEXTS_FILE, Base, Data, Scores, Source, Split, TrainingRecord
from training.split import TEST, TRAIN, VALIDATION, assign, text_key

PACKAGES = ("accelerate", "numpy", "safetensors", "tokenizers", "torch", "transformers")


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a run.

    Attributes:
        keys: (N,) the `text_key` of each.
        parts: name of the split -> which rows are in it.
    """

    keys: tuple[str, ...]
    parts: Mapping[str, IntArray]


@dataclass(frozen=True)
class Outcome:
    """What training came to."""

    course: Course
    test: Scores | None
    device: str
    precision: str
    steps: int


def fit(
    plan: Plan,
    samples: Samples,
    classes: Sequence[str],
    *,
    base: Start,
    out: Path,
    source: Source,
    method: Method = STANDARD,
    force: bool = False,
    progress: Progress = silent,
) -> TrainingRecord:
    """Fine-tune the model in `base` on the training rows of `samples` and leave it in `out`.

    The folder appears when all is done; an interrupted run leaves nothing. The same plan, rows and base give
    the same weights on the same machine in fp32 on a CPU.

    Args:
        plan: how to train.
        samples: texts and labels; which of them are held out follows from the texts and the plan alone.
        classes: the names of the classes, in the order of the labels' indices.
        base: a pretrained encoder, or a classifier to train on; its folder is taken as checked.
        out: the folder to make.
        source: where the rows came from, for the record.
        method: how gradients are made.
        force: replace the model that is in `out`.
        progress: shows how far it is.

    Raises:
        AuditError: when something that was given does not allow training.
    """
    import torch

    began = time.perf_counter()
    device.check(plan)
    rows = divide(plan, samples, classes)
    with folder.whole(out, force=force) as new, _own_randomness():
        torch.manual_seed(plan.seed)
        model = open_base(base.folder, classes)
        outcome = _train(plan, model, method, samples, rows, progress)
        record = TrainingRecord(
            tool_version=_version("assay-audit") or "0+unknown",
            method=method.name,
            base=Base(
                reference=base.reference, fingerprint=base.fingerprint, architecture=model.architecture
            ),
            data=_data(plan, samples, classes, rows, source),
            classes=tuple(classes),
            plan=plan,
            device=outcome.device,
            precision=outcome.precision,
            parameters=sum(w.numel() for w in model.module.parameters()),
            trainable_parameters=sum(w.numel() for w in model.module.parameters() if w.requires_grad),
            steps=outcome.steps,
            epochs=outcome.course.epochs,
            best_epoch=outcome.course.best,
            test=outcome.test,
            seconds=time.perf_counter() - began,
            versions=_versions(),
        )
        _save(new, model, record, rows)
    return record


def divide(plan: Plan, samples: Samples, classes: Sequence[str]) -> Rows:
    """Which rows are trained on, validated on and held out.

    Raises:
        AuditError: when there are no texts or labels, or a class has no row to train on.
    """
    if samples.inputs is None or samples.labels is None:
        raise AuditError("training needs texts and labels; name their columns with --text and --label")
    keys = tuple(text_key(text) for text in samples.inputs)
    splits = assign(keys, seed=plan.split_seed, fractions=plan.fractions)
    parts = {name: np.flatnonzero(splits == name) for name in plan.fractions}
    counts = np.bincount(samples.labels[parts[TRAIN]], minlength=len(classes))
    if len(classes) < 2:
        raise AuditError(
            f"there is one class only ({', '.join(classes) or 'none'}); a classifier needs two or more"
        )
    if missing := [name for name, count in zip(classes, counts, strict=True) if not count]:
        raise AuditError(
            f"of {len(keys)} rows {len(parts[TRAIN])} are trained on, and none of them is labelled "
            f"{', '.join(repr(name) for name in missing)}; give more rows, or lower validation and test"
        )
    return Rows(keys, parts)


def _train(
    plan: Plan, model: Pretrained, method: Method, samples: Samples, rows: Rows, progress: Progress
) -> Outcome:
    where = device.resolve(plan)
    module = model.module.to(where)
    _set_dropout(module, plan.dropout)
    tokens = _tokens(plan, model, samples)
    precision = device.precision(plan, module.train(), _sample(plan, rows, tokens, model, where))
    device.set_attention(module, where.type, precision)
    per_epoch = -(-len(rows.parts[TRAIN]) // plan.per_device_train_batch_size)
    with device.accelerator(where, precision) as accelerator:
        made = optimiser(module, plan)
        planned = schedule(made, plan, steps=per_epoch * plan.num_train_epochs)
        session = Session(accelerator, *accelerator.prepare(module, made, planned))
        with progress("training", per_epoch * plan.num_train_epochs) as advance:
            course = loop.run(
                session,
                _batches(plan, rows, tokens, model, where),
                method.gradients(plan),
                lambda: evaluate(session.module, rows.parts[VALIDATION], tokens, model.tokenizer),
                epochs=plan.num_train_epochs,
                patience=plan.early_stopping_patience,
                max_grad_norm=plan.max_grad_norm,
                advance=advance,
            )
        accelerator.unwrap_model(session.module, keep_fp32_wrapper=False)
    # The figures of the record are those of fp32, in which an audit decides.
    device.set_attention(module, where.type, "fp32")
    test = evaluate(module, rows.parts[TEST], tokens, model.tokenizer, progress=progress)
    return Outcome(course, test, str(where), precision, per_epoch * len(course.epochs))


def _tokens(plan: Plan, model: Pretrained, samples: Samples) -> Tokens:
    assert samples.inputs is not None  # noqa: S101 - `divide` refused samples without
    assert samples.labels is not None  # noqa: S101
    length = min(plan.max_length, model.longest)
    return tokenise(model.tokenizer, samples.inputs, samples.labels, max_length=length)


def _batches(
    plan: Plan, rows: Rows, tokens: Tokens, model: Pretrained, where: Any
) -> Callable[[int], Iterable[Batch]]:
    def batches(epoch: int) -> Iterable[Batch]:
        rng = np.random.default_rng([plan.seed, epoch])
        size = plan.per_device_train_batch_size
        return collated(
            shuffled(rows.parts[TRAIN], tokens.lengths, size=size, rng=rng), tokens, model.tokenizer, where
        )

    return batches


def _sample(plan: Plan, rows: Rows, tokens: Tokens, model: Pretrained, where: Any) -> Batch:
    """Rows to time a step with."""
    some = rows.parts[TRAIN][: plan.per_device_train_batch_size]
    return next(iter(collated([some], tokens, model.tokenizer, where)))


def _set_dropout(module: Any, share: float | None) -> None:
    from torch.nn import Dropout

    for layer in module.modules():
        if share is not None and isinstance(layer, Dropout):
            layer.p = share


def _own_randomness() -> AbstractContextManager[None]:
    """The caller's generators are as they were when training is over."""
    import torch

    return torch.random.fork_rng(devices=range(torch.cuda.device_count()))


def _data(plan: Plan, samples: Samples, classes: Sequence[str], rows: Rows, source: Source) -> Data:
    counts = np.bincount(np.asarray(samples.labels), minlength=len(classes))
    split = Split(
        seed=plan.split_seed, fractions=plan.fractions, sizes={k: len(v) for k, v in rows.parts.items()}
    )
    return Data(
        **source.model_dump(),
        fingerprint=samples.fingerprint,
        rows=len(rows.keys),
        labels={name: int(count) for name, count in zip(classes, counts, strict=True)},
        split=split,
    )


def _save(new: Path, model: Pretrained, record: TrainingRecord, rows: Rows) -> None:
    with hushed():
        model.module.save_pretrained(new)
        model.tokenizer.save_pretrained(new)
    seen = np.concatenate([rows.parts[TRAIN], rows.parts[VALIDATION]])
    keys = sorted({rows.keys[i] for i in seen})
    new.joinpath(TEXTS_FILE).write_text("".join(f"{key}\n" for key in keys), encoding="utf-8")
    new.joinpath(RECORD_FILE).write_text(record.to_json(), encoding="utf-8")


def _versions() -> dict[str, str]:
    found = {name: _version(name) for name in PACKAGES}
    return {"python": platform.python_version()} | {name: v for name, v in found.items() if v}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
