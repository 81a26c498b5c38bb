"""`audit report`: draw the report of a record again."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    record: Annotated[Path, typer.Argument(help="A record.json.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="The file to write.", show_default="report.html beside the record")
    ] = None,
) -> None:
    """Draw the HTML report of a record; neither model nor data is needed."""
    import reports
    from audit.cli.show import REPORT, console

    target = out or record.with_name(REPORT)
    reports.write(target, reports.html(reports.read(record)))
    console().print(f"Report: {target}", markup=False, soft_wrap=True)
