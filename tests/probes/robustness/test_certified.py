"""Is nothing certified that some change of the words could turn?

The oracle is enumeration: texts of a few words over a vocabulary of three, every copy of a text, and every
text within the radius.
"""

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from probes.errors import Skip
from probes.registry import discover
from probes.robustness.certified import certified
from probes.robustness.smoothed import smoothed
from probes.robustness.smoothing import Deletion, Masking, lower_bound
from probes.robustness.smoothing import certified as stays
from probes.types import Curve, Measurement

VOCABULARY = ("good", "bad", "film")
METHODS = [Masking(0.6, "[MASK]"), Masking(0.8, "[MASK]"), Deletion(0.6), Deletion(0.8)]


class Opinion:
    """Says "yes" where "good" stands more often than "bad", or as often and `undecided` says so."""

    classes = ("no", "yes")

    def __init__(self, undecided=True):
        self.undecided = undecided

    def predict(self, inputs):
        score = np.array([t.split().count("good") - t.split().count("bad") for t in inputs])
        yes = np.where(score == 0, self.undecided, score > 0).astype(float)
        return np.stack([1 - yes, yes], axis=1).reshape(len(inputs), 2)


def exact(method, words, model):
    """The probability that a copy gets "yes", from all copies."""
    n = len(words)
    patterns = np.array(list(itertools.product([False, True], repeat=n)), dtype=bool).reshape(2**n, n)
    if isinstance(method, Masking):
        patterns = patterns[patterns.sum(axis=1) == min(n, max(1, n - round(method.share * n)))]
        weights = np.full(len(patterns), 1 / len(patterns))
    else:
        shown = patterns.sum(axis=1)
        weights = method.share ** (n - shown) * (1 - method.share) ** shown
    return float(weights @ model.predict([method.copy(words, kept) for kept in patterns])[:, 1])


def within(method, words, radius):
    """Every text within the radius: substitutions for masking, any edits for deletion."""
    found = {tuple(words)}
    for _ in range(radius):
        found |= set(itertools.chain.from_iterable(_one_edit(method, text) for text in found))
    return found


def _one_edit(method, text):
    for i in range(len(text) + 1):
        if i < len(text):
            yield from ((*text[:i], new, *text[i + 1 :]) for new in VOCABULARY)
        if isinstance(method, Deletion):
            yield from ((*text[:i], new, *text[i:]) for new in VOCABULARY)
            yield (*text[:i], *text[i + 1 :])


TEXTS = [("good",) * (n - bad) + ("bad",) * bad for n in (2, 4) for bad in (0, 1)]


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("words", TEXTS, ids=" ".join)
@pytest.mark.parametrize("radius", [1, 2])
def test_no_change_within_the_radius_moves_a_probability_further_than_the_theorem_says(method, words, radius):
    """The true probability takes the place of its bound: what is certified then stays, for every text."""
    for model in (Opinion(undecided=True), Opinion(undecided=False)):
        yes = exact(method, words, model)
        reach = method.reach(len(words), radius)
        for index, before in enumerate((1 - yes, yes)):
            afters = (exact(method, text, model) for text in within(method, words, radius))
            lowest = min(after if index else 1 - after for after in afters)
            if isinstance(method, Masking) or before > reach:
                assert lowest >= before - reach - 1e-9
            if stays(np.array(before), np.array(reach)):
                assert lowest > 0.5


def test_the_reach_of_masking_is_met_by_some_model():
    """The bound is tight where a model says "yes" exactly if it sees the one "good" of five words."""
    method, words = Masking(0.6, "[MASK]"), ("good", "film", "film", "film", "film")
    before, after = (exact(method, text, Opinion(undecided=False)) for text in (words, ("film", *words[1:])))
    assert before - after == pytest.approx(method.reach(5, 1)) == pytest.approx(2 / 5)


@pytest.mark.parametrize(
    ("words", "radius", "expected"),
    [(10, 0, 0), (10, 1, 0.2), (10, 2, 17 / 45), (1, 1, 1), (0, 1, 1), (0, 0, 0)],
)
def test_the_reach_by_hand(words, radius, expected):
    """Of ten words two stay: one changed is shown in 2 of 10 copies, one of two in 1 - C(8, 2) / C(10, 2)."""
    assert Masking(0.8, "x").reach(words, radius) == pytest.approx(expected)


def test_deletion_by_hand():
    assert Deletion(0.9).reach(7, 2) == pytest.approx(0.19)


def test_the_lower_bound_is_that_of_clopper_and_pearson():
    """At the bound, as many hits or more have a probability of exactly the error."""
    for hits in (1, 57, 200):
        bound = float(lower_bound(np.array([hits]), 200, 0.01)[0])
        assert binom.sf(hits - 1, 200, bound) == pytest.approx(0.01)
    assert lower_bound(np.array([0]), 200, 0.01) == 0


@pytest.mark.parametrize("method", [METHODS[0], METHODS[2]], ids=str)
def test_the_bound_is_seldom_above_the_true_probability(context, method):
    """Eight texts, 60 seeds: at 95 % over all texts at most a few of the 60 runs have any bound too high."""
    texts = [" ".join(words) for words in itertools.product(("good", "bad"), repeat=3)]
    true = np.array([exact(method, tuple(text.split()), Opinion()) for text in texts])
    wrong = 0
    for seed in range(60):
        found = smoothed(context(texts=texts, model=Opinion(), seed=seed), method, most=8, first=9, draws=40)
        of_class = np.where(found.classes == 1, true, 1 - true)
        wrong += bool((found.lowest > of_class + 1e-12).any())
    # Of 60 runs 3 are expected at most; more than 8 would have a probability below 1 %.
    assert wrong <= 8


