"""Where do results go: files, the terminal, standard output?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from reports.record import AuditRecord

RECORD, REPORT = "record.json", "report.html"


def console(*, error: bool = False) -> Console:
    """A terminal, or what stands in its place; rich honours NO_COLOR."""
    return Console(stderr=error, highlight=False)


def publish(record: "AuditRecord", out: Path, *, as_json: bool, quiet: bool) -> None:
    """Write record and report into `out`, then show what the user asked to see.

    Raises:
        AuditError: when the folder cannot be written.
    """
    import reports

    reports.write(out / REPORT, reports.html(record))
    reports.write(out / RECORD, record.to_json())
    tell(record, as_json=as_json, quiet=quiet)
    if not (as_json or quiet):
        console().print(f"Report: {out / REPORT}", markup=False, soft_wrap=True)


def tell(record: "AuditRecord", *, as_json: bool, quiet: bool) -> None:
    """The record as JSON, or its verdicts for a reader, or nothing."""
    from reports.terminal import show

    if as_json:
        sys.stdout.write(record.to_json())
    elif not quiet:
        show(record, console())
