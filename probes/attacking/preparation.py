"""Can a recipe attack this model, and with what does it work here?

Building an attack can fail in many ways, and searching takes minutes: what is asked together is built first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from probes.attacking import corpora
from probes.attacking.gradients import needs_gradients
from probes.attacking.library import quiet, textattack
from probes.attacking.pool import together
from probes.attacking.recipes import Goal, Recipe
from probes.attacking.references import foreign
from probes.attacking.victim import Victim
from probes.errors import AuditError, Skip
from probes.types import ApproximateModel, Model


@dataclass(frozen=True, eq=False)
class Prepared:
    """An attack on a model that can begin.

    Attributes:
        recipe: what was built; its goal is that of the attack itself.
        uses: the word lists and taggers that it works with, which another machine may have otherwise.
        model: what it attacks.
        built: the `textattack.Attack`; a search runs on a copy.
        victims: makes the victim of a search, given the true label.
    """

    recipe: Recipe
    uses: tuple[str, ...]
    model: Model
    built: Any
    victims: Callable[..., Victim]


def prepare(model: Model, recipe: Recipe) -> Prepared:
    """Build the attack of a recipe on a model; the model is not asked yet.

    Raises:
        AuditError: when the builder fails, or what it builds is no attack whose success can be counted.
        Skip: when something is lacking here, or the attack needs gradients and the model has none.
    """
    if reason := recipe.lacking():
        raise Skip(reason)
    corpora.keep_wordnet()
    with quiet(), foreign("its builder failed"):
        built = recipe.build(Victim(model, together(model.predict)))
    if not isinstance(built, textattack().Attack):
        raise AuditError(f"it built a {type(built).__name__}, not a textattack.Attack")
    if not built.is_black_box:
        needs_gradients(model)
    goal = _goal(built)
    return Prepared(replace(recipe, goal=goal), _uses(built, recipe), model, built, _victims(model, goal))


def _goal(built: Any) -> Goal:
    goals = textattack().goal_functions
    if isinstance(built.goal_function, goals.UntargetedClassification):
        return "flip"
    if isinstance(built.goal_function, goals.InputReduction):
        return "reduce"
    raise AuditError(
        f"its goal is {type(built.goal_function).__name__}, and what is counted here is leaving the true "
        "class (UntargetedClassification) or keeping it with fewer words (InputReduction); give it one of "
        "these goals"
    )


def _uses(built: Any, recipe: Recipe) -> tuple[str, ...]:
    stop_words = textattack().constraints.pre_transformation.StopwordModification
    lists = [c.stopwords for c in built.pre_transformation_constraints if isinstance(c, stop_words)]
    options = recipe.options().items()
    return (
        *(corpora.whose(words) for words in lists),
        *(f"no {name}" if lacking else name for name, lacking in options),
    )


def _victims(model: Model, goal: Goal) -> Callable[..., Victim]:
    """What makes the victim of a search, given the true label.

    A search may run on approximate answers where it ends by turning a decision, since that is confirmed. A
    reduction claims all the way that the decision stays, which nothing confirms as often.
    """
    exact = together(model.predict)
    if goal == "reduce" or not isinstance(model, ApproximateModel):
        return partial(Victim, model, exact)
    return partial(Victim, model, together(model.approximate), confirm=exact)
