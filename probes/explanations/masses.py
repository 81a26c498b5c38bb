"""How much do identity terms count, group by group and term by term, beside words like them?"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from probes.explanations.matched import Matched, matched
from probes.explanations.shares import Word
from probes.lexicons import Lexicon
from probes.stats.tests import holm
from probes.types import Context, Finding, Measurement, Table

_SHOWN = 12


def masses(
    ctx: Context, lexicons: Sequence[Lexicon], found: Mapping[str, Word], method: str
) -> Iterator[Finding]:
    """For each group the mass of its terms less that of words like them; the tests; and single terms.

    Args:
        ctx: the audit.
        lexicons: whose groups and terms.
        found: the words of the explained texts.
        method: how they were explained.
    """
    tested = [
        (lexicon.feature, group, _test(ctx, lexicon, group, found))
        for lexicon in lexicons
        for group in lexicon.order
    ]
    for feature, group, outcome in tested:
        yield _excess(outcome, {"feature": feature, "method": method, "group": group})
    tables = (_tests([(f, g, outcome) for f, g, outcome in tested if outcome]), _terms(lexicons, found))
    yield from (table for table in tables if table.rows)


def _test(ctx: Context, lexicon: Lexicon, group: str, found: Mapping[str, Word]) -> Matched | None:
    groups = {term: name for name, terms in lexicon.groups.items() for term in terms}
    rng = ctx.rng(f"explanations.identity_terms {lexicon.feature} {group}")
    return matched(found, groups, group, rng, confidence=ctx.confidence)


def _excess(outcome: Matched | None, where: Mapping[str, str]) -> Measurement:
    if outcome is None:
        note = "the explained texts have no term of this group, or no words like its terms"
        return Measurement("identity_mass_excess", None, None, None, 0, where, note)
    value = outcome.mass - outcome.control
    note = "the interval holds over words; to judge, set a gate on identity_attribution_gap"
    return Measurement("identity_mass_excess", value, outcome.low, outcome.high, outcome.texts, where, note)


def _tests(tested: Sequence[tuple[str, str, Matched]]) -> Table:
    corrected = holm([outcome.p for _, _, outcome in tested])
    return Table(
        "Identity terms beside words like them",
        ("feature", "terms of", "terms", "texts", "mass", "mass of words like them", "p", "p corrected"),
        tuple(
            (feature, group, o.terms, o.texts, o.mass, o.control, o.p, float(p))
            for (feature, group, o), p in zip(tested, corrected, strict=True)
        ),
        "Mass 1 is that of the average word of a text. p-values of the hypothesis that the terms have no "
        "more mass than words like them, by permutation; corrected (Holm) for the rows of this table.",
    )


def _terms(lexicons: Sequence[Lexicon], found: Mapping[str, Word]) -> Table:
    """The terms that stand in the most texts."""
    known = [
        (
            term,
            group,
            len(found[term].texts),
            float(np.mean(found[term].mass)),
            float(np.mean(found[term].share)),
        )
        for lexicon in lexicons
        for group, terms in lexicon.groups.items()
        for term in sorted(terms & found.keys())
    ]
    order = sorted(known, key=lambda row: (-row[2], row[0]))[:_SHOWN]
    return Table(
        "The most frequent identity terms",
        ("term", "of", "texts", "mass", "share towards the answer"),
        tuple(order),
        "Means over the explained texts that have the term.",
    )
