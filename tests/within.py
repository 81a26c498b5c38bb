"""How is the command run within the process of a test, as a shell would see it?"""

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Answer:
    """What a program answered."""

    returncode: int
    stdout: str
    stderr: str


def audit(*words: object, cwd: Path | str = ".") -> Answer:
    """What `audit` answers to these words in a folder; starting a process would take seconds."""
    from audit.cli import main

    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["audit", *map(str, words)])
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
    return Answer(int(ended.value.code or 0), out.getvalue(), err.getvalue())
