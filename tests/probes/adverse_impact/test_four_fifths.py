"""Are impact ratios those of the four-fifths rule, and is its verdict more than the ratio as measured?"""

import numpy as np
import pytest

from probes.adverse_impact.four_fifths import four_fifths
from probes.adverse_impact.ratios import impact_ratios
from probes.errors import Skip
from probes.stats.proportions import proportion
from probes.types import Table


@pytest.fixture(scope="module")
def hires(context):
    """The worked example of the Uniform Guidelines' Questions and Answers (44 FR 11996, 1979).

    80 white applicants, 48 hired: 60 %. 40 black applicants, 12 hired: 30 %. 30 / 60 = 1/2, below 4/5.
    """
    decisions = [1] * 48 + [0] * 32 + [1] * 12 + [0] * 28
    return context(None, decisions, groups={"race": ["white"] * 80 + ["black"] * 40})


@pytest.mark.parametrize(
    ("metric", "part", "value"),
    [
        ("selection_rate", {"group": "white"}, 0.6),
        ("selection_rate", {"group": "black"}, 0.3),
        ("impact_ratio", {"group": "white"}, 1.0),
        ("impact_ratio", {"group": "black"}, 0.5),
        ("lowest_impact_ratio", {}, 0.5),
        ("groups_below_four_fifths", {}, 1.0),
    ],
)
def test_the_worked_example(hires, found, metric, part, value):
    assert found(four_fifths(hires), metric, feature="race", **part).value == pytest.approx(value)


def test_the_table_says_what_the_rule_says(hires):
    (table,) = (f for f in four_fifths(hires) if isinstance(f, Table))
    assert table.rows == (("black", 40, 12, 0.3, 0.5, "yes"), ("white", 80, 48, 0.6, 1.0, "no"))


def test_exactly_four_fifths_is_not_below(context, found):
    """4 of 10 against 5 of 10 is 0.8, which floating point may take for less."""
    ctx = context(None, [1] * 4 + [0] * 6 + [1] * 5 + [0] * 5, groups={"g": ["a"] * 10 + ["b"] * 10})
    assert found(four_fifths(ctx), "groups_below_four_fifths").value == 0


def test_without_a_class_that_means_selected_it_is_skipped(context):
    ctx = context(None, [0, 1, 2], groups={"g": ["a", "b", "a"]}, classes=("x", "y", "z"), positive=None)
    with pytest.raises(Skip, match="--positive"):
        list(four_fifths(ctx))


@pytest.mark.parametrize(("decisions", "note"), [([0, 0], "every category has the rate 0"), ([1, 1], "")])
def test_nobody_and_everybody_selected(context, found, decisions, note):
    ratio = found(four_fifths(context(None, decisions, groups={"g": ["a", "b"]})), "impact_ratio", group="a")
    assert (ratio.value, ratio.note) == ((None, note) if note else (1.0, ""))


def test_one_category_has_nothing_to_be_compared_with(context, found):
    ratio = found(four_fifths(context(None, [1, 0], groups={"g": ["a", "a"]})), "impact_ratio")
    assert (ratio.value, ratio.note) == (None, "fewer than two categories have a rate")


@pytest.mark.parametrize("rates", [(0.5, 0.5, 0.5), (0.5, 0.4, 0.3), (0.2, 0.19, 0.1)])
def test_intervals_hold_the_true_ratio(rates):
    """Of 300 audits of 300 rows a group, at least 95 % - 3 standard errors hold each true ratio."""
    rng = np.random.default_rng(3)
    truth = np.array(rates) / max(rates)
    held = np.zeros(3)
    for drawn in rng.binomial(300, rates, size=(300, 3)):
        leaves = [
            proportion("selection_rate", int(x), 300, slice={"group": str(i)}) for i, x in enumerate(drawn)
        ]
        held += [r.low <= t <= r.high for r, t in zip(impact_ratios(leaves), truth, strict=True)]
    assert (held / 300 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)).all()
