"""`audit gate`: judge a record by other gates."""

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.formats import Formats


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
    as_json: Annotated[bool, typer.Option("--json", help="Print the judged record.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print faults only.")] = False,
) -> None:
    """Judge a record again, by its own gates or by others; neither model nor data is needed."""
    import reports
    from audit.cli import formats
    from audit.cli.show import publish, tell
    from audit.judgement import rejudge
    from reports.outcomes import beside

    forms = formats.chosen(format_, folder=out is not None)
    given = reports.read(record)
    judged = rejudge(given, gates=gate, alpha=alpha, undecided=undecided)
    with formats.unheard(forms, error=as_json):
        if out is None:
            tell(judged, as_json=as_json, quiet=quiet)
        else:
            publish(judged, out, outcomes=beside(record, given), as_json=as_json, quiet=quiet)
    formats.write(judged, forms, out or record.parent, error=as_json)
    raise typer.Exit(judged.exit_code)
