"""How fast are attacks, against TextAttack itself and against the best that the model could do?

    python benchmarks/attacks.py [--model FOLDER] [--data FILE --text COLUMN --label COLUMN] [--texts 40]
                                 [--shipped 2] [--rounds 2] [--recipes deepwordbug pwws] [--cpu-time]

One run, the same model, texts, seeds and recipe for all. TextAttack as shipped pads every query to the
longest text that the tokenizer knows and so attacks only a few texts here. TextAttack with its padding mended
is the fair baseline. Texts differ in their queries, so seconds are told per query. The ideal is the tokens of
all different queries at the best rate of the model alone, as transformers runs it: full batches, no padding,
no tokenizer, no search. Ours can be faster than that, because it leaves out what no answer needs.

The contestants take turns within each round and medians of the rounds' ratios are shown, so that a busy
machine slows all of them alike. The exit code is 1 when attacking one at a time and all at once find
different texts (in float32), or when a success is not one to the float32 model that reads the text alone.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import torch
from inference import bare, best_dense, options, ratio, subject, timed

from audit.models import LoadedModel, load
from audit.models.tokens import tokenize
from probes.attacking import Attacked, attack
from probes.attacking.library import quiet, textattack
from probes.attacking.randomness import put, seeded
from probes.attacking.recipes import named

SHIPPED, MENDED = "TextAttack as shipped", "TextAttack, padding mended"
DTYPES = ("float32", "bfloat16")


def main() -> int:
    """Measure each recipe, print, and compare what was found."""
    wanted = arguments()
    with subject(wanted) as (folder, frame):
        models = {dtype: load(folder, dtype=dtype) for dtype in DTYPES}
        chosen = frame.tail(wanted.texts)
        texts = chosen[wanted.text].astype(str).tolist()
        labels = np.array([models["float32"].classes.index(str(label)) for label in chosen[wanted.label]])
        print(f"{len(texts)} texts, {torch.get_num_threads()} threads")
        print(f"the type chosen here by the engine itself: {load(folder).info.dtype}")
        plain = {dtype: bare(folder, dtype) for dtype in DTYPES}
        return max(compare(recipe, models, plain, texts, labels, wanted) for recipe in wanted.recipes)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = options(__doc__, texts=40, rounds=2)
    parser.add_argument("--label", default="label", help="column of the labels")
    parser.add_argument(
        "--shipped", type=int, default=2, help="how many for TextAttack as shipped; 0 for none"
    )
    parser.add_argument("--recipes", nargs="+", default=["deepwordbug", "pwws"])
    return parser.parse_args()


@dataclass(eq=False)
class Contestant:
    """Something that attacks texts, and what it did.

    Attributes:
        run: attacks; the adversarial text of each text and the queries that it took.
        seconds: of each round.
        found: the adversarial texts.
        queries: how many in all.
    """

    run: Callable[[], list[tuple[str, int]]]
    seconds: list[float] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    queries: int = 0

    def turn(self, clock: Callable[[], float]) -> None:
        """Attack once more."""
        results: list[tuple[str, int]] = []
        self.seconds.append(timed(lambda: results.extend(self.run()), clock))
        self.found = [text for text, _ in results]
        self.queries = sum(queries for _, queries in results)

    @property
    def per_query(self) -> list[float]:
        """Seconds a query, for each round but the first, which warms up (unless it is the only one)."""
        return [seconds / self.queries for seconds in self.seconds[1:] or self.seconds]


def compare(
    recipe: str,
    models: Mapping[str, LoadedModel],
    plain: Mapping[str, torch.nn.Module],
    texts: Sequence[str],
    labels: np.ndarray,
    wanted: Any,
) -> int:
    """Time every contestant on one recipe; 0 when they agree where they must."""
    clock = time.process_time if wanted.cpu_time else time.perf_counter
    exact = models["float32"]
    contestants = {
        MENDED: Contestant(partial(theirs, recipe, mended(exact), texts, labels)),
        **{
            f"ours, {dtype}": Contestant(partial(ours, recipe, models[dtype], texts, labels))
            for dtype in DTYPES
        },
    }
    few = slice(wanted.shipped)
    once = {"ours, float32, one at a time": Contestant(partial(ours, recipe, exact, texts, labels, width=1))}
    if wanted.shipped:
        once[SHIPPED] = Contestant(partial(theirs, recipe, as_shipped(exact), texts[few], labels[few]))
    for contestant in once.values():
        contestant.turn(clock)
    ideal: dict[str, list[float]] = {dtype: [] for dtype in DTYPES}
    tokens = {dtype: tokens_asked(recipe, models[dtype], texts, labels) for dtype in DTYPES}
    for _ in range(1 + wanted.rounds):
        for contestant in contestants.values():
            contestant.turn(clock)
        for dtype in DTYPES:
            ideal[dtype].append(best_dense(plain[dtype], tokens[dtype], clock))
    show(recipe, {**contestants, **once}, {dtype: seconds[1:] for dtype, seconds in ideal.items()}, wanted)
    return check(recipe, contestants | once, models, texts, labels)


def fresh(model: LoadedModel) -> LoadedModel:
    """The same model, which remembers no answer yet."""
    return replace(model, engine=replace(model.engine))


def ours(
    recipe: str, model: LoadedModel, texts: Sequence[str], labels: np.ndarray, *, width: int = 64
) -> list[tuple[str, int]]:
    """Attack with the pool."""
    found = attack(fresh(model), texts, labels, recipe, width=width)
    return [(one.adversarial, one.queries) for one in found]


def theirs(recipe: str, wrapper: Any, texts: Sequence[str], labels: np.ndarray) -> list[tuple[str, int]]:
    """Attack with TextAttack's own loop, with the seeds of ours."""
    with quiet():
        attacker = named(recipe).build(wrapper)
        return [one_of_theirs(attacker, *pair) for pair in zip(texts, labels, strict=True)]


