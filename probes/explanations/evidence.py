"""May the attributions of a method be used as evidence of what the model looks at?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.attribution import METHODS, Attribution, attribute
from probes.attribution.memory import remembered
from probes.attribution.randomising import forgotten
from probes.errors import Skip
from probes.explanations.chosen import chosen
from probes.explanations.figures import averaged
from probes.explanations.frames import sentences
from probes.explanations.sanity import correlations
from probes.explanations.trials import Trial, explain, trials
from probes.numerals import number
from probes.types import Context, FloatArray, GradientModel, Measurement

SIGNED = ("integrated_gradients", "occlusion")
"""What is tried when nothing is named: the first needs gradients, the second only answers."""

JUDGED_TEXTS = 200
"""As many texts as `explanations.faithfulness` takes, so that both ask the model the same questions."""
DRAWS = 3
WITHHELD = 0.10
"""The largest share of texts whose attribution may be withheld."""

RANDOMISED_TEXTS = 16
ALIKE = 0.5
"""A method whose words rank as before, by a correlation of this much or more, when all weights are random
does not depend on what the model has learnt."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """What speaks against using a method as evidence.

    Attributes:
        method: its name.
        gain: by how much more its words move the answer than random ones; None when it could not be tried.
        against: why it must not be used, each a clause; () when it may.
        unchecked: what could not be checked, each a clause.
    """

    method: str
    gain: Measurement | None
    against: tuple[str, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.against

    @property
    def told(self) -> str:
        """The verdict with its reasons, in words."""
        left = f" (not checked: {'; '.join(self.unchecked)})" if self.unchecked else ""
        return f"usable{left}" if self.usable else f"not usable: {'; '.join(self.against)}"


def evidence(ctx: Context, methods: Sequence[str]) -> Verdict:
    """The verdict on the first method that may be used, and tells for from against.

    Raises:
        AuditError: when there is no such method.
        Skip: when none may be used, with the reason for each.
    """
    found = []
    for method in methods:
        found.append(_remembered(ctx, method))
        if found[-1].usable:
            return found[-1]
    reasons = "; ".join(f"{_title(verdict.method)} is {verdict.told}" for verdict in found)
    raise Skip(f"no method of attribution may be used as evidence: {reasons}")


def _remembered(ctx: Context, method: str) -> Verdict:
    """Judged once for the same model and texts, whichever probe asks first."""
    texts = judged(ctx, JUDGED_TEXTS)
    key = ("verdict", method, texts, ctx.seed, ctx.confidence)
    return remembered(ctx.oracle, key, lambda: _found(ctx, method, texts))


def _found(ctx: Context, method: str, texts: Sequence[str]) -> Verdict:
    if method in METHODS and not METHODS[method].signed:
        return Verdict(method, None, ("its scores do not tell for from against",))
    found, absent = trials(ctx, (method,), texts, draws=DRAWS)
    return verdict(ctx, found[method]) if method in found else Verdict(method, None, (absent[method],))


def judged(ctx: Context, most: int) -> tuple[str, ...]:
    """The texts on which methods are judged: those of the data, or without data our own sentences."""
    texts = ctx.texts if ctx.samples.inputs is not None and len(ctx.samples) else sentences()
    return chosen(ctx, texts, most)


def verdict(ctx: Context, trial: Trial) -> Verdict:
    """What three checks say of a method: completeness, a random order, and random weights."""
    gain = averaged(ctx, "comprehensiveness_gain", trial.gain, {"method": trial.method}, bounds=(-1.0, 1.0))
    weights, unchecked = _weights(ctx, trial)
    against = (_completeness(trial), _order(gain), weights)
    return Verdict(trial.method, gain, tuple(filter(None, against)), tuple(filter(None, (unchecked,))))


def _completeness(trial: Trial) -> str:
    if len(trial.withheld) <= WITHHELD * trial.explained:
        return ""
    return f"withheld for {len(trial.withheld)} of {trial.explained} texts ({trial.withheld[0]})"


def _order(gain: Measurement) -> str:
    if gain.low is not None and gain.low > 0:
        return ""
    if gain.value is None or gain.low is None or gain.high is None:
        return f"not compared with a random order ({gain.note})"
    return (
        f"taking its words away moves the answer no more than taking random ones (by {number(gain.value)}, "
        f"interval {number(gain.low)} to {number(gain.high)})"
    )


def _weights(ctx: Context, trial: Trial) -> tuple[str, str]:
    """What speaks against the method once all weights are random; and why that could not be seen."""
    model = ctx.oracle
    if not isinstance(model, GradientModel):
        return "", "the weights of a model that can only be asked cannot be made random"
    key = ("all weights random", trial.method, tuple(a.text for a in _first(trial)), ctx.seed)
    values = remembered(model, key, lambda: _correlations(model, trial, ctx.seed))
    alike = averaged(ctx, "correlation", values, {}, bounds=(-1.0, 1.0))
    if alike.high is not None and alike.high < ALIKE:
        return "", ""
    if alike.value is None or alike.high is None:
        return f"its ranking with random weights is not known ({alike.note})", ""
    told = f"correlation {number(alike.value)}, interval up to {number(alike.high)}"
    return f"its ranking may stay as it is when all weights are random ({told})", ""


def _correlations(model: GradientModel, trial: Trial, seed: int) -> FloatArray:
    explained = _first(trial)
    if not explained:
        return np.array([])
    forgetful = forgotten(model, seed=seed)
    targets = np.array([attribution.target for attribution in explained])
    texts = [attribution.text for attribution in explained]
    return correlations(explained, attribute(forgetful, texts, trial.method, targets=targets, seed=seed))


def _first(trial: Trial) -> tuple[Attribution, ...]:
    return trial.attributions[:RANDOMISED_TEXTS]


def believed(ctx: Context, texts: Sequence[str], method: str) -> tuple[Attribution, ...]:
    """The attributions of the texts towards their predicted classes, without those that are withheld."""
    explained = explain(ctx.oracle, texts, method, seed=ctx.seed)
    if isinstance(explained, str):
        raise Skip(explained)
    return tuple(attribution for attribution in explained if not attribution.withheld)


def _title(method: str) -> str:
    return METHODS[method].title if method in METHODS else method
