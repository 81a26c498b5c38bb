"""`audit card`: the model card of a record."""

from pathlib import Path
from typing import Annotated

import typer


def card(
    record: Annotated[Path, typer.Argument(help="A record.json, or the folder of an audit.")],
    *,
    prose: Annotated[
        Path | None,
        typer.Option(help="A card.toml with what only the author can say.", show_default="nothing stated"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for README.md and model-card.html; a README there is kept.")
    ],
) -> None:
    """Write a model card: README.md for the Hugging Face hub, and model-card.html.

    A README.md in the folder keeps its text and its front matter; the card is added to it, or takes the place
    of the card that was added before.
    """
    import reports
    from audit import prose as prose_
    from audit.cli.show import save
    from audit.pairing import located
    from reports import files
    from reports.card import html, merged

    readme = out / "README.md"
    audited, said = reports.read(located(record)), prose_.read(prose)
    text = merged(audited, said, files.text(readme), source=str(readme))
    save({"model-card.html": html(audited, said), readme.name: text}, out, quiet=False)
