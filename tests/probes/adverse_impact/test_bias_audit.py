"""Are the figures those of a bias audit by 6 RCNY 5-301, worked out by hand?"""

from dataclasses import replace

import numpy as np
import pytest

from probes.adverse_impact.bias_audit import bias_audit
from probes.errors import AuditError, Skip
from probes.registry import discover
from probes.types import Predictions, Table

PROBE = "adverse_impact.bias_audit"

# Sex, race, applicants, selected. 30 applicants do not state their sex.
CELLS = (
    ("female", "black", 100, 20),
    ("female", "white", 200, 80),
    ("male", "black", 100, 25),
    ("male", "white", 200, 100),
    (None, "white", 30, 15),
)


@pytest.fixture(scope="module")
def applicants(context):
    """By hand: female 100 of 300, male 125 of 300, so 1/3 : 5/12 = 4/5.

    Black 45 of 200 = 9/40; white, with those of unknown sex, 195 of 430 = 39/86; 9/40 : 39/86 = 129/260.
    Together: 1/5, 2/5, 1/4, 1/2, so 2/5, 4/5, 1/2, 1.
    """
    sexes = [sex for sex, _, n, _ in CELLS for _ in range(n)]
    races = [race for _, race, n, _ in CELLS for _ in range(n)]
    decisions = [int(i < k) for _, _, n, k in CELLS for i in range(n)]
    both = [None if s is None else f"{s} × {r}" for s, r in zip(sexes, races, strict=True)]
    return context(None, decisions, groups={"sex": sexes, "race": races, "sex × race": both})


@pytest.mark.parametrize(
    ("feature", "group", "rate", "ratio"),
    [
        ("sex", "female", 1 / 3, 4 / 5),
        ("sex", "male", 5 / 12, 1),
        ("race", "black", 9 / 40, 129 / 260),
        ("race", "white", 39 / 86, 1),
        ("sex × race", "female × black", 1 / 5, 2 / 5),
        ("sex × race", "female × white", 2 / 5, 4 / 5),
        ("sex × race", "male × black", 1 / 4, 1 / 2),
        ("sex × race", "male × white", 1 / 2, 1),
    ],
)
def test_selection_rates_and_impact_ratios(applicants, found, feature, group, rate, ratio):
    findings = list(bias_audit(applicants))
    assert found(findings, "selection_rate", feature=feature, group=group).value == pytest.approx(rate)
    assert found(findings, "impact_ratio", feature=feature, group=group).value == pytest.approx(ratio)


def test_unknown_applicants_are_counted_and_in_no_rate(applicants, found):
    findings = list(bias_audit(applicants))
    assert [
        found(findings, "unknown_applicants", feature=f).value for f in ("sex", "race", "sex × race")
    ] == [30, 0, 30]


def test_there_is_a_table_for_each_kind_of_category(applicants):
    tables = [f for f in bias_audit(applicants) if isinstance(f, Table)]
    assert [len(t.rows) for t in tables] == [2, 2, 4]
    assert tables[0].rows[0] == (
        "female",
        300,
        100,
        pytest.approx(1 / 3),
        pytest.approx(0.8),
        pytest.approx(300 / 630),
    )
    assert "30 further applicants are of unknown" in tables[0].caption


@pytest.fixture(scope="module")
def scored(context):
    """Scores of women 1 2 3 9, of men 4 5 6 7, of two who do not say 10 11.

    By hand: the median of all ten is (5 + 6) / 2 = 5.5. Above it: 9 of the women, 6 and 7 of the men.
    Without the two unknown it would be 4.5, with three of the men above.
    """
    scores = np.array([1, 2, 3, 9, 4, 5, 6, 7, 10, 11]) / 20
    sexes = ["women"] * 4 + ["men"] * 4 + [None] * 2
    ctx = context(None, [1] * 10, groups={"sex": sexes, "race": ["a", "b"] * 5})
    return replace(ctx, predictions=Predictions(np.ones(10, int), scores=scores))


