"""Does the model answer in a way that can be measured at all?"""

from collections.abc import Iterator, Sequence

import numpy as np

from audit.models.probabilities import decisions
from probes.errors import AuditError
from probes.types import FloatArray, Model

HANDFUL = 8
# Black boxes often round to three digits.
SUM_TOLERANCE = 5e-3
SAME = 1e-5


def check_model(model: Model, texts: Sequence[str]) -> None:
    """Ask the model a handful of the texts in three ways before any number of it is trusted.

    Each row must be NaN (an invalid answer, counted later) or C probabilities that sum to 1; the same texts
    asked twice must get the same answer; a text asked alone must get the same class as among the others.

    Raises:
        AuditError: naming what was seen.
    """
    sample = handful(texts)
    if not sample:
        return
    first = checked(model.predict(sample), len(sample), model.classes)
    faults = [*_repeat_faults(model, sample, first), *_alone_faults(model, sample, first)]
    if faults:
        raise AuditError(*faults)


def handful(texts: Sequence[str]) -> list[str]:
    """A few different texts, the shortest and the longest among them, in the order of their length."""
    by_length = sorted(set(texts), key=lambda text: (len(text), text))
    places = np.linspace(0, len(by_length) - 1, num=min(HANDFUL, len(by_length)))
    return [by_length[int(place)] for place in places]


def checked(answer: FloatArray, rows: int, classes: Sequence[str]) -> FloatArray:
    """The answer as float64, when it is `rows` rows of class probabilities; one NaN makes a row NaN.

    Raises:
        AuditError: naming the shape, or the first row that is no distribution.
    """
    wanted = (rows, len(classes))
    try:
        table = np.array(answer, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise AuditError(
            f"the model answered {rows} texts with {_seen(answer)}, which is no table of numbers ({error})"
        ) from None
    if table.shape != wanted:
        raise AuditError(
            f"the model answered {rows} texts with shape {table.shape}; {wanted} is needed: "
            f"{_columns(classes)}"
        )
    table[np.isnan(table).any(axis=1)] = np.nan
    valid = ~np.isnan(table[:, 0])
    wrong = valid & ~((table >= -SAME) & (table <= 1 + SAME)).all(axis=1)
    _refuse(table, wrong, "has a value outside 0 to 1; probabilities are needed, not logits (apply softmax)")
    _refuse(
        table,
        valid & (np.abs(table.sum(axis=1) - 1) > SUM_TOLERANCE),
        "does not sum to 1; probabilities are needed",
    )
    return table


def _refuse(table: FloatArray, wrong: np.ndarray, what: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        shown = ", ".join(f"{value:.6g}" for value in table[row, :6])
        raise AuditError(
            f"the model's answer to text {row + 1} of {len(table)}, ({shown}), {what}; {int(wrong.sum())} "
            f"such row(s)"
        )


def _repeat_faults(model: Model, sample: list[str], first: FloatArray) -> Iterator[str]:
    second = checked(model.predict(sample), len(sample), model.classes)
    if not np.allclose(first, second, rtol=0, atol=SAME, equal_nan=True):
        seen = float(np.nanmax(np.abs(first - second), initial=0.0))
        yield (
            f"the model is not deterministic: the same {len(sample)} texts asked twice differ by up to "
            f"{seen:.2g}; switch randomness (dropout, sampling) off"
        )


def _alone_faults(model: Model, sample: list[str], first: FloatArray) -> Iterator[str]:
    alone = np.concatenate([checked(model.predict([text]), 1, model.classes) for text in sample])
    together, single = decisions(first), decisions(alone)
    if (together != single).any():
        row = int(np.flatnonzero(together != single)[0])
        yield (
            f"the model decides differently on a text alone ({_name(model, single[row])}) and together with "
            f"{len(sample) - 1} others ({_name(model, together[row])}); its answer to a text must not "
            f"depend on other texts"
        )


def _name(model: Model, decision: int) -> str:
    return "no valid answer" if decision < 0 else repr(model.classes[decision])


def _columns(classes: Sequence[str]) -> str:
    return (
        f"one row per text, one column per class "
        f"({', '.join(classes[:6])}{', …' if len(classes) > 6 else ''})"
    )


def _seen(answer: object) -> str:
    return f"a {type(answer).__name__}"
