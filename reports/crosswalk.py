"""What in an audit is evidence of what in a framework, and what is not evidenced?

A crosswalk names, for each item of a framework, the probes and the parts of a record that speak of it. That
something was measured says nothing about how it came out, and nothing here is a finding of conformity.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from probes.errors import AuditError
from reports.record import AuditRecord, ProbeResult

Part = Literal["model", "data", "verdicts", "environment", "training"]


class Item(BaseModel):
    """A demand of a framework, and what would be evidence of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    about: str
    probes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


class Framework(BaseModel):
    """A document that asks for evidence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: str
    items: tuple[Item, ...]


class Crosswalk(BaseModel):
    """Frameworks and their items."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frameworks: tuple[Framework, ...]


@dataclass(frozen=True)
class Evidence:
    """One thing in a report that speaks of an item; `anchor` is where it stands in the page."""

    name: str
    anchor: str


@dataclass(frozen=True)
class Answer:
    """What a record has for an item.

    Attributes:
        item: the item.
        evidence: what speaks of it; () means that it is not evidenced.
        lacking: what would speak of it and gave nothing, each with the reason.
    """

    item: Item
    evidence: tuple[Evidence, ...]
    lacking: tuple[str, ...]


_ANCHORS: dict[Part, str] = {
    "model": "model",
    "data": "data",
    "verdicts": "verdicts",
    "environment": "reproduce",
    "training": "model",
}


def load(path: Path | None = None) -> Crosswalk:
    """The crosswalk in a file; ours when none is named.

    Raises:
        AuditError: when the file cannot be read or is no crosswalk.
    """
    if path is None:
        return Crosswalk.model_validate(
            tomllib.loads(resources.files("reports").joinpath("crosswalk.toml").read_text("utf-8"))
        )
    try:
        return Crosswalk.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"--crosswalk {path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise AuditError(f"--crosswalk {path}: not valid TOML: {error}") from None
    except ValidationError as error:
        faults = (f"--crosswalk {path}, {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise AuditError(*faults) from None


def answers(record: AuditRecord, framework: Framework) -> tuple[Answer, ...]:
    """What the record has for each item of a framework, in the framework's order."""
    return tuple(_answer(record, item) for item in framework.items)


def _answer(record: AuditRecord, item: Item) -> Answer:
    named = [r for r in record.results if any(fnmatchcase(r.probe, pattern) for pattern in item.probes)]
    anchors = _anchors(record)
    found = [Evidence(r.probe, anchors[r.probe]) for r in named if _tells(r)]
    parts = [Evidence(part, _ANCHORS[part]) for part in item.parts if _has(record, part)]
    return Answer(item, (*found, *parts), tuple(_lacking(record, item, named)))


def _anchors(record: AuditRecord) -> dict[str, str]:
    """Probe -> where the page shows what it measured."""
    measured = [r.probe for r in record.results if r.status == "ok"]
    return {probe: f"result-{number}" for number, probe in enumerate(measured, start=1)}


def _tells(result: ProbeResult) -> bool:
    """Whether it measured anything; a probe all of whose numbers are undefined did not."""
    return result.status == "ok" and (
        bool(result.exhibits) or any(m.value is not None for m in result.measurements)
    )


def _has(record: AuditRecord, part: Part) -> bool:
    return bool(getattr(record, part))


def _lacking(record: AuditRecord, item: Item, named: list[ProbeResult]) -> Iterator[str]:
    for result in named:
        if not _tells(result):
            yield f"{result.probe}: {result.reason or 'it measured nothing that is defined'}"
    for pattern in item.probes:
        if not any(fnmatchcase(result.probe, pattern) for result in named):
            yield f"{pattern}: not part of this audit"
    for part in item.parts:
        if not _has(record, part):
            yield f"{part}: the record has none"
