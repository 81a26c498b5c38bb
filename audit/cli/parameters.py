"""What do `--param fairness.template.frames=a,b` and `--shift tweets=tweets.csv` set?"""

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


def named(given: Sequence[str] | None, option: str) -> dict[str, str]:
    """Name -> value of an option that is given as NAME=VALUE.

    Raises:
        AuditError: with one sentence for each that is not of that form, or whose name came before.
    """
    found: dict[str, str] = {}
    faults = []
    for text in given or ():
        name, _, value = text.partition("=")
        if not (name and value):
            faults.append(f"{option} {text!r}: write it as NAME=FILE")
        elif name in found:
            faults.append(f"{option} {text!r}: the name {name!r} stands for {found[name]!r} already")
        found[name] = value
    if faults:
        raise AuditError(*faults)
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
