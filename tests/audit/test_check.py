"""Do gates read naturally in Python, and is an undecided one never a pass?"""

import importlib.util
from pathlib import Path

import pytest

import audit
from probes.errors import AuditError


@pytest.fixture(scope="module")
def record():
    path = Path(__file__).parents[1] / "reports" / "sample.py"
    spec = importlib.util.spec_from_file_location("sample", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    full = module.full()
    # With invalid rows nothing passes.
    return full.model_copy(update={"data": full.data.model_copy(update={"invalid_rows": 0})})


SURE = "fairness.rates/accuracy{group=women} >= 0.10"
BROKEN = "fairness.rates/accuracy{group=women} >= 0.99"
OPEN = "fairness.rates/accuracy{group=women} >= 0.77"


@pytest.mark.parametrize(
    ("gates", "outcome"),
    [
        ((SURE,), "pass"),
        ((BROKEN,), "fail"),
        ((OPEN,), "undecided"),
        ((SURE, OPEN), "undecided"),
        (
            ("fairness.rates/accuracy{group=women} >= 0.0", "fairness.rates/accuracy{group=women} <= 0.5"),
            "fail",
        ),
        (("fairness.counterfactual/flip_rate <= 0.05",), "undecided"),
    ],
)
def test_the_worst_verdict_counts(record, gates, outcome):
    """Accuracy of women in the sample is 0.775 with an interval of 0.743 to 0.805."""
    found = audit.check(record, *gates)
    assert found.outcome == outcome
    assert (found.passed, found.failed, found.undecided) == tuple(
        outcome == o for o in ("pass", "fail", "undecided")
    )


def test_it_says_why(record):
    assert "0.99" in repr(audit.check(record, BROKEN))


def test_a_wrong_gate_is_a_sentence(record):
    with pytest.raises(AuditError, match="cannot be read"):
        audit.check(record, "accuracy is fine")


def test_no_gates_are_undecided(record):
    bare = record.model_copy(update={"suite": record.suite.model_copy(update={"gates": ()})})
    assert audit.check(bare).undecided
    assert "no gate" in str(audit.check(bare))
