"""Of which run are the results in a folder, when a run ends without any?"""

from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import typer

P = ParamSpec("P")
_Found = dict[str, tuple[int, int]]


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Makes a command that writes results into `out` say, when it fails, which of them are of an earlier run.

    The files stay: they may be all that is left of that run. What is said is a note on the error.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        out = Path(str(kwargs["out"]))
        before = _files(out)
        try:
            command(*args, **kwargs)
        except typer.Exit:
            raise
        except BaseException as error:
            if left := _left(before, _files(out)):
                names, these = " and ".join(left), "is" if len(left) == 1 else "are"
                error.add_note(f"{names} in {out} {these} of an earlier run, not of this one")
            raise

    return run


def notes(error: BaseException) -> Iterator[str]:
    """What was noted on an error, and on those that it came of."""
    yield from getattr(error, "__notes__", ())
    if error.__context__ is not None:
        yield from notes(error.__context__)


def _files(folder: Path) -> _Found:
    """Name -> what is another once the file is written again."""
    try:
        stats = {path.name: path.stat() for path in folder.iterdir() if path.is_file()}
    except OSError:
        return {}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def _left(before: _Found, after: _Found) -> list[str]:
    """The results that were there and are as they were."""
    from audit.cli.show import RECORD, REPORT
    from reports import ci, outcomes

    results = (RECORD, REPORT, outcomes.FILE, *(form.file for form in ci.FILES.values()))
    return [name for name in results if name in before and before[name] == after.get(name)]
