"""Do `audit diff`, `audit compare` and `audit card` answer a user as promised?"""

import csv
import json

import pytest

COLUMNS = ("--label", "hired", "--prediction", "decision", "--positive", "yes", "--group", "sex")


@pytest.fixture(scope="module")
def desk(audit, tmp_path_factory):
    """Three audits of the same 400 people: `good`, `same`, and `bad`, which is wrong about 60 women more."""
    folder = tmp_path_factory.mktemp("desk")
    people = [(sex, hired) for sex in ("women", "men") for hired in ("yes", "no") for _ in range(100)]
    for name, wrong in (("good", range(0, 400, 20)), ("same", range(0, 400, 20)), ("bad", range(60))):
        turned = {"yes": "no", "no": "yes"}
        rows = [(s, h, turned[h] if i in wrong else h) for i, (s, h) in enumerate(people)]
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("sex", "hired", "decision"), *rows])
        audit("run", "--predictions", f"{name}.csv", *COLUMNS, "-q", "--out", name, cwd=folder)
    return folder


def test_a_run_leaves_outcomes_that_its_record_names(desk):
    record = json.loads((desk / "good" / "record.json").read_text())
    assert record["outcomes"]["file"] == "outcomes.parquet"
    assert record["outcomes"]["rows"] == 400
    assert (desk / "good" / "outcomes.parquet").is_file()


def test_outcomes_can_be_left_out(audit, desk, tmp_path):
    audit("run", "--predictions", desk / "good.csv", *COLUMNS, "-q", "--no-outcomes", cwd=tmp_path)
    assert json.loads((tmp_path / "audit-out" / "record.json").read_text())["outcomes"] is None
    assert not (tmp_path / "audit-out" / "outcomes.parquet").exists()


def test_the_same_run_leaves_the_same_outcomes(audit, desk, tmp_path):
    audit("run", "--predictions", desk / "good.csv", *COLUMNS, "-q", cwd=tmp_path)
    first, again = (f / "outcomes.parquet" for f in (desk / "good", tmp_path / "audit-out"))
    assert first.read_bytes() == again.read_bytes()


def test_a_judged_record_keeps_its_outcomes(audit, desk, tmp_path):
    audit("gate", desk / "good" / "record.json", "--out", tmp_path / "judged", "-q", cwd=tmp_path)
    assert (tmp_path / "judged" / "outcomes.parquet").read_bytes() == (
        desk / "good" / "outcomes.parquet"
    ).read_bytes()


@pytest.mark.parametrize(
    ("candidate", "code"), [("same", 0), ("bad", 1)], ids=["nothing changed", "women lost"]
)
def test_a_gate_on_a_change_sets_the_exit_code(audit, desk, candidate, code):
    gate = "diff.accuracy{feature=sex,group=women} >= -0.05"
    done = audit("diff", "good", candidate, "--gate", gate, cwd=desk)
    assert (done.returncode, done.stderr) == (code, "")
    assert "400 rows compared row by row" in done.stdout


def test_without_gates_a_diff_tells_and_exits_with_0(audit, desk):
    done = audit("diff", "good/record.json", "bad/record.json", cwd=desk)
    assert done.returncode == 0
    assert "nothing was judged" in done.stdout


def test_gates_of_the_settings_file_are_taken_and_a_run_does_not_mind_them(audit, desk, tmp_path):
    (tmp_path / "audit.toml").write_text('[diff]\ngates = ["diff.accuracy >= -0.05"]\nundecided = "pass"\n')
    assert audit("diff", desk / "good", desk / "bad", "-q", cwd=tmp_path).returncode == 1
    assert audit("diff", desk / "good", desk / "same", "-q", cwd=tmp_path).returncode == 0
    done = audit("run", "--predictions", desk / "good.csv", *COLUMNS, "-q", cwd=tmp_path)
    assert done.stderr == ""


