"""`audit compare`: how do several models compare, who pays for what, and whom do all of them fail?"""

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.options import Json, Quiet


def compare(
    audits: Annotated[
        list[Path],
        typer.Argument(help="Records or folders of audits; the first is what the others are set against."),
    ],
    *,
    confidence: Annotated[float, typer.Option(help="Level of the intervals.", min=0.5, max=0.999)] = 0.95,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.", min=0)] = 0,
    force: Annotated[
        bool, typer.Option("--force", help="Compare also different data or probe versions, and say so.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for compare.json and compare.html.",
            show_default="none written",
            rich_help_panel="Output",
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Set the audits of several models side by side: standard, private, adversarial, mitigated.

    It measures and does not judge, so it exits with 0.
    """
    from audit import compare as compare_
    from audit.cli.show import console, save
    from audit.pairing import opened
    from reports.comparison_page import html
    from reports.comparison_terminal import show

    found = compare_.compare(opened(audits), confidence=confidence, seed=seed, force=force)
    if as_json:
        typer.echo(found.to_json(), nl=False)
    elif not quiet:
        show(found, console())
    if out is not None:
        save({"compare.html": html(found), "compare.json": found.to_json()}, out, quiet=quiet or as_json)
