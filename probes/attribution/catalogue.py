"""What are the methods of attribution called, and what does each promise?"""

from collections.abc import Mapping
from typing import Annotated

from probes.attribution.deeplift import deeplift
from probes.attribution.gradient_shap import gradient_shap
from probes.attribution.integrated_gradients import integrated_gradients
from probes.attribution.local import input_x_gradient, saliency
from probes.attribution.methods import Method
from probes.attribution.missing import DRAWN, EMBEDDINGS, NONE, WORDS
from probes.attribution.occlusion import occlusion
from probes.attribution.rollout import attention_rollout
from probes.attribution.shapley import shapley_sampling
from probes.attribution.surrogates import kernel_shap, lime
from probes.errors import AuditError
from probes.parameters import Named
from probes.suggestion import suggestion

_ALL = (
    Method(
        "integrated_gradients", "Integrated gradients", integrated_gradients, EMBEDDINGS, completeness=True,
    ),
    Method("saliency", "Saliency", saliency, NONE, signed=False),
    Method("input_x_gradient", "Input × gradient", input_x_gradient, NONE),
    Method("gradient_shap", "Gradient SHAP", gradient_shap, DRAWN, completeness=True),
    Method("deeplift", "DeepLIFT", deeplift, EMBEDDINGS, completeness=True),
    Method("attention_rollout", "Attention rollout", attention_rollout, NONE, signed=False),
    Method("occlusion", "Occlusion", occlusion, WORDS, needs_gradients=False),
    Method(
        "shapley_sampling", "Shapley value sampling", shapley_sampling, WORDS,
        needs_gradients=False, completeness=True,
    ),
    Method("lime", "LIME", lime, WORDS, needs_gradients=False),
    Method("kernel_shap", "KernelSHAP", kernel_shap, WORDS, needs_gradients=False, completeness=True),
)  # fmt: skip

METHODS: Mapping[str, Method] = {method.name: method for method in _ALL}
"""Name -> method."""

COMPARED = ("integrated_gradients", "saliency", "input_x_gradient", "attention_rollout", "occlusion")
"""The methods that are set side by side unless others are named: those that cost little for each text."""


def named(name: str) -> Method:
    """The method of that name.

    Raises:
        AuditError: when there is none.
    """
    if name not in METHODS:
        raise AuditError(f"there is no method of attribution {name!r}{suggestion(name, METHODS)}")
    return METHODS[name]


MethodName = Annotated[str, Named(named, lambda: METHODS)]
"""The name of a method, as a parameter of a probe."""
