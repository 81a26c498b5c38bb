"""Does the sweep find what a rigged model does with perturbed texts, and nothing else?"""

import numpy as np
import pytest

from probes.errors import Skip
from probes.robustness.perturbations import perturbations
from probes.stats.comparisons import gap
from probes.stats.contrasts import lower, target
from probes.stats.means import mean
from probes.types import Curve, Example, Measurement, Table


class Shouted:
    """Says "yes" where at least so many words are in capitals and the text has the marker, if any."""

    classes = ("no", "yes")

    def __init__(self, least, marker=""):
        self.least, self.marker, self.calls = least, marker, 0

    def predict(self, inputs):
        self.calls += 1
        hit = [sum(w.isupper() for w in t.split()) >= self.least and self.marker in t.lower() for t in inputs]
        return np.stack([1.0 - np.array(hit), np.array(hit, float)], axis=1).reshape(len(inputs), 2)


def texts(rows, marker="zero"):
    return [f"aa bb cc dd ee ff gg hh {marker} v{'abcdefghijklmnopqrstuvwxyz'[i]}" for i in range(rows)]


def run(ctx, **params):
    return list(perturbations(ctx, **{"perturbation": ("case",), **params}))


def test_what_flips_at_strength_three_is_found_there(context, found):
    """Ten words: strength s puts s in capitals, the model turns at three. Labels are the clean decisions."""
    ctx = context([0] * 8, texts=texts(8), model=Shouted(3))
    findings = run(ctx)
    for strength, kept in zip("12345", (1, 1, 0, 0, 0), strict=True):
        where = {"perturbation": "case", "strength": strength}
        assert found(findings, "consistency", **where).value == kept
        assert found(findings, "accuracy_drop", **where).value == 1 - kept
        assert found(findings, "consistency", perturbation="all", strength=strength).value == kept
    curve = next(f for f in findings if isinstance(f, Curve))
    assert (curve.name, curve.x, curve.y) == ("case", (0, 1, 2, 3, 4, 5), (1, 1, 1, 0, 0, 0))
    assert all(low <= y <= high for low, y, high in zip(curve.low, curve.y, curve.high, strict=True))


def test_what_is_put_right_counts_against_what_is_lost(context, found):
    """Four texts become wrong, four right: a drop of 0 with a consistency of 0."""
    findings = run(context([0] * 4 + [1] * 4, texts=texts(8), model=Shouted(1)))
    where = {"perturbation": "case", "strength": "1"}
    assert found(findings, "accuracy_drop", **where).value == 0
    assert found(findings, "consistency", **where).value == 0
    assert sum(isinstance(f, Example) for f in findings) == 1


def test_a_model_that_ignores_case_has_nothing_to_show(context):
    findings = run(context([0, 1] * 10, texts=texts(20), model=Shouted(99), groups={"g": ["a", "b"] * 10}))
    for m in (f for f in findings if isinstance(f, Measurement)):
        assert m.value == (1.0 if m.metric in ("consistency", "group_consistency") else 0.0), m
        assert m.low <= m.value <= m.high
    assert not any(isinstance(f, Example) for f in findings)


def test_who_bears_the_fragility(context, found):
    """Only texts with the marker turn: the groups differ by 1, in drop and in consistency."""
    both = [*texts(20, "fragile"), *texts(20, "robust")]
    ctx = context([0] * 40, texts=both, model=Shouted(1, "fragile"), groups={"g": ["f"] * 20 + ["r"] * 20})
    findings = run(ctx)
    for metric in ("consistency_gap", "accuracy_drop_gap"):
        gap = found(findings, metric, feature="g")
        assert gap.value == 1
        assert gap.comparisons
    assert found(findings, "group_consistency", feature="g", group="r").value == 1


def test_groups_are_compared_at_the_strength_that_is_asked_for(context, found):
    """The model turns at three of ten words, which is strength 3."""
    ctx = context([0] * 8, texts=texts(8), model=Shouted(3), groups={"g": ["a"] * 4 + ["b"] * 4})
    for strength, kept in ((2, 1), (3, 0)):
        findings = run(ctx, group_strength=strength)
        leaf = found(findings, "group_consistency", feature="g", group="a")
        assert (leaf.value, leaf.slice["strength"]) == (kept, str(strength))
        assert found(findings, "consistency_gap").slice == {
            "feature": "g", "perturbation": "all", "strength": str(strength),
        }  # fmt: skip


@pytest.mark.parametrize("names", [("case", "invisible"), ("invisible", "case")])
def test_all_is_the_mean_over_every_perturbation(context, found, names):
    """One word in capitals turns every text, an invisible character none: a half, in either order."""
    findings = run(context([0] * 8, texts=texts(8), model=Shouted(1)), perturbation=names)
    assert found(findings, "consistency", perturbation="all", strength="1").value == 0.5
    assert found(findings, "accuracy_drop", perturbation="all", strength="1").value == 0.5


