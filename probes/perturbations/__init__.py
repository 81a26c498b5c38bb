"""Which changes of a text should leave its class as it is, and how does the text read after them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from probes.content import generator
from probes.errors import AuditError
from probes.perturbations import characters, typos, wording
from probes.perturbations.sites import Sites, edited
from probes.suggestion import suggestion

STRENGTHS = (1, 2, 3, 4, 5)
STEP = 0.1
"""Share of the places of a text that one more strength changes."""


@dataclass(frozen=True)
class Perturbation:
    """A way of writing a text that a reader gets over.

    Attributes:
        name: as in parameters and slices.
        kind: a slip, which nobody meant to write, or another form of what was meant.
        title: what it does.
        sites: the places of a text that it can change.
    """

    name: str
    kind: Literal["slip", "form"]
    title: str
    sites: Sites

    def __call__(self, text: str, strength: int, rng: np.random.Generator) -> str:
        """The text with `strength` x 10 % of its places changed, at least one; the text itself without any.

        A generator in the same state gives nested changes: those of strength 2 contain those of strength 1.
        """
        return edited(text, self.sites(text), STEP * strength, rng)

    def sweep(self, text: str, *, seed: int = 0) -> tuple[str, ...]:
        """The text at every strength, nested; a function of the text, the seed and the perturbation alone."""
        sites = self.sites(text)
        if not sites:
            return (text,) * len(STRENGTHS)
        return tuple(
            edited(text, sites, STEP * strength, generator(f"{self.name}\0{text}", [seed]))
            for strength in STRENGTHS
        )


@cache
def perturbations() -> Mapping[str, Perturbation]:
    """Every perturbation by its name."""
    typo = {name: typos.sites(kind) for name, kind in typos.KINDS.items()}
    found = (
        Perturbation(
            "keyboard", "slip", "a letter replaced by its neighbour on the keyboard", typo["keyboard"]
        ),
        Perturbation("swap", "slip", "two neighbouring letters exchanged", typo["swap"]),
        Perturbation("deletion", "slip", "a letter left out", typo["deletion"]),
        Perturbation("repetition", "slip", "a letter doubled", typo["repetition"]),
        Perturbation("spacing", "slip", "a space left out, or put into a word", characters.spacing()),
        Perturbation("ocr", "slip", "characters taken for look-alikes in print", characters.scans()),
        Perturbation("case", "form", "a word in capitals", characters.case()),
        Perturbation("homoglyph", "form", "a look-alike letter of another alphabet", characters.homoglyphs()),
        Perturbation("invisible", "form", "a character of no width put into a word", characters.invisible()),
        Perturbation("contraction", "form", "contractions made and written out", wording.contractions()),
        Perturbation("dialect", "form", "words of another variety of English", wording.dialect()),
    )
    return {perturbation.name: perturbation for perturbation in found}


def named(names: Sequence[str]) -> tuple[Perturbation, ...]:
    """The perturbations of these names.

    Raises:
        AuditError: with the names that are not known.
    """
    known = perturbations()
    if strange := [name for name in names if name not in known]:
        raise AuditError(*(f"there is no perturbation {name!r}{suggestion(name, known)}" for name in strange))
    return tuple(known[name] for name in dict.fromkeys(names))
