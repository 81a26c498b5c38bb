"""Do stored answers give the same numbers again, and does a changed number show?"""

import json

import pytest

import audit
from audit import evidence
from audit.cli.show import publish
from audit.config import build
from audit.runner import audited
from probes.errors import AuditError

MODEL = """
import numpy as np

def predict(texts):
    scores = np.array([(sum(map(ord, t)) % 97 + 1) / 99 for t in texts])
    return np.stack([1 - scores, scores], axis=1)
"""
METRIC = "sklearn.metrics:matthews_corrcoef"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An audit of a Python function on 120 texts, with probabilities that fill all digits."""
    home = tmp_path_factory.mktemp("replay")
    (home / "toy_model.py").write_text(MODEL)
    rows = [f"text {i} by {who},{('no', 'yes')[i % 2]},{who}" for i in range(60) for who in ("women", "men")]
    (home / "data.csv").write_text("\n".join(["text,label,who", *rows]))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(home)
        config = build(
            {
                "model": "py:toy_model:predict",
                "data": str(home / "data.csv"),
                "group": ("who",),
                "classes": ("no", "yes"),
                "params": {"fairness.custom_metric": {"metric": METRIC, "draws": 50}},
            }
        )
        done = audited(config)
    publish(done.record, home / "out", outcomes=done.outcomes, as_json=False, quiet=True)
    return home / "out"


@pytest.fixture
def copy(folder, tmp_path):
    """The same, to be changed."""
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def by_name(found):
    return {one.what: one for one in found}


def change(folder, edit):
    path = folder / "record.json"
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def result(content, probe):
    return next(r for r in content["results"] if r["probe"] == probe)


def test_numbers_are_the_same_and_questions_to_the_model_are_listed(folder):
    found = by_name(evidence.replay(folder))
    assert {one.status for one in found.values()} == {"same", "not replayed"}
    assert found["fairness.rates"].status == found["fairness.equalized_odds"].status == "same"
    assert found["verdicts"].status == "same"
    assert "cannot be asked" in found["fairness.template"].detail


@pytest.mark.parametrize(("run_code", "status"), [(False, "not replayed"), (True, "same")])
def test_code_that_a_record_names_runs_only_when_asked(folder, run_code, status):
    found = by_name(evidence.replay(folder / "record.json", run_code=run_code))["fairness.custom_metric"]
    assert found.status == status
    assert run_code or METRIC in found.detail


@pytest.mark.parametrize("field", ["value", "low", "high", "n"])
def test_the_last_digit_counts(copy, field):
    def edit(content):
        one = next(
            m for m in result(content, "fairness.rates")["measurements"] if m["metric"] == "mean_score"
        )
        one[field] = one[field] + (1 if field == "n" else 2**-52)

    change(copy, edit)
    found = by_name(evidence.replay(copy))["fairness.rates"]
    assert found.status == "different"
    assert found.detail.startswith("mean_score{}: " + field)


def test_a_changed_verdict_shows(copy):
    change(copy, lambda content: content["verdicts"][0].update(outcome="pass"))
    assert by_name(evidence.replay(copy))["verdicts"].status == "different"


def test_a_measurement_that_was_taken_out_shows(copy):
    change(copy, lambda content: result(content, "fairness.rates")["measurements"].pop())
    assert "now" in by_name(evidence.replay(copy))["fairness.rates"].detail


def test_another_version_of_a_probe_is_not_compared(copy):
    change(copy, lambda content: result(content, "fairness.rates").update(version=99))
    assert by_name(evidence.replay(copy))["fairness.rates"].status == "not replayed"


def test_outcomes_must_be_there_and_be_those_of_the_record(copy):
    stored = copy / audit.read(copy / "record.json").outcomes.file
    content = stored.read_bytes()
    stored.write_bytes(content + b"x")
    with pytest.raises(AuditError, match="sha256 differs"):
        evidence.replay(copy)
    stored.unlink()
    with pytest.raises(AuditError, match="no outcomes"):
        evidence.replay(copy)
