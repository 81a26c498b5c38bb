"""Does a score that tells other data apart get an area of 1, and one that does not get 0.5?"""

from dataclasses import replace

import numpy as np
import pytest

from probes.robustness.out_of_distribution import out_of_distribution


class Loud:
    """Logits (0, length of the text)."""

    classes = ("no", "yes")

    def logits(self, inputs):
        return np.array([[0.0, len(text)] for text in inputs])

    def predict(self, inputs):
        odds = np.exp(self.logits(inputs))
        return odds / odds.sum(axis=1, keepdims=True)


def compared(context, model, main, other):
    rows = [context(None, probabilities=model.predict(t), texts=t, model=model) for t in (main, other)]
    return list(out_of_distribution(replace(rows[0], shifted={"other": rows[1]})))


def test_shorter_texts_are_told_apart(context, found):
    findings = compared(context, Loud(), ["aaa", "aaaa"] * 10, ["a", "aa"] * 10)
    assert {f.slice["score"]: f.value for f in findings} == {"max_probability": 1, "energy": 1}
    findings = compared(context, Loud(), ["a", "aaa"] * 10, ["aa", "aaa"] * 10)
    # Of the four kinds of pairs one is won, one tied, two lost.
    assert found(findings, "auroc", score="energy").value == pytest.approx(0.375)


def test_the_same_texts_are_not(context, found):
    findings = compared(context, Loud(), ["a", "aaa", "aa"] * 10, ["a", "aa", "aaa"] * 10)
    for score in ("max_probability", "energy"):
        area = found(findings, "auroc", data="other", score=score)
        assert area.value == pytest.approx(0.5)
        assert area.low < 0.5 < area.high


def test_energy_sees_what_probabilities_do_not(context, found):
    """Logits (x, x): the probabilities are a half everywhere, the energy is x + ln 2."""

    class Flat(Loud):
        def logits(self, inputs):
            return np.array([[len(text)] * 2 for text in inputs], dtype=float)

    findings = compared(context, Flat(), ["aaa"] * 5, ["a"] * 5)
    assert found(findings, "auroc", score="max_probability").value == 0.5
    assert found(findings, "auroc", score="energy").value == 1


def test_probabilities_have_no_energy(context, found, word_model):
    findings = compared(context, word_model(0.5, {"a": 0.3}), ["a", "b"], ["a", "b"])
    assert "not logits" in found(findings, "auroc", score="energy").note
    assert found(findings, "auroc", score="max_probability").value == 0.5


def test_decisions_alone_leave_nothing(context):
    rows = context([0, 1], [0, 1])
    findings = list(out_of_distribution(replace(rows, shifted={"other": rows})))
    assert [f.value for f in findings] == [None, None]
    assert all(f.note for f in findings)
