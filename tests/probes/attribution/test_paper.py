"""Attributions that are known on paper."""

import itertools
import math

import numpy as np
import pytest

from probes.attribution import METHODS, attribute
from probes.attribution.surrogates import _ridge

TEXT = "good film but bad plot"
COMPLETE = ("integrated_gradients", "gradient_shap", "shapley_sampling", "kernel_shap")
ADDITIVE = (*COMPLETE, "deeplift", "occlusion")


def yes(model, texts, method, **options):
    return attribute(model, texts, method, targets=np.ones(len(texts), int), **options)


def values(value, text=TEXT):
    return np.array([value(word) for word in text.split()])


@pytest.mark.parametrize("method", ADDITIVE)
def test_a_sum_of_words_is_given_back(bag, value, method):
    """Log-odds = Σ v: each word counts v, whatever the others are; missing words count 0."""
    options = {} if "zero" not in METHODS[method].baselines else {"baseline": "zero"}
    (found,) = yes(bag(), [TEXT], method, **options)
    assert found.scores == pytest.approx(values(value), abs=1e-4)
    assert found.units == tuple(TEXT.split())
    assert not found.withheld


def test_the_mask_token_takes_the_place_of_words(bag, tokenizer):
    """With v of the mask token set to 2 each score is v - 2."""
    model = bag()
    model.module.words.weight.data[tokenizer.mask_token_id, 0] = 2.0
    (masked,) = yes(model, ["good film"], "integrated_gradients", baseline="mask")
    (plain,) = yes(model, ["good film"], "integrated_gradients", baseline="zero")
    assert masked.scores == pytest.approx(plain.scores - 2)
    (occluded,) = yes(model, ["good film"], "occlusion", baseline="mask")
    assert occluded.scores == pytest.approx(masked.scores, abs=1e-5)


def test_the_gradient_of_a_sum(bag, value):
    """d/dv = 1 and d/d(second number) = 0, so saliency is 1 and input x gradient v for each word."""
    (found,) = yes(bag(), [TEXT], "saliency")
    assert found.scores == pytest.approx(np.ones(5))
    (found,) = yes(bag(), [TEXT], "input_x_gradient")
    assert found.scores == pytest.approx(values(value))


@pytest.mark.parametrize("method", COMPLETE)
def test_words_that_act_together_share_alike(bag, value, method):
    """Log-odds = (Σ v)² / 9: a pair's share v_i v_j is halved, so word i gets v_i Σ v / 9.

    Along the path, ∫ 2 α (Σ v) v_i dα / 9 is the same; the trapezoidal rule is exact for straight lines.
    """
    (found,) = yes(bag(lambda total: total**2 / 9), ["good film story"], method)
    v = values(value, "good film story")
    rough = {"gradient_shap": 0.1, "shapley_sampling": 0.5}.get(method, 1e-4)
    assert found.scores == pytest.approx(v * v.sum() / 9, abs=rough)
    assert found.completeness_error < 0.05


def test_occlusion_sees_each_word_with_all_others_there(bag, value):
    """(Σ v)² / 9 - (Σ v - v_i)² / 9."""
    (found,) = yes(bag(lambda total: total**2 / 9), ["good film story"], "occlusion")
    v = values(value, "good film story")
    assert found.scores == pytest.approx((v.sum() ** 2 - (v.sum() - v) ** 2) / 9, abs=1e-4)


def test_deeplift_shares_a_bend_in_proportion(bag, value):
    """Log-odds = relu(Σ v - 1), baseline 0: the rescale rule gives v_i relu(Σ v - 1) / Σ v."""
    import torch

    relu = torch.nn.ReLU()
    model = bag(lambda total: relu(total - 1))
    model.module.relu = relu
    texts = [t for t in ("film good", "good story", "plot film story") if values(value, t).sum() > 1]
    assert texts
    for text, found in zip(texts, yes(model, texts, "deeplift", baseline="zero"), strict=True):
        v = values(value, text)
        assert found.scores == pytest.approx(v * (v.sum() - 1) / v.sum())
        assert not found.withheld


@pytest.mark.parametrize("words", [1, 2, 3, 5])
def test_few_words_get_their_exact_shapley_values(bag, value, words):
    """Against all orders, gone through one by one."""
    text = " ".join(TEXT.split()[:words])
    model = bag(lambda total: total.sin() * 3)
    (found,) = yes(model, [text], "kernel_shap")
    v = values(value, text)
    expected = np.zeros(words)
    for order in itertools.permutations(range(words)):
        for place, unit in enumerate(order):
            there = v[list(order[:place])].sum()
            expected[unit] += 3 * (math.sin(there + v[unit]) - math.sin(there))
    assert found.scores == pytest.approx(expected / math.factorial(words), abs=1e-4)


def test_lime_is_a_weighted_ridge_regression():
    """Against scikit-learn."""
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(0)
    kept, outputs = rng.random((60, 6)) < 0.5, rng.normal(size=60)
    weight = np.exp(-((1 - np.sqrt(kept.mean(axis=1))) ** 2) / (2 * 0.25**2))
    expected = Ridge(alpha=1.0).fit(kept.astype(float), outputs, sample_weight=weight).coef_
    assert _ridge(kept, outputs) == pytest.approx(expected)


def test_lime_ranks_the_words_of_a_sum(bag, value):
    (found,) = yes(bag(), [TEXT], "lime")
    v = values(value)
    assert np.corrcoef(found.scores, v)[0, 1] > 0.95


def test_the_other_class_gets_the_opposite(bag):
    model = bag()
    (against,) = attribute(model, [TEXT], targets=np.array([0]))
    (for_,) = attribute(model, [TEXT], targets=np.array([1]))
    assert against.scores == pytest.approx(-for_.scores)
    (predicted,) = attribute(model, [TEXT])
    assert predicted.target == model.predict([TEXT])[0].argmax()


def test_a_word_is_the_sum_of_its_tokens(bag):
    """The tokenizer reads "gx" letter by letter."""
    (word,) = yes(bag(), ["gx film"], "integrated_gradients")
    (token,) = yes(bag(), ["gx film"], "integrated_gradients", level="token")
    assert token.units == ("g", "x", "film")
    assert word.scores == pytest.approx([token.scores[:2].sum(), token.scores[2]])


def test_a_sum_that_small_errors_would_swamp(bag, value):
    """Σ v = 0: the error is taken relative to 0.25, and nothing is divided by 0."""
    words = ["good", "film", "bad", "plot", "but", "story", "man", "the", "queen"]
    pair = next((a, b) for a, b in itertools.combinations(words, 2) if value(a) == -value(b) != 0)
    (found,) = yes(bag(), [" ".join(pair)], "integrated_gradients")
    assert found.completeness_error < 0.05
    assert found.scores == pytest.approx([value(pair[0]), value(pair[1])], abs=1e-5)
