"""Do attacks say how easily a rigged model is flipped, by what and for whom, and do gates judge that?"""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from audit.gates import judge, parse
from probes import attacking
from probes.attacking import Attacked
from probes.errors import AuditError, Skip
from probes.robustness import acceptable, grammar, toll
from probes.robustness.agreement import DisagreementError
from probes.robustness.attacks import attacks
from probes.robustness.grammar import GrammarError
from probes.stats.comparisons import gap
from probes.stats.contrasts import target
from probes.stats.tests import p_above
from probes.types import Curve, Example, Measurement, Table
from reports.record import ProbeResult

LETTERS = {"recipes": ("deepwordbug",), "examples": 1000}


@dataclass(frozen=True)
class Recipe:
    """What a recipe lacks, and what happens when it is built or asks for a gradient."""

    name: str
    why: str | None = None
    fault: str | None = None
    gradient: str | None = None
    goal: str = "flip"
    source: str = "Somebody (2020)"


@dataclass(frozen=True)
class Prepared:
    recipe: Recipe
    model: Any
    uses: tuple[str, ...] = ("318 stop words of scikit-learn", "no part-of-speech tagger")


RECIPES = (
    Recipe("deepwordbug"),
    Recipe("pwws", "WordNet is missing; run x"),
    Recipe("raises", fault="its builder failed: ValueError: boom"),
    Recipe("gradient", gradient="it ranks words by gradients"),
)


def _prepare(model, recipe):
    if recipe.why:
        raise Skip(recipe.why)
    if recipe.fault:
        raise AuditError(recipe.fault)
    return Prepared(recipe, model)


@pytest.fixture
def engine(monkeypatch):
    """An attack that misspells "fragile" as "frigale" after 10 queries, and else gives up after 20.

    Yields what it was called with.
    """
    calls = []

    def carry_out(prepared, texts, labels, **options):
        calls.append(options)
        if prepared.recipe.gradient:
            raise Skip(prepared.recipe.gradient)
        predicted = np.asarray(prepared.model.predict(texts)).argmax(axis=1)
        return tuple(
            _attacked(prepared.model, text, int(label), int(answer))
            for text, label, answer in zip(texts, labels, predicted, strict=True)
        )

    known = {recipe.name: recipe for recipe in RECIPES}
    monkeypatch.setattr(attacking, "prepare", _prepare)
    monkeypatch.setattr(attacking, "carry_out", carry_out)
    # The package exports a function of the module's name.
    monkeypatch.setattr(import_module("probes.attacking.recipes"), "recipes", lambda: known)
    monkeypatch.setattr(acceptable, "likeness", lambda: None)
    monkeypatch.setattr(grammar, "lacking", lambda texts: grammar.WITHOUT_CHECKER)
    return calls


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


@pytest.fixture
def synonyms(rigged, monkeypatch):
    """The attack that turns "fragile" puts "unstable" in its place, which no misspelling makes of it."""
    _instead_of_typos(monkeypatch, "frgaile", "unstable")
    return rigged


def _instead_of_typos(monkeypatch, typo, other):
    """The attack finds something else in place of a typo."""
    plain = attacking.carry_out

    def carry_out(*args, **options):
        results = plain(*args, **options)
        return [replace(r, adversarial=r.adversarial.replace(typo, other)) for r in results]

    monkeypatch.setattr(attacking, "carry_out", carry_out)


@pytest.fixture
def encoder(engine, monkeypatch):
    """An encoder to which all texts are alike."""
    monkeypatch.setattr(acceptable, "likeness", lambda: lambda texts, others: np.ones(len(texts)))


@pytest.fixture
def checker(engine, monkeypatch):
    """A grammar checker to which "unstable" is one error after "his", and two after "her"."""

    def new_errors(text, changed):
        count = changed.count("unstable") * (2 if "her" in text else 1)
        return (GrammarError("Rule", "unstable", "It is not stable."),) * count

    monkeypatch.setattr(grammar, "lacking", lambda texts: None)
    monkeypatch.setattr(grammar, "new_errors", new_errors)


def test_a_constrained_rate_that_takes_an_encoder_or_a_checker_is_undefined_without(synonyms, found):
    measured = found(list(attacks(synonyms, **LETTERS)), "constrained_success_rate")
    assert measured.value is None
    assert measured.note == f"{acceptable.WITHOUT_ENCODER}; {grammar.WITHOUT_CHECKER}"


