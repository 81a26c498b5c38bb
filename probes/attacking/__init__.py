"""How easily is a model flipped, by what, and within how many queries?"""

from probes.attacking.engine import attack
from probes.attacking.recipes import Recipe, recipes
from probes.attacking.result import Attacked
from probes.attacking.similarity import similarity

__all__ = ["Attacked", "Recipe", "attack", "recipes", "similarity"]
