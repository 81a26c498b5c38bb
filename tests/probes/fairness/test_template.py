"""Do sentence frames find what a rigged model does with the people in them, and nothing else?"""

import numpy as np
import pytest
from scipy.stats import t

from probes.errors import AuditError, Skip
from probes.fairness.template import template
from probes.types import Table

FRAMES = """
source = "ours"
[frames]
kind = ["{person} is good.", "I see {person}.", "{person} is here.", "We met {person}."]
"""
PEOPLE = """
feature = "pet"
source = "ours"
groups = ["cats", "dogs", "birds"]
people = [["Tom", "Rex", "Tweety"], ["Kit", "Fido", "Polly"]]
"""


class SteepModel:
    """A score of 0.1 k in the k-th frame, and 0.02 k more for dogs."""

    classes = ("no", "yes")

    def predict(self, inputs):
        frame = np.array([1 + ["good", "see", "here", "met"].index(self._word(text)) for text in inputs])
        dogs = np.array(["Rex" in text or "Fido" in text for text in inputs])
        scores = 0.1 * frame + 0.02 * frame * dogs
        return np.stack([1 - scores, scores], axis=1)

    def _word(self, text):
        return next(word for word in ("good", "see", "here", "met") if word in text)


@pytest.fixture
def small(tmp_path):
    (tmp_path / "frames.toml").write_text(FRAMES)
    (tmp_path / "pets.toml").write_text(PEOPLE)
    return {"frames": str(tmp_path / "frames.toml"), "lexicon": (str(tmp_path / "pets.toml"),)}


@pytest.fixture
def rigged(context, word_model):
    """Score 0.3; "good" + 0.1; "rex" and "fido" + 0.15; "tweety" + 0.3.

    Four frames, one of them with "good", two rows. Means over frames, 0.3 + 0.1 / 4 = 0.325 for cats;
    dogs 0.15 more in every frame; birds 0.3 more in half of the rows, 0.15 in every frame.
    Decisions above 0.5: dogs 0.55 with "good" only, 2 of 8; birds Tweety in all 4 frames, 4 of 8; cats never.
    """
    return context(model=word_model(0.3, {"good": 0.1, "rex": 0.15, "fido": 0.15, "tweety": 0.3}))


@pytest.mark.parametrize(
    ("metric", "part", "value"),
    [
        ("mean_score", {"group": "cats"}, 0.325),
        ("mean_score", {"group": "dogs"}, 0.475),
        ("mean_score", {"group": "birds"}, 0.475),
        ("selection_rate", {"group": "cats"}, 0.0),
        ("selection_rate", {"group": "dogs"}, 0.25),
        ("selection_rate", {"group": "birds"}, 0.5),
        ("mean_score_difference", {"direction": "dogs minus cats"}, 0.15),
        ("mean_score_difference", {"direction": "cats minus dogs"}, -0.15),
        ("mean_score_difference", {"direction": "birds minus dogs"}, 0.0),
        ("mean_score_gap", {}, 0.15),
        ("flip_rate", {"direction": "cats and dogs"}, 0.25),
        ("flip_rate", {"direction": "cats and birds"}, 0.5),
        ("flip_rate", {"direction": "dogs and birds"}, 0.5),
    ],
)
def test_known_answer(rigged, small, found, metric, part, value):
    """Dogs and birds differ for Tweety without "good" (3 of 8), and for Polly with it (1 of 8)."""
    m = found(template(rigged, **small), metric, feature="pet", **part)
    assert (m.value, m.n) == (pytest.approx(value), 4)


def test_errors_are_those_of_differences_within_frames(context, small, found):
    """Differences 0.02, 0.04, 0.06, 0.08: standard deviation sqrt(20 / 3) / 100, over sqrt(4)."""
    findings = list(template(context(model=SteepModel()), **small))
    m = found(findings, "mean_score_difference", direction="dogs minus cats")
    assert m.standard_error == pytest.approx(np.sqrt(20 / 3) / 200)


def test_interval_of_the_gap_counts_all_pairs(context, small, found):
    """Three groups make six ordered pairs: the low end is lower than that of the largest difference alone."""
    findings = list(template(context(model=SteepModel()), **small))
    gap = found(findings, "mean_score_gap")
    largest = found(findings, "mean_score_difference", direction="dogs minus cats")
    pairs = [m for m in findings if getattr(m, "metric", "") == "mean_score_difference"]
    highs = [m.value + t.ppf(0.975, m.n - 1) * m.standard_error for m in pairs]
    assert gap.value == largest.value
    assert 0 <= gap.low < largest.low
    assert gap.high == pytest.approx(min(max(highs), 1))


def test_null_a_model_that_does_not_read_the_people(context, word_model):
    findings = list(template(context(model=word_model(0.3, {"nurse": 0.5})), lexicon=("gender",)))
    differences = [
        m
        for m in findings
        if getattr(m, "metric", "") in ("mean_score_difference", "mean_score_gap", "flip_rate")
    ]
    assert [m.value for m in differences] == [0.0] * 4


def test_needs_no_data_and_asks_the_model_once(context, word_model):
    ctx = context(model=word_model(0.5, {}))
    assert list(template(ctx))
    assert (len(ctx.samples), ctx.model.calls) == (0, 1)


def test_a_table_shows_the_kinds_of_sentence(context, word_model):
    table = next(f for f in template(context(model=word_model(0.5, {}))) if isinstance(f, Table))
    assert [row[0] for row in table.rows] == ["neutral", "positive", "negative", "occupation"]


def test_frames_with_invalid_answers_are_left_out(rigged, small, found):
    sound = rigged.model

    class Failing:
        classes = sound.classes

        def predict(self, inputs):
            answers = sound.predict(inputs)
            answers[inputs.index("I see Rex.")] = np.nan
            return answers

    object.__setattr__(rigged, "model", Failing())
    findings = list(template(rigged, **small))
    assert found(findings, "invalid_frames").value == 1
    assert found(findings, "mean_score", group="dogs").n == 3


def test_without_people_there_is_a_reason(context, word_model, tmp_path):
    (tmp_path / "bare.toml").write_text(
        'feature = "f"\nsource = "s"\ngroups = ["a", "b"]\nwords = [["x", "y"]]\n'
    )
    with pytest.raises(Skip, match="no rows of people"):
        list(template(context(model=word_model(0.5, {})), lexicon=(str(tmp_path / "bare.toml"),)))


def test_unknown_frames_are_a_sentence(context, word_model):
    with pytest.raises(AuditError, match="one of: english"):
        list(template(context(model=word_model(0.5, {})), frames="latin"))
