"""Adversarial training: what makes a model that small changes of a text change less?"""

from training.adversarial.strategies import STRATEGIES, fgm, freelb, method, pgd, smart

__all__ = ["STRATEGIES", "fgm", "freelb", "method", "pgd", "smart"]
