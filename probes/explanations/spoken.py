"""What is attributed to the identity terms of a text, and what happens without them?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from probes.attribution import attribute
from probes.attribution.masking import without
from probes.attribution.result import Attribution
from probes.attribution.units import Span, words
from probes.content import generator
from probes.explanations.chosen import chosen
from probes.explanations.erasure import log_odds_of
from probes.explanations.moves import Moves
from probes.explanations.shares import shares
from probes.explanations.words import identity_finder
from probes.lexicons import Lexicon
from probes.lexicons.swap import swapper
from probes.types import BoolArray, Context, FloatArray

Find = Callable[[str, Sequence[Span]], tuple[str | None, ...]]


@dataclass(frozen=True, eq=False)
class Spoken:
    """Texts that speak of one group of a lexicon and of no other.

    Attributes:
        lexicon: the lexicon.
        texts: T texts.
        groups: (T,) the group that each speaks of.
    """

    lexicon: Lexicon
    texts: tuple[str, ...]
    groups: tuple[str, ...]


def spoken(ctx: Context, lexicon: Lexicon, most: int) -> Spoken:
    """At most `most` of the audited texts for each group, chosen by their content."""
    find = identity_finder(lexicon)
    mentioned = {text: frozenset(find(text, words(text))) - {None} for text in set(ctx.texts)}
    pairs = [
        (text, group)
        for group in lexicon.order
        if (those := [text for text, groups in mentioned.items() if groups == {group}])
        for text in chosen(ctx, those, most)
    ]
    return Spoken(lexicon, tuple(text for text, _ in pairs), tuple(group for _, group in pairs))


@dataclass(frozen=True, eq=False)
class Told:
    """What is attributed to the identity terms of T texts, towards one class; NaN where it is not known.

    Attributes:
        share: (T,) the signed share of the attribution that they carry.
        deletion: what was attributed to them, and what deleting them does.
        swap: what was attributed to them, less what is attributed to the counterparts of another group in
            their place; and what that swap does.
    """

    share: FloatArray
    deletion: Moves
    swap: Moves


def told(ctx: Context, found: Spoken, method: str, target: int) -> Told:
    """Explain the texts and their swapped forms towards a class, and ask about all changed texts at once."""
    swapped = _swapped(found, ctx.seed)
    both = [*found.texts, *swapped]
    explained = attribute(ctx.oracle, both, method, targets=np.full(len(both), target), seed=ctx.seed)
    before, after = explained[: len(swapped)], explained[len(swapped) :]
    find = identity_finder(found.lexicon)
    terms = [np.array([group is not None for group in find(a.text, a.spans)], dtype=bool) for a in before]
    rows = list(zip(before, after, terms, strict=True))
    deleted = [without(a.read, a.spans, gone) for a, _, gone in rows]
    answers = np.asarray(ctx.oracle.predict([*found.texts, *deleted, *swapped]), dtype=float)
    whole, left, exchanged = np.split(log_odds_of(answers[:, target]), 3)
    to_terms = np.array([_sum(a, a.scores, gone) for a, _, gone in rows])
    to_swap = np.array([_replaced(a, b) for a, b, _ in rows])
    return Told(
        share=np.array([_sum(a, shares(a), gone) for a, _, gone in rows]),
        deletion=Moves("deletion", to_terms, whole - left),
        swap=Moves("swap", to_swap, whole - exchanged),
    )


def _swapped(found: Spoken, seed: int) -> list[str]:
    """Each text with the terms of one other group, drawn by the text where there are several."""
    pairs = list(permutations(found.lexicon.order, 2))
    swap = {(group, other): swapper(found.lexicon, group, other) for group, other in pairs}
    texts = []
    for text, group in zip(found.texts, found.groups, strict=True):
        others = [other for first, other in pairs if first == group]
        drawn = int(generator(f"swap\0{text}", (seed,)).integers(len(others)))
        texts.append(swap[group, others[drawn]](text).text)
    return texts


def _sum(explained: Attribution, values: FloatArray, terms: BoolArray) -> float:
    """Over the terms that the model reads; NaN without any, or when they are not to be believed."""
    if explained.withheld or not terms.any():
        return float("nan")
    return float(np.asarray(values)[terms].sum())


def _replaced(before: Attribution, after: Attribution) -> float:
    """What the replaced words had, less what those in their place have; NaN where words came or went."""
    if before.withheld or after.withheld or len(before.units) != len(after.units):
        return float("nan")
    changed = np.array([a != b for a, b in zip(before.units, after.units, strict=True)], dtype=bool)
    if not changed.any():
        return float("nan")
    return float(np.asarray(before.scores)[changed].sum() - np.asarray(after.scores)[changed].sum())
