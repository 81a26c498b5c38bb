"""How easily is a model made to err on each of many texts, by one recipe, within a budget of queries?"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from probes.attacking.library import at_work, textattack
from probes.attacking.pool import Job, run
from probes.attacking.preparation import Prepared, prepare
from probes.attacking.randomness import seeded
from probes.attacking.recipes import Goal, named
from probes.attacking.result import Attacked, Outcome
from probes.attacking.victim import Victim
from probes.errors import AuditError, Skip
from probes.progress import Progress, silent
from probes.types import ApproximateModel, FloatArray, IntArray, Model

# TextAttack asks in batches of 32; the model decides for itself how many texts it takes at a time.
_ALL_AT_ONCE = 2**31 - 1


@dataclass(frozen=True)
class _Found:
    """What the search came to, before the model is asked once more."""

    text: str
    ended: Outcome
    queries: int


def attack(
    model: Model,
    texts: Sequence[str],
    labels: IntArray,
    recipe: str,
    *,
    max_queries: int | None = None,
    seed: int = 0,
    width: int = 64,
    progress: Progress = silent,
) -> tuple[Attacked, ...]:
    """Attack each text and tell what came of it.

    The result for a text depends on the model, the recipe, the budget, the seed, the text and its label, and
    on nothing else: not on the other texts, their order, or how many are attacked at once.

    Args:
        model: what is attacked; an `ApproximateModel` is searched by its quick answers.
        texts: (N,) what is attacked.
        labels: (N,) the true classes.
        recipe: a name of `recipes()`, or `py:MODULE:FUNCTION`.
        max_queries: most texts that are put to the model for one text; None for as many as the recipe wants.
        seed: the seed of the run.
        width: how many texts are attacked at a time.
        progress: told how many texts are done.

    Returns:
        One result for each text, in the order of `texts`.

    Raises:
        AuditError: when there is no such recipe, it cannot attack, or an argument is out of its range.
        Skip: when the recipe cannot run here.
    """
    _check(texts, labels, len(model.classes), max_queries=max_queries, width=width)
    chosen = named(recipe)
    with _about(recipe):
        prepared = prepare(model, chosen)
    return carry_out(
        prepared, texts, labels, max_queries=max_queries, seed=seed, width=width, progress=progress
    )


def carry_out(
    prepared: Prepared,
    texts: Sequence[str],
    labels: IntArray,
    *,
    max_queries: int | None = None,
    seed: int = 0,
    width: int = 64,
    progress: Progress = silent,
) -> tuple[Attacked, ...]:
    """Attack each text with what is prepared; arguments and results are those of `attack`.

    Raises:
        AuditError: when an argument is out of its range.
        Skip: when the attack turns out to need gradients that the model does not have.
    """
    model = prepared.model
    _check(texts, labels, len(model.classes), max_queries=max_queries, width=width)
    pairs = list(dict.fromkeys(zip(texts, (int(label) for label in labels), strict=True)))
    with at_work(), progress(f"attacking with {prepared.recipe.name}", len(pairs)) as advance:
        found = run(_jobs(prepared, pairs, max_queries, seed), width=width, advance=advance)
        confirmed = _confirmed(model, pairs, found, prepared.recipe.goal)
    return tuple(confirmed[text, int(label)] for text, label in zip(texts, labels, strict=True))


@contextmanager
def _about(recipe: str) -> Iterator[None]:
    """Name the recipe in whatever is said against it."""
    try:
        yield
    except AuditError as error:
        raise AuditError(*(f"{recipe}: {fault}" for fault in error.faults)) from error
    except Skip as reason:
        raise Skip(f"{recipe}: {reason}") from reason


def _check(
    texts: Sequence[str], labels: IntArray, classes: int, *, max_queries: int | None, width: int
) -> None:
    faults = []
    if len(texts) != len(labels):
        faults.append(f"there are {len(texts)} texts and {len(labels)} labels; each text needs one")
    if wrong := sorted({int(label) for label in labels if not 0 <= label < classes}):
        faults.append(f"label {wrong[0]} is no class; there are {classes} classes, from 0 to {classes - 1}")
    if max_queries is not None and max_queries < 1:
        faults.append(f"max_queries is {max_queries}; at least 1 is needed, or None for no limit")
    if width < 1:
        faults.append(f"width is {width}; at least 1 text is to be attacked at a time")
    if faults:
        raise AuditError(*faults)


def _jobs(
    prepared: Prepared, pairs: Sequence[tuple[str, int]], max_queries: int | None, seed: int
) -> list[Job]:
    search = partial(_search, prepared.built, prepared.victims, max_queries)
    return [_job(number, pair, search, seed) for number, pair in enumerate(pairs)]


def _job(number: int, pair: tuple[str, int], search: Callable[[str, int], _Found], seed: int) -> Job:
    return Job(f"text {number + 1}", partial(search, *pair), seeded(seed, pair[0]))


def _search(
    built: Any, victims: Callable[..., Victim], max_queries: int | None, text: str, label: int
) -> _Found:
    """One attack, from the first question to its result."""
    victim = victims(label)
    decided = int(victim([text])[0].argmax())
    if text in victim.unanswered:
        return _Found(text, "invalid", 1)
    if decided != label:
        return _Found(text, "skipped", 1)
    if max_queries == 1 or not _words(text):  # TextAttack's searches fail where they cannot take one step
        return _Found(text, "failed", 1)
    result = _own(built, victim, max_queries).attack(text, label)
    failed = isinstance(result, textattack().attack_results.FailedAttackResult)
    found = result.perturbed_result.attacked_text.text
    return _Found(found, "failed" if failed else "success", result.num_queries)


def _own(built: Any, victim: Victim, max_queries: int | None) -> Any:
    """The attack for one text: what keeps state is its own, models and lists are shared.

    TextAttack keeps counts and caches in the attack, its goal function, search method and constraints.
    """
    own, goal = copy.copy(built), copy.copy(built.goal_function)
    goal.model, goal.batch_size = victim, _ALL_AT_ONCE
    goal.query_budget = float("inf") if max_queries is None else max_queries
    own.constraints = [_with_own_caches(constraint) for constraint in built.constraints]
    own.search_method = copy.copy(built.search_method)
    own.goal_function, own.search_method.goal_function = goal, goal
    for name, value in vars(built.search_method).items():
        if owner := {id(built): own, id(built.goal_function): goal}.get(id(getattr(value, "__self__", None))):
            setattr(own.search_method, name, getattr(owner, value.__name__))
    return own


def _with_own_caches(constraint: Any) -> Any:
    """The constraint, or a copy with empty caches where it has caches; models that it loads are shared."""
    from lru import LRU

    held = vars(constraint).items()
    caches: dict[str, Any] = {name: LRU(value.get_size()) for name, value in held if isinstance(value, LRU)}
    if not caches:
        return constraint
    own = copy.copy(constraint)
    vars(own).update(caches)
    return own


def _confirmed(
    model: Model, pairs: Sequence[tuple[str, int]], found: Sequence[_Found], goal: Goal
) -> Mapping[tuple[str, int], Attacked]:
    """The results by text and label, each adversarial text put to the model once more.

    What is claimed to be a success is asked in full precision where the model can be asked so.
    """
    answered = _decisions(model.predict([one.text for one in found])) if found else np.zeros(0, dtype=int)
    claims = np.flatnonzero([one.ended == "success" for one in found]).tolist()
    if claims and isinstance(model, ApproximateModel):
        answered[claims] = _decisions(model.exact([found[row].text for row in claims]))
    return {
        pair: _result(pair, one, int(answer), goal)
        for pair, one, answer in zip(pairs, found, answered, strict=True)
    }


def _result(pair: tuple[str, int], found: _Found, answered: int, goal: Goal) -> Attacked:
    text, label = pair
    words, others = _words(text), _words(found.text)
    changed = _edits(words, others)
    holds = (
        answered == label and len(others) < len(words) if goal == "reduce" else answered not in (label, -1)
    )
    ended: Outcome = "failed" if found.ended == "success" and not holds else found.ended
    return Attacked(text, found.text, ended, label, answered, found.queries, len(words), changed)


def _words(text: str) -> Sequence[str]:
    return textattack().shared.attacked_text.words_from_text(text)  # type: ignore[no-any-return]


def _edits(words: Sequence[str], others: Sequence[str]) -> int:
    import editdistance

    return int(editdistance.eval(words, others))


def _decisions(probabilities: FloatArray) -> IntArray:
    """(N,) the most probable class; -1 where there is no answer."""
    valid = np.asarray(np.isfinite(probabilities).all(axis=1))
    return np.where(valid, np.where(valid[:, None], probabilities, 0.0).argmax(axis=1), -1)
