"""What does the Hugging Face hub read of a card? The keys of its front matter, the model-index among them."""

from collections.abc import Iterator, Mapping
from typing import Any

from probes.errors import AuditError
from probes.types import Measurement
from reports import display
from reports.card import content
from reports.card.prose import Prose
from reports.record import AuditRecord

INDEX = "model-index"
OURS = "audited_with"
_TASK = "text-classification"


def front_matter(
    record: AuditRecord, prose: Prose, existing: Mapping[str, Any], *, source: str
) -> dict[str, Any]:
    """The keys that are there, in their order, then ours.

    In the model-index our results take the place of those that an earlier audit wrote.

    Raises:
        AuditError: when the model-index that is there has another form than the hub's.
    """
    index = _index(existing.get(INDEX), source)
    name = index.get("name") or display.name(content.name(record, prose))
    theirs = [r for r in index.get("results") or [] if not _is_ours(r)]
    data = {k: v for k, v in existing.items() if k != INDEX}
    data |= {k: v for k, v in _keys(record, prose).items() if k not in data}
    results = [*theirs, *_results(record, str(name))]
    return data | ({INDEX: [{**index, "name": name, "results": results}]} if results else {})


def _index(given: Any, source: str) -> dict[str, Any]:
    if given in (None, []):
        return {}
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], dict):
        return given[0]
    raise AuditError(
        f"{source}: model-index in its front matter is not a list of one model; mend or remove it"
    )


def _is_ours(result: Any) -> bool:
    dataset = result.get("dataset") if isinstance(result, dict) else None
    args = dataset.get("args") if isinstance(dataset, dict) else None
    return isinstance(args, dict) and OURS in args


def _keys(record: AuditRecord, prose: Prose) -> dict[str, Any]:
    library = "transformers" if record.model.kind == "transformers" else None
    said = {"license": prose.details.license, "language": prose.details.language}
    known = {**said, "library_name": library, "pipeline_tag": _TASK if library else None}
    return {k: v for k, v in known.items() if v}


def _results(record: AuditRecord, name: str) -> list[dict[str, Any]]:
    """Our numbers as the hub writes them."""
    from huggingface_hub.repocard_data import eval_results_to_model_index

    found = [_evaluated(record, m) for m in _numbers(record)]
    return list(eval_results_to_model_index(name, found)[0]["results"]) if found else []


def _numbers(record: AuditRecord) -> Iterator[Measurement]:
    found = content.figures(record)
    for m in (*found.whole, *found.unitary, *found.intersectional):
        if m.value is not None and m.low is not None:
            yield m


def _evaluated(record: AuditRecord, m: Measurement) -> Any:
    """A number as a result of the hub: its group in the dataset's arguments, its interval in the metric's."""
    from huggingface_hub import EvalResult

    of = {k: display.name(v) for k, v in m.slice.items()}
    source = display.place(record.data.source) if record.data else "no data"
    return EvalResult(
        task_type=_TASK,
        dataset_type=source,
        dataset_name=source,
        # The hub joins results of the same configuration, and would lose whose they are.
        dataset_config=", ".join(f"{k} = {v}" for k, v in of.items()) or "all rows",
        dataset_revision=record.data.fingerprint if record.data else None,
        dataset_args={OURS: f"assay {record.tool_version}", **of},
        metric_type=m.metric,
        metric_value=m.value,
        metric_name=display.sentence(display.words(m.metric)),
        metric_args={
            "confidence": record.suite.confidence,
            "low": m.low,
            "high": m.high,
            "rows": m.n,
        },
    )
