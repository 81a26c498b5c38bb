"""`audit verify`: is a sealed audit as it was?"""

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.options import Quiet
from audit.cli.seal import Config, Data, Model
from audit.exits import Exit


def verify(
    folder: Annotated[Path, typer.Argument(help="A sealed folder, or the record in it.")],
    *,
    public_key: Annotated[Path, typer.Option(help="Public key of who sealed it, in PEM.")],
    model: Model = None,
    data: Data = None,
    config: Config = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="model, data or config: sealed, but not at hand. Repeatable."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Compare every file that a seal covers with what is there, and name each that is not the same.

    Exit code 0: nothing was changed. 1: something was. Needs no network.
    """
    from audit import evidence
    from reports.statement import plural
    from reports.terminal import plain

    found = evidence.verify(
        folder, public_key, given={"model": model, "data": data, "config": config}, without=without or ()
    )
    for fault in found.faults:
        typer.echo(plain(fault), err=True)
    if not quiet:
        for role, count in found.left_out.items():
            typer.echo(f"{role}: {plural(count, 'file')} not looked at")
        if not found.faults:
            typer.echo(f"{plural(found.checked, 'file')} as sealed; the audit's result was {found.result}")
    raise typer.Exit(Exit.GATE_FAILED if found.faults else Exit.PASSED)
