"""`audit config`: is the settings file right?"""

from pathlib import Path
from typing import Annotated

import typer


def config(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A settings file.", show_default="audit.toml, else [tool.audit] in pyproject.toml"
        ),
    ] = None,
) -> None:
    """Check a settings file without loading a model, and print what would run."""
    from audit import agenda
    from audit import config as settings

    plan = agenda.plan(settings.build(settings.read(path)))
    for probe, parameters in plan.probes:
        given = ", ".join(f"{k} = {v!r}" for k, v in parameters.items())
        typer.echo(f"probe  {probe.name}" + (f" ({given})" if given else ""))
    for gate in plan.gates:
        typer.echo(f"gate   {gate.text}")
    if not plan.gates:
        typer.echo("no gates: an audit will measure and not judge")
