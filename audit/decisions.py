"""Which decisions are audited where rules beside the model decide in its place?

The rules are those of `training.mitigations.thresholds`: for each group thresholds on the probability of
the positive class. They change the decisions on the audited rows and nothing else: whoever asks the model
itself, as probes with sentences of their own do, is told what the model says.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from probes.errors import AuditError
from probes.types import Predictions, Samples
from training.mitigations import thresholds
from training.mitigations.thresholds import Postprocessing


def check(rules: Postprocessing, samples: Samples, classes: Sequence[str]) -> None:
    """Refuse rows that the rules cannot decide.

    Raises:
        AuditError: when the model has other classes than the rules, or the rows lack the groups, or have a
            group without a rule.
    """
    if len(classes) != 2 or rules.positive not in classes:
        raise AuditError(
            f"{thresholds.FILE}: the rules are for {rules.positive!r} against one other class, and the "
            f"model's classes are {', '.join(map(repr, classes))}; fit them again with `audit mitigate`"
        )
    if rules.feature not in samples.groups:
        raise AuditError(
            f"{thresholds.FILE} decides by the groups of {rules.feature!r}, which the rows do not have; name "
            "them with --group or --group-from-text as for `audit mitigate`, or move that file away to audit "
            "the model's own decisions"
        )
    thresholds.check_groups(rules, samples.groups[rules.feature])


def mitigated(
    rules: Postprocessing, samples: Samples, answers: Predictions, classes: Sequence[str]
) -> Predictions:
    """The answers with the decisions of the rules; the probabilities stay those of the model."""
    assert answers.probabilities is not None  # noqa: S101 - the answers of a model have them
    assert samples.inputs is not None  # noqa: S101 - a model was asked about texts
    positive = classes.index(rules.positive)
    found = thresholds.apply(
        rules, answers.probabilities[:, positive], samples.groups[rules.feature], samples.inputs
    )
    decided = np.where(found == 1, positive, 1 - positive)
    return replace(answers, labels=np.where(answers.valid & (found >= 0), decided, -1))


def described(rules: Postprocessing) -> str:
    """What the record says of them."""
    return (
        f"thresholds on the probability of {rules.positive!r} by {rules.feature} ({thresholds.FILE}; "
        f"constraint {rules.constraint}, found on {sum(rule.rows for rule in rules.groups.values()):,} rows)"
    )


def warning(rules: Postprocessing) -> str:
    """What a reader of the measurements has to know."""
    return (
        f"the audited decisions are not the model's own but post-processed: {described(rules)}; its "
        "probabilities, and the answers to sentences that probes make themselves, are the model's own"
    )
