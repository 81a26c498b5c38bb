"""Does a comparison of two audits tell what truly changed, row by row, and judge it?"""

import csv
import json

import numpy as np
import pytest

import reports
from audit import runner
from audit.config import build
from audit.diff import DiffConfig, diff
from audit.diff import build as diff_config
from audit.pairing import opened
from probes.errors import AuditError
from reports import outcomes

PEOPLE = [("women", "yes")] * 40 + [("women", "no")] * 60 + [("men", "yes")] * 50 + [("men", "no")] * 50


def answers(wrong):
    """The labels of PEOPLE, turned round in these rows."""
    return [
        ("no" if label == "yes" else "yes") if i in wrong else label for i, (_, label) in enumerate(PEOPLE)
    ]


def audited(folder, predicted, *, people=PEOPLE, keep=True, classes=("no", "yes"), **settings):
    """An audit of predictions, on the disk."""
    folder.mkdir(parents=True)
    table = folder / "rows.csv"
    with table.open("w", newline="") as file:
        rows = [(f"person {i}", g, y, p) for i, ((g, y), p) in enumerate(zip(people, predicted, strict=True))]
        csv.writer(file).writerows([("who", "gender", "label", "said"), *rows])
    asked = {
        "predictions": str(table), "label": "label", "prediction": "said", "group": ("gender",), "id": "who",
        "positive": "yes", "classes": classes, "suite": ("fairness",),
    }  # fmt: skip
    done = runner.audited(build({**asked, **settings}))
    info = outcomes.write(folder / outcomes.FILE, done.outcomes) if keep else None
    record = done.record.model_copy(update={"outcomes": info})
    reports.write(folder / "record.json", record.to_json())
    return folder


BASELINE = set(range(10)) | set(range(100, 110))
"""The baseline is wrong about 10 women and 10 men."""
CANDIDATE = set(range(5, 30)) | set(range(100, 102))
"""The candidate about 25 women, 5 of them the same, and about 2 of the 10 men."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    return audited(folder / "before", answers(BASELINE)), audited(folder / "after", answers(CANDIDATE))


@pytest.fixture(scope="module")
def changed(pair):
    return diff(*opened(pair), DiffConfig())


def number(record, metric, **slice_):
    (found,) = (m for m in record.results[0].measurements if m.metric == metric and dict(m.slice) == slice_)
    return found


def test_the_planted_changes_by_hand(changed):
    """Women: 5 mended, 20 newly wrong of 100. Men: 8 mended, none newly wrong. All: 13 against 20 of 200."""
    assert changed.paired
    assert number(changed, "accuracy").paired == (13, 20)
    assert number(changed, "accuracy").value == pytest.approx(-7 / 200)
    women = {"feature": "gender", "group": "women"}
    assert number(changed, "accuracy", **women).paired == (5, 20)
    assert number(changed, "negative_flip_rate", **women).successes == 20
    assert number(changed, "positive_flip_rate", **women).successes == 5
    assert number(changed, "negative_flip_rate", feature="gender", group="men").successes == 0
    assert number(changed, "churn").successes == 33


def test_rates_of_the_labels_change_among_their_rows_only(changed):
    """The women's positives are rows 0 to 39: wrong before 0-9, now 5-29, so 5 gained and 20 lost of 40."""
    found = number(changed, "true_positive_rate", feature="gender", group="women")
    assert (found.paired, found.n) == ((5, 20), 40)
    assert number(changed, "false_positive_rate", feature="gender", group="women").paired == (0, 0)


def test_the_groups_changes_lie_apart(changed):
    """Women lose 15 of 100, men gain 8 of 100."""
    assert number(changed, "accuracy_change_gap", feature="gender").value == pytest.approx(0.23)


def test_mcnemar_by_group_with_holm(changed):
    """Exact and two-sided: 5 against 20 has 2 * P(X <= 5 of 25) = 0.0040772, 8 against 0 has 2 / 2^8.

    Holm: the smallest times 3, the next times 2; 13 against 20, 0.2962, stays.
    """
    (table,) = changed.results[0].exhibits
    rows = {row[1]: row for row in table.rows}
    assert rows["women"][2:5] == (100, 20, 5)
    assert rows["women"][5:] == pytest.approx((0.0040772, 3 * 0.0040772), rel=1e-4)
    assert rows["men"][5:] == pytest.approx((0.0078125, 2 * 0.0078125))
    assert rows["all rows"][5] == rows["all rows"][6] == pytest.approx(0.2962, rel=1e-3)


