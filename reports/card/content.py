"""What does a model card say, section by section, whatever it is written in?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from probes.types import Measurement
from reports import display, statement
from reports import training as trained
from reports.card.prose import Part, Prose
from reports.record import AuditRecord

INTERSECTION = " × "
"""What stands between the features of an intersection."""

GROUP_METRICS = (
    "n",
    "selection_rate",
    "accuracy",
    "true_positive_rate",
    "false_positive_rate",
    "positive_predictive_value",
)
"""What the card shows of each group; the report has all."""

LIMITS = (
    "The numbers speak of the audited rows and of a population that they are a random sample of; not of "
    "other uses, times or places.",
    "Groups and labels are as the data gives them. If they are wrong or shaped by past decisions, so are the "
    "numbers.",
    "A small disparity in what was measured does not rule out one in what was not.",
    "No number here is a finding about law or conformity.",
)


@dataclass(frozen=True)
class Entry:
    """A line of a section: a fact of the record, or what the author says.

    Attributes:
        label: what it is about.
        text: what is said; "" when the author said nothing.
        by_author: whether only the author can say it.
    """

    label: str
    text: str
    by_author: bool = False


@dataclass(frozen=True)
class Section:
    """One of the nine sections."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Figures:
    """The quantitative analyses.

    Attributes:
        whole: numbers of all rows, and gaps and ratios between groups.
        unitary: numbers of the groups of single features.
        intersectional: numbers of the groups of intersections.
    """

    whole: tuple[Measurement, ...]
    unitary: tuple[Measurement, ...]
    intersectional: tuple[Measurement, ...]


QUANTITATIVE = "Quantitative Analyses"


def name(record: AuditRecord, prose: Prose) -> str:
    """What the model is called: by its author, else by its folder."""
    return prose.details.name or display.place(record.model.reference)


def sections(record: AuditRecord, prose: Prose) -> tuple[Section, ...]:
    """The nine sections, in the order of the paper; the figures of the seventh stand in `figures`.

    References:
        M. Mitchell et al. (2019), Model Cards for Model Reporting, FAT*, section 4.
    """
    return (
        Section("Model Details", (*_model(record), *_said(prose.details))),
        Section("Intended Use", (*_said(prose.intended_use),)),
        Section("Factors", (*_factors(record), *_said(prose.factors))),
        Section("Metrics", (*_metrics(record), *_said(prose.metrics))),
        Section("Evaluation Data", (*_data(record), *_said(prose.evaluation_data))),
        Section("Training Data", (*_training(record), *_said(prose.training_data))),
        Section(QUANTITATIVE, ()),
        Section("Ethical Considerations", (*_said(prose.ethics),)),
        Section("Caveats and Recommendations", (*_caveats(record), *_said(prose.caveats))),
    )


def _said(part: Part) -> Iterator[Entry]:
    for key, field in type(part).model_fields.items():
        yield Entry(field.description or key, getattr(part, key).strip(), by_author=True)


def _facts(pairs: Mapping[str, Any]) -> Iterator[Entry]:
    """What is known; None and "" are left out."""
    for label, value in pairs.items():
        if value not in (None, ""):
            yield Entry(label, display.number(value) if isinstance(value, int | float) else str(value))


def _model(record: AuditRecord) -> Iterator[Entry]:
    model = record.model
    yield from _facts(
        {
            "Model": display.place(model.reference),
            "Architecture": model.architecture,
            "Parameters": model.parameters,
            "Classes": ", ".join(map(display.name, model.classes)),
            "Positive outcome": record.suite.positive,
            "Decisions post-processed by": model.postprocessing,
            "Training method": trained.words(record.training),
            "Fingerprint (sha256)": model.fingerprint,
        }
    )


def _factors(record: AuditRecord) -> Iterator[Entry]:
    groups = record.data.groups if record.data else {}
    for feature, counts in groups.items():
        told = ", ".join(f"{display.name(c.group)} ({c.rows:,})" for c in counts[:12])
        more = f" and {len(counts) - 12} more" if len(counts) > 12 else ""
        yield Entry(f"Groups of {display.name(feature)}, with rows", told + more)
    if not groups:
        yield Entry("Groups", "none were named: nothing here tells groups apart")


def _metrics(record: AuditRecord) -> Iterator[Entry]:
    level, alpha = 100 * record.suite.confidence, 100 * record.suite.alpha
    yield Entry("Uncertainty", f"each number has its {level:g} % interval and the rows that it rests on")
    if record.verdicts:
        yield Entry(
            "Verdicts",
            f"a limit that is broken passes in at most {alpha:g} % of audits; audits in which all are kept "
            f"fail one in at most {alpha:g} %; what the data cannot decide is undecided",
        )
    asked = [r.title or display.name(r.probe) for r in record.results if r.status == "ok"]
    if asked:
        yield Entry("Questions", " ".join(asked))


