"""How is any function audited, whatever stands behind it?"""

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audit.models.sanity import checked
from probes.errors import AuditError
from probes.types import FloatArray
from reports.record import ModelInfo

PREFIX = "py:"
EXAMPLE = "py:my_module:my_function"
TRIAL = "A text to see how many classes there are."


@dataclass(frozen=True, eq=False)
class PythonModel:
    """A function from a list of texts to an (N, C) table of probabilities.

    Attributes:
        info: what the record says of it.
        function: the function itself.
    """

    info: ModelInfo
    function: Callable[[list[str]], Any]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the function's columns."""
        return self.info.classes

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C) of N texts; a row of NaN where the function gave one.

        Raises:
            AuditError: when the function raises, or answers with anything else than class probabilities.
        """
        if not len(inputs):
            return np.empty((0, len(self.classes)))
        with _their_code(f"{self.info.reference} raised"):
            answer = self.function(list(inputs))
        return checked(answer, len(inputs), self.classes)


def python_model(reference: str, classes: Sequence[str] | None = None) -> PythonModel:
    """The function that `py:MODULE:FUNCTION` names, as a model.

    The module is looked up in the current directory too. Its code runs: name only modules that you trust.

    Args:
        reference: such as `py:scoring:predict`.
        classes: the names of the classes; else the function's attribute `classes`, else "0", "1", ….

    Raises:
        AuditError: when there is no such function, or it does not answer.
    """
    function = _function(reference)
    names = classes or getattr(function, "classes", None) or _numbered(reference, function)
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise AuditError(f"{reference}: classes is {names!r:.200}; it must be a list of names")
    if len(names) < 2 or len(set(names)) < len(names):
        raise AuditError(f"{reference}: classes {', '.join(names)}: two or more different names are needed")
    return PythonModel(
        ModelInfo(reference=reference, kind="python", fingerprint=None, classes=tuple(names)), function
    )


def _function(reference: str) -> Callable[[list[str]], Any]:
    module_name, _, name = reference.removeprefix(PREFIX).partition(":")
    if not reference.startswith(PREFIX) or not module_name or not name:
        raise AuditError(f"{reference} does not name a function; write {EXAMPLE}")
    found = _module(reference, module_name)
    for part in name.split("."):
        if not hasattr(found, part):
            raise AuditError(f"{reference}: {module_name} has no {name}; it has {_public(found)}")
        found = getattr(found, part)
    if not callable(found):
        raise AuditError(f"{reference}: {name} is a {type(found).__name__}, not a function")
    return found  # type: ignore[no-any-return]


def _module(reference: str, name: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    with _their_code(f"{reference}: importing {name} raised"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise  # the module is there, and what it imports is not
    raise AuditError(f"{reference}: there is no module {name} in {here} or among the installed packages")


def _numbered(reference: str, function: Callable[[list[str]], Any]) -> tuple[str, ...]:
    """The names "0", "1", …, as many as the function answers one text with."""
    with _their_code(f"{reference} raised"):
        shape = np.shape(function([TRIAL]))
    if len(shape) != 2 or shape[0] != 1:
        raise AuditError(f"{reference} answered 1 text with shape {shape}; (1, number of classes) is needed")
    return tuple(str(index) for index in range(shape[1]))


def _public(module: Any) -> str:
    names = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
    return ", ".join(names[:10]) or "no functions"


@contextmanager
def _their_code(what: str) -> Iterator[None]:
    try:
        yield
    except AuditError:
        raise
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        raise AuditError(f"{what} {type(error).__name__}: {said:.400}") from error
