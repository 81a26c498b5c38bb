"""Does `audit run` answer a user as promised: files, words, exit codes, and sentences for every mistake?"""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest


def decisions(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("sex", "hired", "decision"), *rows])
    return path


@pytest.fixture(scope="module")
def fair(tmp_path_factory):
    """1,600 rows: women and men alike, one in five decisions wrong in each cell."""
    cell = [("yes", "yes")] * 160 + [("yes", "no")] * 40 + [("no", "no")] * 160 + [("no", "yes")] * 40
    rows = [(sex, *pair) for sex in ("women", "men") for pair in cell * 2]
    return decisions(tmp_path_factory.mktemp("data") / "fair.csv", rows)


@pytest.fixture(scope="module")
def unfair(tmp_path_factory):
    """800 rows: of those who should be hired, 90 % of the men are and 40 % of the women."""
    rows = [("men", "yes", "yes" if i % 10 else "no") for i in range(200)]
    rows += [("women", "yes", "yes" if i % 10 < 4 else "no") for i in range(200)]
    rows += [(sex, "no", "no") for sex in ("women", "men") for _ in range(200)]
    return decisions(tmp_path_factory.mktemp("data") / "unfair.csv", rows)


COLUMNS = ("--label", "hired", "--prediction", "decision", "--positive", "yes", "--group", "sex")


