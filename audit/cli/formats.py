"""In which further forms does an audit answer: files for a build, annotations beside a change?"""

import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from probes.errors import AuditError

if TYPE_CHECKING:
    from reports.ci import Places
    from reports.statement import Judged

GITHUB = "github"
FILES = ("junit", "sarif", "summary")
"""The names in `reports.ci.FILES`; told here because the help is to appear before those are loaded."""

Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        help=f"{', '.join(FILES)}: a file in the folder; {GITHUB}: annotations and job summary. Repeatable.",
        show_default=f"{GITHUB} within GitHub Actions",
        rich_help_panel="Output",
    ),
]
"""The option `--format` of every command that has verdicts to tell."""


def chosen(given: Sequence[str] | None, *, folder: bool = True) -> tuple[str, ...]:
    """The forms that the user named, else those that the environment asks for.

    Args:
        given: the values of `--format`.
        folder: whether there is a folder to write files into.

    Raises:
        AuditError: with one sentence for each that is unknown or has no place.
    """
    if not given:
        return (GITHUB,) if os.environ.get("GITHUB_ACTIONS") == "true" else ()
    faults = [
        f"--format {name!r} is not known; known: {', '.join((*FILES, GITHUB))}"
        for name in given
        if name not in (*FILES, GITHUB)
    ]
    if not folder:
        faults += [
            f"--format {name} writes a file; name a folder with --out" for name in given if name in FILES
        ]
    if faults:
        raise AuditError(*faults)
    return tuple(dict.fromkeys(given))


@contextmanager
def unheard(names: Sequence[str], *, error: bool) -> Iterator[None]:
    """What is printed within is not obeyed by GitHub, whatever names and texts of the data stand in it.

    A line of a step's output that begins with `::` is a command to the runner, and a name of a group may wrap
    to the beginning of a line.

    Args:
        names: the forms that were chosen.
        error: print to the error stream, because standard output is the record.
    """
    if GITHUB not in names:
        yield
        return
    token = secrets.token_hex(16)
    _say(f"::stop-commands::{token}\n", error=error)
    try:
        yield
    finally:
        _say(f"::{token}::\n", error=error)


def write(
    record: "Judged",
    names: Sequence[str],
    file: Path,
    *,
    config: Path | None = None,
    error: bool = False,
) -> None:
    """A record in the forms that were chosen.

    Args:
        record: an audit, or the comparison of two.
        names: the forms.
        file: where the record is, or would be; forms that are files are put beside it.
        config: the settings file that the user named, to say where gates stand.
        error: print to the error stream, because standard output is the record.

    Raises:
        AuditError: when a file cannot be written.
    """
    if not names:
        return
    import reports
    from reports import ci

    where = _places(config, file)
    for name in names:
        if name == GITHUB:
            _say(ci.annotations(record, where), error=error)
            _summarise(ci.summary(record, where))
        else:
            reports.write(file.with_name(ci.FILES[name].file), ci.FILES[name].render(record, where))


def _say(text: str, *, error: bool) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(text)
    stream.flush()


def _summarise(text: str) -> None:
    """Add to the page of the job, when there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise AuditError(f"GITHUB_STEP_SUMMARY={path} cannot be written: {error.strerror}") from None


def _places(config: Path | None, file: Path) -> "Places":
    """Where gates stand: in the settings file; without one, the record is what can be pointed at."""
    from audit.config import located
    from reports import ci

    found = located(config)
    if found is None:
        return ci.Places(_relative(file))
    try:
        return ci.places(_relative(found), found.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ci.Places(_relative(found))


def _relative(path: Path) -> str:
    """The path as a build knows it: from the root of its checkout; outside of it, the bare name."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or "."
    full, top = path.resolve(), Path(root).resolve()
    return full.relative_to(top).as_posix() if full.is_relative_to(top) else path.name
