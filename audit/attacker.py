"""Which attack that an audit measures makes the texts that a model is trained on?"""

from collections.abc import Sequence

from probes import attacking
from probes.attacking import Prepared
from probes.attacking.recipes import Recipe, named
from probes.errors import AuditError, Skip
from probes.progress import Progress, silent
from probes.suggestion import suggestion
from probes.types import IntArray, Model
from training.adversarial.edits import Attacker
from training.composition import ATTACKERS

BLACK_BOX = "py:"


def attacker(name: str, *, queries: int, seed: int = 0) -> Attacker:
    """An attacker that follows a recipe of `probes.attacking`.

    Only a text that turns the answer of the model is shown to it; where the recipe fails, the text stays.

    Args:
        name: a recipe, or `py:module:function` for a builder of a `textattack.Attack`.
        queries: most questions about a text.
        seed: of what the recipe draws, together with the text.

    Raises:
        AuditError: when there is no such recipe, it cannot run here, or it does not turn answers.
    """
    recipe = _checked(name)

    def attack(
        model: Model, texts: Sequence[str], labels: IntArray, *, progress: Progress = silent
    ) -> list[str]:
        found = attacking.carry_out(
            _prepared(model, recipe), texts, labels, max_queries=queries, seed=seed, progress=progress
        )
        return [one.adversarial if one.outcome == "success" else one.original for one in found]

    return attack


def _prepared(model: Model, recipe: Recipe) -> Prepared:
    try:
        prepared = attacking.prepare(model, recipe)
    except (AuditError, Skip) as reason:
        raise AuditError(f"attacker = {recipe.name!r} cannot attack this model: {reason}") from reason
    if prepared.recipe.goal != "flip":
        raise AuditError(f"attacker = {recipe.name!r} drops words and keeps the answer, which trains nothing")
    return prepared


def _checked(name: str) -> Recipe:
    known = (*ATTACKERS, *(r.name for r in attacking.recipes().values() if r.goal == "flip"))
    if name not in known and not name.startswith(BLACK_BOX):
        raise AuditError(
            f"attacker = {name!r} is not known{suggestion(name, known)}; take none, {', '.join(ATTACKERS)}, "
            "an attack of `robustness.attacks` that turns answers, or py:module:function"
        )
    recipe = named(name)
    if why := recipe.lacking():
        raise AuditError(f"attacker = {name!r} cannot run here: {why}")
    return recipe
