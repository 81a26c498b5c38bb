"""What changes when one unit is missing?"""

import numpy as np

from probes.attribution.asking import asked
from probes.attribution.methods import Request, Scores, answered


def occlusion(request: Request) -> list[Scores]:
    """The output at the text minus that without the unit.

    Zeiler and Fergus (2014), Visualizing and Understanding Convolutional Networks, section 4.2; for words, Li
    et al. (2016), Understanding Neural Networks through Representation Erasure.
    """
    kept = [_one_missing(len(text.spans)) for text in request.texts]
    return [answered(outputs[0] - outputs[1:]) for outputs in asked(request, kept)]


def _one_missing(units: int) -> np.ndarray:
    """All units, then all but each."""
    return np.concatenate([np.ones((1, units), bool), ~np.eye(units, dtype=bool)])
