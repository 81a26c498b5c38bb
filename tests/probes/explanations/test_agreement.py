"""Do methods agree where they must, and is chance told apart from it?"""

import numpy as np
import pytest

from probes.attribution import Attribution
from probes.attribution.agreement import rank_correlation, top_overlap
from probes.attribution.comparing import compared
from probes.errors import Skip
from probes.registry import discover


def run(ctx, **parameters):
    probe = discover()["explanations.agreement"]
    return list(probe(ctx, **probe.complete(parameters)))


def scored(*scores, method="occlusion", withheld=""):
    units = tuple("abcdefghij"[: len(scores)])
    spans = tuple((i, i + 1) for i in range(len(scores)))
    return Attribution("".join(units), 1, units, spans, np.array(scores), method, "none", withheld=withheld)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1),
        ([1, 2, 3], [1, 3, 2], 0.5),  # 1 - 6 Σ d² / (n (n² - 1)) = 1 - 6 · 2 / 24
        ([1, 1, 2], [1, 2, 3], np.sqrt(3) / 2),  # Ranks 1.5, 1.5, 3 against 1, 2, 3.
        ([1, 2], [3, 3], None),
        ([1], [2], None),
        ([], [], None),
    ],
)
def test_rank_correlation(one, other, expected):
    found = rank_correlation(np.array(one, float), np.array(other, float))
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("one", "other", "top", "expected"),
    [
        ([4, 3, 2, 1], [4, 3, 1, 2], 2, 1),
        ([4, 3, 2, 1], [1, 2, 3, 4], 2, 0),
        ([4, 3, 2, 1], [4, 2, 3, 1], 2, 0.5),
        ([2, 1], [2, 1], 5, 1),  # Of two words only the highest counts, or all texts of two would agree.
        ([2, 1], [1, 2], 5, 0),
        ([1], [1], 5, None),
    ],
)
def test_top_overlap(one, other, top, expected):
    assert top_overlap(np.array(one), np.array(other), top=top) == expected


def test_without_signs_sizes_are_compared():
    one = [scored(3.0, -2.0, 1.0)]
    assert compared(one, [scored(3.0, 2.0, 1.0, method="saliency")], rank_correlation).tolist() == [1]
    assert compared(one, [scored(3.0, 2.0, 1.0)], rank_correlation) == pytest.approx([0.5])


def test_withheld_texts_are_left_out():
    one = [scored(1.0, 2.0), scored(1.0, 2.0, withheld="why"), scored(1.0)]
    assert len(compared(one, one, rank_correlation)) == 1


def test_on_a_sum_of_words_methods_agree(context, word_model, found):
    """Occlusion and Shapley values of words that act one by one rank them alike."""
    words = {"good": 0.2, "fine": 0.1, "bad": -0.2, "dull": -0.1}
    texts = ["good fine bad dull x", "dull good y", "fine bad z"]
    ctx = context(texts=texts, model=word_model(0.5, words))
    findings = run(ctx, methods=("occlusion", "shapley_sampling"))
    pair = {"methods": "occlusion and shapley_sampling"}
    assert found(findings, "rank_correlation", **pair).value == pytest.approx(1)
    assert found(findings, "top_overlap", **pair).value == 1


def test_one_method_is_not_enough(context, word_model):
    with pytest.raises(Skip, match="two methods"):
        run(context(texts=["a b"], model=word_model(0.5, {})), methods=("occlusion", "saliency"))
