"""How is the command run within a test, as a shell would see it?"""

import contextlib
import io
import sys
from types import SimpleNamespace

import pytest

from audit.cli import main


@pytest.fixture(scope="session")
def audit():
    """`audit(*words, cwd=folder)`: the command within this process, since starting one takes seconds."""
    return _audit


def _audit(*words, cwd):
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
    return SimpleNamespace(
        returncode=int(ended.value.code or 0), stdout=out.getvalue(), stderr=err.getvalue()
    )
