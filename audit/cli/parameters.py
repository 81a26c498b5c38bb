"""What does `--param fairness.template.frames=a,b` set?"""

import tomllib
from collections.abc import Sequence
from typing import Any

from probes.errors import AuditError


def parameters(given: Sequence[str] | None) -> dict[str, dict[str, Any]]:
    """Probe name -> parameter -> value.

    Raises:
        AuditError: with one sentence for each that is not PROBE.PARAMETER=VALUE.
    """
    faults = [
        f"--param {text!r}: write it as PROBE.PARAMETER=VALUE" for text in given or () if not _name(text)
    ]
    if faults:
        raise AuditError(*faults)
    found: dict[str, dict[str, Any]] = {}
    for text in given or ():
        key, _, value = text.partition("=")
        probe, _, name = key.rpartition(".")
        found.setdefault(probe, {})[name] = _value(value)
    return found


def _name(text: str) -> bool:
    key, equals, _ = text.partition("=")
    return bool(equals) and all(key.rpartition("."))


def _value(text: str) -> Any:
    """A TOML value (`3`, `true`, `["a", "b"]`) where it is one, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
