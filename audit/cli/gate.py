"""`audit gate`: judge a record by other gates."""

from pathlib import Path
from typing import Annotated

import typer


def gate(
    record: Annotated[Path, typer.Argument(help="A record.json.")],
    *,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            help="'probe/metric{slice} <= limit'. Repeatable.", show_default="the gates of the record"
        ),
    ] = None,
    alpha: Annotated[
        float | None, typer.Option(help="Largest share of wrong verdicts.", show_default="as in the record")
    ] = None,
    undecided: Annotated[
        str | None,
        typer.Option(help="Count undecided gates as pass or fail.", show_default="as in the record"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the judged record and its report.", show_default="none written"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the judged record.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print faults only.")] = False,
) -> None:
    """Judge a record again, by its own gates or by others; neither model nor data is needed."""
    import reports
    from audit.cli.show import publish, tell
    from audit.judgement import rejudge

    judged = rejudge(reports.read(record), gates=gate, alpha=alpha, undecided=undecided)
    if out is None:
        tell(judged, as_json=as_json, quiet=quiet)
    else:
        publish(judged, out, as_json=as_json, quiet=quiet)
    raise typer.Exit(judged.exit_code)
