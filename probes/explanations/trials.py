"""How do methods of attribution, and random orders of the words, fare when words are taken away?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.attribution import METHODS, attribute
from probes.attribution.result import Attribution
from probes.content import generator
from probes.errors import Skip
from probes.explanations.erasure import Erased, Ranked, erase, mean_of
from probes.explanations.perturbation import infidelity
from probes.types import Context, FloatArray, Model


@dataclass(frozen=True, eq=False)
class Trial:
    """One method on the chosen texts.

    Attributes:
        method: its name.
        explained: how many texts it was asked to explain.
        withheld: why it must not be believed, for each text where it must not.
        attributions: T texts of two words or more with an attribution that may be believed.
        own: the answers along the order of the method.
        orders: random orders of the words of the same texts.
        draws: the answers along each of them.
    """

    method: str
    explained: int
    withheld: tuple[str, ...]
    attributions: tuple[Attribution, ...]
    own: Erased
    orders: tuple[tuple[Ranked, ...], ...]
    draws: tuple[Erased, ...]

    @property
    def random(self) -> Erased:
        """The mean over the random orders."""
        return mean_of(self.draws)

    @property
    def gain(self) -> FloatArray:
        """(T,) by how much more the probability falls without its words than without random ones."""
        fall = self.own.comprehensiveness.mean(axis=1)
        return np.asarray(fall - self.random.comprehensiveness.mean(axis=1))

    def infidelities(self, *, shuffled: bool = False) -> FloatArray:
        """(T,) the infidelity of the scores, the random orders being the perturbations; NaN without signs."""
        if not METHODS[self.method].signed:
            return np.full(len(self.attributions), np.nan)
        return np.array([self._infidelity(row, shuffled=shuffled) for row in range(len(self.attributions))])

    def _infidelity(self, row: int, *, shuffled: bool) -> float:
        attribution = self.attributions[row]
        dropped = np.concatenate([order[row].dropped for order in self.orders])
        left = np.concatenate([np.concatenate([d.removed[row], d.kept[row]]) for d in self.draws])
        scores = np.asarray(attribution.scores)
        if shuffled:
            scores = generator(f"shuffled\0{attribution.text}", ()).permutation(scores)
        return infidelity(scores, dropped, self.own.whole[row] - left)


def explain(model: Model, texts: Sequence[str], method: str, *, seed: int) -> tuple[Attribution, ...] | str:
    """The attributions towards the predicted classes, or why the method has none for this model."""
    try:
        return attribute(model, texts, method, seed=seed)
    except Skip as reason:
        return str(reason)


def trials(
    ctx: Context, methods: Sequence[str], texts: Sequence[str], *, draws: int
) -> tuple[dict[str, Trial], dict[str, str]]:
    """The methods on trial, all their texts asked in one call; and why the others have none.

    Args:
        ctx: the audit.
        methods: names of methods.
        texts: the texts, different from each other.
        draws: how many random orders each text is given.
    """
    found = {method: explain(ctx.oracle, texts, method, seed=ctx.seed) for method in methods}
    absent = {method: why for method, why in found.items() if isinstance(why, str)}
    explained = {method: those for method, those in found.items() if not isinstance(those, str)}
    orders = {method: _orders(_believed(those), draws, ctx.seed) for method, those in explained.items()}
    answers = erase(ctx.oracle, [run for runs in orders.values() for run in runs])
    each = {m: answers[i * (draws + 1) : (i + 1) * (draws + 1)] for i, m in enumerate(explained)}
    return {m: _trial(m, explained[m], orders[m], each[m]) for m in explained}, absent


def _believed(explained: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """One word alone has no order."""
    return tuple(a for a in explained if not a.withheld and len(a.units) > 1)


def _orders(explained: Sequence[Attribution], draws: int, seed: int) -> list[tuple[Ranked, ...]]:
    own = tuple(Ranked(a, np.argsort(-np.asarray(a.scores), kind="stable")) for a in explained)
    return [own, *(tuple(_random(a, draw, seed) for a in explained) for draw in range(draws))]


def _random(attribution: Attribution, draw: int, seed: int) -> Ranked:
    """The same words in the same random order for every method."""
    rng = generator(attribution.text, (seed, draw))
    return Ranked(attribution, rng.permutation(len(attribution.units)))


def _trial(
    method: str,
    explained: Sequence[Attribution],
    orders: Sequence[tuple[Ranked, ...]],
    answers: Sequence[Erased],
) -> Trial:
    return Trial(
        method=method,
        explained=len(explained),
        withheld=tuple(a.withheld for a in explained if a.withheld),
        attributions=tuple(ranked.attribution for ranked in orders[0]),
        own=answers[0],
        draws=tuple(answers[1:]),
        orders=tuple(orders[1:]),
    )
