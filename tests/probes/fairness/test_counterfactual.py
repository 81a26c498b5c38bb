"""Do identity swaps find what a rigged model does with identity terms, and nothing else?"""

import numpy as np
import pytest

from probes.errors import AuditError, Skip
from probes.fairness.counterfactual import counterfactual
from probes.types import Example, Table

GENDER = {"lexicon": ("gender",)}
WOMEN_TO_MEN = {"feature": "gender", "direction": "women to men"}


@pytest.fixture
def rigged(context, word_model):
    """Score 0.2, + 0.4 with "she", + 0.5 with "great".

    Six texts with "she" alone: 0.6, swapped 0.2: no longer positive, shift -0.4.
    Four texts with "she" and "great": 1.1, swapped 0.7: no flip, shift -0.4.
    Five texts with "he" alone: 0.2, swapped 0.6: become positive, shift + 0.4. Ten texts without terms.
    """
    texts = [f"She came in {i}." for i in range(6)] + [f"She was great {i}." for i in range(4)]
    texts += [f"He came in {i}." for i in range(5)] + [f"It rains {i}." for i in range(10)]
    return context(texts=texts, model=word_model(0.2, {"she": 0.4, "great": 0.5}))


@pytest.mark.parametrize(
    ("direction", "metric", "value", "n"),
    [
        ("women to men", "flip_rate", 0.6, 10),
        ("women to men", "positive_flip_rate", 0.0, 10),
        ("women to men", "negative_flip_rate", 0.6, 10),
        ("women to men", "mean_score_shift", -0.4, 10),
        ("women to men", "mean_absolute_score_shift", 0.4, 10),
        ("men to women", "flip_rate", 1.0, 5),
        ("men to women", "positive_flip_rate", 1.0, 5),
        ("men to women", "mean_score_shift", 0.4, 5),
    ],
)
def test_known_answer(rigged, found, direction, metric, value, n):
    m = found(counterfactual(rigged, **GENDER), metric, feature="gender", direction=direction)
    assert (m.value, m.n) == (pytest.approx(value), n)
    assert m.low <= m.value <= m.high


def test_known_paired_tests(rigged):
    """Six decisions stop being positive and none becomes it: McNemar 2 / 2^6. Ten shifts down: 2 / 2^10."""
    table = next(f for f in counterfactual(rigged, **GENDER) if isinstance(f, Table))
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["texts"], row["become positive"], row["stop being positive"]) == (10, 0, 6)
    assert row["McNemar p"] == pytest.approx(2 / 2**6)
    assert row["sign test p"] == pytest.approx(2 / 2**10)
    assert row["t test p"] is None


def test_null_a_model_that_does_not_read_the_terms_changes_nothing(context, word_model):
    ctx = context(texts=[f"He said it was good {i}" for i in range(20)], model=word_model(0.3, {"good": 0.4}))
    for m in counterfactual(ctx, **GENDER):
        if not isinstance(m, Table):
            assert m.value == 0


def test_texts_that_mention_both_are_exchanged(context, word_model, found):
    """Score 0.4, + 0.3 with "her": "He saw her" 0.7, "She saw him" 0.4."""
    ctx = context(texts=["He saw her."] * 3, model=word_model(0.4, {"her": 0.3}))
    findings = list(counterfactual(ctx, **GENDER))
    assert found(findings, "mean_score_shift", direction="women and men exchanged").value == pytest.approx(
        -0.3
    )
    assert {f.slice["direction"] for f in findings if hasattr(f, "slice")} == {"women and men exchanged"}


def test_names_are_swapped_for_every_pair_of_groups(context, word_model, found):
    """Score 0.6, - 0.2 with "jamal", the counterpart of Todd: flips only from white to black."""
    ctx = context(texts=["Todd arrived.", "I met Todd."], model=word_model(0.6, {"jamal": -0.2}))
    findings = list(counterfactual(ctx, lexicon=("names",)))
    assert found(findings, "flip_rate", direction="white to black").value == 1
    assert found(findings, "flip_rate", direction="white to hispanic").value == 0


def test_the_model_is_asked_once(rigged):
    list(counterfactual(rigged))
    assert rigged.model.calls == 1


def test_texts_are_chosen_by_content_not_by_position(context, word_model):
    texts = [f"she was here {i}" for i in range(50)]
    model = word_model(0.5, {"she": 0.1, **{str(i): i / 1000 for i in range(50)}})
    shown = [
        [
            m.value
            for m in counterfactual(context(texts=order, model=model), max_texts=7, **GENDER)
            if hasattr(m, "n")
        ]
        for order in (texts, texts[::-1])
    ]
    assert shown[0] == pytest.approx(shown[1])


def test_max_texts_caps_each_direction(rigged, found):
    assert found(counterfactual(rigged, max_texts=3, **GENDER), "flip_rate", **WOMEN_TO_MEN).n == 3


def test_invalid_answers_are_left_out_and_counted(rigged, found):
    sound = rigged.model

    class Failing:
        classes = sound.classes

        def predict(self, inputs):
            answers = sound.predict(inputs)
            answers[["great" in text for text in inputs]] = np.nan
            return answers

    object.__setattr__(rigged, "model", Failing())
    findings = list(counterfactual(rigged, **GENDER))
    assert found(findings, "invalid_texts", **WOMEN_TO_MEN).value == 4
    assert found(findings, "flip_rate", **WOMEN_TO_MEN).successes == 6


def test_examples_show_flipped_texts(rigged):
    shown = [f for f in counterfactual(rigged, **GENDER) if isinstance(f, Example)]
    assert shown[0].texts[0][0].startswith("She came")
    assert shown[0].texts[0][1].startswith("He came")


def test_without_a_positive_class_shifts_are_given_for_every_class(context, word_model, found):
    ctx = context(texts=["she came"], model=word_model(0.2, {"she": 0.4}), positive=None)
    findings = list(counterfactual(ctx, **GENDER))
    assert found(findings, "mean_score_shift", **{"class": "no"}).value == pytest.approx(0.4)
    assert found(findings, "mean_score_shift", **{"class": "yes"}).value == pytest.approx(-0.4)


def test_texts_without_terms_are_a_reason_to_skip(context, word_model):
    with pytest.raises(Skip, match="no text mentions a term of the lexicon gender"):
        list(counterfactual(context(texts=["It rains."], model=word_model(0.5, {})), **GENDER))


def test_own_lexicon(context, word_model, found, tmp_path):
    path = tmp_path / "age.toml"
    path.write_text(
        'feature = "age"\nsource = "mine"\ngroups = ["young", "old"]\nwords = [["teenager", "pensioner"]]\n'
    )
    ctx = context(texts=["The teenager came."], model=word_model(0.5, {"pensioner": -0.2}))
    m = found(counterfactual(ctx, lexicon=(str(path),)), "mean_score_shift", direction="young to old")
    assert m.value == pytest.approx(-0.2)


def test_unknown_lexicon_is_a_sentence(rigged):
    with pytest.raises(AuditError, match="one of: gender, names, religion"):
        list(counterfactual(rigged, lexicon=("sex",)))
