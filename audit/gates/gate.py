"""What limit must which measurement keep?"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from probes.errors import AuditError

_FORM = "probe.name/metric{key=value, ...} <= 0.10 (or >=)"
# The last dot may stand for the slash: `diff.accuracy`.
_GATE = re.compile(
    r"\s*(?P<probe>[A-Za-z_][\w.\-]*)(?:\s*/\s*(?P<metric>[A-Za-z_][\w.\-]*)|\.(?P<last>[A-Za-z_][\w\-]*))\s*"
    r"(?:\{(?P<slice>(?:[^{}\"']|\"[^\"]*\"|'[^']*')*)\})?\s*"
    r"(?P<sign><=|>=)\s*(?P<limit>\S+)\s*"
)
_PART = re.compile(
    r"\s*(?P<key>[\w.\-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^,\"'=]+?))\s*(?:,|$)"
)


@dataclass(frozen=True)
class Gate:
    """A limit on a measurement.

    Attributes:
        text: the gate as written.
        probe: the name of the probe.
        metric: the name of the measurement.
        slice: what the slice of the measurement must contain; empty for every slice.
        at_most: True for `<=`, False for `>=`.
        limit: the limit, itself within.
    """

    text: str
    probe: str
    metric: str
    slice: Mapping[str, str] = field(default_factory=dict)
    at_most: bool = True
    limit: float = 0.0


def parse(text: str) -> Gate:
    """Read `probe.name/metric{key=value} <= 0.10`; `diff.accuracy >= -0.02` is `diff/accuracy >= -0.02`.

    Raises:
        AuditError: when the text is not a gate.
    """
    found = _GATE.fullmatch(text)
    if found is None:
        raise AuditError(f"gate {text!r} cannot be read; write it as {_FORM}")
    return Gate(
        text=text.strip(),
        probe=found["probe"],
        metric=found["metric"] or found["last"],
        slice=_slice(text, found["slice"] or ""),
        at_most=found["sign"] == "<=",
        limit=_limit(text, found["limit"]),
    )


def _limit(text: str, written: str) -> float:
    try:
        limit = float(written)
    except ValueError:
        limit = math.nan
    if not math.isfinite(limit):
        raise AuditError(f"gate {text!r}: the limit {written!r} is not a number; write it as {_FORM}")
    return limit


def _slice(text: str, written: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    position = 0
    while position < len(written.rstrip()):
        found = _PART.match(written, position)
        if found is None or found["key"] in parts:
            raise AuditError(f"gate {text!r}: the slice {{{written}}} cannot be read; write it as {_FORM}")
        parts[found["key"]] = next(
            v for v in (found["double"], found["single"], found["bare"]) if v is not None
        )
        position = found.end()
    return parts
