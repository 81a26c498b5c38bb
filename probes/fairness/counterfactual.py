"""Counterfactual swaps: does a decision change when a text speaks of another group?"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.errors import Skip
from probes.fairness.counts import View, views
from probes.lexicons import Lexicon, LexiconName, load
from probes.lexicons.swap import swapper
from probes.parameters import Limit
from probes.registry import probe
from probes.stats.means import mean
from probes.stats.proportions import proportion
from probes.stats.tests import p_even
from probes.types import BoolArray, Context, Example, Finding, FloatArray, Measurement, Model, Table

_SHOWN = 5


@probe()
def counterfactual(
    ctx: Context,
    *,
    lexicon: tuple[LexiconName, ...] = ("gender", "names"),
    max_texts: Annotated[int, Field(gt=0), Limit()] = 2000,
) -> Iterator[Finding]:
    """Does a decision change when the identity terms and names of a text are swapped for another group's?

    In every audited text that mentions terms of a group, they are replaced by their counterparts ("her
    mother" -> "his father", "Emily" -> "Lakisha"), and the model is asked about both texts. Texts without
    such terms are not counted. Directions: `women to men` for texts that mention women only, `men to women`
    likewise, and `women and men exchanged` for texts that mention both. With f the probability of the
    positive class, x a text and x' its swapped form, over the n texts of a direction:

    - `flip_rate`: share of texts with another decision for x' than for x;
    - `positive_flip_rate`, `negative_flip_rate`: share that becomes, or stops being, the positive class;
    - `invalid_texts`: those without a valid answer before or after the swap, which take no part;
    - `mean_score_shift` = mean f(x') - f(x); `mean_absolute_score_shift` = mean |f(x') - f(x)|.

    A table gives the paired tests: exact McNemar on the decisions, t and sign test on the shifts.

    Range: rates and absolute shift in [0, 1], shift in [-1, 1]. How to read: 0 means that these terms alone
    change nothing in these texts. A shift says what the model does with the words, not with people. Some
    texts are truly about gender, or about a known person, and a changed answer may then be right; swaps also
    make mistakes ("her" becomes "his" or "him" by the words beside it). Read some of the pairs.

    Undefined: a direction that no text belongs to is left out. Without a positive class, flips and shifts are
    given for every class. At most `max_texts` texts a direction are used, chosen by their content and the
    seed. Intervals take texts as independent. Needs: texts and a model that can be asked.

    Args:
        ctx: the audit.
        lexicon: built-in lexicons, or paths of files of the same form.
        max_texts: the largest number of texts a direction.

    Reference: Kusner et al. (2017), Counterfactual Fairness, definition 5, for the idea; Garg et al. (2019),
    Counterfactual Fairness in Text Classification through Robustness, section 3: `mean_absolute_score_shift`
    is their counterfactual token fairness gap, here over pairs of groups and with grammar kept.
    """
    oracle, texts = ctx.oracle, ctx.texts
    lexicons = [load(name) for name in lexicon]
    directions = [case for given in lexicons for case in _directions(given, texts, ctx.seed, max_texts)]
    if not any(direction.before for direction in directions):
        raise Skip(f"no text mentions a term of the lexicon {' or '.join(lexicon)}")
    answers = _ask(oracle, directions)
    for found in answers:
        yield from _measurements(ctx, found)
    yield from (_tests(ctx, view, answers) for view in views(ctx, "selection_rate"))
    yield from (_examples(found) for found in answers if found.flipped.any())


@dataclass(frozen=True)
class _Direction:
    feature: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Answers:
    """The answers to the texts of a direction, those without a valid answer left out."""

    direction: _Direction
    kept: BoolArray
    before: FloatArray
    after: FloatArray

    @property
    def flipped(self) -> BoolArray:
        return np.asarray(self.before.argmax(axis=1) != self.after.argmax(axis=1))

    def becomes(self, index: int) -> BoolArray:
        return np.asarray(self.flipped & (self.after.argmax(axis=1) == index))

    def stops(self, index: int) -> BoolArray:
        return np.asarray(self.flipped & (self.before.argmax(axis=1) == index))

    def shift(self, index: int) -> FloatArray:
        return np.asarray(self.after[:, index] - self.before[:, index])


def _ask(oracle: Model, directions: Sequence[_Direction]) -> list[_Answers]:
    """Every distinct text once, in one call."""
    texts = dict.fromkeys(text for d in directions for text in (*d.before, *d.after))
    row = {text: index for index, text in enumerate(texts)}
    probabilities = np.asarray(oracle.predict(list(texts)))
    return [
        _answers(
            d,
            *(
                probabilities[np.array([row[text] for text in part], dtype=int)]
                for part in (d.before, d.after)
            ),
        )
        for d in directions
    ]


def _directions(lexicon: Lexicon, texts: Sequence[str], seed: int, most: int) -> Iterator[_Direction]:
    order = sorted(texts, key=lambda text: hashlib.sha256(f"{seed}:{text}".encode()).digest())
    for first, second in combinations(lexicon.order, 2):
        yield from _of_pair(lexicon, first, second, order, most)


def _of_pair(
    lexicon: Lexicon, first: str, second: str, texts: Sequence[str], most: int
) -> Iterator[_Direction]:
    names = {
        frozenset({first}): f"{first} to {second}",
        frozenset({second}): f"{second} to {first}",
        frozenset({first, second}): f"{first} and {second} exchanged",
    }
    pairs: dict[frozenset[str], list[tuple[str, str]]] = {groups: [] for groups in names}
    swap = swapper(lexicon, first, second)
    for text in texts:
        swapped = swap(text)
        if swapped.text != text and len(pairs[swapped.groups]) < most:
            pairs[swapped.groups].append((text, swapped.text))
            if all(len(found) == most for found in pairs.values()):
                break
    for groups, name in names.items():
        before, after = zip(*pairs[groups], strict=True) if pairs[groups] else ((), ())
        yield _Direction(lexicon.feature, name, before, after)


def _answers(direction: _Direction, before: FloatArray, after: FloatArray) -> _Answers:
    kept = np.asarray(np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1))
    return _Answers(direction, kept, before[kept], after[kept])


def _measurements(ctx: Context, found: _Answers) -> Iterator[Measurement]:
    if not len(found.kept):
        return
    where = {"feature": found.direction.feature, "direction": found.direction.name}
    yield _share(ctx, "flip_rate", found.flipped, where)
    yield Measurement("invalid_texts", float((~found.kept).sum()), None, None, len(found.kept), where)
    for view in views(ctx, "selection_rate"):
        yield from _of_class(ctx, found, view, {**where, **view.slice})


def _of_class(ctx: Context, found: _Answers, view: View, where: Mapping[str, str]) -> Iterator[Measurement]:
    index = view.index or 0
    yield _share(ctx, "positive_flip_rate", found.becomes(index), where)
    yield _share(ctx, "negative_flip_rate", found.stops(index), where)
    yield _mean(ctx, "mean_score_shift", found.shift(index), where)
    yield _mean(ctx, "mean_absolute_score_shift", np.abs(found.shift(index)), where)


_RANGES = {"mean_score_shift": (-1.0, 1.0), "mean_absolute_score_shift": (0.0, 1.0)}
_INVALID = "the model gave no valid answer to any of these texts"


def _share(ctx: Context, metric: str, hits: BoolArray, where: Mapping[str, str]) -> Measurement:
    counted = int(hits.sum()), len(hits)
    return proportion(metric, *counted, slice=where, confidence=ctx.confidence, undefined=_INVALID)


def _mean(ctx: Context, metric: str, shift: FloatArray, where: Mapping[str, str]) -> Measurement:
    sums = len(shift), float(shift.sum()), float((shift**2).sum())
    return mean(
        metric, *sums, slice=where, confidence=ctx.confidence, undefined=_INVALID, bounds=_RANGES[metric]
    )


def _tests(ctx: Context, view: View, answers: Sequence[_Answers]) -> Table:
    index = view.index or 0
    of_class = f" ({ctx.classes[index]})" if view.slice else ""
    return Table(
        f"Paired tests of identity swaps{of_class}",
        (
            "feature",
            "direction",
            "texts",
            "become positive",
            "stop being positive",
            "McNemar p",
            "t test p",
            "sign test p",
        ),
        tuple(_tested(found, index) for found in answers if len(found.kept)),
        "p-values of the hypothesis that a swap changes decisions, or moves scores, equally in both "
        "directions; not corrected for the number of tests. Directions that no text belongs to are left out.",
    )


def _tested(found: _Answers, index: int) -> tuple[str | int | float | None, ...]:
    become, stop = int(found.becomes(index).sum()), int(found.stops(index).sum())
    shift = found.shift(index)
    up, down = int((shift > 0).sum()), int((shift < 0).sum())
    names = (found.direction.feature, found.direction.name, len(shift))
    return (*names, become, stop, p_even(become, stop), _t_test(shift), p_even(up, down))


def _t_test(shift: FloatArray) -> float | None:
    from scipy.stats import ttest_1samp

    spread = len(shift) > 1 and float(np.ptp(shift)) > 1e-9
    return float(ttest_1samp(shift, 0.0).pvalue) if spread else None


def _examples(found: _Answers) -> Example:
    """The flipped texts whose scores moved most."""
    kept = np.flatnonzero(found.kept)[found.flipped]
    moved = np.abs(found.after - found.before)[found.flipped].max(axis=1)
    most = kept[np.argsort(-moved, kind="stable")[:_SHOWN]]
    pairs = tuple((found.direction.before[i], found.direction.after[i]) for i in most)
    return Example(
        f"Decisions changed by a swap: {found.direction.name}", pairs, "The text, and its swapped form."
    )
