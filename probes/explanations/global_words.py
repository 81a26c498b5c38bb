"""Global words: which words move the model's answers most, and what kinds of words are they?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution.catalogue import MethodName
from probes.attribution.result import Attribution
from probes.explanations.chosen import chosen
from probes.explanations.evidence import SIGNED, believed, evidence
from probes.explanations.figures import averaged
from probes.explanations.shares import Word, shares, vocabulary
from probes.explanations.words import KINDS, kind
from probes.parameters import Limit
from probes.registry import probe
from probes.types import Context, Finding, FloatArray, Measurement, Table


@probe()
def global_words(
    ctx: Context,
    *,
    methods: tuple[MethodName, ...] = SIGNED,
    max_texts: Annotated[int, Field(gt=0), Limit()] = 500,
    min_texts: Annotated[int, Field(gt=1)] = 5,
    words: Annotated[int, Field(gt=0)] = 12,
) -> Iterator[Finding]:
    """Which words move the model's answers most, and what kinds of words are they?

    Every chosen text is explained towards its predicted class, by the first of `methods` that may be used as
    evidence. The share of a word is its score divided by the sum of the sizes of all scores of its text. A
    table for each predicted class has the words with the largest mean share; measured are, over the texts:

    - `attribution_share`: mean share, without sign, that words of a kind carry together (slice key `words`:
      punctuation, numbers, identity terms, names, stop words, other words; each word is of one kind);
    - `word_share`: mean share of the words of the text that are of this kind.

    Range: [0, 1]; the shares of the tables lie in [-1, 1], above 0 for words that speak for the class.
    How to read: a kind whose attribution share is far above its word share counts more than the average word.
    What is attributed to stop words or punctuation is not an error by itself: "not" is a stop word.

    The tables hold words of at least `min_texts` texts whose interval leaves 0 out, ranked by its end that
    is nearer to 0, so that rare words do not lead by luck; the intervals are of each word by itself. Single
    words of the data appear in them, whole texts never.

    Undefined: without a text whose scores are not all 0. Texts whose attribution is withheld take no part.
    Needs: texts, and a model that can be asked; integrated gradients need one with gradients.

    Args:
        ctx: the audit.
        methods: methods of attribution, the first usable one is taken.
        max_texts: how many texts are explained.
        min_texts: in how many of them a word of the tables must occur.
        words: how many words a table has.

    Reference: Ribeiro, Singh and Guestrin (2016), "Why Should I Trust You?", section 4, for global insight
    from single explanations; the mean share over texts is ours.
    """
    texts = chosen(ctx, ctx.texts, max_texts)
    method = evidence(ctx, methods).method
    explained = believed(ctx, texts, method)
    yield from _kinds(ctx, explained, {"method": method})
    for index, name in enumerate(ctx.classes):
        of_class = [attribution for attribution in explained if attribution.target == index]
        if table := _table(ctx, vocabulary(of_class), name, min_texts, words):
            yield table


def _kinds(ctx: Context, explained: Sequence[Attribution], where: Mapping[str, str]) -> Iterator[Measurement]:
    known = [attribution for attribution in explained if np.isfinite(shares(attribution)).all()]
    carried = [_by_kind(attribution, np.abs(shares(attribution))) for attribution in known]
    counted = [_by_kind(attribution, np.full(len(attribution.units), 1.0)) for attribution in known]
    for column, name in enumerate(KINDS):
        part = {**where, "words": name}
        for metric, rows in (("attribution_share", carried), ("word_share", counted)):
            values = np.array([row[column] / row.sum() for row in rows])
            yield averaged(ctx, metric, values, part, bounds=(0.0, 1.0), undefined=_NONE)


_NONE = "every score of every explained text is 0"


def _by_kind(attribution: Attribution, values: FloatArray) -> FloatArray:
    codes = np.array([KINDS.index(kind(word)) for word in attribution.units], dtype=int)
    return np.asarray(np.bincount(codes, weights=values, minlength=len(KINDS)), dtype=float)


def _table(ctx: Context, found: Mapping[str, Word], name: str, least: int, most: int) -> Table | None:
    frequent = {word: known for word, known in found.items() if len(known.texts) >= least}
    measured = {
        w: averaged(ctx, "share", np.array(k.share), {}, bounds=(-1.0, 1.0)) for w, k in frequent.items()
    }
    surely = [word for word in measured if _sure(measured[word]) > 0]
    order = sorted(surely, key=lambda word: (-_sure(measured[word]), word))[:most]
    rows = tuple((word, measured[word].n, measured[word].value, *_ends(measured[word])) for word in order)
    return (
        Table(
            f"Most influential words where the answer is {name}",
            ("word", "texts", "mean share", "from", "to"),
            rows,
            "Mean share of the attribution that the word carries in the texts that have it, with its "
            "interval; above 0 it speaks for the answer, below 0 against it.",
        )
        if rows
        else None
    )


def _ends(measured: Measurement) -> tuple[float | None, float | None]:
    return measured.low, measured.high


def _sure(measured: Measurement) -> float:
    """How far from 0 the mean is at least."""
    low, high = measured.low or 0.0, measured.high or 0.0
    return max(low, -high, 0.0)