@pytest.mark.parametrize(
    ("gate", "outcome"),
    [
        ("diff.accuracy{feature=gender,group=women} >= -0.02", "fail"),
        ("diff.accuracy{feature=gender,group=men} >= -0.02", "pass"),
        ("diff/accuracy{group=men} >= 0.05", "undecided"),
        ("diff.negative_flip_rate{group=women} <= 0.05", "fail"),
        ("diff.accuracy_change_gap <= 0.05", "fail"),
        ("diff.mean_score{group=women} >= -0.02", "undecided"),  # decisions only: there are no scores
    ],
)
def test_gates_on_changes(pair, gate, outcome):
    found = diff(*opened(pair), DiffConfig(gates=(gate,)))
    assert [v.outcome for v in found.verdicts] == [outcome]
    assert found.exit_code == {"pass": 0, "fail": 1, "undecided": 3}[outcome]


def test_a_gate_without_slice_speaks_of_everybody_and_every_group(pair):
    found = diff(*opened(pair), DiffConfig(gates=("diff.accuracy >= -0.5",)))
    assert [v.slice.get("group") for v in found.verdicts] == [None, "men", "women"]


def test_an_equivalence_margin_is_two_gates(pair, tmp_path):
    """Two rows of 200 mended, two lost: within five points either way, and not shown within two."""
    near = audited(tmp_path / "near", answers((BASELINE - {0, 100}) | {50, 150}))
    for margin, code in ((0.05, 0), (0.02, 3)):
        both = (f"diff.accuracy{{}} >= -{margin}", f"diff.accuracy <= {margin}")
        found = diff(*opened((pair[0], near)), DiffConfig(gates=both))
        whole = [v.outcome for v in found.verdicts if not v.slice]
        assert whole == ["pass" if code == 0 else "undecided"] * 2


def test_more_than_two_classes_have_changes_each(tmp_path):
    """Class a: the candidate says it of one row more; one answer becomes right."""
    people = [("women", label) for label in "aabbcc"]
    settings = {"classes": ("a", "b", "c"), "positive": None}
    first = audited(tmp_path / "one", list("abbbcc"), people=people, **settings)
    found = diff(
        *opened((first, audited(tmp_path / "two", list("aabbcc"), people=people, **settings))), DiffConfig()
    )
    assert number(found, "accuracy").paired == (1, 0)
    assert number(found, "selection_rate", **{"class": "a"}).paired == (1, 0)
    assert number(found, "selection_rate", **{"class": "b"}).paired == (0, 1)
    assert number(found, "true_positive_rate", **{"class": "a"}).n == 2


def test_the_same_audit_twice_changes_nothing(pair, tmp_path):
    twin = audited(tmp_path / "twin", answers(BASELINE))
    found = diff(*opened((pair[0], twin)), DiffConfig(gates=("diff.accuracy >= -0.05",)))
    assert {m.value for m in found.results[0].measurements} == {0.0}
    assert number(found, "accuracy").low < 0 < number(found, "accuracy").high
    assert all(row[5] is None for row in found.results[0].exhibits[0].rows)


def test_the_order_of_the_classes_does_not_matter(pair, changed, tmp_path):
    turned = audited(tmp_path / "after", answers(CANDIDATE), classes=("yes", "no"))
    assert opened((turned, pair[0]))[0].outcomes.classes == ("yes", "no")
    assert diff(*opened((pair[0], turned)), DiffConfig()).results == changed.results


def test_without_outcomes_the_audits_are_taken_as_independent(pair, changed, tmp_path):
    lost = audited(tmp_path / "after", answers(CANDIDATE), keep=False)
    found = diff(*opened((pair[0], lost)), DiffConfig())
    assert not found.paired
    assert "not beside the record" in found.notes[0]
    alone, together = number(found, "accuracy"), number(changed, "accuracy")
    assert alone.value == pytest.approx(together.value)
    assert alone.high - alone.low > together.high - together.low


