"""What may stand in a record? Text, whole and finite numbers, truth values, lists and mappings of these."""

import dataclasses
import math
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np
from pydantic import BaseModel

_DEEPEST = 50
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def jsonable(value: Any, where: str = "", depth: int = 0) -> Any:
    """`value` made of JSON's own types; numpy numbers, paths and dataclasses become plain ones.

    Half a surrogate pair, which no UTF-8 file can hold, becomes U+FFFD.

    Args:
        value: anything that a caller puts into a record; a pydantic model inside is left as it is.
        where: the way from the record to this value, for the error.
        depth: how many lists and mappings the value stands in.

    Raises:
        ValueError: when a number is not finite, a value has no JSON form, or values are nested too deeply.
    """
    if value is None or isinstance(value, bool | int | BaseModel):
        return value
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, float):
        return _finite(value, where)
    return _converted(value, where, depth + 1)


def _finite(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{where or 'a number'} is {value}; an undefined number is None with a note")
    return float(value)


def _converted(value: Any, where: str, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError(f"{where.partition('[')[0] or 'a value'} is nested too deeply")
    if isinstance(value, np.generic):
        return jsonable(value.item(), where, depth)
    if isinstance(value, PurePath):
        return jsonable(str(value), where, depth)
    if isinstance(value, list | tuple):
        return [jsonable(x, f"{where}[{i}]", depth) for i, x in enumerate(value)]
    pairs = _pairs(value, where)
    return {jsonable(str(k)): jsonable(x, f"{where}.{k}" if where else str(k), depth) for k, x in pairs}


def _pairs(value: Any, where: str) -> list[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return list(value.items())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
    raise ValueError(f"{where or 'a value'} is a {type(value).__name__}, which a record cannot hold")