@pytest.mark.usefixtures("encoder")
def test_a_missing_checker_is_told_with_its_command_or_switched_off(synonyms, found):
    findings = list(attacks(synonyms, **LETTERS))
    assert found(findings, "constrained_success_rate").note == grammar.WITHOUT_CHECKER
    assert _broken(findings) == ("deepwordbug", 40, 0, 0, None, None)
    findings = list(attacks(synonyms, **LETTERS, grammar="none"))
    assert found(findings, "constrained_success_rate").successes == 40
    assert _broken(findings) == ("deepwordbug", 40, 0, 0, None, 40)


@pytest.mark.usefixtures("encoder", "checker")
@pytest.mark.parametrize(("most", "kept"), [(0, 0), (1, 10), (2, 40)])
def test_new_grammatical_errors_are_not_accepted(synonyms, found, most, kept):
    """All 40 turned texts have one error or more, the 30 of women two."""
    findings = list(attacks(synonyms, **LETTERS, max_new_errors=most))
    assert found(findings, "constrained_success_rate").successes == kept
    assert _broken(findings) == ("deepwordbug", 40, 0, 0, 40 - kept, kept)


@pytest.mark.usefixtures("encoder", "checker")
def test_examples_tell_the_new_errors(synonyms):
    (example,) = [f for f in attacks(synonyms, **LETTERS, max_new_errors=1) if isinstance(f, Example)]
    error = "; “unstable”: It is not stable."
    assert [label for label, _ in example.texts[1::2]] == [f"changed: no, acceptable{error}"] * 5


def _broken(findings):
    (table,) = [f for f in findings if isinstance(f, Table) and f.title.startswith("Constraints")]
    return table.rows[0]


@pytest.mark.parametrize(
    "given",
    [{"max_new_errors": -1}, {"max_new_errors": 0.5}, {"max_new_errors": "none"}, {"grammar": "java"}],
)
def test_parameters_of_grammar_are_checked(given):
    with pytest.raises(AuditError, match=rf"params\.robustness\.attacks\.{next(iter(given))} ="):
        attacks.complete(given)


# -- what is passed on -----------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "seed"), [(7, 0), (None, 3)])
def test_the_budget_and_the_seed_of_the_run_reach_the_search(rigged, engine, most, seed):
    list(attacks(replace(rigged, seed=seed), **LETTERS, max_queries=most))
    assert [(call["max_queries"], call["seed"]) for call in engine] == [(most, seed)]


def test_the_search_tells_how_far_it_is(context, word_model):
    """With the engine itself: one bar for each recipe, and one step for each different text."""
    told = []

    @contextmanager
    def progress(task, total):
        told.append([task, total, 0])

        def advance(done):
            told[-1][2] += done

        yield advance

    model, texts = word_model(0.1, {"wonderful": 0.8}), [f"a wonderful film of {i}" for i in range(3)]
    ctx = context([1] * 3, probabilities=model.predict(texts), texts=texts, model=model)
    list(attacks(replace(ctx, progress=progress), recipes=("deepwordbug", "pruthi"), max_queries=20))
    assert told == [["attacking with deepwordbug", 3, 3], ["attacking with pruthi", 3, 3]]


@pytest.mark.parametrize(("least", "kept"), [(0.4, 40), (0.6, 0)])
def test_the_least_similarity_is_the_users(synonyms, found, monkeypatch, least, kept):
    """All turned texts have a similarity of 0.5."""
    monkeypatch.setattr(acceptable, "likeness", lambda: lambda texts, others: np.full(len(texts), 0.5))
    findings = list(attacks(synonyms, **LETTERS, grammar="none", min_similarity=least))
    assert found(findings, "constrained_success_rate").successes == kept


@pytest.mark.parametrize(("share", "kept"), [(0.5, 40), (0.25, 0)])
def test_the_largest_share_of_misspellings_is_the_users(rigged, found, monkeypatch, share, kept):
    """Two of the four words of each turned text are misspelt."""
    _instead_of_typos(monkeypatch, "frgaile film", "frgaile flim")
    monkeypatch.setattr(acceptable, "likeness", lambda: lambda texts, others: np.ones(len(texts)))
    findings = list(attacks(rigged, **LETTERS, grammar="none", max_misspelt=share))
    assert found(findings, "constrained_success_rate").successes == kept


def test_texts_without_a_valid_answer_are_not_attacked(context, rule_of_words, found):
    """The model has no answer to every second text."""
    texts = [f"a fragile film {i}" if i % 2 else f"a mute film {i}" for i in range(10)]
    ctx = context([1] * 10, [1 if i % 2 else -1 for i in range(10)], texts=texts, model=rule_of_words)
    findings = list(attacks(ctx, **LETTERS))
    assert (found(findings, "clean_accuracy").n, found(findings, "success_rate").n) == (5, 5)