def test_an_unpaired_change_is_judged_too(pair, tmp_path):
    lost = audited(tmp_path / "after", answers(set(range(90))), keep=False)
    found = diff(*opened((pair[0], lost)), DiffConfig(gates=("diff.accuracy{group=women} >= -0.02",)))
    assert found.verdicts[0].outcome == "fail"
    assert "candidate (0.10) against baseline (0.90)" in found.verdicts[0].reason


def test_different_data_are_refused_and_by_force_said(pair, tmp_path):
    other = audited(tmp_path / "other", answers(set())[:150], people=PEOPLE[:150])
    with pytest.raises(AuditError, match=r"different data.*--force"):
        diff(*opened((pair[0], other)), DiffConfig())
    found = diff(*opened((pair[0], other)), DiffConfig(), force=True)
    assert not found.paired
    assert found.notes[0].startswith("Compared by force: before and other were audited on different data")


def test_other_probe_versions_are_refused_and_left_out(pair, tmp_path):
    record = json.loads((pair[1] / "record.json").read_text())
    for result in record["results"]:
        result["version"] += result["probe"] == "fairness.rates"
    (tmp_path / "later.json").write_text(json.dumps(record))
    audits = opened((pair[0], tmp_path / "later.json"))
    with pytest.raises(AuditError, match=r"fairness\.rates has version 1 in before and version 2 in later"):
        diff(*audits, DiffConfig())
    assert "fairness.rates" not in {c.probe for c in diff(*audits, DiffConfig(), force=True).changed}


def test_another_positive_outcome_is_refused(pair, tmp_path):
    other = audited(tmp_path / "other", answers(set()), positive="no")
    with pytest.raises(AuditError, match="counts 'yes' as the positive outcome and other 'no'"):
        diff(*opened((pair[0], other)), DiffConfig())


def test_invalid_answers_take_no_part_and_block_a_pass(pair, tmp_path):
    said = ["" if i < 3 else p for i, p in enumerate(answers(BASELINE))]
    gapped = audited(tmp_path / "gapped", said)
    gate = ("diff.accuracy{group=men} >= -0.1",)
    found = diff(*opened((pair[0], gapped)), DiffConfig(gates=gate))
    assert (number(found, "accuracy").n, found.data.invalid_rows) == (197, 3)
    assert found.verdicts[0].outcome == "undecided"
    allowed = diff(*opened((pair[0], gapped)), DiffConfig(gates=gate, allow_invalid=True))
    assert allowed.verdicts[0].outcome == "pass"


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("diff.acuracy >= 0", "did you mean 'accuracy'"),
        ("fairness.rates/accuracy >= 0", "`audit diff` gates changes"),
        ("accuracy >= 0", "cannot be read"),
    ],
)
def test_a_wrong_gate_is_a_sentence(pair, gate, said):
    with pytest.raises(AuditError, match=said):
        diff(*opened(pair), DiffConfig(gates=(gate,)))


@pytest.mark.parametrize(
    ("given", "said"),
    [({"gate": []}, "diff.gate is not a setting; did you mean 'gates'"), ({"alpha": 3}, "diff.alpha = 3")],
)
def test_a_wrong_setting_is_a_sentence(given, said):
    with pytest.raises(AuditError) as caught:
        diff_config(given)
    assert said in caught.value.faults[0]


def test_a_record_of_version_1_can_be_compared():
    from pathlib import Path

    old = Path(__file__).parents[1] / "reports" / "record-version-1.json"
    (first,) = opened((old,))
    found = diff(first, first, DiffConfig())
    assert not found.paired
    assert found.changed


def test_the_outcomes_of_another_audit_are_refused(pair, tmp_path):
    (tmp_path / "record.json").write_bytes((pair[0] / "record.json").read_bytes())
    (tmp_path / outcomes.FILE).write_bytes((pair[1] / outcomes.FILE).read_bytes())
    with pytest.raises(AuditError, match="sha256 differs"):
        opened((tmp_path,))


def test_the_ids_must_be_the_same(pair, tmp_path):
    _, after = opened(pair)
    strangers = np.arange(len(after.outcomes)).astype("<u8")
    moved = outcomes.Outcomes(**{**vars(after.outcomes), "ids": strangers})
    assert not diff(opened(pair)[0], type(after)("x", after.record, moved), DiffConfig()).paired
