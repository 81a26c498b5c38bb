"""What exactly will be run: which probes with which parameters, and which gates?"""

import typing
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Union

from audit import config as settings
from audit import suites
from audit.config import AuditConfig
from audit.gates import Gate, parse
from audit.suites import Suite
from probes.faults import Faults
from probes.parameters import sliced
from probes.registry import Probe, discover
from probes.suggestion import suggestion
from probes.types import MAIN

NONE = "none"
"""What is written for a parameter that shall have no value."""


@dataclass(frozen=True)
class Agenda:
    """The probes in the order of their names, each with complete parameters, and the gates."""

    probes: tuple[tuple[Probe, dict[str, Any]], ...]
    gates: tuple[Gate, ...]


def asked(*layers: Mapping[str, Any]) -> AuditConfig:
    """The configuration of layers of settings, later ones before earlier ones.

    Raises:
        AuditError: with every wrong setting, and what is wrong with the agenda that the others ask for.
    """
    config, wrong = settings.sound(*layers)
    if wrong:
        faults = Faults()
        faults.add(*wrong)
        faults.attempt(plan, config)
        faults.check()
    return config


def plan(config: AuditConfig) -> Agenda:
    """The agenda that a configuration asks for.

    Raises:
        AuditError: with every unknown suite, probe, parameter and gate, and every gate on what these probes
            with these parameters do not measure.
    """
    faults = Faults()
    chosen = [s for name in config.suite if (s := faults.attempt(suites.load, name))]
    params = _params(chosen, config.params)
    members = sorted({name for suite in chosen for name in suite.members})
    faults.add(*_strangers(params, members) if chosen else ())
    probes = [
        (probe, complete)
        for probe in (discover()[name] for name in members)
        if (complete := faults.attempt(probe.complete, _read(probe, params.get(probe.name, {})))) is not None
    ]
    defaults = [gate for suite in chosen for gate in suite.gates] if config.suite_gates else []
    gates = [g for text in (*defaults, *config.gates) if (g := faults.attempt(gate, text))]
    faults.add(*_unmeasured(gates, probes, config.shift))
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


def _unmeasured(
    gates: Iterable[Gate], probes: Iterable[tuple[Probe, dict[str, Any]]], further: Collection[str]
) -> Iterator[str]:
    """What of the gates no measurement of these probes on this further data will have."""
    asked = {probe.name: sliced(probe.parameters, complete) for probe, complete in probes}
    # Without further data the probes that need it say so themselves.
    data = {"data": (MAIN, *further)} if further else {}
    for one in gates:
        yield from _absent(one, {**asked.get(one.probe, {}), **data})


def _absent(gate: Gate, slices: Mapping[str, Iterable[str]]) -> Iterator[str]:
    probe = discover()[gate.probe]
    if not probe.measures(gate.metric):
        near = suggestion(gate.metric, probe.metrics)
        yield f"gate {gate.text!r}: {probe.name} does not measure {gate.metric!r}{near}"
    for key, value in gate.slice.items():
        if key in slices and value not in slices[key]:
            yield f"gate {gate.text!r}: this run has no {key}={value}{suggestion(value, slices[key])}"


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
        f"params.{name}: the suites that run do not ask {name}; name one that does with --suite"
        if name in discover()
        else f"params.{name}: there is no probe {name!r}{suggestion(name, members)}"
        for name in params
        if name not in members
    ]


def _read(probe: Probe, given: Mapping[str, Any]) -> dict[str, Any]:
    """Text as the type of its parameter means it: `a,b` where several can stand, `none` where None can.

    TOML has no None; on the command line a list is tedious.
    """
    fields = probe.parameters.model_fields
    return {
        name: _meant(fields[name].annotation, value) if name in fields and isinstance(value, str) else value
        for name, value in given.items()
    }


def _meant(kind: Any, text: str) -> Any:
    kinds = typing.get_args(kind) if typing.get_origin(kind) in {Union, UnionType} else (kind,)
    if text == NONE and NoneType in kinds:
        return None
    several = any(typing.get_origin(one) in {tuple, list} for one in kinds)
    return tuple(text.split(",")) if several else text
