"""Does the test of identity terms beside words like them find what stands out, and accuse nobody else?"""

import numpy as np
import pytest

from probes.explanations.matched import matched, permuted
from probes.explanations.shares import Word

GROUPS = {"woman": "women", "girl": "women", "man": "men"}


def word(texts, mass):
    return Word(list(range(texts)), [0.0] * texts, [mass] * texts)


def vocabulary(**masses):
    """Every word stands in five texts."""
    return {name: word(5, mass) for name, mass in masses.items()}


def test_known_answer():
    """Masses 9 (a term) and 1, 2, 3 (others): 9 - 2 = 7. One of four choices reaches 9: p about 1/4."""
    found = vocabulary(woman=9.0, table=1.0, door=2.0, window=3.0)
    outcome = matched(found, GROUPS, "women", np.random.default_rng(0))
    assert (outcome.terms, outcome.texts) == (1, 5)
    assert (outcome.mass, outcome.control) == (pytest.approx(9), pytest.approx(2))
    assert outcome.p == pytest.approx(0.25, abs=0.03)
    assert outcome.low <= 7 <= outcome.high


def test_terms_weigh_as_much_as_their_texts():
    """A term in 7 texts with mass 8 and one in 5 with mass 2: (56 + 10) / 12 = 5.5."""
    found = {"woman": word(7, 8.0), "girl": word(5, 2.0), "table": word(6, 1.0)}
    outcome = matched(found, GROUPS, "women", np.random.default_rng(0))
    assert outcome.mass == pytest.approx(5.5)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"table": word(20, 1.0)}, id="more frequent"),
        pytest.param({"because": word(5, 1.0)}, id="a stop word"),
        pytest.param({"man": word(5, 1.0)}, id="a term of another group"),
        pytest.param({"church": word(5, 1.0)}, id="a term of another lexicon"),
        pytest.param({"emily": word(5, 1.0)}, id="a name"),
    ],
)
def test_what_is_not_like_a_term_is_no_control(other):
    found = {"woman": word(5, 9.0), **other}
    assert matched(found, GROUPS, "women", np.random.default_rng(0)) is None


def simulated(rng, *, shortcut):
    """300 words of five frequencies; six are terms, whose mass is drawn like that of all others.

    Few words carry most of the mass: it is log-normal. With a shortcut, one term carries 25 times as much.
    """
    sizes = rng.choice([5, 9, 20, 40, 90], 300)
    masses = rng.lognormal(0, 1, 300) * rng.choice([1.0, 1.5], 300)
    terms = np.arange(300) < 6
    masses[0] *= 25 if shortcut else 1
    sizes[0] = 90
    strata = np.floor(np.log2(sizes)).astype(int)
    return permuted(masses, sizes, terms, strata, rng).p


@pytest.mark.parametrize("runs", [150, pytest.param(1500, marks=pytest.mark.full)])
def test_no_more_than_alpha_of_models_without_a_shortcut_are_accused(runs):
    rng = np.random.default_rng(11)
    accused = sum(simulated(rng, shortcut=False) <= 0.05 for _ in range(runs))
    assert accused / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_most_shortcuts_are_found():
    rng = np.random.default_rng(12)
    assert sum(simulated(rng, shortcut=True) <= 0.05 for _ in range(60)) / 60 >= 0.75
