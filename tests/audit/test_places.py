"""Can a record be handed on without telling whose machine it was made on, and still be repeated?"""

import csv
import json
import shlex

import pytest

SUITE = 'title = "s"\nprobes = ["fairness.rates"]\n'
COLUMNS = ("--label", "hired", "--prediction", "decision", "--group", "sex", "--positive", "yes")


@pytest.fixture
def jane(tmp_path, monkeypatch):
    """The home folder of Jane, with data and a suite in it."""
    home = tmp_path / "jane"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    rows = [(s, h, h) for s in ("women", "men") for h in ("yes", "no")] * 30
    for name in ("data.csv", "more.csv"):
        with (home / name).open("w", newline="") as file:
            csv.writer(file).writerows([("sex", "hired", "decision"), *rows])
    (home / "mine.toml").write_text(SUITE)
    return home


def test_no_part_of_an_audit_names_the_home_folder(audit, jane, tmp_path):
    """A column that does not tell rows apart is warned of, and the warning names the file."""
    words = ["--suite", jane / "mine.toml", "--shift", f"more={jane / 'more.csv'}", "--id", "sex"]
    done = audit("run", "--predictions", jane / "data.csv", *COLUMNS, *words, "-q", cwd=tmp_path)
    assert done.returncode in (0, 3), done.stderr
    record = json.loads((tmp_path / "audit-out" / "record.json").read_text())
    assert record["data"]["source"] == "~/data.csv"
    assert record["shift"]["more"]["source"] == "~/more.csv"
    assert record["suite"]["names"] == ["~/mine.toml"]
    assert record["data"]["warnings"][0].startswith("~/data.csv: ")
    for name in ("record.json", "report.html"):
        assert str(jane) not in (tmp_path / "audit-out" / name).read_text()


def test_the_command_of_the_record_repeats_the_audit(audit, jane, tmp_path):
    """Here no shell reads the tilde, as none does where a space makes quotes of a path."""
    given = ["--predictions", jane / "data.csv", *COLUMNS, "--suite", jane / "mine.toml", "--json"]
    first = json.loads(audit("run", *given, cwd=tmp_path).stdout)
    again = json.loads(audit(*shlex.split(first["command"])[1:], "--json", cwd=tmp_path).stdout)
    assert again | {"command": first["command"]} == first
