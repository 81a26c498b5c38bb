"""How does a record name the places of the machine on which it was made? So that it can be handed on."""

from probes.home import everywhere, told
from reports.record import AuditRecord, DataInfo, ProbeResult


def discreet(record: AuditRecord) -> AuditRecord:
    """The record with `~` for the home folder, which may name a person, in whatever names a file or folder.

    What was measured stays to the letter.
    """
    suite, model = record.suite, record.model
    return record.model_copy(
        update={
            "command": told(record.command),
            "model": model.model_copy(update={"reference": told(model.reference)}),
            "data": _data(record.data) if record.data else None,
            "shift": {name: _data(info) for name, info in record.shift.items()},
            "suite": suite.model_copy(update={"names": tuple(map(told, suite.names))}),
            "results": tuple(map(_result, record.results)),
            "training": everywhere(record.training),
        }
    )


def _data(info: DataInfo) -> DataInfo:
    return info.model_copy(update={"source": told(info.source), "warnings": tuple(map(told, info.warnings))})


def _result(result: ProbeResult) -> ProbeResult:
    return result.model_copy(
        update={"parameters": everywhere(result.parameters), "reason": told(result.reason)}
    )
