"""Faithfulness: are the words that an attribution calls important those that the answer rests on?"""

from collections.abc import Iterator, Mapping
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution.catalogue import COMPARED, METHODS, MethodName
from probes.errors import Skip
from probes.explanations.chosen import chosen
from probes.explanations.compared import RANDOM, curves, tables
from probes.explanations.erasure import Erased
from probes.explanations.evidence import DRAWS, JUDGED_TEXTS, Verdict, verdict
from probes.explanations.figures import averaged
from probes.explanations.perturbation import sensitivity
from probes.explanations.trials import Trial, trials
from probes.parameters import Limit
from probes.registry import probe
from probes.stats.means import UNBOUNDED, Bounds
from probes.stats.proportions import proportion
from probes.types import Context, Finding, Measurement


@probe()
def faithfulness(
    ctx: Context,
    *,
    methods: tuple[MethodName, ...] = COMPARED,
    max_texts: Annotated[int, Field(gt=0), Limit()] = JUDGED_TEXTS,
    random_orders: Annotated[int, Field(gt=0)] = DRAWS,
    sensitivity_texts: Annotated[int, Field(ge=0)] = 20,
    neighbours: Annotated[int, Field(gt=0)] = 3,
) -> Iterator[Finding]:
    """Are the words that an attribution calls important those that the answer rests on?

    The words of each text are ordered by their scores towards the predicted class. With p the probability of
    that class, and the 1, 5, 10, 20 and 50 % highest words (at least one) as r, means over these five shares
    (the area over the perturbation curve, AOPC) and over texts of two words or more:

    - `comprehensiveness` = p(text) - p(text without r); `sufficiency` = p(text) - p(r alone);
    - `log_odds` = log-odds of p(text without r) minus those of p(text), p within a millionth of 0 and 1;
    - `comprehensiveness_gain`, `sufficiency_gain`, `log_odds_gain`: by how much each is better than for
      random orders of the same text, paired by text, so that 0 means no better than chance;
    - `monotonicity`: share of texts in which p never rises, by more than the 0.005 that a fast type of
      numbers may be off, while ever more of r are taken away;
    - `infidelity`: mean squared difference between what the scores of the words that a random order takes
      away foretell, scaled as well as can be, and the fall of p; `infidelity_gain`: by how much that is less
      than for the same scores in a random order;
    - `sensitivity`: largest relative change of the attribution when one of a few words is left out;
    - `usable`: 1 where the method may be used as evidence, else 0, with the reasons in the note.

    A method may be used when at most a tenth of its attributions are withheld (for the completeness they
    promise), when the interval of its comprehensiveness gain lies above 0, and when its ranking changes as
    the weights of the model are made random. The other probes of the suite take only such methods, judged on
    200 texts. All changed texts of all methods are asked in one call.

    Range: comprehensiveness, sufficiency and their gains in [-1, 1], infidelity and monotonicity in [0, 1],
    log-odds and their gain unbounded, sensitivity 0 upwards. How to read: high comprehensiveness and gains,
    low sufficiency, log-odds, infidelity and sensitivity speak for a method. A text without some of its words
    is not a text that the model was trained on; the gain over a random order takes that into account.

    Undefined: without a text of two words or more whose attribution is believed; infidelity for methods
    without signs. A method that the model does not allow has no numbers, and the table says why. Needs:
    texts, and a model that can be asked.

    Args:
        ctx: the audit.
        methods: names of methods of attribution.
        max_texts: how many texts are explained, chosen by content.
        random_orders: how many random orders each text is given.
        sensitivity_texts: for how many of them the sensitivity is measured; 0 leaves it out.
        neighbours: how many words are left out of each of these, one at a time.

    Reference: DeYoung et al. (2020), ERASER, section 4.3 (comprehensiveness, sufficiency; they take the
    tokens of a rationale, we words); Samek et al. (2017), Evaluating the Visualization of What a Deep Neural
    Network Has Learned, section III (AOPC); Shrikumar, Greenside and Kundaje (2017), DeepLIFT, and Chen et
    al. (2019), L-Shapley and C-Shapley (log-odds; they mask, we delete); Arya et al. (2019), One Explanation
    Does Not Fit All (monotonicity; they add every word, we take away five shares); Yeh et al. (2019), On the
    (In)fidelity and Sensitivity of Explanations, definitions 2.1 and 3.1.
    """
    texts = chosen(ctx, ctx.texts, max_texts)
    found, absent = trials(ctx, methods, texts, draws=random_orders)
    if not any(len(trial.attributions) for trial in found.values()):
        raise Skip(_nothing(found, absent))
    verdicts = {name: verdict(ctx, trial) for name, trial in found.items()}
    measured = {name: _measured(ctx, trial, sensitivity_texts, neighbours) for name, trial in found.items()}
    for name in found:
        yield from measured[name].values()
        yield _usable(verdicts[name], len(found[name].attributions))
    most = max(found.values(), key=lambda trial: len(trial.attributions))
    yield from _erasure(ctx, most.random, {"method": RANDOM})
    yield _monotone(ctx, most.draws[0], {"method": RANDOM})
    yield from tables(measured, verdicts, absent)
    yield from curves(ctx, {**{METHODS[name].title: found[name].own for name in found}, RANDOM: most.random})


