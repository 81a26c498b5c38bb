"""Do equal texts stay together, and are held-out rows found again?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.errors import AuditError
from training.split import assign, text_key

SHARES = {"train": 0.75, "validation": 0.05, "test": 0.2}


@pytest.mark.parametrize(
    "other",
    ["the film IS good", "  The film\tis \n good ", "The film is good"],
)
def test_case_spacing_and_unicode_form_do_not_make_another_text(other):
    assert text_key(other) == text_key("The film is good")


def test_composed_and_decomposed_accents_are_the_same_text():
    assert text_key("caf\u00e9 stra\u00dfe") == text_key("cafe\u0301 STRASSE")


def test_another_word_makes_another_text():
    assert text_key("The film is good") != text_key("The film is bad")


def test_the_key_is_the_start_of_a_sha256():
    """sha256("a") begins with ca978112ca1bbdca, as `printf a | sha256sum` says."""
    assert text_key(" A ") == "ca978112ca1bbdca"


@given(st.lists(st.text(max_size=5), max_size=30), st.integers(0, 9))
def test_the_split_of_a_row_depends_on_nothing_but_its_key(texts, seed):
    keys = [text_key(text) for text in texts]
    alone = [assign([key], seed=seed, fractions=SHARES)[0] for key in keys]
    assert assign(keys, seed=seed, fractions=SHARES).tolist() == alone


def test_shares_are_kept_up_to_chance():
    """Of 20,000 rows 4,000 are expected in the test split; four standard errors are 226 rows."""
    splits = assign([str(i) for i in range(20_000)], seed=3, fractions=SHARES)
    assert abs(np.count_nonzero(splits == "test") - 4_000) < 226


def test_seeds_split_independently():
    """Two seeds agree on being held out as often as by chance: 0.2 × 0.2 of 20,000 is 800, ± 111."""
    keys = [str(i) for i in range(20_000)]
    first, second = (assign(keys, seed=seed, fractions=SHARES) == "test" for seed in (0, 1))
    assert abs(np.count_nonzero(first & second) - 800) < 111


@pytest.mark.parametrize("name", ["train", "validation", "test"])
def test_a_share_of_one_takes_everything_and_of_zero_nothing(name):
    shares = dict.fromkeys(SHARES, 0.0) | {name: 1.0}
    assert set(assign([str(i) for i in range(500)], seed=0, fractions=shares)) == {name}


def test_no_rows_have_no_splits():
    assert assign([], seed=0, fractions=SHARES).tolist() == []


@pytest.mark.parametrize("shares", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}, {"a": float("nan"), "b": 1.0}])
def test_shares_that_do_not_add_up_are_refused(shares):
    with pytest.raises(AuditError, match="sum to 1"):
        assign(["x"], seed=0, fractions=shares)