@pytest.fixture
def rule_of_words(word_model, engine):
    class Mute(word_model):
        def predict(self, inputs):
            answers = super().predict(inputs)
            answers[["mute" in text.split() for text in inputs]] = np.nan
            return answers

    return Mute(0.1, {"fragile": 0.8})


# -- what is missing -------------------------------------------------------------------------------


def test_a_recipe_that_cannot_run_is_named_with_the_reason(rigged, found):
    findings = list(attacks(rigged, recipes=("deepwordbug", "pwws")))
    missing = found(findings, "success_rate", recipe="pwws")
    assert (missing.value, missing.note) == (None, "pwws cannot run: WordNet is missing; run x")
    (table,) = [f for f in findings if isinstance(f, Table) and "cannot" in f.title]
    assert table.rows == (("pwws", "WordNet is missing; run x"),)


@pytest.mark.parametrize(
    ("broken", "why"),
    [("raises", "its builder failed: ValueError: boom"), ("gradient", "it ranks words by gradients")],
)
def test_a_recipe_that_breaks_does_not_take_the_others_with_it(rigged, found, broken, why):
    findings = list(attacks(rigged, recipes=(broken, "deepwordbug"), examples=1000))
    assert found(findings, "success_rate", recipe="deepwordbug").successes == 40
    assert found(findings, "success_rate", recipe=broken).note == f"{broken} cannot run: {why}"


@pytest.mark.parametrize("recipe", ["pwws", "raises", "gradient"])
def test_nothing_that_can_run_skips_the_probe(rigged, recipe):
    with pytest.raises(Skip, match=f"no recipe can run: {recipe}: "):
        list(attacks(rigged, recipes=(recipe,)))


def test_all_attacks_are_built_before_the_first_search(rigged, engine):
    """One that is not known as lacking is found out before any time is spent."""
    with pytest.raises(AuditError, match="nosuch"):
        list(attacks(rigged, recipes=("deepwordbug", "nosuch")))
    (first, *_) = attacks(rigged, recipes=("deepwordbug", "raises"), examples=1000)
    assert first.metric == "clean_accuracy"


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


def test_a_wrapper_that_disagrees_stops_the_probe_before_any_attack(rigged, context, engine):
    flipped = context(
        [1] * 100, (1 - rigged.predictions.labels).tolist(), texts=rigged.texts, model=rigged.model
    )
    with pytest.raises(DisagreementError, match="100 of 100"):
        list(attacks(flipped, **LETTERS))
    assert not engine


def test_an_attack_that_skips_what_is_right_stops_the_probe(rigged, monkeypatch):
    """The model agrees with the audit; the attack takes 40 right texts for wrong ones."""
    plain = attacking.carry_out

    def carry_out(*args, **options):
        results = plain(*args, **options)
        return [replace(r, outcome="skipped") if r.outcome == "success" else r for r in results]

    monkeypatch.setattr(attacking, "carry_out", carry_out)
    with pytest.raises(DisagreementError, match="40 of 100"):
        list(attacks(rigged, **LETTERS))


# -- what must be known ----------------------------------------------------------------------------


def test_a_rate_of_a_model_that_always_says_the_same_tells_so(context, word_model, engine, found):
    model, texts = word_model(0.9, {}), [f"a film of {i}" for i in range(4)]
    ctx = context([1, 1, 0, 0], probabilities=model.predict(texts), texts=texts, model=model)
    findings = list(attacks(ctx, **LETTERS))
    for metric in ("success_rate", "constrained_success_rate"):
        assert "answers every text of the data with 'yes'" in found(findings, metric).note


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"max_queries": 1}, "max_queries = 1 is spent on the text as it is"),
        ({"width": 0.02}, "an interval of half width 0.02 takes "),
        ({"width": 0.2}, ""),
        ({"examples": 5000}, ""),
        ({}, ""),
    ],
)
def test_too_few_questions_or_rows_are_told(rigged, found, given, told):
    """The interval of 0.2 is had with 29 of the 100 texts, that of 0.02 takes more than there are."""
    note = found(list(attacks(rigged, recipes=("deepwordbug",), **given)), "success_rate").note
    assert note.startswith(told) if told else not note


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
    table, broken, origin = [f for f in findings if isinstance(f, Table)]
    uses = "318 stop words of scikit-learn, no part-of-speech tagger"
    assert origin.rows == (("deepwordbug", "Somebody (2020)", uses),)
    share = "0.500 (0.390\u00a0to\u00a00.610)"
    assert table.rows[0] == ("deepwordbug", 80, 40, share, share, 0.25, None, 15.0)
    assert broken.rows == (("deepwordbug", 40, 0, 0, 0, 40),)
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
