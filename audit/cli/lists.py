"""`audit probes`, `audit suites`: what is there?"""

from typing import Annotated, Any

import typer


def probes(
    name: Annotated[str | None, typer.Argument(help="A probe, to read its whole page.")] = None,
) -> None:
    """List the probes, or explain one with its parameters."""
    from probes.errors import AuditError
    from probes.parameters import choices
    from probes.registry import discover
    from probes.suggestion import suggestion

    known = discover()
    if name is None:
        _rows([(probe.name, probe.title) for probe in known.values()])
        return
    if name not in known:
        raise AuditError(f"there is no probe {name!r}{suggestion(name, tuple(known))}")
    typer.echo(f"{name}\n\n{known[name].documentation}\n\nParameters:")
    schema = known[name].parameters
    defaults = [(f"  {key}", f"default {_written(f.default)}") for key, f in schema.model_fields.items()]
    _rows(defaults or [("  none", "")])
    if listed := choices(schema):
        typer.echo("\nNames that they take:")
        _rows([(f"  {key}", ", ".join(values)) for key, values in listed.items()])


def suites() -> None:
    """List the suites with their probes and gates."""
    from audit.suites import load, names

    for name in names():
        suite = load(name)
        typer.echo(f"{name}: {suite.title}")
        for word, members in (("probe", suite.members), ("gate", suite.gates)):
            for member in members:
                typer.echo(f"  {word:6} {member}")


def _written(default: Any) -> str:
    from audit.agenda import NONE

    return NONE if default is None else repr(default)


def _rows(rows: list[tuple[str, str]]) -> None:
    width = max(len(first) for first, _ in rows)
    for first, second in rows:
        typer.echo(f"{first:{width}}  {second}".rstrip())
