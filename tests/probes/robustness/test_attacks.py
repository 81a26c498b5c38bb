"""Do attacks say how easily a rigged model is flipped, by what and for whom, and do gates judge that?"""

from dataclasses import dataclass
from importlib import import_module

import numpy as np
import pytest

from audit.gates import judge, parse
from probes import attacking
from probes.attacking import Attacked
from probes.errors import AuditError, Skip
from probes.robustness import acceptable, toll
from probes.robustness.agreement import DisagreementError
from probes.robustness.attacks import attacks
from probes.stats.comparisons import gap
from probes.stats.contrasts import target
from probes.stats.tests import p_above
from probes.types import Curve, Example, Measurement, Table
from reports.record import ProbeResult

LETTERS = {"recipes": ("deepwordbug",), "examples": 1000}


@dataclass(frozen=True)
class Recipe:
    name: str
    why: str | None = None
    goal: str = "flip"

    def lacking(self):
        return self.why


@pytest.fixture
def engine(monkeypatch):
    """An attack that misspells "fragile" as "frigale" after 10 queries, and else gives up after 20."""

    def attack(model, texts, labels, recipe, *, max_queries=None, seed=0, **_):
        predicted = np.asarray(model.predict(texts)).argmax(axis=1)
        return tuple(
            _attacked(model, text, int(label), int(answer))
            for text, label, answer in zip(texts, labels, predicted, strict=True)
        )

    known = {"deepwordbug": Recipe("deepwordbug"), "pwws": Recipe("pwws", "WordNet is missing; run x")}
    monkeypatch.setattr(attacking, "attack", attack)
    # The package exports a function of the module's name.
    monkeypatch.setattr(import_module("probes.attacking.recipes"), "recipes", lambda: known)
    monkeypatch.setattr(acceptable, "likeness", lambda: None)


def _attacked(model, text, label, predicted):
    words = len(text.split())
    if predicted != label:
        return Attacked(text, text, "skipped", label, predicted, 1, words, 0)
    changed = text.replace("fragile", "frgaile")
    answered = int(np.asarray(model.predict([changed])).argmax())
    if answered != label:
        return Attacked(text, changed, "success", label, answered, 10, words, 1)
    return Attacked(text, text, "failed", label, label, 20, words, 0)


@pytest.fixture
def rigged(context, word_model, engine):
    """The model says "yes" with "fragile" or "sturdy".

    30 fragile texts of women and 10 of men are right, 40 sturdy ones of men too, and 20 texts are labelled
    "yes" that the model has wrong.
    """
    texts = [f"her fragile film {i}" for i in range(30)] + [f"his fragile film {i}" for i in range(10)]
    texts += [f"his sturdy film {i}" for i in range(40)] + [f"a dull film {i}" for i in range(20)]
    groups = {"gender": ["women"] * 30 + ["men"] * 50 + ["women"] * 10 + ["men"] * 10}
    model = word_model(0.1, {"fragile": 0.8, "sturdy": 0.8})
    return context([1] * 100, probabilities=model.predict(texts), groups=groups, texts=texts, model=model)


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "value", "n"),
    [
        ("success_rate", 40 / 80, 80),
        ("constrained_success_rate", 40 / 80, 80),
        ("accuracy_under_attack", 40 / 100, 100),
        ("words_changed", 0.25, 40),
        ("queries", 15.0, 80),
    ],
)
def test_known_answers(rigged, found, metric, value, n):
    """80 right texts, 40 of them turned after 10 queries, 40 kept after 20; one word of four is changed."""
    measured = found(list(attacks(rigged, **LETTERS)), metric, recipe="deepwordbug")
    assert (measured.value, measured.n) == (pytest.approx(value), n)


def test_the_accuracy_without_attack_is_that_of_the_same_texts(rigged, found):
    assert found(list(attacks(rigged, **LETTERS)), "clean_accuracy").value == pytest.approx(0.8)


def test_groups_are_counted_on_texts_that_were_right(rigged, found):
    """Women: 30 of 30 right texts turned, their 10 wrong ones do not count. Men: 10 of 50."""
    findings = list(attacks(rigged, **LETTERS))
    rates = {g: found(findings, "group_success_rate", group=g) for g in ("women", "men")}
    assert {g: (m.successes, m.n) for g, m in rates.items()} == {"women": (30, 30), "men": (10, 50)}
    assert found(findings, "success_rate_gap", feature="gender").value == pytest.approx(0.8)


def test_a_sample_is_drawn_from_all_texts(rigged, found):
    findings = list(attacks(rigged, recipes=("deepwordbug",), examples=50))
    assert found(findings, "clean_accuracy").n == 50
    assert found(findings, "success_rate").n == pytest.approx(40, abs=2)


