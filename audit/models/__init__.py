"""Which model is audited: a folder, a hub id, or a function, each behind the same few calls.

Nothing here imports torch before `load` is called, so that predictions and functions are audited without it.
"""

from collections.abc import Sequence

from audit.models.blackbox import PythonModel, python_model
from audit.models.folder import find
from audit.models.labels import labels
from audit.models.loading import LoadedModel, load
from audit.models.preflight import preflight
from audit.models.probabilities import decisions
from audit.models.sanity import check_model, checked
from probes.types import Model, Predictions

__all__ = [
    "LoadedModel", "PythonModel", "find", "labels", "load", "predict_checked", "preflight", "python_model",
]  # fmt: skip


def predict_checked(model: Model, texts: Sequence[str]) -> Predictions:
    """What the model answers, after the checks of `audit.models.sanity`.

    Returns:
        the probabilities (N, C) and the most probable class of each text; class -1 where the answer was NaN.

    Raises:
        AuditError: when the answers are no class probabilities, or depend on chance or on other texts.
    """
    check_model(model.without_cache() if isinstance(model, LoadedModel) else model, texts)
    probabilities = checked(model.predict(texts), len(texts), model.classes)
    return Predictions(labels=decisions(probabilities), probabilities=probabilities)
