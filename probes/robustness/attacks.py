"""Attacks: how easily is the model flipped, by what, with how many questions, and for whom is it easier?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from probes import attacking
from probes.attacking.recipes import Recipe, named
from probes.errors import Skip
from probes.faults import Faults
from probes.registry import probe
from probes.robustness import acceptable, agreement, shown, strata, toll
from probes.robustness.acceptable import Constraints, successes
from probes.robustness.strata import Sample
from probes.robustness.toll import Run
from probes.stats.proportions import proportion
from probes.types import Context, Finding, IntArray, Measurement


@probe()
def attacks(
    ctx: Context,
    *,
    recipes: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "deepwordbug",
        "pruthi",
        "pwws",
        "textfooler-wordnet",
    ),
    examples: Annotated[int, Field(ge=1)] = 100,
    width: Annotated[float, Field(gt=0, lt=0.5)] | None = None,
    per_group: Annotated[int, Field(ge=0)] = 0,
    max_queries: Annotated[int, Field(ge=1)] | None = 1000,
    min_similarity: Annotated[float, Field(ge=0, le=1)] = 0.96,
    max_misspelt: Annotated[float, Field(ge=0, le=1)] = 0.1,
) -> Iterator[Finding]:
    """How easily is the model flipped by changed letters and words, and is it easier for some groups?

    Each recipe looks for a changed form of a text whose answer is wrong, asking the model for probabilities
    alone. Texts that the model has wrong as they are need no attack and are skipped. For each recipe, with s
    texts turned (the attack succeeded), f not turned and k skipped:

    - `success_rate` = s / (s + f);
    - `constrained_success_rate` = a / (s + f), with a the successes that a reader would take for the same
      text: at most `max_misspelt` of the words (at least one) are misspelt with one mistake inside a longer
      word, and with these put right again, text and changed text have a cosine similarity of at least
      `min_similarity` by the sentence encoder MiniLM-L6. Grammar is not checked;
    - `accuracy_under_attack` = f / (s + f + k), and `clean_accuracy` of the same texts without attack;
    - `words_changed`: mean share of a text's words that differ, over the successes;
    - `sentence_similarity`: mean cosine similarity of text and changed text by MiniLM-L6, over the successes;
    - `queries`: mean number of questions to the model for a text, over s + f;
    - `group_success_rate`: the success rate within each group and intersection, and `success_rate_gap` =
      largest minus smallest. Both speak of texts that the model had right: a group that is often wrong
      already has fewer of them.

    A recipe that reduces (input-reduction) keeps the answer and drops words; it has a `reduction_rate`, the
    share of texts that could be shortened to the recipe's end, in place of the rates above.

    A curve shows the success rate against the number of queries, from the same run.

    Range: rates and shares in [0, 1], similarity in [-1, 1], queries at least 1. How to read: a success rate
    of 0.8 means that of ten texts that the model has right, this search turns eight. It is a lower bound of
    what an attacker can do, not an upper one: a recipe that fails says nothing of a better one. The raw rate
    counts changes that no reader would accept; read the constrained rate beside it. Character recipes say how
    the model bears mistakes, word recipes how it bears other wording.

    Undefined: for a recipe that lacks something, with the reason; without a text that the model has right;
    the constrained rate when it takes the encoder and that is not there. Needs: texts, labels and a model
    that can be asked; gaps need groups. At most `examples` texts are attacked, drawn so that labels and
    groups have their shares, by content and seed; with `width`, as many as give the success rate an interval
    of at most that half width. A small group then has few: with `per_group`, further texts are drawn for each
    group that has fewer, and count for that group alone.

    Args:
        ctx: the audit.
        recipes: names (`audit` knows deepwordbug, pruthi, pwws, … as far as they can run here), or
            `py:module:function` for a builder of a `textattack.Attack` of your own.
        examples: how many texts are attacked by each recipe.
        width: wanted half width of the interval; given, the number of texts is computed from it.
        per_group: least number of texts that stand for each group and each intersection, where it has them.
        max_queries: most questions about a text; None for as many as the recipe asks.
        min_similarity: least similarity that counts as the same text. 0.96 keeps 28 of 29 pairs that Morris
            et al. made for their study of thresholds under a similarity of 0.99 by another encoder.
        max_misspelt: largest share of words that may be misspelt.

    Reference: Morris et al. (2020), Reevaluating Adversarial Examples in Natural Language, sections 3 and 5:
    attacks under constraints that readers agree with. Theirs are an angular similarity of 0.98 by the
    Universal Sentence Encoder, 0.9 between word vectors, and no new grammatical error; ours are another
    encoder with a threshold carried over, and misspellings by rule. Morris et al. (2020), TextAttack, for the
    recipes.
    """
    oracle = ctx.oracle
    runnable, lacking = _runnable(recipes)
    sample = _sample(ctx, examples, width, per_group)
    rows = sample.rows
    agreement.check_model(ctx, rows)
    yield _clean(ctx, rows[: sample.whole])
    known, alike = acceptable.known_words(ctx.texts), acceptable.likeness()
    constraints = Constraints(min_similarity, max_misspelt)
    texts = [ctx.texts[row] for row in rows.tolist()]
    runs = []
    for recipe in runnable:
        results = attacking.attack(
            oracle, texts, ctx.labels[rows], recipe.name, max_queries=max_queries, seed=ctx.seed
        )
        agreement.check_attack(ctx, rows, results)
        run = Run(recipe, sample, results, successes(results[: sample.whole], known, constraints, alike))
        yield from toll.measurements(ctx, run)
        runs.append(run)
    for recipe, why in lacking.items():
        yield from toll.undefined(recipe, why)
    yield from shown.exhibits(ctx, runs, lacking)


def _runnable(names: Sequence[str]) -> tuple[tuple[Recipe, ...], Mapping[Recipe, str]]:
    """The recipes that can run, and for each of the others why it cannot.

    Raises:
        AuditError: with every name that is of no recipe.
        Skip: when none can run.
    """
    faults = Faults()
    found = [recipe for name in dict.fromkeys(names) if (recipe := faults.attempt(named, name))]
    faults.check()
    reasons = {recipe: recipe.lacking() for recipe in found}
    lacking = {recipe: why for recipe, why in reasons.items() if why}
    if len(lacking) == len(found):
        raise Skip("no recipe can run: " + "; ".join(f"{r.name}: {why}" for r, why in lacking.items()))
    return tuple(recipe for recipe in found if recipe not in lacking), lacking


def _sample(ctx: Context, examples: int, width: float | None, per_group: int) -> Sample:
    """The rows to attack: drawn from those with a valid answer."""
    valid = np.flatnonzero(ctx.answers.valid)
    if not len(valid) or not len(ctx.texts):
        raise Skip("the model gave no valid answer to any text, so that there is nothing to turn")
    right = float((ctx.answers.labels[valid] == ctx.labels[valid]).mean())
    wanted = strata.needed(width, confidence=ctx.confidence, accuracy=right) if width else examples
    return strata.sampled(ctx, valid, wanted, per_group=per_group)


def _clean(ctx: Context, rows: IntArray) -> Measurement:
    right = int((ctx.answers.labels[rows] == ctx.labels[rows]).sum())
    return proportion("clean_accuracy", right, len(rows), confidence=ctx.confidence)
