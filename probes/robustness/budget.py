"""How does the success of an attack grow with the questions that it may ask?"""

from collections.abc import Sequence

import numpy as np

from probes.attacking import Attacked
from probes.stats.proportions import wilson
from probes.types import Curve, IntArray

POINTS = 40
TITLE = "Success of the attacks by number of queries"


def curve(name: str, results: Sequence[Attacked], *, confidence: float) -> Curve | None:
    """Share of the attacked texts whose answer was turned with at most so many queries; None without any.

    One run gives the whole curve: an attack that stops at q queries does what one that may go on has done up
    to there. Queries are counted at the end of the round that turned the answer, so that the curve lies, if
    anything, too low. The band holds at each point by itself (Wilson), not for the whole curve at once.
    """
    attacked = [result for result in results if result.outcome in ("success", "failed")]
    if not attacked:
        return None
    asked = np.sort([result.queries for result in attacked if result.outcome == "success"]).astype(int)
    budgets = _budgets(max(result.queries for result in attacked))
    turned = np.searchsorted(asked, budgets, side="right")
    low, high = wilson(turned, np.full(len(budgets), len(attacked)), confidence=confidence)
    return Curve(
        TITLE,
        "queries to the model",
        "share of attacked texts turned",
        x=tuple(budgets.astype(float).tolist()),
        y=tuple((turned / len(attacked)).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        caption=f"The band is the {100 * confidence:g} % interval at each point. A line ends at the most "
        "queries that any text took: there the attacks had found what they sought, had nothing left to try, "
        "or were not to ask more.",
        name=name,
    )


def _budgets(most: int) -> IntArray:
    """Whole numbers from 0 to the largest number of queries, evenly spread."""
    return np.unique(np.linspace(0, most, POINTS).round().astype(int))