def test_audit_config_checks_gates_on_changes(audit, tmp_path):
    (tmp_path / "audit.toml").write_text('[diff]\ngates = ["diff.accuracy >= -0.05"]\n')
    assert "gate   diff.accuracy >= -0.05" in audit("config", cwd=tmp_path).stdout
    (tmp_path / "audit.toml").write_text('[diff]\ngates = ["diff.accuracie >= -0.05"]\n')
    done = audit("config", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'accuracy'" in done.stderr


def test_diff_writes_its_page_and_its_json(audit, desk, tmp_path):
    done = audit("diff", desk / "good", desk / "bad", "--json", "--out", "d", cwd=tmp_path)
    assert json.loads(done.stdout) == json.loads((tmp_path / "d" / "diff.json").read_text())
    assert (tmp_path / "d" / "diff.html").is_file()


def test_the_forms_of_a_build_tell_the_gates_on_changes(audit, desk, tmp_path):
    """`bad` loses 60 of its 200 women and no man: everybody and women fail, men pass."""
    (tmp_path / "audit.toml").write_text('[diff]\ngates = [\n  "diff.accuracy >= -0.05",\n]\n')
    forms = [word for form in ("junit", "sarif", "summary") for word in ("--format", form)]
    done = audit("diff", desk / "good", desk / "bad", "-q", "--out", "d", *forms, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    junit = (tmp_path / "d" / "junit.xml").read_text()
    assert [junit.count(tag) for tag in ('<testcase classname="diff"', "<failure", "<skipped")] == [3, 2, 0]
    run = json.loads((tmp_path / "d" / "audit.sarif").read_text())["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        ("audit.toml", 3)
    ] * 2
    assert "## Changes from good to bad\n" in (tmp_path / "d" / "summary.md").read_text()


def test_within_github_a_diff_annotates_and_a_gate_without_a_file_points_at_the_candidate(
    audit, desk, tmp_path, monkeypatch
):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(desk))
    gate = "diff.accuracy{feature=sex,group=women} >= -0.05"
    done = audit("diff", desk / "good", desk / "bad", "--gate", gate, "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["exit_code"] == 1
    assert "::error file=bad/record.json,line=1,title=Accuracy for women (sex)::Fails" in done.stderr
    assert (tmp_path / "summary").read_text().startswith("## Changes from good to bad")


def test_every_fault_of_a_diff_is_told_at_once(audit, desk):
    words = ["--gate", "diff.acuracy >= 0", "--format", "junit"]
    done = audit("diff", "good", "nowhere", *words, cwd=desk)
    assert done.returncode == 2
    assert [word for word in ("nowhere", "acuracy", "name a folder") if word not in done.stderr] == []


def test_compare_tells_and_writes(audit, desk, tmp_path):
    done = audit("compare", desk / "good", desk / "same", desk / "bad", "--out", "c", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "All 3 models fail 3 of 400 rows" in done.stdout
    assert json.loads((tmp_path / "c" / "compare.json").read_text())["variants"][2]["name"] == "bad"
    assert (tmp_path / "c" / "compare.html").is_file()


def test_card_is_written_twice_the_same(audit, desk, tmp_path):
    (tmp_path / "card.toml").write_text('[details]\nname = "Hiring"\n')
    written = []
    for _ in range(2):
        done = audit("card", desk / "good", "--prose", "card.toml", "--out", "m", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        written.append([(tmp_path / "m" / n).read_bytes() for n in ("README.md", "model-card.html")])
    assert written[0] == written[1]
    assert b"# Model card: Hiring" in written[0][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("diff", "good", "nowhere"), "nowhere"),
        (("diff", "good", "good"), "named twice"),
        (("diff", "good", "bad", "--gate", "diff.acuracy >= 0"), "did you mean 'accuracy'"),
        (("diff", "good", "bad", "--alpha", "3"), "diff.alpha = 3.0"),
        (("diff", "good", "bad.csv"), "bad.csv is not JSON"),
        (("compare", "good"), "at least two"),
        (("compare", "good", "nowhere"), "nowhere"),
        (("card", "nowhere", "--out", "x"), "nowhere"),
        (("card", "good", "--prose", "missing.toml", "--out", "x"), "missing.toml"),
        (("card", "good", "--out", "good.csv"), "good.csv"),
    ],
)
def test_mistakes_are_sentences(audit, desk, words, said):
    done = audit(*words, cwd=desk)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_readme_that_is_no_text_is_a_sentence(audit, desk, tmp_path):
    (tmp_path / "README.md").write_bytes(b"\xff\xfe")
    done = audit("card", desk / "good", "--out", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "README.md cannot be read" in done.stderr
    assert (tmp_path / "README.md").read_bytes() == b"\xff\xfe"
