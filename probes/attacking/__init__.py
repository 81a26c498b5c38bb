"""How easily is a model flipped, by what, and within how many queries?"""

from probes.attacking.engine import attack, carry_out
from probes.attacking.preparation import Prepared, prepare
from probes.attacking.recipes import Recipe, recipes
from probes.attacking.result import Attacked
from probes.attacking.similarity import similarity

__all__ = [
    "Attacked", "Prepared", "Recipe", "attack", "carry_out", "prepare", "recipes", "similarity",
]  # fmt: skip
