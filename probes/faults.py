"""How are faults of several steps told all at once?"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from probes.errors import AuditError

P = ParamSpec("P")
T = TypeVar("T")


class Faults:
    """Collects the faults of steps that do not depend on each other."""

    def __init__(self) -> None:
        self._faults: list[str] = []

    def attempt(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The result of `step`, or None when it found faults; they are kept."""
        try:
            return step(*args, **kwargs)
        except AuditError as error:
            self.add(*error.faults)
            return None

    def require(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `step`, without which nothing more can be looked at.

        Raises:
            AuditError: when it found faults: with every fault so far and these.
        """
        try:
            return step(*args, **kwargs)
        except AuditError as error:
            self.add(*error.faults)
            raise AuditError(*self.found) from None

    def add(self, *faults: str) -> None:
        """Keep more faults."""
        self._faults += [fault for fault in faults if fault not in self._faults]

    @property
    def found(self) -> tuple[str, ...]:
        """Every fault so far."""
        return tuple(self._faults)

    def check(self) -> None:
        """Raise what was collected.

        Raises:
            AuditError: with every fault so far.
        """
        if self._faults:
            raise AuditError(*self._faults)
