"""Where do results go: files, the terminal, standard output?"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from reports.outcomes import Outcomes
    from reports.record import AuditRecord

RECORD, REPORT = "record.json", "report.html"


def console(*, error: bool = False) -> Console:
    """A terminal, or what stands in its place; rich honours NO_COLOR."""
    return Console(stderr=error, highlight=False)


def publish(
    record: "AuditRecord", out: Path, *, outcomes: "Outcomes | None", as_json: bool, quiet: bool
) -> None:
    """Write record, report and outcomes into `out`, then show what the user asked to see.

    Raises:
        AuditError: when the folder cannot be written.
    """
    import reports
    from reports import outcomes as outcomes_

    kept = outcomes_.write(out / outcomes_.FILE, outcomes) if outcomes is not None else None
    record = record.model_copy(update={"outcomes": kept})
    reports.write(out / REPORT, reports.html(record))
    reports.write(out / RECORD, record.to_json())
    tell(record, as_json=as_json, quiet=quiet)
    if not (as_json or quiet):
        console().print(f"Report: {out / REPORT}", markup=False, soft_wrap=True)


def save(files: Mapping[str, str], out: Path, *, quiet: bool) -> None:
    """Write files into `out` and name the first of them, the one to read.

    Raises:
        AuditError: when the folder cannot be written.
    """
    import reports

    for name, text in files.items():
        reports.write(out / name, text)
    if not quiet:
        console().print(f"Page: {out / next(iter(files))}", markup=False, soft_wrap=True)


def tell(record: "AuditRecord", *, as_json: bool, quiet: bool) -> None:
    """The record as JSON, or its verdicts for a reader, or nothing."""
    from reports.terminal import show

    if as_json:
        sys.stdout.write(record.to_json())
    elif not quiet:
        show(record, console())
