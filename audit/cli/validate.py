"""`audit config`: is the settings file right?"""

from pathlib import Path
from typing import Annotated

import typer


def config(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Settings files.", show_default="audit.toml, else [tool.audit] in pyproject.toml"
        ),
    ] = None,
) -> None:
    """Check settings files without loading a model, and print what would run."""
    from probes.faults import Faults

    faults = Faults()
    for path in paths or (None,):
        faults.attempt(_check, path)
    faults.check()


def _check(path: Path | None) -> None:
    from audit import agenda, diff
    from audit import config as settings
    from probes.faults import Faults

    faults = Faults()
    changes = faults.attempt(lambda: diff.gates(diff.build(diff.settings(path)))) or ()
    plan = faults.require(lambda: agenda.plan(agenda.asked(settings.read(path))))
    faults.check()
    for probe, parameters in plan.probes:
        given = ", ".join(f"{k} = {v!r}" for k, v in parameters.items())
        typer.echo(f"probe  {probe.name}" + (f" ({given})" if given else ""))
    for gate in (*plan.gates, *changes):
        typer.echo(f"gate   {gate.text}")
    if not plan.gates:
        typer.echo("no gates: an audit will measure and not judge")
