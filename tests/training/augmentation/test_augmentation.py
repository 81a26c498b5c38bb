"""Do changed copies of texts say the same, and does each follow from its text alone?"""

import json

import numpy as np
import pytest

from probes.errors import AuditError
from probes.lexicons import load
from probes.perturbations.typos import edits, words
from training.augmentation import synonyms as synonym
from training.augmentation.counterfactual import counterfactuals
from training.augmentation.rows import augmented
from training.augmentation.typos import typos

TEXTS = ("She saw her father.", "A fine film, truly wonderful", "ok", "He was a king.")
LABELS = np.array([1, 0, 1, 0])


def _augmented(rows, transforms, **options):
    return augmented(TEXTS, LABELS, np.array(rows), transforms, **options)


def test_counterfactual_copies_are_the_swaps_of_the_probe():
    found = _augmented([0, 1, 3], counterfactuals(load("gender")))
    assert found.texts[:4] == TEXTS
    assert found.texts[4:] == ("He saw his mother.", "She was a queen.")
    assert found.labels.tolist() == [1, 0, 1, 0, 1, 0]
    assert found.origin.tolist() == [0, 1, 2, 3, 0, 3]


def test_only_training_rows_are_copied_and_unchanged_copies_left_out():
    assert _augmented([2], [typos(1.0)]).texts == TEXTS
    assert _augmented([], counterfactuals(load("gender"))).texts == TEXTS


def test_copies_differ_and_do_not_depend_on_the_order_of_rows():
    forward = _augmented([1, 0], [typos(0.5)], copies=3, seed=4)
    backward = _augmented([0, 1], [typos(0.5)], copies=3, seed=4)
    assert len(set(forward.texts)) == len(forward.texts) == 10
    assert set(forward.texts) == set(backward.texts)
    assert set(_augmented([1], [typos(0.5)], seed=5).texts) != set(
        _augmented([1], [typos(0.5)], seed=4).texts
    )


def test_augmented_rows_take_the_gap_out_of_a_bag_of_words():
    """Planted: "she" is positive in 9 of 10 texts, "he" in 1 of 10. With swapped copies they are alike."""
    rng = np.random.default_rng(0)
    women = rng.integers(2, size=400).astype(bool)
    labels = (rng.random(400) < np.where(women, 0.9, 0.1)).astype(np.int64)
    texts = [f"{'she' if w else 'he'} said so {i}" for i, w in enumerate(women)]

    def gap(texts, labels):
        hers = np.array(["she" in text.split() for text in texts])
        return labels[hers].mean() - labels[~hers].mean()

    found = augmented(texts, labels, np.arange(400), counterfactuals(load("gender")))
    assert gap(texts, labels) > 0.7
    assert gap(found.texts, found.labels) == 0


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # Inner letters only: exchanged, dropped, doubled, o -> i p l and l -> o k by the keyboard.
        (
            "cold",
            {"clod", "cld", "cood", "coold", "colld", "cild", "cpld", "clld", "coo", "cokd", "cod"} - {"coo"},
        ),
        ("the", set()),
        ("", set()),
    ],
)
def test_every_typo_of_a_word(word, expected):
    assert set(edits(word)) == expected


@pytest.mark.parametrize("word", ["wonderful", "Film", "ÜBERMUT", "aaaa"])
def test_typos_keep_the_ends_and_the_capitals(word):
    for edit in edits(word):
        assert edit != word
        assert (edit[0], edit[-1]) == (word[0], word[-1])
        assert edit.isupper() == word.isupper()


@pytest.mark.parametrize(("share", "changed"), [(0.01, 1), (0.5, 2), (1.0, 4)])
def test_a_share_of_the_words_gets_a_typo(share, changed):
    text = "Truly wonderful acting, an odd film!"
    new = typos(share)(text, np.random.default_rng(0))
    before, after = text.split(), new.split()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == changed
    assert len(words(text)) == 4
    assert new.endswith("!")


@pytest.mark.parametrize("make", [typos, lambda share: synonym.synonyms({}, share)])
@pytest.mark.parametrize("share", [0.0, -1.0, 1.1, float("nan")])
def test_a_share_out_of_range_is_refused(make, share):
    with pytest.raises(AuditError, match="share"):
        make(share)


def test_synonyms_keep_capitals_and_everything_else():
    known = {"good": ("fine",), "film": ("movie",)}
    transform = synonym.synonyms(known, 1.0)
    assert transform("Good film, GOOD; goods.", np.random.default_rng(0)) == "Fine movie, FINE; goods."
    assert transform("none of these", np.random.default_rng(0)) == "none of these"


def test_a_file_of_synonyms(tmp_path):
    path = tmp_path / "words.json"
    path.write_text(json.dumps({"Good": ["good", "fine"]}), "utf-8")
    assert synonym.load(path) == {"good": ("fine",)}


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "JSON"), ("[]", "no object"), ('{"a": "b", "c": [1]}', "'c': \\[1\\] is no list of words")],
)
def test_a_broken_file_of_synonyms_is_a_sentence(tmp_path, content, said):
    path = tmp_path / "words.json"
    path.write_text(content, "utf-8")
    with pytest.raises(AuditError, match=said):
        synonym.load(path)


def test_no_file_of_synonyms_is_a_sentence(tmp_path):
    with pytest.raises(AuditError, match="cannot be read"):
        synonym.load(tmp_path / "none.json")
