"""What came of attacking one text?"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["success", "failed", "skipped", "invalid"]


@dataclass(frozen=True)
class Attacked:
    """One text after an attack.

    Attributes:
        original: the text as given.
        adversarial: the last or best text that the attack found; `original` when it was not attacked.
        outcome: "success" when the model itself, asked once more, gives `adversarial` the class that the
            recipe wants (another than `label`; for a recipe that reduces, still `label` with fewer words);
            "failed" when it does not; "skipped" when the model is wrong on `original` already; "invalid"
            when it has no answer to `original`.
        label: the true class of `original`, which the attack wants to leave.
        answered: the class that the model gives `adversarial`; -1 where it gives none.
        queries: how many texts were put to the model, as TextAttack counts them: `original` is the first,
            and a text asked twice counts twice.
        words: how many words `original` has.
        changed: how many of them were replaced, removed or added (edit distance in words).
    """

    original: str
    adversarial: str
    outcome: Outcome
    label: int
    answered: int
    queries: int
    words: int
    changed: int