def test_small_groups_get_more_texts_which_count_for_them_alone(rigged, found):
    """20 texts stand for all, and 40 for each group. Of 40 women 30 are right, and turned."""
    findings = list(attacks(rigged, recipes=("deepwordbug",), examples=20, per_group=40))
    assert found(findings, "clean_accuracy").n == 20
    rates = {g: found(findings, "group_success_rate", group=g) for g in ("women", "men")}
    assert (rates["women"].successes, rates["women"].n) == (30, 30)
    assert 30 <= rates["men"].n <= 36


def test_a_wanted_width_decides_the_number_of_texts(rigged, found):
    """Wilson's half width of 0.2 takes about 23 right texts, so 29 at an accuracy of 0.8."""
    findings = list(attacks(rigged, recipes=("deepwordbug",), width=0.2))
    assert found(findings, "clean_accuracy").n == pytest.approx(29, abs=3)
    rate = found(findings, "success_rate")
    assert (rate.high - rate.low) / 2 < 0.21


def test_the_encoder_measures_similarity_where_it_is(rigged, found, monkeypatch):
    monkeypatch.setattr(acceptable, "likeness", lambda: lambda texts, others: np.full(len(texts), 0.5))
    findings = list(attacks(rigged, **LETTERS))
    assert found(findings, "sentence_similarity").value == 0.5
    monkeypatch.setattr(acceptable, "likeness", lambda: None)
    assert "audit fetch" in found(list(attacks(rigged, **LETTERS)), "sentence_similarity").note


def test_a_constrained_rate_that_takes_an_encoder_is_undefined_without_one(rigged, found, monkeypatch):
    """No misspelling makes "brittle" of "fragile": only an encoder could say that it means the same."""
    plain = attacking.attack

    def synonyms(*args, **options):
        results = plain(*args, **options)
        return [
            Attacked(
                r.original, r.adversarial.replace("frgaile", "brittle"), r.outcome, r.label, r.answered,
                r.queries, r.words, r.changed,
            )
            for r in results
        ]  # fmt: skip

    monkeypatch.setattr(attacking, "attack", synonyms)
    measured = found(list(attacks(rigged, **LETTERS)), "constrained_success_rate")
    assert (measured.value, "audit fetch minilm-l6" in measured.note) == (None, True)


# -- what is missing -------------------------------------------------------------------------------


def test_a_recipe_that_cannot_run_is_named_with_the_reason(rigged, found):
    findings = list(attacks(rigged, recipes=("deepwordbug", "pwws")))
    missing = found(findings, "success_rate", recipe="pwws")
    assert (missing.value, missing.note) == (None, "pwws cannot run: WordNet is missing; run x")
    (table,) = [f for f in findings if isinstance(f, Table) and "cannot" in f.title]
    assert table.rows == (("pwws", "WordNet is missing; run x"),)


def test_nothing_that_can_run_skips_the_probe(rigged):
    with pytest.raises(Skip, match="pwws: WordNet is missing"):
        list(attacks(rigged, recipes=("pwws",)))


def test_unknown_recipes_are_all_named(rigged):
    with pytest.raises(AuditError) as fault:
        list(attacks(rigged, recipes=("nosuch", "deepwordbug", "other")))
    assert ["'nosuch'" in fault.value.faults[0], "'other'" in fault.value.faults[1]] == [True, True]


def test_a_model_that_is_never_right_has_no_success_rate(context, word_model, engine, found):
    model, texts = word_model(0.1, {}), ["a film", "a play"]
    ctx = context([1, 1], probabilities=model.predict(texts), texts=texts, model=model)
    findings = list(attacks(ctx, **LETTERS))
    assert found(findings, "success_rate").note == toll.NOTHING_RIGHT
    assert found(findings, "accuracy_under_attack").value == 0
    assert not [f for f in findings if isinstance(f, Curve)]


def test_a_wrapper_that_disagrees_stops_the_probe(rigged, context):
    flipped = context(
        [1] * 100, (1 - rigged.predictions.labels).tolist(), texts=rigged.texts, model=rigged.model
    )
    with pytest.raises(DisagreementError, match="100 of 100"):
        list(attacks(flipped, **LETTERS))


# -- what is shown ---------------------------------------------------------------------------------


def test_changed_words_are_marked(rigged):
    (example,) = [f for f in attacks(rigged, **LETTERS) if isinstance(f, Example)]
    marked = [
        [text[a:b] for a, b in spans] for (_, text), spans in zip(example.texts, example.marks, strict=True)
    ]
    assert marked == [["fragile"], ["frgaile"]] * 5
    assert {label for label, _ in example.texts} == {"as it is: yes", "changed: no, acceptable"}


def test_one_row_and_one_curve_for_each_recipe(rigged):
    findings = list(attacks(rigged, **LETTERS))
    (table,) = [f for f in findings if isinstance(f, Table)]
    assert table.rows[0] == ("deepwordbug", 80, 40, 0.5, 0.5, 0.25, None, 15.0)
    (curve,) = [f for f in findings if isinstance(f, Curve)]
    assert (curve.name, curve.y[0], curve.y[-1], curve.x[-1]) == ("deepwordbug", 0.0, 0.5, 20.0)


