"""What may stand for a missing unit, and does a model have it?"""

from typing import Any

from probes.types import GradientModel, Model

EMBEDDINGS = ("pad", "mask", "zero")
"""For methods on embeddings: that of padding, that of the mask token, or zeros."""
WORDS = ("deleted", "mask")
"""For methods on texts: nothing, or the mask token written out."""
DRAWN = ("drawn",)
"""For methods that draw one of the embeddings above for each point."""
NONE = ("none",)
"""For methods that look at the text alone."""


def lacking(baseline: str, model: Model) -> str | None:
    """Why the model cannot be given this baseline, or None."""
    if baseline not in ("mask", "pad"):
        return None
    if not isinstance(model, GradientModel):
        return f"the model can only be asked, and its {baseline} token is not known"
    if getattr(model.tokenizer, f"{baseline}_token", None) is None:
        return f"the tokenizer has no {baseline} token to stand for missing words"
    return None


def written(baseline: str, model: Any) -> str:
    """What takes the place of a word in a text: the mask token, or nothing."""
    return str(model.tokenizer.mask_token) if baseline == "mask" else ""
