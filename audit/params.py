"""Which probe does each parameter in a settings file belong to?"""

from collections.abc import Iterator, Mapping
from typing import Any

from probes.registry import discover


def by_probe(params: Mapping[str, Any]) -> dict[str, Any]:
    """Probe -> parameter -> value, however deep the file puts it.

    `[params."fairness.template"]`, `[params.fairness.template]` and, below `[params]`,
    `"fairness.template.frames" = …` all speak of the probe `fairness.template`. What belongs to no known
    probe keeps all but the last part of its name as that of a probe, so that it can be told; a value whose
    name has one part stays as it is.
    """
    found: dict[str, Any] = {}
    for probe, given in _tables("", params):
        found[probe] = {**found.get(probe, {}), **given} if isinstance(given, Mapping) else given
    return found


def _tables(above: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        path = f"{above}.{key}" if above else key
        probe, _, name = path.rpartition(".")
        if path in discover() or not (isinstance(value, Mapping) or probe):
            yield path, value
        elif isinstance(value, Mapping) and probe not in discover():
            yield from _tables(path, value) if value else ((path, value),)
        else:
            yield probe, {name: value}