def test_groups_are_compared_on_the_slips_alone(context, found):
    """Capitals turn every text, a neighbouring key none; only the latter is a slip."""
    ctx = context([0] * 8, texts=texts(8), model=Shouted(1), groups={"g": ["a"] * 4 + ["b"] * 4})
    findings = run(ctx, perturbation=("case", "keyboard"))
    assert found(findings, "consistency", perturbation="all", strength="3").value == 0.5
    assert found(findings, "consistency", perturbation="slips", strength="3").value == 1
    for group in "ab":
        leaf = found(findings, "group_accuracy_drop", group=group)
        assert (leaf.value, leaf.slice["perturbation"], leaf.slice["strength"]) == (0, "slips", "3")


def test_a_gate_on_the_whole_does_not_speak_of_groups(context):
    ctx = context([0] * 8, texts=texts(8), model=Shouted(1), groups={"g": ["a"] * 4 + ["b"] * 4})
    findings = [f for f in run(ctx) if isinstance(f, Measurement)]
    of_groups = {f.metric for f in findings if "group" in f.slice}
    assert of_groups == {"group_consistency", "group_accuracy_drop"}
    assert not of_groups & {f.metric for f in findings if "group" not in f.slice}


def test_intervals_stay_within_what_the_numbers_can_be(context):
    """Four texts of two groups, in which one text of four turns: Student's intervals would end above 1."""
    both = [*texts(2, "fragile"), *texts(6, "robust")]
    ctx = context([0] * 8, texts=both, model=Shouted(1, "fragile"), groups={"g": ["a", "b"] * 4})
    for m in (f for f in run(ctx) if isinstance(f, Measurement)):
        least, most = (0, 1) if "consistency" in m.metric else (0, 2) if "gap" in m.metric else (-1, 1)
        assert least <= m.low <= m.value <= m.high <= most


def _leaf(rng, mean_, group):
    """80 texts, each with the mean of ten perturbations; texts differ in how fragile they are."""
    values = rng.binomial(10, rng.beta(4 * mean_, 4 * (1 - mean_), 80)) / 10
    sums = len(values), values.sum(), (values**2).sum()
    return mean("consistency", *sums, slice={"feature": "g", "group": group}, bounds=(0.0, 1.0))


@pytest.mark.parametrize(("other", "least", "most"), [(0.85, 0.0, 0.084), (0.65, 0.8, 1.0), (0.95, 0.0, 0.0)])
def test_a_gate_on_the_gap_keeps_its_error_rates(other, least, most):
    """At the limit at most 5 % fail (and three errors of 400 runs), a planted gap of 0.3 is found in 80 %."""
    rng, fails = np.random.default_rng(0), 0
    for _ in range(400):
        leaves = [_leaf(rng, 0.95, "a"), _leaf(rng, other, "b")]
        found = gap("consistency_gap", leaves, slice={"feature": "g"})
        fails += float(lower(target(found), 0.05)) > 0.10
    assert least <= fails / 400 <= most


def test_texts_that_cannot_be_changed_are_counted_and_left_out(context, found):
    findings = run(context([0, 0, 1], texts=["123 456", "aa bb", "789"], model=Shouted(1)))
    (table,) = (f for f in findings if isinstance(f, Table))
    assert table.rows[0][2:] == (1, 2, 0)
    assert found(findings, "consistency", perturbation="case", strength="1").n == 1
    nothing = run(context([0, 1], texts=["123", "456"], model=Shouted(1)))
    assert all(m.value is None and m.note for m in nothing if isinstance(m, Measurement))
    assert not any(isinstance(f, Curve) for f in nothing)


def test_without_labels_there_is_consistency(context):
    findings = run(context(texts=texts(5), model=Shouted(2)))
    assert {f.metric for f in findings if isinstance(f, Measurement)} == {"consistency"}
    (curve,) = (f for f in findings if isinstance(f, Curve))
    assert curve.y == (1, 1, 0, 0, 0, 0)


def test_the_model_is_asked_once_and_about_chosen_texts_alone(context):
    model = Shouted(2)
    findings = run(context([0] * 20, texts=texts(20), model=model), max_texts=6)
    assert model.calls == 1
    assert {m.n for m in findings if isinstance(m, Measurement)} == {6}


def test_texts_without_a_valid_answer_take_no_part(context, found):
    class Mute(Shouted):
        def predict(self, inputs):
            return np.where([["v" + "a" in t.lower()] for t in inputs], np.nan, super().predict(inputs))

    findings = run(context([0] * 4, texts=texts(4), model=Mute(99)))
    assert found(findings, "consistency", perturbation="case", strength="1").n == 3
    (table,) = (f for f in findings if isinstance(f, Table))
    assert table.rows[0][2:] == (4, 0, 1)


def test_without_texts_it_is_skipped(context):
    with pytest.raises(Skip, match="no texts"):
        run(context([0], [0], model=Shouted(1)))
