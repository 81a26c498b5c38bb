"""Rigged models: what is refused, and what is said."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from audit.models import predict_checked
from audit.models.probabilities import decisions, softmax
from audit.models.sanity import handful
from probes.errors import AuditError

TEXTS = [f"text number {number}" for number in range(20)]


@dataclass
class Rigged:
    answer: Any
    classes: tuple[str, ...] = ("no", "yes")

    def predict(self, inputs):
        return self.answer(inputs)


def by_length(texts):
    return np.array([[1 / (1 + len(t)), len(t) / (1 + len(t))] for t in texts])


def test_a_sound_model_passes():
    found = predict_checked(Rigged(by_length), TEXTS)
    assert found.labels.tolist() == [1] * 20
    assert found.valid.all()


counter = itertools.count()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda t: np.full((len(t), 3), 1 / 3), "shape"),
        (lambda t: np.full(len(t), 0.5), "shape"),
        (lambda t: by_length(t)[:-1], "shape"),
        (lambda t: np.tile([2.0, -1.0], (len(t), 1)), "not logits"),
        (lambda t: np.tile([0.2, 0.2], (len(t), 1)), "does not sum to 1"),
        (lambda t: np.tile([np.inf, 0.0], (len(t), 1)), "outside 0 to 1"),
        (lambda t: [["a", "b"]] * len(t), "no table of numbers"),
        (lambda t: None, "shape"),
        (lambda t: np.roll([[0.9, 0.1]], next(counter), axis=1).repeat(len(t), axis=0), "not deterministic"),
        (lambda t: np.tile([0.1, 0.9] if len(t) > 1 else [0.9, 0.1], (len(t), 1)), "on a text alone"),
    ],
)
def test_what_cannot_be_measured_is_refused(answer, said):
    with pytest.raises(AuditError, match=said):
        predict_checked(Rigged(answer), TEXTS)


def test_a_nan_row_is_invalid_and_no_fault():
    def answer(texts):
        table = by_length(texts)
        table[[t.endswith("7") for t in texts], 0] = np.nan
        return table

    found = predict_checked(Rigged(answer), TEXTS)
    assert np.flatnonzero(found.labels == -1).tolist() == [7, 17]
    assert found.probabilities is not None
    assert np.isnan(found.probabilities[[7, 17]]).all()


def test_a_bad_row_beyond_the_handful_is_found():
    def answer(texts):
        table = by_length(texts)
        table[[t == TEXTS[11] for t in texts]] = [0.2, 0.2]
        return table

    assert TEXTS[11] not in handful(TEXTS)
    with pytest.raises(AuditError, match="text 12 of 20"):
        predict_checked(Rigged(answer), TEXTS)


def test_no_texts():
    assert predict_checked(Rigged(lambda t: np.empty((len(t), 2))), []).labels.shape == (0,)


def test_the_handful_has_the_shortest_and_the_longest():
    sample = handful(["ccc", "a", "dddd" * 9, "bb", "a"])
    assert sample == ["a", "bb", "ccc", "dddd" * 9]
    assert len(handful(TEXTS)) == 8


def test_softmax():
    """Logits (0, ln 3) give 1/4 and 3/4; a shift changes nothing; 1e4 does not overflow."""
    rows = np.array([[0, np.log(3)], [5, 5 + np.log(3)], [1e4, -1e4], [np.nan, 0], [np.inf, 0]])
    assert np.allclose(softmax(rows)[:3], [[0.25, 0.75], [0.25, 0.75], [1, 0]])
    assert np.isnan(softmax(rows)[3:]).all()


def test_decisions():
    assert decisions(np.array([[0.2, 0.8], [0.5, 0.5], [np.nan, np.nan]])).tolist() == [1, 0, -1]


def test_a_cached_model_is_asked_again(tiny_model):
    """Dropout left on shows only when the second answer is not taken from the cache."""
    from audit.models import load

    model = load(str(tiny_model), device="cpu", dtype="float32")
    model.predict(TEXTS)
    model.module.train()
    with pytest.raises(AuditError, match="not deterministic"):
        predict_checked(model, TEXTS)
