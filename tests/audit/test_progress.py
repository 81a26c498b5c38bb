"""Do bars stay away from quick work and from what is not a terminal?"""

import io

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
