"""Do `run`, `gate` and `report` answer builds in the forms that are asked for or found in the environment?"""

import csv
import json
import re
import sys

import pytest
from typer.testing import CliRunner

from audit.cli import app, main

BROKEN = "fairness.accuracy_parity/accuracy_gap <= 0.01"
SETTINGS = f"""predictions = "decisions.csv"
label = "hired"
prediction = "decision"
group = "sex"
positive = "yes"
gates = [
    "{BROKEN}",
]
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A checkout with settings and predictions; one gate of the settings fails."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    write(tmp_path, "::stop-commands::x")
    (tmp_path / "audit.toml").write_text(SETTINGS)
    return tmp_path


def write(folder, women):
    rows = [("men", "yes", "yes" if i % 10 else "no") for i in range(200)]
    rows += [(women, "yes", "yes" if i % 10 < 4 else "no") for i in range(200)]
    rows += [(sex, "no", "no") for sex in (women, "men") for _ in range(200)]
    with (folder / "decisions.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("sex", "hired", "decision"), *rows])


def audit(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_files_are_written_into_the_folder(desk):
    done = audit("run", "-q", "--format", "junit", "--format", "sarif", "--format", "summary")
    assert (done.exit_code, done.output) == (1, "")
    assert (desk / "audit-out" / "junit.xml").read_text().startswith("<?xml")
    assert "## Audit of" in (desk / "audit-out" / "summary.md").read_text()
    run = json.loads((desk / "audit-out" / "audit.sarif").read_text())["runs"][0]
    lines = {
        r["ruleId"]: r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in run["results"]
    }
    assert lines["fairness.accuracy_parity/accuracy_gap"] == 7


@pytest.mark.parametrize("command", [("gate",), ("report",)])
def test_old_records_have_the_same_forms(desk, command):
    audit("run", "-q")
    out = ("--out", "again") if command == ("gate",) else ("--out", "again/report.html")
    audit(*command, "audit-out/record.json", *out, "--format", "junit", "--format", "sarif")
    audit("run", "-q", "--format", "junit", "--format", "sarif", "--out", "direct")
    for name in ("junit.xml", "audit.sarif"):
        assert (desk / "again" / name).read_bytes() == (desk / "direct" / name).read_bytes()


def test_github_is_found_by_its_environment(desk, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(desk / "summary"))
    (desk / "summary").write_text("before\n")
    done = audit("run")
    assert "::error file=audit.toml,line=7,title=Accuracy gap by sex::Fails" in done.stdout
    assert (desk / "summary").read_text().startswith("before\n## Audit of")
    assert "::" not in audit("run", "--format", "junit").stdout.replace("::stop-commands::x", "")


def test_names_in_the_data_are_not_commands(desk, monkeypatch):
    """The group is called `::stop-commands::x`; what the terminal is told stands between our own commands."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    told = audit("run").stdout
    begun = re.match(r"::stop-commands::([0-9a-f]{32})\n", told)
    heard, _, after = told.partition(f"\n::{begun[1]}::\n")
    assert "::stop-commands::x" in heard
    assert all(line.startswith(("::error ", "::warning ")) for line in after.splitlines())


def test_faults_are_not_commands_either(desk, monkeypatch, capfd):
    """The name of the file begins a line of the sentence."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setattr(sys, "argv", ["audit", "gate", "x\n::error::y"])
    with pytest.raises(SystemExit):
        main()
    lines = capfd.readouterr().err.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert lines[-1] == f"::{token}::"
    assert any(line.startswith("::error::y") for line in lines[1:-1])


def test_json_stays_json(desk, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = audit("run", "--json")
    assert json.loads(done.stdout)["exit_code"] == 1
    assert "::error" in done.stderr


def test_without_settings_a_gate_is_located_in_the_record(desk):
    (desk / "audit.toml").unlink()
    audit(
        "run", "-q", "--predictions", "decisions.csv", "--label", "hired", "--prediction", "decision",
        "--group", "sex", "--gate", BROKEN, "--format", "sarif",
    )  # fmt: skip
    run = json.loads((desk / "audit-out" / "audit.sarif").read_text())["runs"][0]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "audit-out/record.json"


def test_paths_begin_at_the_root_of_the_checkout(desk, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(desk))
    (desk / "deep").mkdir()
    monkeypatch.chdir(desk / "deep")
    (desk / "audit.toml").write_text(SETTINGS.replace("decisions.csv", str(desk / "decisions.csv")))
    done = audit("run", "-q", "--config", "../audit.toml", "--format", "github")
    assert "file=audit.toml,line=7" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--format", "junti"), "'junti' is not known; known: junit, sarif, summary, github"),
        (("gate", "audit-out/record.json", "--format", "junit"), "name a folder with --out"),
    ],
)
def test_a_form_that_cannot_be_is_a_sentence(desk, words, said):
    assert said in str(audit(*words).exception)
    assert not (desk / "audit-out").exists()


def test_the_names_in_the_help_are_those_of_the_renderings():
    from audit.cli import formats
    from reports.ci import FILES

    assert tuple(FILES) == formats.FILES
