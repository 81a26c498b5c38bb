"""`audit diff`: what changed from one audit to another?"""

from pathlib import Path
from typing import Annotated, Any

import typer


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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison as JSON.", rich_help_panel="Output")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print faults only.", rich_help_panel="Output")
    ] = False,
) -> None:
    """Compare the audit of a model with that of another, row by row where both saw the same data.

    Without gates it tells what changed and exits with 0; with gates it exits as `audit run` does.
    """
    from audit import diff as diff_
    from audit.cli.show import console, save
    from audit.pairing import opened
    from reports.diff_page import html
    from reports.diff_terminal import show

    given: dict[str, Any] = {
        "gates": gate, "alpha": alpha, "confidence": confidence, "undecided": undecided,
        "allow_invalid": allow_invalid,
    }  # fmt: skip
    settings = diff_.build(
        diff_.settings(config), {k: v for k, v in given.items() if v is not None and v != []}
    )
    before, after = opened((baseline, candidate))
    found = diff_.diff(before, after, settings, force=force)
    if as_json:
        typer.echo(found.to_json(), nl=False)
    elif not quiet:
        show(found, console())
    if out is not None:
        save({"diff.html": html(found), "diff.json": found.to_json()}, out, quiet=quiet or as_json)
    raise typer.Exit(found.exit_code)
