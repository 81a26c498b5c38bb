"""What do `--param fairness.template.frames=a,b` and `--shift tweets=tweets.csv` set?"""

import tomllib
from collections.abc import Sequence
from typing import Any

from probes.faults import Faults


def parameters(given: Sequence[str] | None, faults: Faults) -> dict[str, dict[str, Any]]:
    """Probe name -> parameter -> value.

    Args:
        given: the values of `--param`.
        faults: is told of each that is not PROBE.PARAMETER=VALUE, which is left out.
    """
    found: dict[str, dict[str, Any]] = {}
    for text in given or ():
        key, equals, value = text.partition("=")
        probe, _, name = key.rpartition(".")
        if equals and probe and name:
            found.setdefault(probe, {})[name] = _value(value)
        else:
            faults.add(f"--param {text!r}: write it as PROBE.PARAMETER=VALUE")
    return found


def named(given: Sequence[str] | None, option: str, faults: Faults) -> dict[str, str]:
    """Name -> value of an option that is given as NAME=FILE.

    Args:
        given: the values of the option.
        option: its name.
        faults: is told of each that is not of that form, or whose name came before; it is left out.
    """
    found: dict[str, str] = {}
    for text in given or ():
        name, _, value = text.partition("=")
        if not (name and value):
            faults.add(f"{option} {text!r}: write it as NAME=FILE")
        elif name in found:
            faults.add(f"{option} {text!r}: the name {name!r} stands for {found[name]!r} already")
        else:
            found[name] = value
    return found


def _value(text: str) -> Any:
    """A TOML value (`3`, `true`, `["a", "b"]`) where it is one, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
