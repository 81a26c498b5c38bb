"""Do bars stay away from quick work and from what is not a terminal?"""

import io
import time

import pytest
from rich.console import Console

from audit import progress
from probes.progress import silent


def terminal():
    return Console(file=io.StringIO(), force_terminal=True, width=80)


def work(console, **options):
    with progress.bars(console, **options)("predicting", 3) as advance:
        for _ in range(3):
            advance(1)
    return console.file.getvalue()


def test_nothing_is_shown_where_nobody_looks():
    assert progress.bars(Console(file=io.StringIO())) is silent
    assert progress.bars(terminal(), quiet=True) is silent


def test_quick_work_shows_no_bar():
    assert work(terminal()) == ""


def test_long_work_shows_a_bar(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    assert "predicting" in work(terminal())


def test_a_bar_within_a_bar_is_shown_too(monkeypatch):
    """A probe that tells how far it is, among the probes of a run."""
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    console = terminal()
    shown = progress.bars(console)
    with shown("probes", 2) as outer:
        outer(1)
        with shown("attacking", 3) as inner:
            inner(1)
            _wait(lambda: "attacking" in console.file.getvalue())
    assert "probes" in console.file.getvalue()


def _wait(seen, *, seconds=5):
    """Bars are drawn ten times a second."""
    for _ in range(seconds * 50):
        if seen():
            return
        time.sleep(0.02)
    pytest.fail(f"it was not shown in {seconds} seconds")
