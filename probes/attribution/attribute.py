"""How much does each word of each text speak for a class?"""

from collections.abc import Sequence
from typing import NamedTuple, get_args

import numpy as np

from probes.attribution.catalogue import named
from probes.attribution.encoding import Encoded, Level, units
from probes.attribution.memory import known
from probes.attribution.methods import Method, Request, Scores
from probes.attribution.missing import lacking
from probes.attribution.result import Attribution
from probes.errors import AuditError, Skip
from probes.types import IntArray, Model


class _Key(NamedTuple):
    method: str
    level: Level
    baseline: str
    seed: int
    text: str
    target: int


def attribute(
    model: Model,
    texts: Sequence[str],
    method: str = "integrated_gradients",
    *,
    targets: IntArray | None = None,
    level: Level = "word",
    baseline: str | None = None,
    seed: int = 0,
) -> tuple[Attribution, ...]:
    """Attribute the log-odds of a class to the units of each text.

    What is explained is log p - log (1 - p) of the target class (with two classes, the difference of the
    logits). The result of a text does not depend on the other texts or their order. An attribution that does
    not hold what its method promises has a reason in `withheld`.

    Args:
        model: a model; a `GradientModel` for the methods that need gradients.
        texts: N texts.
        method: a name in `METHODS`.
        targets: (N,) the class to explain; the predicted one when not given.
        level: the units: words and punctuation marks, or the tokens of the model.
        baseline: what stands for a missing unit; the first of the method's that the model has, by default.
        seed: random draws depend on it and on the text alone.

    Raises:
        AuditError: when the method has no such name, baseline or level.
        Skip: when the model lacks what the method needs.
    """
    chosen = _method(method, level)
    missing = _baseline(chosen, baseline, model)
    classes = predicted(model, texts) if targets is None else np.asarray(targets)
    kept = known(model)
    keys = [
        _Key(method, level, missing, seed, text, int(target))
        for text, target in zip(texts, classes, strict=True)
    ]
    new = [key for key in dict.fromkeys(keys) if key not in kept]
    kept.update(zip(new, _explained(model, chosen, missing, seed, new), strict=True))
    return tuple(kept[key] for key in keys)


def predicted(model: Model, texts: Sequence[str]) -> IntArray:
    """(N,) the class that the model gives each text; -1 where it gives no valid answer."""
    answers = np.asarray(model.predict(texts), dtype=float).reshape(len(texts), len(model.classes))
    valid = np.isfinite(answers).all(axis=1)
    return np.where(valid, np.where(valid[:, None], answers, 0.0).argmax(axis=1), -1)


def _method(name: str, level: str) -> Method:
    method = named(name)
    if level not in get_args(Level):
        raise AuditError(f"level {level!r} is not one of {', '.join(get_args(Level))}")
    return method


def _baseline(method: Method, wanted: str | None, model: Model) -> str:
    """The baseline that is wanted, or the first that the model has."""
    if wanted is not None and wanted not in method.baselines:
        raise AuditError(f"baseline {wanted!r} of {method.name} is not one of {', '.join(method.baselines)}")
    choices = method.baselines if wanted is None else (wanted,)
    there = [name for name in choices if lacking(name, model) is None]
    if not there:
        raise Skip(lacking(choices[0], model) or "")
    return there[0]


def _explained(
    model: Model, method: Method, baseline: str, seed: int, keys: Sequence[_Key]
) -> list[Attribution]:
    """An attribution for each key; a text without units, or without a valid answer, gets no scores."""
    if not keys:
        return []
    level, targets = keys[0].level, np.array([key.target for key in keys])
    texts = units(model, [key.text for key in keys], level)
    can = [row for row, text in enumerate(texts) if text.spans and targets[row] >= 0]
    request = Request(model, [texts[row] for row in can], targets[can], baseline, seed)
    found = dict(zip(can, method.explain(request), strict=True)) if can else {}
    return [
        _attribution(text, int(target), method, baseline, found.get(row) or _nothing(text))
        for row, (text, target) in enumerate(zip(texts, targets, strict=True))
    ]


def _nothing(text: Encoded) -> Scores:
    why = "the model gave no valid answer to it" if text.spans else "it has no words that the model reads"
    return Scores(np.zeros(len(text.spans)), withheld=why)


def _attribution(text: Encoded, target: int, method: Method, baseline: str, found: Scores) -> Attribution:
    return Attribution(
        text=text.text,
        target=target,
        units=text.units,
        spans=text.spans,
        scores=found.values,
        method=method.name,
        baseline=baseline,
        steps=found.steps,
        completeness_error=found.completeness_error,
        withheld=found.withheld,
    )
