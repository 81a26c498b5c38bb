"""Are texts drawn, judged and counted as the attacks probe says?"""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from probes.attacking import Attacked
from probes.errors import Skip
from probes.robustness import agreement, budget, strata
from probes.robustness.acceptable import WITHOUT_ENCODER, Constraints, Reader, reader, successes
from probes.robustness.grammar import NOT_ENGLISH, WITHOUT_CHECKER, GrammarError
from probes.stats.proportions import wilson
from probes.types import Predictions


def result(original, adversarial, outcome="success", *, label=1, answered=0, queries=5, changed=1):
    words = len(original.split())
    return Attacked(original, adversarial, outcome, label, answered, queries, words, changed)


# -- drawing ---------------------------------------------------------------------------------------


@pytest.fixture
def people(context):
    """400 texts: 3 of 4 labelled 1, and of each label one half women."""
    labels = [0 if i % 4 == 0 else 1 for i in range(400)]
    groups = {"gender": ["women" if i % 8 < 4 else "men" for i in range(400)]}
    return context(labels, labels, groups=groups, texts=[f"text {i}" for i in range(400)])


def test_labels_and_groups_keep_their_shares(people):
    """Of 40 drawn texts 10 are labelled 0 and 30 are labelled 1, each half women: to within one text."""
    rows = strata.drawn(people, np.arange(400), 40)
    counted = Counter((people.labels[r], people.samples.groups["gender"].codes[r]) for r in rows)
    assert len(set(rows.tolist())) == 40
    assert {cell: abs(n - (5 if cell[0] == 0 else 15)) <= 1 for cell, n in counted.items()} == dict.fromkeys(
        [(0, 0), (0, 1), (1, 0), (1, 1)], True
    )


def test_the_draw_follows_content_and_seed_not_order(people, context):
    order = np.random.default_rng(0).permutation(400)
    codes = people.samples.groups["gender"].codes
    names = [("men", "women")[codes[i]] for i in order]
    shuffled = context(
        people.labels[order].tolist(), people.labels[order].tolist(),
        groups={"gender": names}, texts=[people.texts[i] for i in order],
    )  # fmt: skip
    drawn = [people.texts[r] for r in strata.drawn(people, np.arange(400), 30)]
    assert drawn == [shuffled.texts[r] for r in strata.drawn(shuffled, np.arange(400), 30)]
    other = context(people.labels.tolist(), people.labels.tolist(), texts=people.texts, seed=1)
    assert drawn != [other.texts[r] for r in strata.drawn(other, np.arange(400), 30)]


@pytest.mark.parametrize(("rows", "wanted", "drawn"), [(0, 5, 0), (3, 5, 3), (400, 400, 400), (7, 1, 1)])
def test_as_many_as_there_are(people, rows, wanted, drawn):
    assert len(set(strata.drawn(people, np.arange(rows), wanted).tolist())) == drawn


def test_groups_are_topped_up_for_themselves(people):
    """40 texts stand for all, about 20 of each gender; 60 stand for each gender, as a group of 200."""
    sample = strata.sampled(people, np.arange(400), 40, per_group=60)
    codes = people.samples.groups["gender"].codes
    assert sample.rows[:40].tolist() == strata.drawn(people, np.arange(400), 40).tolist()
    for code, members in enumerate(sample.groups["gender"]):
        assert (len(set(members.tolist())), set(codes[sample.rows[members]].tolist())) == (60, {code})
    assert len(set(sample.rows.tolist())) == len(sample.rows) == 120


@pytest.mark.parametrize("seed", range(6))
def test_groups_keep_their_shares_within_each_label_whatever_the_seed(people, seed):
    """Of 24 drawn texts 6 are labelled 0, 3 of them of women, and 18 are labelled 1, 9 of them of women."""
    seeded = replace(people, seed=seed)
    rows = strata.drawn(seeded, np.arange(400), 24)
    counted = Counter((people.labels[r], people.samples.groups["gender"].codes[r]) for r in rows)
    assert all(abs(n - (3 if label == 0 else 9)) <= 1 for (label, _), n in counted.items())


def test_a_group_is_never_topped_up_with_what_it_has(people):
    """All 200 of each gender are asked for; the 20 that stand for all already are not drawn once more."""
    sample = strata.sampled(people, np.arange(400), 40, per_group=1000)
    assert [sorted(sample.rows[members].tolist()) for members in sample.groups["gender"]] == [
        np.flatnonzero(people.samples.groups["gender"].codes == code).tolist() for code in (0, 1)
    ]


@pytest.mark.parametrize(("per_group", "rows"), [(0, 40), (1, 40), (1000, 400)])
def test_no_more_is_drawn_than_is_asked_or_there(people, per_group, rows):
    assert len(strata.sampled(people, np.arange(400), 40, per_group=per_group).rows) == rows


