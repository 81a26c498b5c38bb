"""Typos: how are copies of training texts made in which fingers slip?"""

import numpy as np

from probes.errors import AuditError
from probes.perturbations.sites import edited
from probes.perturbations.typos import sites
from training.augmentation.rows import Transform


def typos(share: float) -> Transform:
    """A transform that makes one typo in a share of the words of four letters and more; at least in one.

    A typo exchanges two neighbouring letters, drops a letter, doubles one, or puts in its place one beside it
    on the keyboard (see `probes.perturbations.typos`).

    Raises:
        AuditError: when the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise AuditError(f"the share of words with a typo is {share}; it is to be above 0 and at most 1")
    places = sites()

    def transform(text: str, rng: np.random.Generator) -> str:
        return edited(text, places(text), share, rng)

    return transform
