"""`audit gate`: judge a record by other gates."""

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.formats import Formats
from audit.cli.options import Json, Quiet


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
    format_: Formats = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge a record again, by its own gates or by others; neither model nor data is needed."""
    import reports
    from audit.cli import formats
    from audit.cli.show import RECORD, publish, tell
    from audit.judgement import rejudge
    from probes.faults import Faults
    from reports.outcomes import beside

    faults = Faults()
    forms = faults.attempt(formats.chosen, format_, folder=out is not None) or ()
    given = faults.require(reports.read, record)
    judged = faults.require(rejudge, given, gates=gate, alpha=alpha, undecided=undecided)
    faults.check()
    with formats.unheard(forms, error=as_json):
        if out is None:
            tell(judged, as_json=as_json, quiet=quiet)
        else:
            publish(judged, out, outcomes=beside(record, given), as_json=as_json, quiet=quiet)
    formats.write(judged, forms, out / RECORD if out else record, error=as_json)
    raise typer.Exit(judged.exit_code)