class Turning:
    """Copies of which the first `first` say "good" and all further ones "bad"."""

    way = "turning"

    def __init__(self, first):
        self.first = first

    def kept(self, words, draws, rng):
        return np.arange(draws)[:, None]

    def copy(self, words, kept):
        return "good" if kept[0] < self.first else "bad"


def test_the_bound_counts_further_copies_and_not_those_that_chose_the_class(context):
    """Five copies choose "yes", and none of the 40 further ones says so: nothing is known of its share."""
    found = smoothed(context(texts=["film"], model=Opinion()), Turning(5), most=1, first=5, draws=40)
    assert (found.classes.tolist(), found.lowest.tolist()) == ([1], [0])


@pytest.mark.parametrize("way", ["masking", "deletion"])
@pytest.mark.parametrize("radius", [1, 2])
def test_certified_accuracy_is_below_what_every_attack_leaves(context, way, radius):
    """All texts of four words over "good" and "bad", labelled by the majority; the attack tries all."""
    method = Masking(0.8, "[MASK]") if way == "masking" else Deletion(0.8)
    texts = [" ".join(words) for words in itertools.product(("good", "bad"), repeat=4)]
    labels = [int(text.split().count("good") >= 2) for text in texts]
    ctx = context(labels, texts=texts, model=Opinion())
    findings = list(certified(ctx, way=way, share=0.8, radius=radius, draws=2000))
    share = next(f for f in findings if isinstance(f, Measurement) and f.slice.get("radius") == str(radius))
    withstood = [
        all(
            (exact(method, text, Opinion()) > 0.5) == label
            for text in within(method, tuple(t.split()), radius)
        )
        for t, label in zip(texts, labels, strict=True)
    ]
    assert share.value <= np.mean(withstood)
    if radius == 1 and way == "masking":
        assert share.value > 0, "a test of nothing"


def test_a_model_that_never_changes_its_mind_is_certified(context, found):
    """Every copy gets "yes": certified as far as 150 of 150 at an error of 0.05 / 4 and the reach allow."""
    texts = [f"{'film ' * 9}{word}" for word in "abcd"]
    findings = list(certified(context([1, 1, 1, 0], texts=texts, model=Opinion()), radius=3, way="masking"))
    accuracy = [found(findings, "certified_accuracy", radius=r).value for r in "0123"]
    # 0.0125^(1/150) = 0.971, less 0.2 and 0.378 is above one half, less 0.533 is not.
    assert accuracy == [0.75, 0.75, 0.75, 0.0]
    assert found(findings, "abstention_rate").value == 0
    (curve,) = (f for f in findings if isinstance(f, Curve))
    assert (curve.x, curve.y) == ((0, 1, 2, 3), tuple(accuracy))


def test_a_model_that_sees_one_word_of_many_is_abstained_from(context, found):
    """Two "good" and two "bad", one shown: half of the copies say "yes"."""
    ctx = context([1], texts=["good bad good bad"], model=Opinion())
    findings = list(certified(ctx, way="masking", share=0.75, draws=500))
    assert found(findings, "abstention_rate").value == 1
    assert found(findings, "certified_accuracy", radius="0").value == 0


def test_without_labels_what_is_certified_counts(context, found):
    findings = list(certified(context(texts=["film film film"], model=Opinion()), share=0.7, way="deletion"))
    assert found(findings, "certified_rate", radius="1").value == 1
    assert not [f for f in findings if getattr(f, "metric", "") == "certified_accuracy"]


@pytest.mark.parametrize("text", ["", "good", "😀", "مرحبا بالعالم", "a\ud800 b"])
@pytest.mark.parametrize("way", ["masking", "deletion"])
def test_odd_texts_have_an_answer(context, way, text):
    findings = list(certified(context([1], texts=[text], model=Opinion()), way=way, draws=50))
    assert all(m.value in (0, 1) for m in findings if isinstance(m, Measurement))


def test_copies_without_a_valid_answer_count_for_no_class(context, found):
    class Mute(Opinion):
        def predict(self, inputs):
            return np.full((len(inputs), 2), np.nan)

    findings = list(certified(context([1], texts=["good film"], model=Mute())))
    assert found(findings, "abstention_rate").value == 1


def test_the_mask_is_that_of_the_tokenizer(context, found):
    class Masked(Opinion):
        module = None

        class tokenizer:  # noqa: N801
            mask_token = "<mask>"

        def predict(self, inputs):
            assert any("<mask>" in text for text in inputs)
            return super().predict(inputs)

    findings = list(certified(context([1], texts=["good good film good"], model=Masked())))
    assert {f.slice["method"] for f in findings if isinstance(f, Measurement)} == {"masking"}
    plain = list(certified(context([1], texts=["good good film good"], model=Opinion())))
    assert {f.slice["method"] for f in plain if isinstance(f, Measurement)} == {"deletion"}


def test_without_texts_it_is_skipped(context):
    with pytest.raises(Skip, match="no texts"):
        list(certified(context([1], [1], model=Opinion())))


def test_every_metric_is_in_the_documentation():
    text = discover()["robustness.certified"].documentation
    assert all(f"`{name}`" in text for name in ("certified_accuracy", "certified_rate", "abstention_rate"))
