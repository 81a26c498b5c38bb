"""Does `--shift` read further data like the audited, tell every fault at once, and reach gates and record?"""

import csv
import json

import pytest

from audit import config, runner
from audit.cli.parameters import named
from probes.errors import AuditError
from probes.faults import Faults

SUITE = 'title = "s"\nprobes = ["robustness.shift", "robustness.out_of_distribution"]\n'
COLUMNS = ("--label", "hired", "--prediction", "decision", "--score", "p", "--positive", "yes")
LIMIT = "robustness.shift/accuracy_drop{data=south} <= 0.05"


def write(path, right, rows, header=("hired", "decision", "p")):
    """Half of the rows are "yes"; `right` of them all are decided so, with a confidence of 0.8."""
    labels = ["yes", "no"] * (rows // 2)
    decided = [x if i < right else {"yes": "no", "no": "yes"}[x] for i, x in enumerate(labels)]
    lines = [(x, d, 0.8 if d == "yes" else 0.2) for x, d in zip(labels, decided, strict=True)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return path


@pytest.fixture
def desk(tmp_path):
    write(tmp_path / "north.csv", 1600, 2000)
    write(tmp_path / "south.csv", 1200, 2000)
    write(tmp_path / "east.csv", 1600, 2000)
    (tmp_path / "shift.toml").write_text(SUITE)
    return tmp_path


def test_a_drop_between_two_files_fails_the_gate(audit, desk):
    """0.8 in the north, 0.6 in the south and 0.8 in the east, 2,000 rows each."""
    words = ["--suite", "shift.toml", "--shift", "south=south.csv", "--shift", "east=east.csv", "--json"]
    gates = ["--gate", LIMIT, "--gate", LIMIT.replace("south", "east")]
    done = audit("run", "--predictions", "north.csv", *COLUMNS, *words, *gates, cwd=desk)
    assert done.returncode == 1, done.stderr
    record = json.loads(done.stdout)
    assert {name: info["rows"] for name, info in record["shift"].items()} == {"south": 2000, "east": 2000}
    assert [(v["slice"]["data"], v["outcome"]) for v in record["verdicts"]] == [
        ("south", "fail"),
        ("east", "pass"),
    ]
    assert record["verdicts"][0]["value"] == pytest.approx(0.2)
    assert "--shift south=south.csv --shift east=east.csv" in record["command"]


def test_without_other_data_a_gate_on_it_is_undecided(audit, desk):
    done = audit(
        "run", "--predictions", "north.csv", *COLUMNS, "--suite", "shift.toml", "--gate", LIMIT, cwd=desk
    )
    assert done.returncode == 3
    assert "--shift NAME=FILE" in (desk / "audit-out" / "report.html").read_text("utf-8")


def test_the_settings_file_has_a_table_of_them(audit, desk):
    (desk / "audit.toml").write_text(
        'predictions = "north.csv"\nlabel = "hired"\nprediction = "decision"\nscore = "p"\npositive = "yes"\n'
        f'suite = "shift.toml"\ngates = ["{LIMIT}"]\n[shift]\nsouth = "south.csv"\n'
    )
    assert audit("run", "-q", cwd=desk).returncode == 1
    assert audit("run", "-q", "--shift", "south=east.csv", cwd=desk).returncode == 0


def test_every_fault_is_told_at_once(audit, desk):
    write(desk / "odd.csv", 10, 20, header=("hird", "decision", "p"))
    words = [
        "--shift",
        "a=missing.csv",
        "--shift",
        "b=odd.csv",
        "--suite",
        "shift.toml",
        "--gate",
        "nonsense",
    ]
    done = audit("run", "--predictions", "north.csv", *COLUMNS, *words, cwd=desk)
    assert done.returncode == 2
    assert all(word in done.stderr for word in ("missing.csv", "hird", "nonsense"))
    assert "Traceback" not in done.stderr


def test_labels_that_are_no_classes_are_told(audit, desk):
    path = desk / "odd.csv"
    path.write_text("hired,decision,p\nmaybe,yes,0.9\nno,no,0.1\n")
    done = audit("run", "--predictions", "north.csv", *COLUMNS, "--shift", "odd=odd.csv", cwd=desk)
    assert done.returncode == 2
    assert "maybe" in done.stderr


def test_rows_without_an_answer_keep_gates_from_passing(audit, desk):
    with (desk / "east.csv").open("a") as file:
        file.write("yes,,0.5\n")
    words = [
        "--suite",
        "shift.toml",
        "--shift",
        "east=east.csv",
        "--gate",
        LIMIT.replace("south", "east"),
        "-q",
    ]
    assert audit("run", "--predictions", "north.csv", *COLUMNS, *words, cwd=desk).returncode == 3
    assert (
        audit("run", "--predictions", "north.csv", *COLUMNS, *words, "--allow-invalid", cwd=desk).returncode
        == 0
    )


def test_other_data_alone_is_refused(audit, desk, tiny_model):
    done = audit("run", tiny_model, "--shift", "south=south.csv", cwd=desk)
    assert done.returncode == 2
    assert "name it with --data" in done.stderr


def test_texts_are_asked_about_with_the_columns_of_the_audited(tmp_path, tiny_model):
    for name, words in (("main", ("good", "bad")), ("other", ("king", "queen"))):
        rows = [(f"a {word} film {i}", ("negative", "positive")[i % 2]) for i in range(10) for word in words]
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("sentence", "mood"), *rows])
    (tmp_path / "shift.toml").write_text(SUITE)
    found = config.build(
        {
            "model": str(tiny_model), "data": str(tmp_path / "main.csv"), "text": "sentence", "label": "mood",
            "suite": str(tmp_path / "shift.toml"), "shift": {"other": str(tmp_path / "other.csv")},
        }
    )  # fmt: skip
    record = runner.run(found)
    assert [r.status for r in record.results] == ["ok", "ok"]
    assert record.shift["other"].rows == 20
    assert record.measurement("robustness.shift", "accuracy", data="other").n == 20
    energy = record.measurement("robustness.out_of_distribution", "auroc", score="energy")
    assert 0 <= energy.value <= 1


@pytest.mark.parametrize("wrong", ["b", "=x", "b=", "a=2"])
def test_what_is_no_name_and_file_is_told_and_left_out(wrong):
    faults = Faults()
    assert named(["a=1", wrong], "--shift", faults) == {"a": "1"}
    assert [fault.partition(":")[0] for fault in faults.found] == [f"--shift {wrong!r}"]


@pytest.mark.parametrize("shift", [{"main": "x.csv"}, {" ": "x.csv"}, "x.csv"])
def test_names_that_cannot_be_are_refused(shift):
    with pytest.raises(AuditError, match="shift"):
        config.build({"shift": shift})