# -- gates -----------------------------------------------------------------------------------------


def _judged(ctx, *gates):
    measured = tuple(
        f for f in attacks(ctx, recipes=("deepwordbug", "pwws"), examples=1000) if isinstance(f, Measurement)
    )
    result = ProbeResult(probe="robustness.attacks", version=1, title="", status="ok", measurements=measured)
    return [verdict.outcome for verdict in judge([parse(gate) for gate in gates], [result])]


@pytest.mark.parametrize(
    ("gate", "outcome"),
    [
        ("success_rate{recipe=deepwordbug} <= 0.70", "pass"),
        ("success_rate{recipe=deepwordbug} <= 0.30", "fail"),
        ("success_rate{recipe=deepwordbug} <= 0.50", "undecided"),
        ("success_rate{recipe=pwws} <= 0.90", "undecided"),
        ("accuracy_under_attack{recipe=deepwordbug} >= 0.25", "pass"),
        ("success_rate_gap{recipe=deepwordbug} <= 0.20", "fail"),
        ("words_changed{recipe=deepwordbug} <= 0.10", "fail"),
    ],
)
def test_gates_judge_one_number(rigged, gate, outcome):
    assert _judged(rigged, f"robustness.attacks/{gate}") == [outcome]


def _share_failed(rng, accuracy, fragility, *, rows, runs, limit=0.1):
    """Share of audits in which a gap gate fails, when groups are right and turned with these chances."""
    fails = 0
    for _ in range(runs):
        codes = np.repeat(np.arange(len(accuracy)), rows)
        right = rng.random(len(codes)) < np.array(accuracy)[codes]
        turned = rng.random(len(codes)) < np.array(fragility)[codes]
        outcomes = np.where(~right, "skipped", np.where(turned, "success", "failed"))
        members = [np.flatnonzero(codes == code) for code in range(len(accuracy))]
        leaves = toll.by_group(
            outcomes, members, [f"g{i}" for i in range(len(accuracy))], {}, confidence=0.95
        )
        measured = target(gap("success_rate_gap", leaves))
        fails += measured is not None and p_above(measured, limit) <= 0.05
    return fails / runs


def _check_error_rates(runs):
    """Equal fragility, and one that differs by the limit, are not failed more often than alpha.

    Even where one group is far more often wrong. A planted difference of 40 points is found.
    """
    rng = np.random.default_rng(0)
    allowed = 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    for rows in (30, 120):
        assert _share_failed(rng, [0.9, 0.6], [0.5, 0.5], rows=rows, runs=runs) <= allowed
        assert _share_failed(rng, [0.9, 0.9, 0.8], [0.5, 0.6, 0.55], rows=rows, runs=runs) <= allowed
    assert _share_failed(rng, [0.9, 0.6], [0.4, 0.8], rows=150, runs=runs) >= 0.9


def test_group_specific_fragility_is_found_and_equal_fragility_is_not():
    _check_error_rates(200)


@pytest.mark.full
def test_group_specific_fragility_is_found_and_equal_fragility_is_not_in_many_runs():
    _check_error_rates(4000)


# -- the engine itself ------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", ["deepwordbug", "pruthi"])
def test_a_model_that_always_says_the_same_is_never_flipped(context, word_model, found, recipe):
    model, texts = word_model(0.9, {}), [f"a fine film about year {i}" for i in range(6)]
    ctx = context([1] * 6, probabilities=model.predict(texts), texts=texts, model=model)
    measured = found(list(attacks(ctx, recipes=(recipe,))), "success_rate")
    assert (measured.successes, measured.n) == (0, 6)


@pytest.mark.parametrize("recipe", ["deepwordbug", "pruthi"])
def test_a_model_that_looks_at_one_word_is_always_flipped(context, word_model, found, recipe):
    model, texts = word_model(0.1, {"wonderful": 0.8}), [f"a wonderful film of {i}" for i in range(6)]
    ctx = context([1] * 6, probabilities=model.predict(texts), texts=texts, model=model)
    findings = list(attacks(ctx, recipes=(recipe,)))
    measured = found(findings, "success_rate")
    assert (measured.successes, measured.n) == (6, 6)
    (example,) = [f for f in findings if isinstance(f, Example)]
    assert [example.texts[0][1][slice(*span)] for span in example.marks[0]] == ["wonderful"]


def test_a_recipe_that_reduces_has_a_rate_of_its_own(context, word_model, found):
    """Nothing but "wonderful" matters, so that all other words can go."""
    model, texts = word_model(0.1, {"wonderful": 0.8}), [f"a wonderful film of {i}" for i in range(4)]
    ctx = context([1] * 4, probabilities=model.predict(texts), texts=texts, model=model)
    findings = list(attacks(ctx, recipes=("input-reduction",)))
    assert found(findings, "reduction_rate").successes == 4
    assert not [f for f in findings if getattr(f, "metric", "") == "success_rate" or isinstance(f, Curve)]
