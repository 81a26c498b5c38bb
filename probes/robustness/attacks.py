"""Attacks: how easily is the model flipped, by what, with how many questions, and for whom is it easier?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from probes import attacking
from probes.attacking import Attacked, Prepared
from probes.attacking.recipes import Recipe, RecipeName, named
from probes.errors import AuditError, Skip
from probes.faults import Faults
from probes.parameters import Limit
from probes.registry import probe
from probes.robustness import acceptable, agreement, shown, strata, toll
from probes.robustness.acceptable import Constraints, successes
from probes.robustness.reservations import reservations
from probes.robustness.strata import Sample
from probes.robustness.toll import Run
from probes.stats.proportions import proportion
from probes.types import Context, Finding, IntArray, Measurement, Model


@probe(version=2)
def attacks(
    ctx: Context,
    *,
    recipes: Annotated[tuple[RecipeName, ...], Field(min_length=1)] = (
        "deepwordbug",
        "pruthi",
        "pwws",
        "textfooler-wordnet",
    ),
    examples: Annotated[int, Field(ge=1), Limit()] = 100,
    width: Annotated[float, Field(gt=0, lt=0.5)] | None = None,
    per_group: Annotated[int, Field(ge=0), Limit()] = 0,
    max_queries: Annotated[int, Field(ge=1)] | None = 1000,
    min_similarity: Annotated[float, Field(ge=0, le=1)] = 0.96,
    max_misspelt: Annotated[float, Field(ge=0, le=1)] = 0.1,
    max_new_errors: Annotated[int, Field(ge=0)] = 0,
    grammar: Literal["english", "none"] = "english",
) -> Iterator[Finding]:
    """How easily is the model flipped by changed letters and words, and is it easier for some groups?

    Each recipe looks for a changed form of a text whose answer is wrong, asking the model for probabilities
    alone. Texts that the model has wrong as they are need no attack and are skipped. For each recipe, with s
    texts turned (the attack succeeded), f not turned and k skipped:

    - `success_rate` = s / (s + f);
    - `constrained_success_rate` = a / (s + f), with a the successes that a reader would take for the same
      text: at most `max_misspelt` of the words (at least one) are misspelt with one mistake inside a longer
      word, and with these put right again, text and changed text have a cosine similarity of at least
      `min_similarity` by the sentence encoder MiniLM-L6, and the changed text has at most `max_new_errors`
      grammatical errors that the text had not: Σ over Harper's rules of grammar of max(0, errors after -
      errors before), and each exchange of a word for one that can have none of its forms, such as a past
      for an infinitive, a plural for a singular or an adverb for an adjective, by the word tables of
      lemminflect; two at one place are one;
    - `accuracy_under_attack` = f / (s + f + k), and `clean_accuracy` of the same texts without attack;
    - `words_changed`: mean share of a text's words that differ, over the successes;
    - `sentence_similarity`: mean cosine similarity of text and changed text by MiniLM-L6, over the successes;
    - `queries`: mean number of questions to the model for a text, over s + f;
    - `group_success_rate`: the success rate within each group and intersection, and `success_rate_gap` =
      largest minus smallest. Both speak of texts that the model had right: a group that is often wrong
      already has fewer of them.

    A recipe that reduces (input-reduction) keeps the answer and drops words; it has a `reduction_rate`, the
    share of texts that could be shortened to the recipe's end, in place of the rates above.

    A curve shows the success rate against the number of queries, from the same run, and a table how many
    successes break each constraint.

    Range: rates and shares in [0, 1], similarity in [-1, 1], queries at least 1. How to read: a success rate
    of 0.8 means that of ten texts that the model has right, this search turns eight. It is a lower bound of
    what an attacker can do, not an upper one: a recipe that fails says nothing of a better one. The raw rate
    counts changes that no reader would accept; read the constrained rate beside it. Character recipes say how
    the model bears mistakes, word recipes how it bears other wording. Not all errors that exchanged words
    make are found, and a word of the right form can be out of place: even the constrained rate counts
    changes that a reader would not accept.

    Undefined: for a recipe that lacks something, or whose builder fails or has another goal, with the reason;
    without a text that the model has right;
    the constrained rate when it takes the encoder or the grammar checkers and they are not there, or when
    fewer than half of the texts read as English, the one language whose grammar is checked. Needs: texts,
    labels and a model that can be asked; gaps need groups. At most `examples` texts are attacked, drawn so
    that labels and groups have their shares, by content and seed; with `width`, as many as give the success
    rate an interval of at most that half width. A small group then has few: with `per_group`, further texts
    are drawn for each group that has fewer, and count for that group alone.

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
        max_new_errors: most grammatical errors that the change may bring.
        grammar: whose grammar is checked: "english", or "none" for texts in another language; the
            constrained rate then says nothing of grammar.

    Reference: Morris et al. (2020), Reevaluating Adversarial Examples in Natural Language, sections 3 and 5:
    attacks under constraints that readers agree with. Theirs are an angular similarity of 0.98 by the
    Universal Sentence Encoder, 0.9 between word vectors, and no new grammatical error by LanguageTool; ours
    are another encoder with a threshold carried over, a checker with fewer rules, the forms of exchanged
    words, and misspellings by rule.
    Morris et al. (2020), TextAttack, for the recipes.
    """
    ready, lacking = _prepared(ctx.oracle, recipes)
    sample = _sample(ctx, examples, width, per_group)
    rows = sample.rows
    agreement.check_model(ctx, rows)
    yield _clean(ctx, rows[: sample.whole])
    constraints = Constraints(min_similarity, max_misspelt, None if grammar == "none" else max_new_errors)
    texts = [ctx.texts[row] for row in rows.tolist()]
    reader = acceptable.reader(ctx.texts, texts, constraints)
    runs = []
    for attack in ready:
        try:
            results = _results(ctx, attack, rows, max_queries)
        except Skip as reason:
            lacking[attack.recipe] = str(reason)
            continue
        judged = successes(results[: sample.whole], constraints, reader)
        note = reservations(ctx, sample, results, width=width, max_queries=max_queries)
        run = Run(attack.recipe, sample, results, judged, attack.uses, note)
        yield from toll.measurements(ctx, run)
        runs.append(run)
    _check_any(runs, lacking)
    for recipe, why in lacking.items():
        yield from toll.undefined(recipe, why)
    yield from shown.exhibits(ctx, runs, lacking)


def _prepared(model: Model, names: Sequence[str]) -> tuple[Sequence[Prepared], dict[Recipe, str]]:
    """The attacks that can begin, all built before the first one does, and why each of the others cannot.

    Raises:
        AuditError: with every name that is of no recipe.
        Skip: when none can begin.
    """
    faults = Faults()
    found = [recipe for name in dict.fromkeys(names) if (recipe := faults.attempt(named, name))]
    faults.check()
    ready, lacking = [], {}
    for recipe in found:
        try:
            ready.append(attacking.prepare(model, recipe))
        except (AuditError, Skip) as reason:
            lacking[recipe] = str(reason)
    _check_any(ready, lacking)
    return ready, lacking


def _check_any(ran: Sequence[object], lacking: Mapping[Recipe, str]) -> None:
    if not ran:
        raise Skip("no recipe can run: " + "; ".join(f"{r.name}: {why}" for r, why in lacking.items()))


def _results(ctx: Context, attack: Prepared, rows: IntArray, max_queries: int | None) -> tuple[Attacked, ...]:
    """What became of each row.

    Raises:
        Skip: when the attack turns out to need gradients that the model does not have.
    """
    texts = [ctx.texts[row] for row in rows.tolist()]
    results = attacking.carry_out(
        attack, texts, ctx.labels[rows], max_queries=max_queries, seed=ctx.seed, progress=ctx.progress
    )
    agreement.check_attack(ctx, rows, results)
    return results


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
