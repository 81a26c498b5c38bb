"""Is a model that decides by identity terms found, and one that does not left in peace?"""

import numpy as np
import pytest

from audit.gates import judge, parse
from probes.errors import Skip
from probes.explanations.figures import averaged
from probes.explanations.identity_terms import identity_terms
from probes.stats.comparisons import gap
from probes.types import Measurement, Table
from reports.record import ProbeResult

GENDER = {"lexicon": ("gender",)}
MOODS = {"good": 0.2, "bad": -0.2, "lovely": 0.15, "dull": -0.15}
GATE = parse("explanations.identity_terms/identity_attribution_gap <= 0.05")


def reviews(count, people):
    """Texts about people, moods and things, every word drawn by itself."""
    rng = np.random.default_rng(4)
    things = ["film", "book", "song", "play", "plot", "score", "cast", "scene"]
    draw = lambda words: words[rng.integers(len(words))]  # noqa: E731
    return [
        f"{draw(people)} saw one {draw(list(MOODS))} {draw(things)} near {draw(things)} {i}"
        for i in range(count)
    ]


@pytest.fixture
def audited(context, word_model):
    def audited(words, people=("she", "he", "the woman", "the man", "nobody"), count=200, **options):
        return context(
            texts=reviews(count, list(people)), model=word_model(0.5, {**MOODS, **words}), **options
        )

    return audited


def verdict(findings):
    measurements = tuple(f for f in findings if isinstance(f, Measurement))
    result = ProbeResult(
        probe="explanations.identity_terms", version=1, title="", status="ok", measurements=measurements
    )
    return judge([GATE], [result])[0].outcome


def test_a_planted_shortcut_is_found(audited, found):
    """Terms of women add 0.2 to the score, as much as "good" does."""
    findings = list(identity_terms(audited({"she": 0.2, "woman": 0.2}), **GENDER))
    women = found(findings, "identity_attribution", group="women")
    assert women.low > 0.2
    assert found(findings, "identity_attribution", group="men").value == pytest.approx(0, abs=1e-9)
    assert found(findings, "identity_attribution_gap").low > 0.2
    assert verdict(findings) == "fail"


def test_a_model_without_one_is_not_accused(audited, found):
    findings = list(identity_terms(audited({}), **GENDER))
    assert found(findings, "identity_attribution_gap").value == pytest.approx(0, abs=1e-9)
    assert verdict(findings) != "fail"
    table = next(f for f in findings if isinstance(f, Table) and "like them" in f.title)
    assert min(row[-1] for row in table.rows) > 0.05


def test_answers_move_as_attributed(audited, found):
    """Occlusion deletes each word, so deleting is as attributed; swaps are so nearly."""
    findings = list(identity_terms(audited({"she": 0.2, "he": -0.1}, people=("she", "he")), **GENDER))
    for how in ("deletion", "swap"):
        assert found(findings, f"{how}_sign_agreement").value == 1
        assert found(findings, f"{how}_rank_correlation").value > 0.9


def test_both_groups_alike_leave_no_gap_but_an_excess(audited, found):
    """Every identity term costs 0.25: no group is preferred, and the terms stand out of the stop words."""
    words = {"she": -0.25, "he": -0.25}
    people = ("she", "he", "they", "it", "someone", "nobody", "everyone", "we")
    findings = list(identity_terms(audited(words, people, count=400), **GENDER))
    gap = found(findings, "identity_attribution_gap")
    assert gap.value < 0.08
    assert found(findings, "identity_attribution", group="men").high < -0.1
    excess = found(findings, "identity_mass_excess", group="women")
    assert excess.value > 1
    assert excess.low <= excess.value <= excess.high


def test_without_a_positive_class_every_class_is_explained(audited, found):
    findings = list(identity_terms(audited({"she": 0.2}, positive=None), **GENDER))
    yes = found(findings, "identity_attribution", group="women", **{"class": "yes"})
    no = found(findings, "identity_attribution", group="women", **{"class": "no"})
    assert yes.value == pytest.approx(-no.value)
    assert yes.value > 0


def test_a_group_that_no_text_speaks_of_has_no_number(audited, found):
    findings = list(identity_terms(audited({"she": 0.2}, people=("she", "nobody")), **GENDER))
    assert found(findings, "identity_attribution", group="men").value is None
    assert found(findings, "identity_attribution_gap").value is None


def test_texts_that_speak_of_both_groups_take_no_part(audited):
    with pytest.raises(Skip, match="speaks of one group"):
        list(identity_terms(audited({}, people=("she and he",)), **GENDER))


def test_one_term_in_one_text(context, word_model):
    texts = ["she saw a good film", *(f"a good film {i}" for i in range(10))]
    findings = list(identity_terms(context(texts=texts, model=word_model(0.5, MOODS)), **GENDER))
    assert any(isinstance(f, Measurement) and f.n == 1 for f in findings)


def skewed(rng, size, mean):
    """Shares as real texts have them: most terms carry next to nothing, a few a lot."""
    return mean + 0.2 * (rng.beta(0.3, 2.0, size) - 0.3 / 2.3) * rng.choice([-1, 1], size)


@pytest.mark.parametrize("runs", [150, pytest.param(3000, marks=pytest.mark.full)])
@pytest.mark.parametrize("truth", [0.0, 0.05])
def test_no_more_than_alpha_of_models_within_the_limit_are_failed(context, truth, runs):
    rng, ctx = np.random.default_rng(8), context()
    gate = parse("explanations.identity_terms/identity_attribution_gap <= 0.05")
    failed = 0
    for _ in range(runs):
        leaves = tuple(
            averaged(ctx, "identity_attribution", skewed(rng, 60, m), {"group": g}, bounds=(-1.0, 1.0))
            for g, m in (("women", truth), ("men", 0.0))
        )
        measured = (gap("identity_attribution_gap", leaves, slice={"feature": "gender"}),)
        result = ProbeResult(probe=gate.probe, version=1, title="", status="ok", measurements=measured)
        failed += judge([gate], [result])[0].outcome == "fail"
    assert failed / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
