"""How does a name that the user gives become a builder of an attack?"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from probes.attacking.library import textattack
from probes.errors import AuditError, Skip

PREFIX = "py:"
EXAMPLE = "py:my_module:my_attack"


def builder(reference: str) -> Callable[[Any], Any]:
    """The function that `py:MODULE:FUNCTION` names: a TextAttack model wrapper -> a `textattack.Attack`.

    The module is looked up in the current directory too. Its code runs: name only modules that you trust.

    Raises:
        AuditError: when there is no such function.
    """
    module, _, name = reference.removeprefix(PREFIX).partition(":")
    if not reference.startswith(PREFIX) or not module or not name:
        raise AuditError(f"{reference} does not name an attack; write {EXAMPLE}")
    textattack()  # before the module imports it, so that it is imported without its side effects
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    with foreign(f"{reference} cannot be loaded"):
        try:
            found = importlib.import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError) as error:
            raise AuditError(f"{reference} cannot be found ({error}); write {EXAMPLE}") from error
    if not callable(found):
        raise AuditError(f"{reference} is a {type(found).__name__}, not a function; write {EXAMPLE}")
    return found


@contextmanager
def foreign(what: str) -> Iterator[None]:
    """While code of others runs: whatever it raises becomes a sentence that begins with `what`.

    One broken attack must not take the others with it.

    Raises:
        AuditError: in place of what was raised.
        Skip: when the code itself says that it lacks something.
    """
    try:
        yield
    except (AuditError, Skip):
        raise
    except Exception as error:
        raise AuditError(f"{what}: {type(error).__name__}: {error}") from error
