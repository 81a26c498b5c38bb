"""What does the author say of the model? Read from card.toml, with every fault at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from audit.config import toml
from probes.errors import AuditError
from probes.suggestion import suggestion
from reports.card import Prose
from reports.card.readme import BEGIN, END


def read(path: Path | None) -> Prose:
    """The author's texts in a file; all empty without one.

    Raises:
        AuditError: when the file cannot be read, or with one sentence for every key that is not known.
    """
    if path is None:
        return Prose()
    given = toml(path, option="--prose")
    try:
        prose = Prose.model_validate(given)
    except ValidationError as error:
        raise AuditError(*(f"{path}: {_fault(e)}" for e in error.errors())) from None
    if any(marker in str(given) for marker in (BEGIN, END)):
        raise AuditError(f"{path}: a text holds the marker line of a card, such as {END}; remove it")
    return prose


def _fault(error: Mapping[str, Any]) -> str:
    *above, key = map(str, error["loc"])
    where = ".".join([*above, key])
    if error["type"] != "extra_forbidden":
        return f"{where} = {error['input']!r} is not a {'table' if not above else 'text'}"
    known = Prose.model_fields
    part = known[above[0]].annotation if above else Prose
    names = tuple(getattr(part, "model_fields", {}))
    return f"{where} is not a key of a card{suggestion(key, names)}"
