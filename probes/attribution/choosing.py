"""By which methods can a model be explained?"""

from collections.abc import Sequence

from probes.attribution.attribute import attribute
from probes.attribution.catalogue import named
from probes.attribution.methods import Method
from probes.attribution.result import Attribution
from probes.errors import Skip
from probes.faults import Faults
from probes.types import GradientModel, IntArray, Model


def explained(
    model: Model,
    texts: Sequence[str],
    names: Sequence[str],
    *,
    targets: IntArray | None = None,
    seed: int = 0,
) -> dict[Method, tuple[Attribution, ...]]:
    """The attributions of the texts by each of the methods that the model allows.

    Raises:
        AuditError: when a name is not one of a method.
        Skip: when the model allows none of them; with the reason of the last.
    """
    found, reason = {}, ""
    for method in possible(names, model):
        try:
            found[method] = attribute(model, texts, method.name, targets=targets, seed=seed)
        except Skip as skip:
            reason = str(skip)
    if not found:
        raise Skip(reason)
    return found


def possible(names: Sequence[str], model: Model) -> list[Method]:
    """Those of the methods that the model allows, each once.

    Raises:
        AuditError: when a name is not one of a method.
        Skip: when the model allows none of them.
    """
    faults = Faults()
    wanted = [method for name in dict.fromkeys(names) if (method := faults.attempt(named, name))]
    faults.check()
    found = [method for method in wanted if isinstance(model, GradientModel) or not method.needs_gradients]
    if not found:
        raise Skip("the model can only be asked, and every method that is wanted needs its gradients")
    return found
