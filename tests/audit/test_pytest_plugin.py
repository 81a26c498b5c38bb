"""Do gates of a record run as tests of an ordinary pytest run?"""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import audit
import pytest

def test_asks(audit_record):
    assert audit.check(audit_record, "fairness.rates/accuracy{group=women} >= 0.10").passed

@pytest.mark.assay_gate("fairness.rates/accuracy{group=women} >= 0.10")
def test_holds():
    assert True

@pytest.mark.assay_gate("fairness.rates/accuracy{group=women} >= 0.99")
def test_broken():
    raise RuntimeError("the body does not run")

@pytest.mark.assay_gate("fairness.rates/accuracy{group=women} >= 0.77")
def test_open():
    raise RuntimeError("the body does not run")
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugin")
    spec = importlib.util.spec_from_file_location("sample", ROOT / "tests" / "reports" / "sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    full = module.full()
    # With invalid rows nothing passes when it is judged anew.
    record = full.model_copy(update={"data": full.data.model_copy(update={"invalid_rows": 0})})
    (folder / "audit-out").mkdir()
    (folder / "audit-out" / "record.json").write_text(record.to_json())
    (folder / "audit-out" / "broken.json").write_text("{}")
    (folder / "test_own.py").write_text(TESTS)
    (folder / "test_plain.py").write_text("def test_plain(): assert True\n")
    return folder


def run(desk, *words):
    """Pytest with this plugin and no other, however the package is installed."""
    command = [sys.executable, "-m", "pytest", "-p", "audit.pytest_plugin", "-p", "no:cacheprovider", *words]
    done = subprocess.run(
        [*command, "-W", "error", "--strict-markers", "-rA", "--tb=short"],
        cwd=desk,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def counts(told):
    return {
        word: int(n)
        for n, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", told.splitlines()[-1])
    }


def test_gates_markers_and_fixture(desk):
    """The sample: one gate failed, two undecided, two passed, a probe crashed; and the five tests above."""
    code, told = run(desk, "--audit-record", "audit-out/record.json")
    assert code == 1
    assert counts(told) == {"failed": 2, "passed": 5, "skipped": 3, "error": 1}
    assert "FAILED audit-out/record.json::fairness.equalized_odds/" in told
    assert "The true positive rates of two groups differ" in told
    assert "the body does not run" not in told


def test_without_a_record_tests_that_need_one_are_skipped(desk):
    code, told = run(desk)
    assert (code, counts(told)) == (0, {"passed": 1, "skipped": 4})
    assert "--audit-record FILE" in told


def test_a_gate_can_be_chosen_by_name(desk):
    code, told = run(desk, "--audit-record", "audit-out/record.json", "-k", "equalized_odds_difference")
    assert (code, counts(told)) == (1, {"failed": 1})


def test_a_file_that_is_no_record_is_an_error_in_a_sentence(desk):
    code, told = run(desk, "--audit-record", "audit-out/broken.json", "test_plain.py")
    assert code == 2
    assert "is not an audit record" in told
    assert "Traceback" not in told


def test_unused_it_imports_nothing_of_ours():
    code = (
        "import sys, audit.pytest_plugin\n"
        "print({'numpy', 'pydantic', 'rich', 'reports', 'probes', 'typer'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_it_is_found_by_pytest():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"assay": "audit.pytest_plugin"}