def one_of_theirs(attacker: Any, text: str, label: int) -> tuple[str, int]:
    """TextAttack's result for one text."""
    put(seeded(0, text))
    result = attacker.attack(text, int(label))
    return result.perturbed_text(), result.num_queries


def as_shipped(model: LoadedModel) -> Any:
    """TextAttack's own wrapper of a classifier of transformers."""
    return textattack().models.wrappers.HuggingFaceModelWrapper(model.module, model.tokenizer)


def mended(model: LoadedModel) -> Any:
    """The same wrapper, padding each batch only to its own longest text, and recording no gradient."""
    wrapper = as_shipped(model)

    class Mended(type(wrapper)):  # type: ignore[misc]
        def __call__(self, texts: list[str]) -> Any:
            inputs = self.tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                return self.model(**inputs.to(next(self.model.parameters()).device)).logits

    return Mended(model.module, model.tokenizer)


@dataclass(frozen=True, eq=False)
class Recording:
    """A model that remembers what it was asked."""

    model: LoadedModel
    asked: dict[str, None] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.model.classes

    def predict(self, inputs: Sequence[str]) -> np.ndarray:
        """Class probabilities."""
        self.asked.update(dict.fromkeys(inputs))
        return self.model.predict(inputs)


def tokens_asked(recipe: str, model: LoadedModel, texts: Sequence[str], labels: np.ndarray) -> int:
    """How many tokens the different texts have that the attacks ask for."""
    recording = Recording(fresh(model))
    attack(recording, texts, labels, recipe)
    engine = model.engine
    return sum(tokenize(engine.tokenizer, list(recording.asked), longest=engine.longest).lengths)


def show(
    recipe: str, contestants: Mapping[str, Contestant], ideal: Mapping[str, list[float]], wanted: Any
) -> None:
    """Seconds, and the ratios that the design aims at."""
    print(f"\n{recipe}")
    for name, one in contestants.items():
        each, rounds = 1000 * median(one.per_query), ", ".join(f"{seconds:.2f}" for seconds in one.seconds)
        print(f"{name:30s} {each:8.2f} ms a query, {one.queries:6d} queries ({rounds} s)")
    for dtype in DTYPES:
        mine = contestants[f"ours, {dtype}"]
        said = [f"{ratio(contestants[MENDED].per_query, mine.per_query):.1f} times {MENDED}"]
        if wanted.shipped:
            said.append(
                f"{median(contestants[SHIPPED].per_query) / median(mine.per_query):.0f} times as shipped"
            )
        over = ratio(mine.seconds[1:], ideal[dtype])
        print(f"{dtype}: {', '.join(said)}; {over:.2f} times the ideal ({median(ideal[dtype]):.2f} s)")


def check(
    recipe: str,
    contestants: Mapping[str, Contestant],
    models: Mapping[str, LoadedModel],
    texts: Sequence[str],
    labels: np.ndarray,
) -> int:
    """Compare what was found: with one at a time, with TextAttack's own, and with the model alone."""
    together = contestants["ours, float32"].found
    different = {"one at a time": unlike(together, contestants["ours, float32, one at a time"].found)}
    for dtype, model in models.items():
        different[f"successes that do not hold alone, {dtype}"] = not_holding(recipe, model, texts, labels)
    for name in (MENDED, "ours, bfloat16"):
        print(f"other texts than ours in float32, {name}: {unlike(together, contestants[name].found)}")
    for what, count in different.items():
        print(f"different, {what}: {count} of {len(texts)}")
    return int(any(different.values()))


def unlike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many texts differ."""
    return sum(a != b for a, b in zip(one, other, strict=True))


def not_holding(recipe: str, model: LoadedModel, texts: Sequence[str], labels: np.ndarray) -> int:
    """Successes whose text, read alone by the float32 module, has the true class after all."""
    found = [one for one in attack(fresh(model), texts, labels, recipe) if one.outcome == "success"]
    return sum(alone(model, one) == one.label for one in found)


def alone(model: LoadedModel, one: Attacked) -> int:
    """The class of one text, by transformers itself."""
    inputs = model.tokenizer(one.adversarial, truncation=True, return_tensors="pt").to(model.module.device)
    with torch.inference_mode():
        return int(model.module(**inputs).logits.argmax())


if __name__ == "__main__":
    raise SystemExit(main())
