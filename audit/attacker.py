"""Which attack that an audit measures makes the texts that a model is trained on?"""

from collections.abc import Sequence

from audit.suites import suggestion
from probes import attacking
from probes.attacking.recipes import named
from probes.errors import AuditError
from probes.progress import Progress, silent
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
        found = attacking.attack(
            model, texts, labels, recipe, max_queries=queries, seed=seed, progress=progress
        )
        return [one.adversarial if one.outcome == "success" else one.original for one in found]

    return attack


def _checked(name: str) -> str:
    known = (*ATTACKERS, *(r.name for r in attacking.recipes().values() if r.goal == "flip"))
    if name not in known and not name.startswith(BLACK_BOX):
        raise AuditError(
            f"attacker = {name!r} is not known{suggestion(name, known)}; take none, {', '.join(ATTACKERS)}, "
            "an attack of `robustness.attacks` that turns answers, or py:module:function"
        )
    if why := named(name).lacking():
        raise AuditError(f"attacker = {name!r} cannot run here: {why}")
    return name