def test_scoring_rates_are_shares_above_the_median_of_the_whole_sample(scored, found):
    findings = list(bias_audit(scored, rate="scoring"))
    assert found(findings, "median_score").value == pytest.approx(5.5 / 20)
    assert found(findings, "scoring_rate", group="women").value == 1 / 4
    assert found(findings, "scoring_rate", group="men").value == 2 / 4
    assert found(findings, "impact_ratio", group="women").value == 1 / 2
    assert not [f for f in findings if getattr(f, "metric", "") == "selection_rate"]


def test_a_score_at_the_median_is_not_above_it(context, found):
    """Scores 1 2 2 2 3: the median is 2, and one of five is above."""
    ctx = context(None, [1] * 5, groups={"sex": ["a"] * 5, "race": ["b"] * 5})
    ctx = replace(ctx, predictions=Predictions(np.ones(5, int), scores=np.array([1, 2, 2, 2, 3]) / 4))
    assert found(bias_audit(ctx, rate="scoring"), "scoring_rate", feature="sex").value == 1 / 5


def test_rows_without_a_valid_score_take_no_part(context, found):
    scores = np.array([0.1, 0.9, np.nan])
    ctx = context(None, [0, 1, -1], groups={"sex": ["a", "a", "a"], "race": ["b"] * 3})
    ctx = replace(ctx, predictions=Predictions(np.array([0, 1, -1]), scores=scores))
    rate = found(bias_audit(ctx, rate="scoring"), "scoring_rate", feature="sex")
    assert (rate.value, rate.n) == (0.5, 2)


def test_small_categories_are_shown_and_left_out_of_ratios_when_told_so(context, found):
    """Of 100 applicants one is x (1 %, selected), two are y (2 %, selected), 97 are z (one selected)."""
    sexes = ["x", "y", "y", *["z"] * 97]
    ctx = context(None, [1, 1, 1, 1, *[0] * 96], groups={"sex": sexes, "race": ["r", "s"] * 50})
    kept, told = list(bias_audit(ctx)), list(bias_audit(ctx, leave_out_below=0.02))
    assert found(kept, "impact_ratio", feature="sex", group="x").value == 1
    left_out = found(told, "impact_ratio", feature="sex", group="x")
    assert (left_out.value, left_out.note[:3]) == (None, "lef")
    assert found(told, "selection_rate", feature="sex", group="x").value == 1
    assert found(told, "impact_ratio", feature="sex", group="y").value == 1
    assert "x" in found(told, "lowest_impact_ratio", feature="sex").note


def test_columns_have_the_names_that_the_user_gives(applicants, found):
    groups = applicants.samples.groups
    named = {
        "gender": replace(groups["sex"], feature="gender"),
        "ethnicity": replace(groups["race"], feature="ethnicity"),
    }
    ctx = replace(applicants, samples=replace(applicants.samples, groups=named))
    findings = list(bias_audit(ctx, sex="gender", race="ethnicity"))
    assert found(findings, "impact_ratio", feature="gender", group="female").value == pytest.approx(0.8)
    assert "no intersections" in found(findings, "lowest_impact_ratio", feature="gender × ethnicity").note


def test_the_intersection_may_be_named_the_other_way_round(applicants, found):
    s = applicants.samples
    both = replace(s.groups["sex × race"], feature="race × sex")
    turned = {"sex": s.groups["sex"], "race": s.groups["race"], "race × sex": both}
    findings = list(bias_audit(replace(applicants, samples=replace(s, groups=turned))))
    assert found(findings, "lowest_impact_ratio", feature="race × sex").value == pytest.approx(2 / 5)


def test_what_it_lacks_is_said(applicants):
    with pytest.raises(Skip, match="no groups of 'gender'"):
        list(bias_audit(applicants, sex="gender"))
    with pytest.raises(Skip, match="--score"):
        list(bias_audit(applicants, rate="scoring"))


def test_more_than_two_percent_may_not_be_left_out():
    with pytest.raises(AuditError, match="leave_out_below"):
        discover()[PROBE].complete({"leave_out_below": 0.05})
