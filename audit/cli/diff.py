"""`audit diff`: what changed from one audit to another?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.cli.formats import Formats
from audit.cli.options import Json, Quiet, given

if TYPE_CHECKING:
    from reports.diff import DiffRecord

RECORD = "diff.json"


def diff(
    baseline: Annotated[Path, typer.Argument(help="A record.json, or the folder of an audit.")],
    candidate: Annotated[Path, typer.Argument(help="The same of the model that would take its place.")],
    *,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            help="'diff.accuracy{feature=…,group=…} >= -0.02'. Repeatable.",
            show_default="gates of [diff] in audit.toml",
            rich_help_panel="Verdicts",
        ),
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(
            help="Largest share of wrong verdicts.", show_default="0.05", rich_help_panel="Verdicts"
        ),
    ] = None,
    confidence: Annotated[
        float | None,
        typer.Option(help="Level of the intervals.", show_default="0.95", rich_help_panel="Verdicts"),
    ] = None,
    undecided: Annotated[
        str | None,
        typer.Option(
            help="Count undecided gates as pass or fail in the exit code.", rich_help_panel="Verdicts"
        ),
    ] = None,
    allow_invalid: Annotated[
        bool | None,
        typer.Option(
            "--allow-invalid/--no-allow-invalid",
            help="Gates may pass although some answers were invalid.",
            show_default="no",
            rich_help_panel="Verdicts",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Compare also different data or probe versions, and say so.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file with a table [diff].", show_default="audit.toml"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for diff.json and diff.html.", show_default="none written", rich_help_panel="Output"
        ),
    ] = None,
    format_: Formats = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the audit of a model with that of another, row by row where both saw the same data.

    Without gates it tells what changed and exits with 0; with gates it exits as `audit run` does.
    """
    from audit import diff as diff_
    from audit.cli import formats
    from audit.pairing import located, opened
    from probes.faults import Faults

    flags: dict[str, Any] = {
        "gates": gate, "alpha": alpha, "confidence": confidence, "undecided": undecided,
        "allow_invalid": allow_invalid,
    }  # fmt: skip
    faults = Faults()
    forms = faults.attempt(formats.chosen, format_, folder=out is not None) or ()
    audits = faults.attempt(opened, (baseline, candidate)) or ()
    asked = faults.require(lambda: diff_.build(diff_.settings(config), given(flags)))
    faults.attempt(diff_.gates, asked)
    faults.check()
    before, after = audits
    found = diff_.diff(before, after, asked, force=force)
    with formats.unheard(forms, error=as_json):
        _publish(found, out, as_json=as_json, quiet=quiet)
    file = located(candidate) if out is None else out / RECORD
    formats.write(found, forms, file, config=config, error=as_json)
    raise typer.Exit(found.exit_code)


def _publish(found: "DiffRecord", out: Path | None, *, as_json: bool, quiet: bool) -> None:
    from audit.cli.show import console, save
    from reports.diff_page import html
    from reports.diff_terminal import show

    if as_json:
        typer.echo(found.to_json(), nl=False)
    elif not quiet:
        show(found, console())
    if out is not None:
        save({"diff.html": html(found), RECORD: found.to_json()}, out, quiet=quiet or as_json)
