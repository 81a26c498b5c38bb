"""What is known of one text once it has been explained?"""

from dataclasses import dataclass

from probes.types import FloatArray


@dataclass(frozen=True, eq=False)
class Attribution:
    """How much each unit of one input speaks for a class.

    Attributes:
        text: the explained text, whole.
        target: index of the explained class.
        units: the words (or tokens) of the text that the model reads, in their order; special tokens and
            padding are none.
        spans: where each unit stands in `text`, from character to character.
        scores: (U,) in log-odds of the target class; above 0 speaks for it, below 0 against it. A method
            without signs gives numbers of at least 0 in a scale of its own.
        method: the name of the method.
        baseline: what stands for a missing unit, or "none".
        steps: intervals of the path, or draws, that were used; None where a method has none.
        completeness_error: |Σ scores - d| / max(|d|, 0.25), d the output at the text minus that at its
            baseline; None where a method does not promise that they agree.
        withheld: why it must not be believed, or "".
    """

    text: str
    target: int
    units: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    scores: FloatArray
    method: str
    baseline: str
    steps: int | None = None
    completeness_error: float | None = None
    withheld: str = ""

    @property
    def read(self) -> str:
        """The text up to the last unit: what lies behind it, the model does not read."""
        return self.text[: self.spans[-1][1]] if self.spans else self.text
