"""`audit replay`: do the stored answers still give the numbers of the record?"""

from pathlib import Path
from typing import Annotated

import typer

from audit.cli import options
from audit.exits import Exit


def replay(
    record: Annotated[Path, typer.Argument(help="A record.json, or the folder of one.")],
    *,
    run_code: Annotated[
        bool,
        typer.Option("--run-code", help="Also replay probes whose parameters name Python code; it is run."),
    ] = False,
    quiet: Annotated[bool, options.quiet("Print differences only.")] = False,
) -> None:
    """Measure and judge again from the outcomes beside a record, and compare to the last digit.

    Exit code 0: all that can be replayed is the same. 1: something differs. 3: no probe could be replayed.
    """
    from audit import evidence
    from reports.terminal import plain

    found = evidence.replay(record, run_code=run_code)
    for one in found:
        if not quiet or one.status == "different":
            typer.echo(plain(f"{one.status:12} {one.what}" + (f": {one.detail}" if one.detail else "")))
    statuses = [one.status for one in found]
    if "different" in statuses:
        raise typer.Exit(Exit.GATE_FAILED)
    # The verdicts stand last and say nothing of the measurements.
    raise typer.Exit(Exit.PASSED if "same" in statuses[:-1] else Exit.UNDECIDED)