def _nothing(found: Mapping[str, Trial], absent: Mapping[str, str]) -> str:
    reasons = [f"{METHODS[name].title}: {why}" for name, why in absent.items()]
    reasons += [
        f"{METHODS[name].title}: {trial.withheld[0] if trial.withheld else 'no text has two words or more'}"
        for name, trial in found.items()
    ]
    return "no text has an attribution that can be tested: " + "; ".join(reasons)


def _measured(ctx: Context, trial: Trial, texts: int, neighbours: int) -> dict[str, Measurement]:
    where = {"method": trial.method}
    own, chance = trial.own, trial.random
    numbers = {
        "comprehensiveness_gain": trial.gain,
        "sufficiency_gain": (chance.sufficiency - own.sufficiency).mean(axis=1),
        "log_odds_gain": (chance.log_odds - own.log_odds).mean(axis=1),
        "infidelity": trial.infidelities(),
        "infidelity_gain": trial.infidelities(shuffled=True) - trial.infidelities(),
    }
    found = [
        *_erasure(ctx, own, where),
        _monotone(ctx, own, where),
        *(
            averaged(
                ctx,
                name,
                values,
                where,
                bounds=_BOUNDS.get(name, UNBOUNDED),
                undefined=_undefined(name, trial),
            )
            for name, values in numbers.items()
        ),
    ]
    if texts:
        changes = sensitivity(ctx.oracle, trial.attributions[:texts], neighbours=neighbours, seed=ctx.seed)
        found.append(averaged(ctx, "sensitivity", changes, where, undefined=_NONE))
    return {measurement.metric: measurement for measurement in found}


def _undefined(metric: str, trial: Trial) -> str:
    unsigned = metric.startswith("infidelity") and not METHODS[trial.method].signed
    return "its scores do not tell by how much the answer should fall" if unsigned else _NONE


_NONE = "no text of two words or more has an attribution that is believed"
_EITHER_WAY: Bounds = (-1.0, 1.0)
_BOUNDS: Mapping[str, Bounds] = {
    "comprehensiveness_gain": _EITHER_WAY,
    "sufficiency_gain": _EITHER_WAY,
    "infidelity": (0.0, 1.0),
    "infidelity_gain": _EITHER_WAY,
}


def _erasure(ctx: Context, erased: Erased, where: Mapping[str, str]) -> Iterator[Measurement]:
    for metric, values in (
        ("comprehensiveness", erased.comprehensiveness),
        ("sufficiency", erased.sufficiency),
    ):
        yield averaged(ctx, metric, values.mean(axis=1), where, bounds=_EITHER_WAY, undefined=_NONE)
    yield averaged(ctx, "log_odds", erased.log_odds.mean(axis=1), where, undefined=_NONE)


def _monotone(ctx: Context, erased: Erased, where: Mapping[str, str]) -> Measurement:
    known = erased.monotone[np.isfinite(erased.monotone)]
    counted = int(known.sum()), len(known)
    return proportion("monotonicity", *counted, slice=where, confidence=ctx.confidence, undefined=_NONE)


def _usable(found: Verdict, texts: int) -> Measurement:
    return Measurement("usable", float(found.usable), None, None, texts, {"method": found.method}, found.told)
