"""Are several audits set side by side rightly, and is it known whom all models fail?"""

import csv

import numpy as np
import pytest

import reports
from audit import runner
from audit.compare import compare
from audit.config import build
from audit.pairing import opened
from probes.errors import AuditError
from reports import outcomes


def audited(folder, groups, wrong, *, keep=True):
    """An audit of predictions that are wrong in these rows; every label is "yes"."""
    folder.mkdir(parents=True)
    with (folder / "rows.csv").open("w", newline="") as file:
        said = [("no" if bad else "yes") for bad in wrong]
        rows = [
            (g, "yes" if i % 2 else "no", s if i % 2 else _turned(s))
            for i, (g, s) in enumerate(zip(groups, said, strict=True))
        ]
        csv.writer(file).writerows([("gender", "label", "said"), *rows])
    done = runner.audited(
        build(
            {
                "predictions": str(folder / "rows.csv"), "label": "label", "prediction": "said",
                "group": ("gender",), "positive": "yes",
            }
        )
    )  # fmt: skip
    info = outcomes.write(folder / outcomes.FILE, done.outcomes) if keep else None
    reports.write(folder / "record.json", done.record.model_copy(update={"outcomes": info}).to_json())
    return folder


def _turned(said):
    return "no" if said == "yes" else "yes"


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """200 women, 200 men; all three models fail the women 0-19, each 20 men of its own; c 40 women more."""
    folder, rows = tmp_path_factory.mktemp("three"), np.arange(400)
    groups = ["women"] * 200 + ["men"] * 200
    own = {"a": range(200, 220), "b": range(220, 240), "c": [*range(240, 260), *range(100, 140)]}
    return tuple(
        audited(folder / name, groups, np.isin(rows, [*range(20), *mine])) for name, mine in own.items()
    )


@pytest.fixture(scope="module")
def found(three):
    return compare(opened(three))


def number(result, metric, **slice_):
    (m,) = (m for m in result.measurements if m.metric == metric and dict(m.slice) == slice_)
    return m


def test_whom_all_models_fail_by_hand(found):
    """20 of 400 rows; the rates are 0.1, 0.1 and 0.2: 0.05 / 0.002 = 25 times what chance would give."""
    assert number(found.together, "systemic_failure_rate").successes == 20
    assert number(found.together, "independent_failure_rate").value == pytest.approx(0.002)
    assert number(found.together, "homogenization").value == pytest.approx(25)


def test_by_group_too(found):
    """Women: 20 of 200 by all, rates 0.1, 0.1, 0.3. Men: none, rates 0.1 each."""
    women, men = ({"feature": "gender", "group": g} for g in ("women", "men"))
    assert number(found.together, "homogenization", **women).value == pytest.approx(0.1 / 0.003)
    assert number(found.together, "systemic_failure_rate", **men).value == 0
    assert number(found.together, "homogenization", **men).high > 0
    assert number(found.together, "systemic_failure_rate_gap", feature="gender").value == pytest.approx(0.1)


def test_rows_by_how_many_models_fail_them(found):
    """100 rows fail with one model only, none with two, 20 with three; by chance 400 * 0.002 with all."""
    (table,) = found.together.exhibits
    assert [row[:2] for row in table.rows] == [(0, 280), (1, 100), (2, 0), (3, 20)]
    assert table.rows[3][2:] == (0.8, pytest.approx(25))


def test_who_pays_for_what(found):
    """From a to b: 20 men lost, 20 gained. From a to c: 40 women more lost."""
    b, c = found.changes
    women = {"feature": "gender", "group": "women"}
    assert number(b, "accuracy").value == 0
    assert number(c, "accuracy", **women).value == pytest.approx(-0.2)
    assert number(c, "accuracy", feature="gender", group="men").value == 0
    assert [c.title for c in found.changes] == ["What changes from a to b?", "What changes from a to c?"]


def test_the_matrix_has_a_column_for_each_model(found):
    (line,) = (x for x in found.lines if (x.probe, x.metric, x.slice) == ("fairness.rates", "accuracy", {}))
    assert [v.value for v in line.values] == pytest.approx([0.9, 0.9, 0.8])
    assert [v.name for v in found.variants] == ["a", "b", "c"]


def test_independent_failures_have_one_in_the_interval(tmp_path):
    draws = np.random.default_rng(5)
    folders = [audited(tmp_path / n, ["x"] * 2000, draws.random(2000) < 0.2) for n in "ab"]
    ratio = number(compare(opened(folders)).together, "homogenization")
    assert ratio.low <= 1 <= ratio.high


def test_the_same_comparison_is_the_same_bytes(three, found):
    assert compare(opened(three)).to_json() == found.to_json()


def test_without_outcomes_only_the_numbers_are_compared(three, tmp_path):
    lost = audited(tmp_path / "lost", ["women"] * 200 + ["men"] * 200, np.arange(400) < 40, keep=False)
    found = compare(opened((three[0], lost)))
    assert found.together.status == "skipped"
    assert number(found.changes[0], "accuracy").value == 0
    assert "Not compared row by row" in found.notes[0]


def test_different_data_are_refused(three, tmp_path):
    other = audited(tmp_path / "other", ["women"] * 50, np.arange(50) < 5)
    with pytest.raises(AuditError, match="different data"):
        compare(opened((three[0], other)))
    assert compare(opened((three[0], other)), force=True).data is None


def test_one_audit_is_not_a_comparison(three):
    with pytest.raises(AuditError, match="at least two"):
        compare(opened(three[:1]))
    with pytest.raises(AuditError, match="named twice"):
        opened((three[0], three[0]))