def test_fair_predictions_pass(audit, fair, tmp_path):
    done = audit("run", "--predictions", fair, *COLUMNS, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "pass" in done.stdout.lower()
    assert (tmp_path / "audit-out" / "report.html").is_file()


def test_unfair_predictions_fail_at_the_planted_gap(audit, unfair, tmp_path):
    done = audit("run", "--predictions", unfair, *COLUMNS, "--json", cwd=tmp_path)
    assert done.returncode == 1
    record = json.loads(done.stdout)
    verdicts = {v["metric"]: v for v in record["verdicts"]}
    assert verdicts["true_positive_rate_gap"]["outcome"] == "fail"
    assert verdicts["true_positive_rate_gap"]["value"] == pytest.approx(0.5)
    assert verdicts["false_positive_rate_gap"]["outcome"] == "pass"
    assert record == json.loads((tmp_path / "audit-out" / "record.json").read_text())


def test_few_rows_are_undecided(audit, tmp_path):
    rows = [(sex, hired, hired) for sex in ("women", "men") for hired in ("yes", "no") for _ in range(6)]
    done = audit("run", "--predictions", decisions(tmp_path / "few.csv", rows), *COLUMNS, "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")


@pytest.mark.parametrize(("counted", "code"), [("pass", 0), ("fail", 1)])
def test_undecided_counts_as_the_user_says(audit, counted, code, tmp_path):
    path = decisions(
        tmp_path / "few.csv", [("women", "yes", "yes"), ("men", "yes", "no"), ("men", "no", "no")]
    )
    done = audit("run", "--predictions", path, *COLUMNS, "-q", "--undecided", counted, cwd=tmp_path)
    assert done.returncode == code


def test_without_gates_it_measures_and_says_so(audit, unfair, tmp_path):
    done = audit("run", "--predictions", unfair, *COLUMNS, "--no-suite-gates", cwd=tmp_path)
    assert done.returncode == 0
    assert "no gates" in done.stdout.lower()


def test_two_runs_are_the_same_bytes(audit, unfair, tmp_path):
    for name in ("one", "two"):
        audit("run", "--predictions", unfair, *COLUMNS, "-q", "--out", name, cwd=tmp_path)
    for file in ("record.json", "report.html"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_predictions_are_audited_without_torch(fair, tmp_path):
    code = (
        "import sys; from audit.cli import app\n"
        f"try: app({['run', '--predictions', str(fair), *COLUMNS, '-q']!r})\n"
        "except SystemExit: pass\n"
        "print({'torch', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_every_fault_is_told_at_once_and_nothing_is_written(audit, fair, tmp_path):
    data = ["--predictions", fair, "--label", "hird", "--prediction", "decision", "--group", "sexx"]
    asked = ["--gate", "nonsense", "--suite", "fairnes", "--param", "max_texts=5", "--shift", "tweets"]
    done = audit("run", *data, *asked, "--format", "junti", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    told = ("hird", "sexx", "nonsense", "fairnes", "max_texts=5", "tweets", "junti")
    assert [word for word in told if word not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_wrong_settings_are_told_with_the_faults_of_their_form_and_of_suites_and_gates(audit, tmp_path):
    (tmp_path / "audit.toml").write_text('gates = ["nonsense"]\nsed = 1\n')
    done = audit("run", "--alpha", "3", "--suite", "fairnes", "--param", "x", "--shift", "y", cwd=tmp_path)
    assert done.returncode == 2
    told = ("nonsense", "sed is not", "alpha = 3.0", "fairnes", "--param 'x'", "--shift 'y'")
    assert [word for word in told if word not in done.stderr] == []
    assert len(done.stderr.splitlines()) == len(told)


def test_a_settings_file_that_is_not_there_is_told_with_the_options(audit, tmp_path):
    done = audit("run", "--config", "missing.toml", "--alpha", "3", "--param", "x", cwd=tmp_path)
    assert [line.split()[1] for line in done.stderr.splitlines()] == ["--param", "missing.toml:", "alpha"]


@pytest.mark.parametrize("command", ["gate", "report"])
def test_a_wrong_form_is_told_with_the_record_that_is_not_there(audit, command, tmp_path):
    done = audit(command, "missing.json", "--format", "junti", cwd=tmp_path)
    assert done.returncode == 2
    assert all(word in done.stderr for word in ("junti", "missing.json"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run",), "name what to audit"),
        (("run", "no/such/folder"), "no/such/folder"),
        (("run", "--config", "missing.toml"), "missing.toml"),
        (("run", "--predictions", "missing.csv"), "missing.csv"),
        (("run", "--param", "x"), "PROBE.PARAMETER=VALUE"),
        (("run", "py:no_such_module:f"), "no_such_module"),
        (("gate", "missing.json"), "missing.json"),
        (("report", "missing.json"), "missing.json"),
        (("probes", "fairness.nothing"), "fairness.nothing"),
        (("fetch", "nothing"), "nothing"),
        (("train", "--data", "missing.csv", "--base", "nowhere", "--out", "m"), "missing.csv"),
    ],
)
def test_mistakes_are_sentences(audit, words, said, tmp_path):
    done = audit(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_option_is_a_usage_error(audit, tmp_path):
    done = audit("run", "--sute", "fairness", cwd=tmp_path)
    assert done.returncode == 2
    assert "--suite" in done.stderr


def test_a_record_is_judged_again_without_the_model(audit, unfair, tmp_path):
    audit("run", "--predictions", unfair, *COLUMNS, "-q", cwd=tmp_path)
    record = Path("audit-out") / "record.json"
    limit = "fairness.equal_opportunity/equal_opportunity_difference <= 0.9"
    assert audit("gate", record, cwd=tmp_path).returncode == 1
    assert audit("gate", record, "--gate", limit, cwd=tmp_path).returncode == 0
    done = audit("gate", record, "--gate", limit, "--json", "--out", "again", cwd=tmp_path)
    assert json.loads(done.stdout)["suite"]["gates"] == [limit]
    assert (tmp_path / "again" / "report.html").is_file()


def test_a_report_is_drawn_again_the_same(audit, unfair, tmp_path):
    audit("run", "--predictions", unfair, *COLUMNS, "-q", cwd=tmp_path)
    first = (tmp_path / "audit-out" / "report.html").read_bytes()
    done = audit("report", "audit-out/record.json", "--out", "again.html", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "again.html").read_bytes() == first


def test_ctrl_c_is_told_and_leaves_nothing(audit, fair, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("audit.runner.audited", interrupted)
    done = audit("run", "--predictions", fair, *COLUMNS, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (130, "audit: interrupted; no result was written\n")
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_a_sentence(audit, unfair, tmp_path):
    (tmp_path / "taken").write_text("a file")
    done = audit("run", "--predictions", unfair, *COLUMNS, "--out", "taken", cwd=tmp_path)
    assert done.returncode == 2
    assert "taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_in_a_file_are_used_and_checked(audit, fair, tmp_path):
    (tmp_path / "audit.toml").write_text(
        f'predictions = "{fair}"\nlabel = "hired"\nprediction = "decision"\ngroup = "sex"\npositive = "yes"\n'
        'gates = ["fairness.accuracy_parity/accuracy_gap <= 0.01"]\n'
    )
    checked = audit("config", cwd=tmp_path)
    assert checked.returncode == 0
    assert "gate   fairness.accuracy_parity/accuracy_gap <= 0.01" in checked.stdout
    assert audit("run", "-q", cwd=tmp_path).returncode == 3


def test_the_faults_of_every_settings_file_are_told_at_once(audit, tmp_path):
    (tmp_path / "one.toml").write_text('alpha = 3\nsuite = "fairnes"\n[diff]\ngates = ["nonsense"]\n')
    (tmp_path / "two.toml").write_text("sed = 1\n")
    done = audit("config", "one.toml", "two.toml", cwd=tmp_path)
    assert done.returncode == 2
    told = ("alpha = 3", "fairnes", "nonsense", "sed is not")
    assert [word for word in told if word not in done.stderr] == []


def test_no_color_is_honoured(audit, fair, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ";32m" in audit("run", "--predictions", fair, *COLUMNS, cwd=tmp_path).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert ";32m" not in audit("run", "--predictions", fair, *COLUMNS, cwd=tmp_path).stdout


def test_the_lists(audit, tmp_path):
    listed = audit("probes", cwd=tmp_path).stdout
    assert "fairness.equalized_odds" in listed
    assert "Parameters" in audit("probes", "fairness.counterfactual", cwd=tmp_path).stdout
    assert "true_positive_rate_gap <= 0.10" in audit("suites", cwd=tmp_path).stdout


def test_doctor_tells_device_and_what_is_missing(audit, tmp_path):
    done = audit("doctor", cwd=tmp_path)
    assert done.returncode == 0
    assert "device" in done.stdout
    assert "audit fetch minilm-l6" in done.stdout or "minilm-l6" in done.stdout


def test_a_run_without_results_says_that_those_in_the_folder_are_of_an_earlier_one(
    audit, unfair, tmp_path, monkeypatch
):
    audit("run", "--predictions", unfair, *COLUMNS, "-q", "--format", "junit", cwd=tmp_path)
    before = (tmp_path / "audit-out" / "record.json").read_bytes()
    told = "record.json and report.html and outcomes.parquet and junit.xml in audit-out are of an earlier run"
    failed = audit("run", "--predictions", "missing.csv", cwd=tmp_path)
    assert failed.returncode == 2
    assert told in failed.stderr
    assert (tmp_path / "audit-out" / "record.json").read_bytes() == before

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("audit.runner.audited", interrupted)
    stopped = audit("run", "--predictions", unfair, *COLUMNS, cwd=tmp_path)
    assert stopped.returncode == 130
    assert told in stopped.stderr


def test_a_run_with_results_says_nothing_of_earlier_ones(audit, unfair, tmp_path):
    for _ in range(2):
        done = audit("run", "--predictions", unfair, *COLUMNS, "-q", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (1, "")


def test_a_probe_is_shown_with_the_names_that_its_parameters_take(audit, tmp_path):
    shown = audit("probes", "robustness.attacks", cwd=tmp_path).stdout
    assert "deepwordbug" in shown.partition("Names that they take")[2]
    assert "english, none" in shown
