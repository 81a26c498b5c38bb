"""How is a place on this machine named without naming who works on it? With `~` for the home folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TILDE = "~"


def told(text: str) -> str:
    """`text` with `~` wherever the home folder begins a path."""
    home = _home()
    if home is None:
        return text
    # Neither the end of a longer path nor the beginning of another name: /rootkit is not below /root.
    return re.sub(rf"(?<![\w./\\-]){re.escape(str(home))}(?![\w.-])", TILDE, text)


def everywhere(value: Any) -> Any:
    """`value`, of mappings, lists and strings as JSON has them, with every string told so."""
    if isinstance(value, str):
        return told(value)
    if isinstance(value, Mapping):
        return {key: everywhere(inner) for key, inner in value.items()}
    return [everywhere(inner) for inner in value] if isinstance(value, list | tuple) else value


def expanded(place: str) -> Path:
    """The path of a place, which may be told with `~`; of another user's home folder nothing is known."""
    first, *rest = Path(place).parts or (".",)
    home = _home() if first == TILDE else None
    return Path(place) if home is None else home.joinpath(*rest)


def _home() -> Path | None:
    """The home folder; None where there is none, or it is the whole disk."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if home.is_absolute() and home != home.parent else None
