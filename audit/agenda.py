"""What exactly will be run: which probes with which parameters, and which gates?"""

import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit import suites
from audit.config import AuditConfig
from audit.gates import Gate, parse
from audit.suites import Suite, suggestion
from probes.faults import Faults
from probes.registry import Probe, discover


@dataclass(frozen=True)
class Agenda:
    """The probes in the order of their names, each with complete parameters, and the gates."""

    probes: tuple[tuple[Probe, dict[str, Any]], ...]
    gates: tuple[Gate, ...]


def plan(config: AuditConfig) -> Agenda:
    """The agenda that a configuration asks for.

    Raises:
        AuditError: with every unknown suite, probe, parameter and gate.
    """
    faults = Faults()
    chosen = [s for name in config.suite if (s := faults.attempt(suites.load, name))]
    params = _params(chosen, config.params)
    members = sorted({name for suite in chosen for name in suite.members})
    faults.add(*_strangers(params, members) if chosen else ())
    probes = [
        (probe, complete)
        for probe in (discover()[name] for name in members)
        if (complete := faults.attempt(probe.complete, _split(probe, params.get(probe.name, {})))) is not None
    ]
    defaults = [gate for suite in chosen for gate in suite.gates] if config.suite_gates else []
    gates = [g for text in (*defaults, *config.gates) if (g := faults.attempt(gate, text))]
    faults.check()
    return Agenda(tuple(probes), effective(gates))


def gate(text: str) -> Gate:
    """A gate whose probe is known.

    Raises:
        AuditError: when the text is not a gate, or names a probe that does not exist.
    """
    read = parse(text)
    faults = Faults()
    if read.probe not in discover():
        faults.add(
            f"gate {text!r}: there is no probe {read.probe!r}{suggestion(read.probe, tuple(discover()))}"
        )
    faults.check()
    return read


def effective(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """The gates that hold: of several on the same measurement in the same direction, the last one."""
    return tuple({(g.probe, g.metric, tuple(sorted(g.slice.items())), g.at_most): g for g in gates}.values())


def _params(chosen: list[Suite], given: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    layers = [*(suite.params for suite in chosen), given]
    names = {name for layer in layers for name in layer}
    return {
        name: {k: v for layer in layers for k, v in layer.get(name, {}).items()} for name in sorted(names)
    }


def _strangers(params: Mapping[str, Any], members: list[str]) -> list[str]:
    return [
        f"params.{name}: the probe is not in the suites that run{suggestion(name, tuple(members))}"
        for name in params
        if name not in members
    ]


def _split(probe: Probe, given: Mapping[str, Any]) -> dict[str, Any]:
    """`a,b` given for a parameter that takes several values is those values."""
    fields = probe.parameters.model_fields
    several = {name for name, f in fields.items() if typing.get_origin(f.annotation) in {tuple, list}}
    return {k: tuple(v.split(",")) if k in several and isinstance(v, str) else v for k, v in given.items()}
