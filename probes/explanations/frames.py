"""Which sentences of our own can be explained when there are no texts, or none may be shown?"""

from collections.abc import Mapping

from probes.lexicons import load as load_lexicon
from probes.templates import fill
from probes.templates import load as load_templates

Alike = tuple[str, ...]
"""One sentence about a person of each group, else the same."""


def alike(lexicon: str = "gender", frames: str = "english") -> Mapping[str, tuple[Alike, ...]]:
    """Context -> its frames, each filled with a row of people of its own."""
    people, found, row = load_lexicon(lexicon).people, {}, 0
    for context, those in load_templates(frames).frames.items():
        rows = [people[(row + i) % len(people)] for i in range(len(those))]
        found[context] = tuple(
            tuple(fill(frame, person) for person in persons)
            for frame, persons in zip(those, rows, strict=True)
        )
        row += len(those)
    return found


def sentences() -> tuple[str, ...]:
    """All of them."""
    return tuple(text for those in alike().values() for texts in those for text in texts)
