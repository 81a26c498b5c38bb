"""Do `seal`, `verify` and `replay` answer as promised?"""

import csv

import pytest
from typer.testing import CliRunner

from audit.cli import app


def audit(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An audit of predictions, and a key beside it."""
    monkeypatch.chdir(tmp_path)
    rows = [(sex, y, y) for sex in ("women", "men") for y in ("yes", "no") for _ in range(50)]
    with (tmp_path / "decisions.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("sex", "label", "prediction"), *rows])
    audit("run", "-q", "--predictions", "decisions.csv", "--group", "sex")
    return tmp_path


def test_seal_verify_change_verify(desk):
    done = audit("seal", "audit-out", "--new-key", "keys/mine")
    assert done.exit_code == 0
    assert "4 files (3 of audit, 1 of data)" in done.stdout
    verify = ("verify", "audit-out", "--public-key", "keys/mine.pub")
    done = audit(*verify)
    assert (done.exit_code, done.stdout.partition(";")[0]) == (0, "4 files as sealed")
    with (desk / "decisions.csv").open("a") as file:
        file.write("women,yes,no\n")
    done = audit(*verify)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "data/decisions.csv: changed\n")
    done = audit(*verify, "--without", "data")
    assert (done.exit_code, "data: 1 file not looked at" in done.stdout) == (0, True)


def test_replay_lists_what_is_the_same_and_what_cannot_be_replayed(desk):
    done = audit("replay", "audit-out")
    assert done.exit_code == 0
    assert "same         fairness.equalized_odds" in done.stdout
    assert "not replayed fairness.template: the model cannot be asked" in done.stdout


def test_replay_of_nothing_is_undecided(desk):
    audit("run", "-q", "--predictions", "decisions.csv", "--suite", "nyc-ll144", "--out", "bare")
    assert audit("replay", "bare").exit_code == 3


def test_a_key_is_made_alone_or_on_the_way(desk):
    assert audit("seal", "--new-key", "k").exit_code == 0
    assert audit("seal", "audit-out", "--key", "k", "-q").output == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("seal", "audit-out"), "--new-key FILE to make one"),
        (("seal", "--key", "k"), "name what to seal"),
        (("seal", "audit-out", "--key", "k", "--new-key", "k2"), "--new-key FILE to make one"),
        (("seal", "nowhere", "--key", "k"), "cannot be read"),
        (("verify", "audit-out", "--public-key", "nowhere"), "cannot be read"),
        (("replay", "nowhere"), "cannot be read"),
    ],
)
def test_mistakes_are_sentences(desk, words, said):
    done = audit(*words)
    assert said in str(done.exception)


def test_the_suites_of_employment_rules_run_on_a_file_of_predictions(desk):
    """Half of each sex are selected: the ratio is 1, on 200 rows too few to rule out 0.8."""
    words = ("run", "-q", "--predictions", "decisions.csv", "--positive", "yes", "--group", "sex")
    assert audit(*words, "--suite", "four-fifths", "--out", "a").exit_code == 3
    assert audit(*words, "--suite", "nyc-ll144", "--out", "b").exit_code == 0
