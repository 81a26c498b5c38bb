"""On which side may the texts of this model be padded without changing its answers?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from audit.models.engine import Engine
from audit.models.tokens import Side, tokenize

# Of different lengths, so that putting them together pads all but one.
TEXTS = (
    "Yes.",
    "The book was not as good as I had hoped.",
    "She and her brother went to the new shop in the old town and asked for the price of two blue chairs.",
    "After a slow start the story finds its way, and the last hour, which nobody expected to be this "
    "quiet, is worth "
    "the long walk home in the rain.",
)
TOLERANCE = 1e-3


def padding_side(engine: Engine) -> Side:
    """The first side, the tokenizer's own before the others, on which padding leaves the logits as they are.

    Models differ: BERT and GPT-2 want the right, XLNet the left, and one that reads its last position
    whatever stands there cannot be padded at all. The test is the model's own answer to a text alone.
    """
    tokens, rows = tokenize(engine.tokenizer, TEXTS, longest=engine.longest), range(len(TEXTS))
    alone = np.concatenate([engine.forward(engine.module, tokens, [row]) for row in rows])
    for side in _sides(engine):
        together = replace(engine, side=side).forward(engine.module, tokens, rows)
        if np.allclose(together, alone, rtol=TOLERANCE, atol=TOLERANCE):
            return side
    return "none"


def _sides(engine: Engine) -> Sequence[Side]:
    if engine.tokenizer.pad_token is None:
        return ()
    return ("left", "right") if engine.tokenizer.padding_side == "left" else ("right", "left")
