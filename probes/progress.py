"""How does long work tell how far it is? The caller decides how that is shown."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""`with progress("predicting", total) as advance: ... advance(n)`."""


@contextmanager
def silent(task: str, total: int) -> Iterator[Advance]:  # noqa: ARG001 - the signature of a Progress
    """Show nothing."""
    yield lambda done: None  # noqa: ARG005