@pytest.mark.parametrize("width", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("successes", [0.1, 0.5, 0.8])
def test_the_computed_number_of_texts_gives_the_wanted_width(width, successes):
    """With a model that is always right; the interval is widest at a rate of one half."""
    n = strata.needed(width, confidence=0.95, accuracy=1.0)
    low, high = wilson(np.array(round(successes * n)), np.array(n))
    assert (high - low) / 2 <= width + 1e-9
    low, high = wilson(np.array((n - 1) // 2), np.array(n - 1))
    assert (high - low) / 2 > width


def test_a_model_that_is_often_wrong_needs_more_texts():
    """At a half width of 0.1 Wilson's interval needs z² / (4 w²) - z² = 92.2 texts, its quarter row 5 more.

    With half of the texts right it needs twice as many.
    """
    one = strata.needed(0.1, confidence=0.95, accuracy=1.0)
    assert 92 < one < 100
    assert strata.needed(0.1, confidence=0.95, accuracy=0.5) == 2 * one
    assert strata.needed(0.1, confidence=0.95, accuracy=0.0) == strata.MOST


# -- which successes count --------------------------------------------------------------------------


def _likeness(value):
    return lambda texts, others: np.array(
        [1.0 if a == b else value for a, b in zip(texts, others, strict=True)]
    )


CONSTRAINTS = Constraints(min_similarity=0.9, max_misspelt=0.1, max_new_errors=None)
FILM = "a wonderful film with great actors"


@pytest.mark.parametrize(
    ("adversarial", "likeness", "acceptable"),
    [
        ("a wnoderful film with great actors", None, True),
        ("a wnoderful film with graet actors", None, False),
        ("a lovely film with great actors", _likeness(0.95), True),
        ("a lovely film with great actors", _likeness(0.85), False),
        ("a lovely film with great actors", None, None),
        ("a lovely film with graet actors", _likeness(0.95), True),
        ("a onderful film with great actors", _likeness(0.5), False),
    ],
)
def test_which_changed_texts_a_reader_would_accept(adversarial, likeness, acceptable):
    """Of six words one may be misspelt; a mistake in the first letter is no misspelling but another word."""
    found = successes([result(FILM, adversarial)], CONSTRAINTS, Reader((), likeness, None))
    assert [success.acceptable for success in found] == [acceptable]


def _bad(text, changed):
    """A checker to which an "a" before a vowel is an error, as many as there are more than before."""
    before, after = ([pair for pair in pairwise(t.split()) if _wrong(*pair)] for t in (text, changed))
    return [GrammarError("AnA", a, "Wrong article.") for a, _ in after[len(before) :]]


def _wrong(word, following):
    return word == "a" and following[0] in "aeiou"


@pytest.mark.parametrize(
    ("original", "adversarial", "most", "kept", "acceptable"),
    [
        (FILM, "a amazing film with great actors", 0, False, False),
        (FILM, "a amazing film with great actors", 1, True, True),
        (FILM, "a lovely film with great actors", 0, True, True),
        (FILM, "a awnderful film with a old actor", 1, False, False),
        ("a old film", "a ancient film", 0, True, True),
        ("a old film and a play", "a old film and a opera", 0, False, False),
        (FILM, "a wnoderful film with great actors", 0, True, True),
        (FILM, "", 0, True, True),
    ],
)
def test_new_grammatical_errors_are_counted_and_old_ones_are_not(
    original, adversarial, most, kept, acceptable
):
    judge = Reader((), _likeness(0.95), _bad)
    (success,) = successes([result(original, adversarial)], Constraints(0.9, 0.1, most), judge)
    assert (success.kept["grammar"], success.acceptable) == (kept, acceptable)


def test_errors_are_sought_in_the_text_with_misspellings_put_right():
    """A checker sees no "udner"; it might take the unknown word for another part of speech."""
    seen = []

    def checker(text, changed):
        seen.append((text, changed))
        return ()

    results = [result("he stood under a tall tree", "he stood udner a high tree")]
    successes(results, Constraints(0.9, 0.5), Reader((), _likeness(0.95), checker))
    assert seen == [("he stood under a tall tree", "he stood under a high tree")]


@pytest.mark.parametrize(
    ("adversarial", "alike", "most", "acceptable", "lacking"),
    [
        ("a lovely film with great actors", 0.95, 0, None, (WITHOUT_CHECKER,)),
        ("a lovely film with great actors", 0.85, 0, False, (WITHOUT_CHECKER,)),
        ("a lovely film with great actors", None, 0, None, (WITHOUT_ENCODER, WITHOUT_CHECKER)),
        ("a lovely film with great actors", 0.95, None, True, ()),
        ("a wnoderful film with great actors", None, 0, True, ()),
    ],
)
def test_a_constraint_that_cannot_be_judged_is_not_passed(adversarial, alike, most, acceptable, lacking):
    judge = Reader((), alike and _likeness(alike), None)
    (success,) = successes([result(FILM, adversarial)], Constraints(0.9, 0.1, most), judge)
    assert (success.acceptable, success.lacking) == (acceptable, lacking)


@pytest.mark.parametrize(
    ("texts", "most", "without"),
    [
        (["Ein langweiliger Film ohne jede Handlung."], 0, NOT_ENGLISH),
        (["ein Film"], None, "it is not asked"),
    ],
)
def test_texts_in_another_language_have_no_grammar_checker(texts, most, without):
    pytest.importorskip("harper")
    judge = reader(texts, texts, Constraints(0.9, 0.1, most))
    assert (judge.errors, judge.without_errors) == (None, without)


def test_only_successes_are_judged_and_the_encoder_is_asked_once():
    asked = []

    def likeness(texts, others):
        asked.append(len(texts))
        return np.ones(len(texts))

    results = [result("a b", "a c"), result("a b", "a b", "failed"), result("d e", "d f")]
    judge = Reader((), likeness, None)
    assert len(successes(results, CONSTRAINTS, judge)) == 2
    assert asked == [4]
    assert successes([], CONSTRAINTS, judge) == ()


# -- budget -----------------------------------------------------------------------------------------


def test_the_curve_counts_what_was_turned_by_then():
    """Turned after 2, 4 and 9 queries of five texts attacked; one gave up after 20; one was skipped."""
    results = [result("t", "u", queries=q) for q in (4, 2, 9)]
    results += [result("t", "t", "failed", queries=20), result("t", "t", "failed", queries=7)]
    results += [result("t", "t", "skipped", queries=1)]
    curve = budget.curve("r", results, confidence=0.95)
    at = dict(zip(curve.x, curve.y, strict=True))
    assert [at[q] for q in (0, 1, 2, 4, 8, 9, 20)] == [0, 0, 0.2, 0.4, 0.4, 0.6, 0.6]
    assert all(low <= y <= high for low, y, high in zip(curve.low, curve.y, curve.high, strict=True))
    assert (list(curve.y), curve.name) == (sorted(curve.y), "r")


def test_no_curve_without_an_attack():
    assert budget.curve("r", [result("t", "t", "skipped")], confidence=0.95) is None


# -- sanity -----------------------------------------------------------------------------------------


@pytest.fixture
def audited(context, word_model):
    texts = [f"{word} film {i}" for i in range(5) for word in ("good", "dull")]
    model = word_model(0.1, {"good": 0.8})
    return context([1, 0] * 5, probabilities=model.predict(texts), texts=texts, model=model)


def test_a_model_that_answers_as_audited_is_attacked(audited):
    agreement.check_model(audited, np.arange(10))


def test_a_model_with_its_columns_exchanged_is_not(audited, context):
    flipped = context([1, 0] * 5, [0, 1] * 5, texts=audited.texts, model=audited.model)
    with pytest.raises(
        agreement.DisagreementError, match=r"10 of 10 texts differently.*audited 'no', attacked 'yes'"
    ):
        agreement.check_model(flipped, np.arange(10))


def test_decisions_of_rules_cannot_be_attacked(audited, context):
    probabilities = audited.predictions.probabilities
    ruled = context([1, 0] * 5, [1] * 10, texts=audited.texts, model=audited.model)
    object.__setattr__(ruled, "predictions", Predictions(np.ones(10, int), probabilities))
    with pytest.raises(Skip, match="rules"):
        agreement.check_model(ruled, np.arange(10))


@pytest.mark.parametrize(
    ("outcomes", "fits"),
    [(["success", "failed"], True), (["skipped", "failed"], False), (["success", "invalid"], True)],
)
def test_an_attack_skips_what_is_wrong_and_nothing_else(audited, outcomes, fits):
    rows = np.array([0, 1])
    results = [
        result(audited.texts[r], audited.texts[r], o, label=int(audited.labels[r]), answered=1 - r)
        for r, o in zip(rows.tolist(), outcomes, strict=True)
    ]
    results[0] = result(audited.texts[0], "x", outcomes[0], label=1, answered=0)
    if fits:
        agreement.check_attack(audited, rows, results)
    else:
        with pytest.raises(agreement.DisagreementError, match="1 of 2"):
            agreement.check_attack(audited, rows, results)


def test_an_attack_that_loses_a_text_is_refused(audited):
    with pytest.raises(agreement.DisagreementError, match="gave 1 results"):
        agreement.check_attack(audited, np.array([0, 1]), [result(audited.texts[0], "x")])
