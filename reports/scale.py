"""Where on an axis does a number lie?"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from probes.numerals import minus

_FARTHEST = 1e300  # beyond this, distances between numbers are not finite
_MARGIN = 2.0  # percent of the width kept free at both ends, so that marks at the ends are whole


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, drawn from left to right over 100 percent of a width."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """The place of `value` in percent of the width; what lies outside is put at the end."""
        share = (value - self.low) / (self.high - self.low)
        return round(_MARGIN + (100 - 2 * _MARGIN) * min(1.0, max(0.0, share)), 2)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Three to six round numbers on the axis: (place in percent, label)."""
        step = _step(self.high - self.low)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple((self.at(k * step), _label(k * step, decimals)) for k in range(first, last + 1))


def around(values: Iterable[float | None], *, lowest: float = -math.inf, highest: float = math.inf) -> Scale:
    """A scale that shows all values with some air, within `lowest` and `highest`."""
    shown = [min(_FARTHEST, max(-_FARTHEST, v)) for v in values if v is not None] or [0.0, 1.0]
    span, size = max(shown) - min(shown), max(map(abs, shown))
    air = span * 0.06 if span > max(size * 1e-9, 1e-30) else max(size * 0.1, 0.05)
    return Scale(max(lowest, min(shown) - air), min(highest, max(shown) + air))


def _step(span: float) -> float:
    rough = span / 5 * 1.01
    power = 10.0 ** math.floor(math.log10(rough))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999))


def _label(value: float, decimals: int) -> str:
    if abs(value) >= 1e6 or decimals > 6:
        return minus(f"{value:.1e}")
    return minus(f"{value:,.{decimals}f}")
