"""Thresholds: which decision rule for each group evens out the decisions of a model that is trained already?

Fairlearn's `ThresholdOptimizer` (Hardt, Price and Srebro, 2016) finds the rules; what it found is kept as
plain numbers in `postprocessing.json` beside the weights, and applied without Fairlearn. Where a rule needs
chance, the draw of a row follows from the row's key and the seed, so that a row is decided the same in
whatever order and company.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.errors import AuditError
from probes.types import FloatArray, Grouping, IntArray

FILE = "postprocessing.json"

Constraint = Literal[
    "demographic_parity",
    "equalized_odds",
    "true_positive_rate_parity",
    "false_positive_rate_parity",
    "true_negative_rate_parity",
    "false_negative_rate_parity",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Threshold(_Frozen):
    """A decision by one threshold: positive where `score operator threshold`."""

    operator: Literal[">", "<"]
    threshold: float = Field(description="Of the score; infinite where all decisions are the same.")
    probability: float = Field(ge=0, le=1, description="How often this threshold is the one that is used.")


class Rule(_Frozen):
    """The decisions of one group."""

    thresholds: tuple[Threshold, Threshold]
    ignored: float = Field(ge=0, le=1, description="How often the score is not looked at.")
    constant: float = Field(ge=0, le=1, description="Chance of a positive decision then.")
    rows: int = Field(ge=0, description="Rows of the group that the rule was found on.")


class Postprocessing(_Frozen):
    """What `postprocessing.json` holds: how scores become decisions, group by group."""

    schema_version: Literal[1] = 1
    constraint: Constraint
    objective: str
    feature: str = Field(description="The column, or derived feature, that holds the groups.")
    positive: str = Field(description="The class whose probability is the score.")
    seed: int = Field(ge=0, description="Seed of the draws.")
    groups: dict[str, Rule]

    def to_json(self) -> str:
        """The content of the file."""
        return self.model_dump_json(indent=1) + "\n"


def fit_thresholds(
    scores: FloatArray,
    labels: IntArray,
    grouping: Grouping,
    *,
    positive: str,
    constraint: Constraint = "equalized_odds",
    objective: str = "balanced_accuracy_score",
    seed: int = 0,
) -> Postprocessing:
    """The rules with the best objective among those that keep the constraint on these rows.

    Use rows that the model was not trained on (its scores are too good there) and that will not be audited
    (the gap would be 0 by construction): the validation split. On few rows the rules are inexact, and so is
    the constraint.

    Args:
        scores: (N,) probability of the positive class.
        labels: (N,) 1 where the true class is the positive one, else 0.
        grouping: the group of each row; rows of unknown group take no part.
        positive: the name of the positive class.
        constraint: what is to be equal in all groups.
        objective: what is to be large: as in Fairlearn, which does not take every objective with every
            constraint.
        seed: of the draws.

    Raises:
        AuditError: when a group lacks a class, or Fairlearn does not take objective and constraint together.
    """
    from fairlearn.postprocessing import ThresholdOptimizer

    _check(labels, grouping)
    known = grouping.codes >= 0
    names = np.array(grouping.names)[grouping.codes[known]]
    optimizer = ThresholdOptimizer(
        estimator=_given_scores(),
        constraints=constraint,
        objective=objective,
        prefit=True,
        predict_method="predict",
    )
    try:
        optimizer.fit(scores[known, None], labels[known], sensitive_features=names)
    except ValueError as error:
        raise AuditError(f"constraint {constraint!r} with objective {objective!r}: {error}") from error
    found = optimizer.interpolated_thresholder_.interpolation_dict
    rows = {name: int((names == name).sum()) for name in found}
    return Postprocessing(
        constraint=constraint,
        objective=objective,
        feature=grouping.feature,
        positive=positive,
        seed=seed,
        groups={str(name): _rule(entry, rows[name]) for name, entry in found.items()},
    )


def chances(postprocessing: Postprocessing, scores: FloatArray, grouping: Grouping) -> FloatArray:
    """(N,) the chance of a positive decision for each row; 0 or 1 where the rule needs no draw.

    A row of unknown group has no rule and is decided as the model does, by a score above 1/2. NaN scores give
    NaN.

    Raises:
        AuditError: when a group has rows here and no rule.
    """
    check_groups(postprocessing, grouping)
    found = (scores > 0.5).astype(np.float64)
    for code, name in enumerate(grouping.names):
        rows = grouping.codes == code
        if rows.any():
            found[rows] = _chance(postprocessing.groups[name], scores[rows])
    return np.where(np.isnan(scores), np.nan, found)


def apply(
    postprocessing: Postprocessing, scores: FloatArray, grouping: Grouping, keys: Sequence[str]
) -> IntArray:
    """The mitigated decisions.

    Args:
        postprocessing: the rules.
        scores: (N,) probability of the positive class.
        grouping: the group of each row, by the feature that the rules speak of.
        keys: (N,) what identifies a row by its content: the text, or an id that never changes.

    Returns:
        (N,) 1 for the positive class, 0 for the other; -1 where the score is NaN.

    Raises:
        AuditError: when a group has rows here and no rule.
    """
    chance = chances(postprocessing, scores, grouping)
    positive = chance >= draws(keys, seed=postprocessing.seed)
    return np.where(np.isnan(chance), -1, positive).astype(np.int64)


def draws(keys: Sequence[str], *, seed: int) -> FloatArray:
    """(N,) a number above 0 and at most 1 for each key, evenly spread, the same for the same key and seed."""
    digests = (hashlib.sha256(f"{seed}/{key}".encode("utf-8", "surrogatepass")).digest() for key in keys)
    whole = [int.from_bytes(digest[:6], "big") for digest in digests]
    return (np.array(whole, dtype=np.float64) + 1) / 2**48


def write(folder: Path, postprocessing: Postprocessing) -> None:
    """Put the rules beside a model's weights, in the place of those that are there.

    Raises:
        AuditError: when they cannot be written.
    """
    part = folder / f".{FILE}.part"
    try:
        part.write_text(postprocessing.to_json(), encoding="utf-8")
        part.replace(folder / FILE)
    except OSError as error:
        raise AuditError(f"{folder / FILE} cannot be written: {error}") from None


def read(folder: Path) -> Postprocessing | None:
    """The rules beside a model's weights; None when there are none.

    Raises:
        AuditError: when there are some that cannot be read.
    """
    path = folder / FILE
    try:
        return Postprocessing.model_validate_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise AuditError(f"{path} cannot be read as decision rules: {error}; fit them again") from None


def _check(labels: IntArray, grouping: Grouping) -> None:
    def lacks(code: int) -> bool:
        return set(np.unique(labels[grouping.codes == code]).tolist()) != {0, 1}

    if faulty := [name for code, name in enumerate(grouping.names) if lacks(code)]:
        raise AuditError(
            f"thresholds need rows of both classes in every group of {grouping.feature}; "
            f"{', '.join(map(repr, faulty))} lack one; join small groups into one, or give more rows"
        )


def check_groups(postprocessing: Postprocessing, grouping: Grouping) -> None:
    """Refuse groups without a rule.

    Raises:
        AuditError: when a group has rows here and no rule.
    """
    present = {grouping.names[code] for code in np.unique(grouping.codes[grouping.codes >= 0])}
    if new := sorted(present - set(postprocessing.groups)):
        raise AuditError(
            f"there is no decision rule for {grouping.feature} = {', '.join(map(repr, new))}; "
            f"the rules are for {', '.join(map(repr, postprocessing.groups))}; "
            "fit them on rows with every group"
        )


def _given_scores() -> Any:
    """Stands for the model: its scores are known already."""
    from sklearn.base import BaseEstimator

    class Given(BaseEstimator):  # type: ignore[misc]
        def fit(self, x: Any, y: Any) -> "Given":  # noqa: ARG002 - the signature of an estimator
            return self

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def predict(self, x: Any) -> FloatArray:
            return np.asarray(x)[:, 0]

    return Given()


def _rule(entry: Mapping[str, Any], rows: int) -> Rule:
    pairs = ((entry["operation0"], entry["p0"]), (entry["operation1"], entry["p1"]))
    thresholds = tuple(
        Threshold(operator=operation.operator, threshold=float(operation.threshold), probability=_share(p))
        for operation, p in pairs
    )
    ignored, constant = _share(entry.get("p_ignore", 0)), _share(entry.get("prediction_constant", 0))
    return Rule(thresholds=(thresholds[0], thresholds[1]), ignored=ignored, constant=constant, rows=rows)


def _share(value: float) -> float:
    """Rounding leaves shares such as 1 + 2e-16."""
    return min(1.0, max(0.0, float(value)))


def _chance(rule: Rule, scores: FloatArray) -> FloatArray:
    looked = sum((t.probability * _above(t, scores) for t in rule.thresholds), np.zeros(len(scores)))
    return np.asarray(rule.ignored * rule.constant + (1 - rule.ignored) * looked)


def _above(threshold: Threshold, scores: FloatArray) -> FloatArray:
    passed = scores > threshold.threshold if threshold.operator == ">" else scores < threshold.threshold
    return passed.astype(np.float64)
