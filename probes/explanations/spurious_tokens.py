"""Spurious tokens: which words decide answers although they tell little about the label?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution.catalogue import MethodName
from probes.attribution.result import Attribution
from probes.attribution.units import words as words_of
from probes.explanations.chosen import chosen
from probes.explanations.evidence import SIGNED, believed, evidence
from probes.explanations.figures import averaged
from probes.explanations.information import Told, information, presence
from probes.explanations.shares import Word, shares, vocabulary
from probes.explanations.words import plain
from probes.parameters import Limit
from probes.registry import probe
from probes.stats.comparisons import gap
from probes.stats.means import within
from probes.types import Context, Finding, FloatArray, Grouping, Measurement, Table

INFORMATIVE = 0.05
"""A word whose p-value is at most this tells something about the label."""


@probe()
def spurious_tokens(
    ctx: Context,
    *,
    methods: tuple[MethodName, ...] = SIGNED,
    max_texts: Annotated[int, Field(gt=1), Limit()] = 500,
    min_texts: Annotated[int, Field(gt=1)] = 5,
    words: Annotated[int, Field(gt=0)] = 20,
) -> Iterator[Finding]:
    """Which words decide answers although they tell little about the label in the data?

    Texts are explained towards their predicted class by the first of `methods` that may be used as evidence.
    The mass of a word is the size of its score as a multiple of that of the average word of its text. In one
    half of the texts (chosen by content), the words are looked for whose mass is above 1 by the lower end of
    its interval and whose presence tells nothing about the label that is distinguishable from chance in the
    whole data (p above 0.05). In the other half it is measured what they do:

    - `spurious_mass`: mean share of the attribution, without sign, that these words carry; over all texts
      and by group of the data, with `spurious_mass_gap` between the groups;
    - `spurious_words`: how many words were found.

    A table ranks the words by the lower end of their mass, with the number of texts of the data that have
    them, the information gain in bits (corrected for its bias in small counts) and its p-value.

    Range: share and gap in [0, 1]. How to read: a large share says that answers rest on words that do not go
    with the label here; look at the words. It is no finding yet: the data may be too few to show what a rare
    word tells, and words tell more together than each alone ("not" beside "good"). A word that decides for
    one group only shows in the gap.

    Undefined: the share, without a text in the second half; the table, when no word was found. Words in fewer
    than `min_texts` texts of the first half take no part. Needs: texts, labels, and a model that can be
    asked; integrated gradients need one with gradients.

    Args:
        ctx: the audit.
        methods: methods of attribution, the first usable one is taken.
        max_texts: how many texts are explained.
        min_texts: in how many texts of the first half a word must occur.
        words: how many words the table has.

    Reference: Wang et al. (2022), Identifying and Mitigating Spurious Correlations for Improving Robustness
    in NLP Models, section 3, for important words as candidates; Gardner et al. (2021), Competency Problems,
    section 3, for the test of a word against the label; the split into halves is ours.
    """
    labels, texts = ctx.labels, ctx.texts
    kept = chosen(ctx, texts, max_texts)
    method = evidence(ctx, methods).method
    explained = believed(ctx, kept, method)
    # The order is by content, so that every second text is a half chosen by content.
    first, second = explained[::2], explained[1::2]
    present = presence([{plain(t[a:b]) for a, b in words_of(t)} for t in texts], labels, len(ctx.classes))
    totals = np.bincount(labels, minlength=len(ctx.classes))
    found = vocabulary(first)
    heavy = _heavy(ctx, found, min_texts)
    facts = {word: information(present[word], totals) for word in heavy if word in present}
    spurious = {word: fact for word, fact in facts.items() if fact.p > INFORMATIVE}
    where = {"method": method}
    yield Measurement("spurious_words", float(len(spurious)), None, None, len(first), where)
    yield from _carried(ctx, second, frozenset(spurious), where)
    if spurious:
        yield _table(ctx, first, found, heavy, spurious, words)


def _heavy(ctx: Context, found: Mapping[str, Word], least: int) -> Mapping[str, Measurement]:
    """The words that surely count more than the average word of their texts."""
    frequent = {word: known for word, known in found.items() if len(known.texts) >= least}
    masses = {word: averaged(ctx, "mass", np.array(known.mass), {}) for word, known in frequent.items()}
    return {word: mass for word, mass in masses.items() if mass.low is not None and mass.low > 1}


def _carried(
    ctx: Context, explained: Sequence[Attribution], spurious: frozenset[str], where: Mapping[str, str]
) -> Iterator[Measurement]:
    values = np.array([_share(attribution, spurious) for attribution in explained], dtype=float)
    yield _mean(ctx, values, where)
    for feature, grouping in ctx.samples.groups.items():
        codes = _codes(ctx, grouping, [attribution.text for attribution in explained])
        leaves = tuple(
            _mean(ctx, values[codes == code], {"feature": feature, "group": name, **where})
            for code, name in enumerate(grouping.names)
        )
        yield from leaves
        part = {"feature": feature, **where}
        yield within(gap("spurious_mass_gap", leaves, slice=part, confidence=ctx.confidence), (0.0, 1.0))


def _mean(ctx: Context, values: FloatArray, where: Mapping[str, str]) -> Measurement:
    none = "no text of the second half has an attribution"
    return averaged(ctx, "spurious_mass", values, where, bounds=(0.0, 1.0), undefined=none)


def _share(explained: Attribution, spurious: frozenset[str]) -> float:
    those = np.array([plain(word) in spurious for word in explained.units], dtype=bool)
    return float(np.abs(shares(explained))[those].sum()) if np.isfinite(shares(explained)).all() else np.nan


def _codes(ctx: Context, grouping: Grouping, texts: Sequence[str]) -> FloatArray:
    """The group of each text; -1 where it is not known, or where rows of the same text differ in it."""
    groups: dict[str, set[int]] = {}
    for text, code in zip(ctx.texts, grouping.codes.tolist(), strict=True):
        groups.setdefault(text, set()).add(code)
    return np.array([min(groups[text]) if len(groups[text]) == 1 else -1 for text in texts], dtype=int)


def _table(
    ctx: Context,
    explained: Sequence[Attribution],
    found: Mapping[str, Word],
    heavy: Mapping[str, Measurement],
    spurious: Mapping[str, Told],
    most: int,
) -> Table:
    order = sorted(spurious, key=lambda word: (-(heavy[word].low or 0.0), word))[:most]
    return Table(
        "Words that decide and tell little about the label",
        ("word", "texts of the data", "mass", "from", "to", "mostly for", "bits", "p"),
        tuple(
            (
                word, spurious[word].texts, heavy[word].value, heavy[word].low, heavy[word].high,
                _favoured(ctx, explained, found[word]), spurious[word].bits, spurious[word].p,
            )
            for word in order
        ),
        "Mass 1 is that of the average word of a text; measured in the half of the texts in which the words "
        "were looked for, so that the largest are too large. Bits: what the word tells about the label.",
    )  # fmt: skip


def _favoured(ctx: Context, explained: Sequence[Attribution], word: Word) -> str:
    """The class for which the word speaks most: what speaks against one class speaks for the others."""
    sums = np.zeros(len(ctx.classes))
    for row, share in zip(word.texts, word.share, strict=True):
        target = explained[row].target
        sums += share * np.where(np.arange(len(sums)) == target, 1.0, -1.0 / max(len(sums) - 1, 1))
    return ctx.classes[int(sums.argmax())]
