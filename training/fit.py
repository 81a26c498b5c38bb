"""Fine-tune: from a base model and labelled texts to a model folder with its training record."""

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from probes.errors import AuditError
from probes.faults import Faults
from probes.progress import Progress, silent
from probes.types import IntArray, Samples
from training import adapters, checkpoint, choice, device, folder, processes, randomness, trackers
from training.base import Pretrained, Start, hushed, open_base
from training.evaluate import evaluate
from training.methods import Method
from training.plan import Plan
from training.processes import ALONE, Processes
from training.rates import filled
from training.record import RECORD_FILE, TEXTS_FILE, Base, Data, Scores, Source, Split, TrainingRecord
from training.split import TEST, TRAIN, VALIDATION, assign, text_key
from training.stepping import Material
from training.train import Job, Trained, train

PACKAGES = ("accelerate", "numpy", "opacus", "peft", "safetensors", "tokenizers", "torch", "transformers")


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a run.

    Attributes:
        keys: (N,) the `text_key` of each.
        parts: name of the split -> which rows are in it.
    """

    keys: tuple[str, ...]
    parts: Mapping[str, IntArray]


def fit(
    plan: Plan,
    samples: Samples,
    classes: Sequence[str],
    *,
    base: Start,
    out: Path,
    source: Source,
    method: Method | None = None,
    force: bool = False,
    together: Processes = ALONE,
    progress: Progress = silent,
) -> TrainingRecord:
    """Fine-tune the model in `base` on the training rows of `samples` and leave it in `out`.

    The folder appears when all is done; a run that ends before leaves nothing but its checkpoint, from which
    the same call goes on. The same plan, rows and base give the same weights on the same machine in fp32 on a
    CPU, however often the run was killed and taken up again.

    Args:
        plan: how to train.
        samples: texts and labels; which of them are held out follows from the texts and the plan alone.
        classes: the names of the classes, in the order of the labels' indices.
        base: a pretrained encoder, or a classifier to train on; its folder is taken as checked.
        out: the folder to make.
        source: where the rows came from, for the record.
        method: how steps are taken; left out, as the plan alone says.
        force: replace the model that is in `out`, and a checkpoint of another run.
        together: the processes that train it, which have joined; the main one leaves the folder.
        progress: shows how far it is.

    Raises:
        AuditError: when something that was given does not allow training.
    """
    began = time.perf_counter()
    processes.agreed(together, check, plan)
    method = method or choice.chosen(plan)
    rows = divide(plan, samples, classes)
    method.check(plan, len(rows.parts[TRAIN]))
    processes.by_main(together, folder.prepare, out, force=force)
    run = {"out": out.absolute(), "force": force, "progress": progress, "together": together}
    with randomness.seeded(plan.seed):
        job = _job(filled(adapters.filled(plan), method.name), method, samples, classes, rows, base, run)
        trained = train(job)
        test = _tested(job, trained, rows)
    data = _data(samples, classes, job, rows, source)
    record = _record(job, trained, test, data, base, time.perf_counter() - began)
    processes.by_main(together, _left, job, trained, record)
    return record


def check(plan: Plan) -> None:
    """Refuse a plan that this machine cannot run.

    Raises:
        AuditError: with what to choose or install instead.
    """
    faults = Faults()
    for part in (choice, device, adapters, trackers):
        faults.attempt(part.check, plan)
    faults.check()


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


def _job(
    plan: Plan,
    method: Method,
    samples: Samples,
    classes: Sequence[str],
    rows: Rows,
    base: Start,
    run: Mapping[str, Any],
) -> Job:
    """What training is given; the weights that the base lacks are drawn here."""
    return Job(
        plan=plan,
        model=open_base(base.folder, classes),
        method=method,
        material=method.material(_material(samples, rows)),
        validation=rows.parts[VALIDATION],
        identity={**_identity(samples, classes, base, rows), "processes": run["together"].count},
        **run,
    )


def _material(samples: Samples, rows: Rows) -> Material:
    assert samples.inputs is not None  # noqa: S101 - `divide` refused samples without
    assert samples.labels is not None  # noqa: S101
    return Material(samples.inputs, samples.labels, rows.parts[TRAIN])


def _identity(samples: Samples, classes: Sequence[str], base: Start, rows: Rows) -> dict[str, Any]:
    """What the weights depend on, beside the plan."""
    return {
        "data": samples.fingerprint,
        "rows": {name: len(part) for name, part in rows.parts.items()},
        "classes": list(classes),
        "base": base.fingerprint or base.reference,
        "torch": _version("torch"),
        "transformers": _version("transformers"),
    }


def _data(samples: Samples, classes: Sequence[str], job: Job, rows: Rows, source: Source) -> Data:
    plan, counts = job.plan, np.bincount(np.asarray(samples.labels), minlength=len(classes))
    split = Split(
        seed=plan.split_seed, fractions=plan.fractions, sizes={k: len(v) for k, v in rows.parts.items()}
    )
    labels = dict(zip(classes, counts.tolist(), strict=True)) if job.method.lists_texts else {}
    return Data(
        **source.model_dump(),
        fingerprint=samples.fingerprint,
        rows=len(rows.keys),
        labels=labels,
        split=split,
    )


def _tested(job: Job, trained: Trained, rows: Rows) -> Scores | None:
    return evaluate(
        job.model.module,
        rows.parts[TEST],
        trained.tokens,
        job.model.tokenizer,
        together=job.together,
        progress=job.progress,
    )


def _record(
    job: Job, trained: Trained, test: Scores | None, data: Data, base: Start, seconds: float
) -> TrainingRecord:
    names = job.model.module.config.id2label
    return TrainingRecord(
        tool_version=_version("assay-audit") or "0+unknown",
        method=job.method.name,
        base=Base(
            reference=base.reference, fingerprint=base.fingerprint, architecture=job.model.architecture
        ),
        data=data,
        classes=tuple(names[index] for index in range(len(names))),
        plan=job.plan,
        device=trained.device,
        precision=trained.precision,
        processes=job.together.count,
        parameters=sum(w.numel() for w in job.model.module.parameters()),
        trainable_parameters=trained.trainable,
        steps=trained.course.steps,
        epochs=trained.course.epochs,
        best_epoch=trained.course.best,
        chosen_by=trained.chosen_by,
        test=test,
        seconds=trained.before.seconds + seconds,
        resumed=trained.before.resumed,
        method_record=trained.method_record,
        versions=_versions(),
    )


def _left(job: Job, trained: Trained, record: TrainingRecord) -> None:
    """Leave the folder, and no checkpoint."""
    with folder.whole(job.out, force=job.force) as new:
        _save(new, job.model, record)
        trained.adapter.save(new)
        if job.method.lists_texts:
            _list_texts(new, job.material, job.validation)
    checkpoint.remove(checkpoint.path_of(job.out))


def _save(new: Path, model: Pretrained, record: TrainingRecord) -> None:
    with hushed():
        model.module.save_pretrained(new)
        model.tokenizer.save_pretrained(new)
    new.joinpath(RECORD_FILE).write_text(record.to_json(), encoding="utf-8")


def _list_texts(new: Path, material: Material, validation: IntArray) -> None:
    seen = np.concatenate([material.rows, validation])
    keys = sorted({text_key(material.texts[row]) for row in seen})
    new.joinpath(TEXTS_FILE).write_text("".join(f"{key}\n" for key in keys), encoding="utf-8")


def _versions() -> dict[str, str]:
    found = {name: _version(name) for name in PACKAGES}
    return {"python": platform.python_version()} | {name: v for name, v in found.items() if v}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
