"""Which type of numbers answers fastest here, and how far are its logits from those of float32?"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from audit.models.device import token_budget
from audit.models.engine import Engine, margins
from audit.models.tokens import tokenize
from probes.choices import kept_choice, machine
from probes.errors import AuditError

DTYPES = ("auto", "float32", "bfloat16", "float16")
# A half-width type has to win by a fifth: it costs memory and a second look at near ties.
WORTHWHILE = 0.8
ROUNDS = 3
# On 2,500 film texts the largest error was 3.6 times the largest of the trial texts (docs/design/engine.md).
SAFETY = 6.0

_OPENINGS = (
    "The film",
    "This book",
    "My neighbour",
    "The new manager",
    "Nobody",
    "The second half",
    "Her answer",
    "It",
)
_MIDDLES = (
    "was good",
    "was not what I had expected after the first few pages",
    "could have been worse, or so they said",
    "made everyone laugh until the very end, although nothing in it is really funny",
    "is a waste of time",
    "works surprisingly well for something this cheap and this badly made",
    "never finds its way",
    "has a quiet charm that grows on you, scene by scene, and then it is gone",
)
TRIAL_TEXTS = tuple(f"{opening} {middle}." for opening in _OPENINGS for middle in _MIDDLES)


def check_dtype(name: str) -> str:
    """`name`, when it is a type that can be asked for.

    Raises:
        AuditError: when it is not.
    """
    if name not in DTYPES:
        raise AuditError(f"dtype {name!r} is not known; choose {', '.join(DTYPES)}")
    return name


def with_dtype(
    engine: Engine, dtype: str, *, load_as: Callable[[str], Any], config: bytes
) -> tuple[Engine, str]:
    """The engine with the module of half width that `dtype` asks for, and the name of the type that answers.

    Args:
        engine: the engine in float32.
        dtype: one of `DTYPES`; "auto" takes the fastest, by a timing that is kept for this machine and model.
        load_as: loads the module again in the type of that name.
        config: what identifies the model's shape.
    """
    if dtype == "auto":
        dtype = _fastest(engine, load_as, config)
    budget = token_budget(engine.device, dtype, packed=engine.packed is not None)
    if dtype == "float32":
        return replace(engine, budget=budget), dtype
    fast = replace(engine, fast=load_as(dtype), budget=budget)
    return replace(fast, near=SAFETY * logit_error(fast)), dtype


def logit_error(engine: Engine) -> float:
    """Largest error, over the trial texts, of the distance between two logits in the type of half width.

    The error of a row is the largest minus the smallest of its logits' errors: no two logits of the row have
    moved further against each other. Infinite where the type overflows, so that every row is asked again.
    """
    exact = replace(engine, fast=None, cached_texts=0).logits(TRIAL_TEXTS)
    rough = replace(engine, module=engine.fast, packed=None, fast=None, cached_texts=0).logits(TRIAL_TEXTS)
    usable = np.isfinite(margins(exact))
    if not np.isfinite(rough[usable]).all():
        return float("inf")
    shift = rough[usable].astype(np.float64) - exact[usable]
    return float(np.ptp(shift, axis=1).max(initial=0.0))


def _fastest(engine: Engine, load_as: Callable[[str], Any], config: bytes) -> str:
    key = hashlib.sha256(machine(engine.device).encode() + config).hexdigest()
    return kept_choice(key, DTYPES[1:], lambda: _timed_choice(engine, load_as))


def _timed_choice(engine: Engine, load_as: Callable[[str], Any]) -> str:
    modules = {"float32": engine.exact} | {
        name: _attempt(load_as, name) for name in _candidates(engine.device)
    }
    seconds = _timings(engine, {name: module for name, module in modules.items() if module is not None})
    quickest = min(seconds, key=seconds.__getitem__)
    return quickest if seconds[quickest] <= WORTHWHILE * seconds["float32"] else "float32"


def _candidates(device: Any) -> Sequence[str]:
    return ("bfloat16",) if device.type == "cpu" else ("bfloat16", "float16")


def _attempt(load_as: Callable[[str], Any], name: str) -> Any:
    """The module in that type, or None where it does not fit or does not exist."""
    try:
        return load_as(name)
    except AuditError:
        return None


def _timings(engine: Engine, modules: Mapping[str, Any]) -> dict[str, float]:
    """Median seconds of a batch in each type; the types take turns, so that a busy moment hits all alike."""
    tokens = tokenize(engine.tokenizer, TRIAL_TEXTS, longest=engine.longest)
    seconds: dict[str, list[float]] = {name: [] for name in modules}
    rows = range(len(TRIAL_TEXTS) // 2)
    for _ in range(1 + ROUNDS):
        for name, module in modules.items():
            start = time.perf_counter()
            seconds[name].append(_tried(engine, module, tokens, rows) or time.perf_counter() - start)
    return {name: median(taken[1:]) for name, taken in seconds.items()}


def _tried(engine: Engine, module: Any, tokens: Any, rows: Sequence[int]) -> float:
    """0 when the forward pass works; endless where the device cannot do it in the module's type."""
    try:
        engine.forward(module, tokens, rows)
    except (RuntimeError, MemoryError):
        return float("inf")
    return 0.0
