"""How is long work shown? Bars with the time left, on a terminal, for what takes over two seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from probes import progress

PATIENCE = 2.0
"""Seconds before a bar appears: quick work needs none."""


def bars(console: Console, *, quiet: bool = False) -> progress.Progress:
    """Bars on `console`, or silence when it is not a terminal or the user asked for quiet."""
    return _Bars(console) if console.is_terminal and not quiet else progress.silent


class _Bars:
    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def __call__(self, task: str, total: int) -> Iterator[progress.Advance]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = Progress(*columns, console=self._console, transient=True)
        row = bar.add_task(task, total=total)
        began = time.monotonic()

        def advance(done: int) -> None:
            bar.advance(row, done)
            if not bar.live.is_started and time.monotonic() - began > PATIENCE:
                bar.start()

        try:
            yield advance
        finally:
            bar.stop()
