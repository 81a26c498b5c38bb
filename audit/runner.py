"""From a configuration to a record: load, predict once, ask every probe, judge every gate."""

import shlex
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audit import environment
from audit.agenda import Agenda, plan
from audit.config import AuditConfig
from audit.exits import exit_code
from audit.gates import judge
from audit.places import discreet
from audit.subject import Subject, prepare
from probes import progress as progress_
from probes.errors import AuditError, Skip
from probes.registry import Probe
from probes.types import Context, Finding, Measurement
from reports import outcomes
from reports.outcomes import Outcomes
from reports.record import AuditRecord, ProbeResult, SuiteInfo


@dataclass(frozen=True, eq=False)
class Audited:
    """What an audit leaves: the record, and what the model answered to each row, unless that is unwanted."""

    record: AuditRecord
    outcomes: Outcomes | None


def run(config: AuditConfig, *, progress: progress_.Progress = progress_.silent) -> AuditRecord:
    """Audit as configured.

    Raises:
        AuditError: with every fault in configuration, data and model, before anything is measured.
    """
    return audited(config, progress=progress).record


def audited(
    config: AuditConfig, *, before: Sequence[str] = (), progress: progress_.Progress = progress_.silent
) -> Audited:
    """Audit as configured, and keep the answers to single rows too.

    Args:
        config: what the user asked for.
        before: faults that were found before, told with those found here.
        progress: how progress is shown.

    Raises:
        AuditError: as for `run`.
    """
    agenda, subject = prepare(config, plan, before=before, progress=progress)
    results = _ask(agenda, subject.context, config, progress)
    verdicts = judge(
        agenda.gates,
        results,
        alpha=config.alpha,
        invalid_rows=subject.invalid_rows,
        allow_invalid=config.allow_invalid,
    )
    record = AuditRecord(
        tool_version=environment.tool_version(),
        command=command(config),
        model=subject.model,
        data=subject.data,
        shift=dict(subject.shift),
        suite=_suite(config, agenda, subject),
        environment=environment.describe(),
        results=results,
        verdicts=verdicts,
        exit_code=int(exit_code(verdicts, results, undecided=config.undecided)),
        training=subject.training,
    )
    kept = outcomes.of(subject.context, subject.data) if config.outcomes and subject.data else None
    return Audited(discreet(record), kept)


def _ask(
    agenda: Agenda, context: Context, config: AuditConfig, progress: progress_.Progress
) -> tuple[ProbeResult, ...]:
    results = []
    asked = replace(context, progress=progress)
    with progress("probes", len(agenda.probes)) as advance:
        for probe, parameters in agenda.probes:
            results.append(measure(probe, parameters, asked, examples=config.include_examples))
            advance(1)
    return tuple(results)


def measure(
    probe: Probe, parameters: Mapping[str, Any], context: Context, *, examples: bool = False
) -> ProbeResult:
    """What one probe finds; a probe that raises is "failed", one that lacks something is "skipped".

    Raises:
        AuditError: when the probe finds a fault in what the user gave.
    """
    about = _About(probe, parameters)
    try:
        findings = tuple(probe(context, **parameters))
        return about.found(f for f in findings if examples or isinstance(f, Measurement) or not f.private)
    except Skip as reason:
        return about.nothing("skipped", str(reason))
    except AuditError:
        raise
    except Exception as error:  # noqa: BLE001 - one broken probe must not take the audit with it
        return about.nothing("failed", _told(error))


@dataclass(frozen=True)
class _About:
    probe: Probe
    parameters: Mapping[str, Any]

    def found(self, findings: Iterable[Finding]) -> ProbeResult:
        kept = tuple(findings)
        return self._result(
            status="ok",
            measurements=tuple(f for f in kept if isinstance(f, Measurement)),
            exhibits=tuple(f for f in kept if not isinstance(f, Measurement)),
        )

    def nothing(self, status: str, reason: str) -> ProbeResult:
        return self._result(status=status, reason=reason)

    def _result(self, **found: Any) -> ProbeResult:
        return ProbeResult(
            probe=self.probe.name,
            version=self.probe.version,
            title=self.probe.title,
            parameters=dict(self.parameters),
            **found,
        )


def _told(error: Exception) -> str:
    """The error with the innermost line, enough to report it; a path would name the user's machine."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{type(error).__name__}: {error} ({Path(frame.filename).name} line {frame.lineno}, in {frame.name})"
    )


def _suite(config: AuditConfig, agenda: Agenda, subject: Subject) -> SuiteInfo:
    positive = subject.context.positive
    return SuiteInfo(
        names=config.suite,
        probes=tuple(probe.name for probe, _ in agenda.probes),
        gates=tuple(gate.text for gate in agenda.gates),
        alpha=config.alpha,
        confidence=config.confidence,
        positive=None if positive is None else subject.context.classes[positive],
        seed=config.seed,
        undecided=config.undecided,
        allow_invalid=config.allow_invalid,
    )


def command(config: AuditConfig) -> str:
    """The command line that repeats an audit without its configuration file."""
    given = config.model_dump(exclude_defaults=True)
    model = given.pop("model", None)
    words = ["audit", "run", *([model] if model else [])]
    for key, value in given.items():
        words += _option(key, value)
    return shlex.join(words)


def _option(key: str, value: Any) -> list[str]:
    flag = "--" + FLAGS.get(key, key).replace("_", "-")
    if isinstance(value, bool):
        return [flag if value else "--no-" + flag.removeprefix("--")]
    if key == "params":
        return [
            w for p, kv in value.items() for k, v in kv.items() for w in ("--param", f"{p}.{k}={_written(v)}")
        ]
    if isinstance(value, dict):
        return [w for name, source in value.items() for w in (flag, f"{name}={source}")]
    return [w for v in (value if isinstance(value, tuple) else (value,)) for w in (flag, str(v))]


def _written(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


FLAGS = {"gates": "gate", "classes": "class"}
"""Options that are given once per value are named in the singular."""