def _data(record: AuditRecord) -> Iterator[Entry]:
    data = record.data
    if data is None:
        yield Entry("Data", "none: the model was asked about sentences of the audit itself")
        return
    labels = ", ".join(f"{display.name(k)} ({n:,})" for k, n in list(data.labels.items())[:20])
    yield from _facts(
        {
            "Source": display.place(data.source),
            "Rows": data.rows,
            "Rows without a valid answer": data.invalid_rows,
            "True labels": labels,
            "Fingerprint (sha256)": data.fingerprint,
        }
    )
    yield from (Entry("Warning", warning) for warning in data.warnings[:20])


def _training(record: AuditRecord) -> Iterator[Entry]:
    told = record.training
    if not told:
        yield Entry("Training record", "none in the model folder")
        return
    data, base, plan = _mapping(told.get("data")), told.get("base"), _mapping(told.get("plan"))
    base = base.get("reference") if isinstance(base, Mapping) else base
    split = _mapping(_mapping(data.get("split")).get("sizes"))
    yield from _facts(
        {
            "Source": display.place(str(data.get("source", ""))),
            "Rows": data.get("rows"),
            "Split": ", ".join(f"{k} {v:,}" for k, v in split.items() if isinstance(v, int)),
            "Fine-tuned from": display.place(str(base)) if base else None,
            "Epochs": plan.get("num_train_epochs"),
            "Rows a batch": plan.get("per_device_train_batch_size"),
            "Learning rate": plan.get("learning_rate"),
            "Weights kept of epoch": told.get("best_epoch"),
            "Chosen by": told.get("chosen_by"),
        }
    )
    yield from _ledger(trained.ledger(told))


def _ledger(ledger: Mapping[str, Any] | None) -> Iterator[Entry]:
    """What a private run promises, and what the promise leaves out."""
    if ledger is None:
        return
    spent = _mapping(ledger.get("epsilon"))
    yield from _facts(
        {
            "Privacy, epsilon": spent.get("value"),
            "Privacy, delta": f"{ledger['delta']:.3g}" if isinstance(ledger.get("delta"), float) else None,
            "Privacy, accountant": spent.get("accountant"),
            "Privacy, neighbouring data": ledger.get("neighbours"),
            "Privacy, sampling": ledger.get("sampling"),
            "Privacy, noise multiplier": ledger.get("noise_multiplier"),
            "Privacy, clipping norm": ledger.get("max_grad_norm"),
        }
    )
    outside = ledger.get("outside")
    if isinstance(outside, list):
        yield Entry("Outside the privacy bound", "; ".join(map(str, outside)))


def _caveats(record: AuditRecord) -> Iterator[Entry]:
    missing = [r for r in record.results if r.status != "ok"]
    for result in missing[:20]:
        question = result.title or display.name(result.probe)
        yield Entry("Not measured", f"{question} ({result.reason or 'no reason was given'})")
    yield from (Entry("Limit", limit) for limit in LIMITS)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def figures(record: AuditRecord) -> Figures:
    """The numbers of the card: of all rows, of groups, and of intersections of groups."""
    first = _first(record)
    whole = sorted(
        (m for m in first if "group" not in m.slice and _bounded(m)), key=lambda m: "feature" in m.slice
    )
    by_group = [m for m in first if set(m.slice) == {"feature", "group"} and m.metric in GROUP_METRICS]
    return Figures(
        whole=tuple(whole),
        unitary=tuple(m for m in by_group if INTERSECTION not in m.slice["feature"]),
        intersectional=tuple(m for m in by_group if INTERSECTION in m.slice["feature"]),
    )


def _first(record: AuditRecord) -> list[Measurement]:
    """Each number once, from the first probe that has it: of everybody, by group, or judged by a gate."""
    judged = {(v.probe, v.metric, tuple(v.slice.items())) for v in record.verdicts}
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Measurement] = {}
    for result in record.results:
        for m in result.measurements:
            key = m.metric, tuple(m.slice.items())
            if set(m.slice) <= {"feature", "group", "class"} or (result.probe, *key) in judged:
                found.setdefault(key, m)
    return list(found.values())


def _bounded(measured: Measurement) -> bool:
    return measured.value is not None and measured.low is not None


def headline(record: AuditRecord) -> str:
    """The verdict of the audit in one sentence."""
    return statement.overall(record).headline
