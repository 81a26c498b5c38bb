"""`audit report`: draw the report of a record again."""

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.formats import Formats


def report(
    record: Annotated[Path, typer.Argument(help="A record.json.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="The file to write.", show_default="report.html beside the record")
    ] = None,
    crosswalk: Annotated[
        Path | None,
        typer.Option(help="TOML file of what is evidence of what.", show_default="that of Assay"),
    ] = None,
    format_: Formats = None,
) -> None:
    """Draw the HTML report of a record; neither model nor data is needed."""
    import reports
    from audit.cli import formats
    from audit.cli.show import RECORD, REPORT, console
    from probes.faults import Faults
    from reports.crosswalk import load

    faults = Faults()
    forms = faults.attempt(formats.chosen, format_) or ()
    evidence = faults.attempt(load, crosswalk)
    read = faults.require(reports.read, record)
    faults.check()
    target = out or record.with_name(REPORT)
    reports.write(target, reports.html(read, crosswalk=evidence))
    formats.write(read, forms, target.with_name(RECORD))
    console().print(f"Report: {target}", markup=False, soft_wrap=True)
