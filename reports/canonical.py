"""How does a record become bytes? One way only: keys in their order, one finding on a line, no NaN."""

import json
from typing import Any

_OPEN_LEVELS = 4  # record, results, result, measurements: what lies deeper stands on one line


def canonical(value: Any) -> str:
    """JSON text of `value`: the same value gives the same text, short and pleasant to compare line by line.

    Raises:
        ValueError: when a number is not finite.
    """
    return _text(value, 0) + "\n"


def _text(value: Any, level: int) -> str:
    if level >= _OPEN_LEVELS or not value or not isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, dict):
        lines = [f"{json.dumps(str(k), ensure_ascii=False)}: {_text(x, level + 1)}" for k, x in value.items()]
        return _block("{", lines, "}", level)
    return _block("[", [_text(x, level + 1) for x in value], "]", level)


def _block(opening: str, lines: list[str], closing: str, level: int) -> str:
    margin = "\n" + " " * level
    return opening + ",".join(f"{margin} {line}" for line in lines) + margin + closing
