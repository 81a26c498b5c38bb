"""Why did the model answer so? Scores for the words of a text, checked before they are believed."""

from probes.attribution.attribute import attribute
from probes.attribution.catalogue import METHODS
from probes.attribution.masking import without
from probes.attribution.methods import Method
from probes.attribution.result import Attribution

__all__ = ["METHODS", "Attribution", "Method", "attribute", "without"]
