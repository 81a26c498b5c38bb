"""Identity terms: does the model look at them, in whose favour, and does the answer move as attributed?"""

from collections.abc import Iterator, Mapping
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution.catalogue import MethodName
from probes.errors import Skip
from probes.explanations.chosen import chosen
from probes.explanations.evidence import SIGNED, believed, evidence
from probes.explanations.figures import averaged
from probes.explanations.masses import masses
from probes.explanations.moves import agreement
from probes.explanations.shares import vocabulary
from probes.explanations.spoken import Spoken, Told, spoken, told
from probes.fairness.counts import View, views
from probes.lexicons import LexiconName, load
from probes.parameters import Limit
from probes.registry import probe
from probes.stats.comparisons import gap
from probes.types import Context, Finding, FloatArray, Measurement, Table


@probe()
def identity_terms(
    ctx: Context,
    *,
    lexicon: tuple[LexiconName, ...] = ("gender", "names"),
    methods: tuple[MethodName, ...] = SIGNED,
    max_texts: Annotated[int, Field(gt=0), Limit()] = 500,
    texts_per_group: Annotated[int, Field(gt=0), Limit()] = 100,
) -> Iterator[Finding]:
    """Does the model look at identity terms, in whose favour, and does the answer move as attributed?

    Texts are explained by the first of `methods` that may be used as evidence. The share of a word is its
    score divided by the sum of the sizes of all scores of its text; its mass is the size of its score as a
    multiple of that of the average word of its text.

    In whose favour: over texts that speak of one group of a lexicon and of no other, explained towards the
    positive class (without one, towards every class, slice key `class`),

    - `identity_attribution`: mean signed share of the terms, slice key `group`;
    - `identity_attribution_gap`: largest minus smallest of the groups.

    More than other words? Over the explained texts of any kind,

    - `identity_mass_excess`: mean mass of the terms of a group minus that of words like them, which are no
      identity terms or names, agree in being stop words or not, and stand in as many texts between the same
      powers of two. Its interval and the p-value of a table come from a permutation of the words within such
      classes, so it holds for other words, where the others speak of other texts. Not matched: where in the
      text a word stands.

    Does the answer move as attributed? The terms are deleted, or swapped for those of another group:

    - `deletion_sign_agreement`, `swap_sign_agreement`: of the texts whose log-odds move by 0.05 or more, the
      share in which they move to the side that the attribution says;
    - `deletion_rank_correlation`, `swap_rank_correlation`: Spearman's correlation of what was attributed
      with what was measured. For a swap, attributed is what the replaced words had, less what the words in
      their place have.

    Range: shares and correlations in [-1, 1], gap in [0, 2], agreement in [0, 1], excess unbounded.
    How to read: a gap of 0.2 says that the terms of two groups pull answers apart by a fifth of all that is
    attributed in their texts. Without agreement (about one half, correlation about 0) the attributions on
    these terms are no evidence. An excess above 0 says that the terms count more than words like them; words
    that rightly decide, such as "brilliant", are among these. A text may truly be about gender.

    Undefined: for a group that no text speaks of. To judge, set gates on `identity_attribution_gap`, on
    `identity_attribution` or on the agreements; the excess and the correlations have no test for gates.
    Needs: texts that mention terms, and a model that can be asked; integrated gradients need one with
    gradients.

    Args:
        ctx: the audit.
        lexicon: built-in lexicons, or paths of files of the same form.
        methods: methods of attribution, the first usable one is taken.
        max_texts: how many texts are explained to compare with other words.
        texts_per_group: how many texts that speak of a group are explained and changed.

    Reference: Prabhakaran, Hutchinson and Mitchell (2019), Perturbation Sensitivity Analysis to Detect
    Unintended Model Biases, for the change of terms; Dixon et al. (2018), Measuring and Mitigating Unintended
    Bias in Text Classification, section 4, for identity terms as shortcuts. Attribution beside both is ours.
    """
    found = [spoken(ctx, load(name), texts_per_group) for name in lexicon]
    if not any(those.texts for those in found):
        raise Skip(f"no text speaks of one group of the lexicon {' or '.join(lexicon)} alone")
    method = evidence(ctx, methods).method
    for those in found:
        if those.texts:
            yield from _favours(ctx, those, method)
    explained = believed(ctx, chosen(ctx, ctx.texts, max_texts), method)
    yield from masses(ctx, [those.lexicon for those in found], vocabulary(explained), method)


def _favours(ctx: Context, found: Spoken, method: str) -> Iterator[Finding]:
    where = {"feature": found.lexicon.feature, "method": method}
    for view in views(ctx, "selection_rate"):
        said = told(ctx, found, method, view.index or 0)
        part = {**where, **view.slice}
        leaves = tuple(_attributed(ctx, found, said, part))
        yield from leaves
        yield gap("identity_attribution_gap", leaves, slice=part, confidence=ctx.confidence)
        for moves in (said.deletion, said.swap):
            yield from agreement(ctx, moves, part)
        yield _moved(ctx, found, said, view)


def _attributed(ctx: Context, found: Spoken, said: Told, where: Mapping[str, str]) -> Iterator[Measurement]:
    groups = np.array(found.groups)
    for group in found.lexicon.order:
        values = said.share[groups == group]
        yield averaged(
            ctx, "identity_attribution", values, {**where, "group": group},
            bounds=(-1.0, 1.0), undefined="no explained text speaks of this group alone",
        )  # fmt: skip


def _moved(ctx: Context, found: Spoken, said: Told, view: View) -> Table:
    index = view.index or 0
    answers = np.asarray(ctx.oracle.predict(found.texts)).argmax(axis=1)
    groups = np.array(found.groups)
    rows = tuple(
        (group, name, int(part.sum()), *(_mean(values[part]) for values in _columns(said)))
        for group in found.lexicon.order
        for code, name in enumerate(ctx.classes)
        if (part := (groups == group) & (answers == code)).any()
    )
    return Table(
        f"What the terms of {found.lexicon.feature} do to {ctx.classes[index]}",
        ("terms of", "answer", "texts", "share", "attributed", "deleted", "attributed to a swap", "swapped"),
        rows,
        "Means over the texts: the signed share of the terms; the fall of the log-odds that was attributed "
        "to them, and the fall when they are deleted; the same for a swap with another group.",
    )


def _columns(said: Told) -> tuple[FloatArray, ...]:
    moves = (said.deletion, said.swap)
    return (said.share, *(values for m in moves for values in (m.attributed, m.measured)))


def _mean(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
