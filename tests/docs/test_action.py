"""Do the GitHub action and the pre-commit hook do what they say, whatever their inputs say?"""

import os
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]
SCRIPTS = [step for step in STEPS if "run" in step]
RECORDING = (
    '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done > "$ASSAY_SAID"\nexit ${ASSAY_CODE:-0}\n'
)


@pytest.fixture
def shell(tmp_path):
    """`shell(script, **environment)` runs a step where `audit` and `python` only write down their words."""
    for name in ("audit", "python"):
        (tmp_path / name).write_text(RECORDING)
        (tmp_path / name).chmod(0o755)

    def run(script, **given):
        environment = {
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "ASSAY_SAID": str(tmp_path / "said"),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_ACTION_PATH": "/action",
            **given,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = (tmp_path / "said").read_text().split("\0")[:-1]
        return done.returncode, said

    return run


def step(name):
    return next(s for s in STEPS if s.get("name") == name)


def inputs(**given):
    """The environment of the audit step: every input empty but those given."""
    return dict.fromkeys(step("Audit")["env"], "") | {"ASSAY_OUT": "audit-out"} | given


def test_no_input_is_part_of_a_script():
    assert SCRIPTS
    assert not [s["name"] for s in SCRIPTS if "${{" in s["run"]]


def test_every_input_is_used():
    used = (ROOT / "action.yml").read_text("utf-8")
    assert not [name for name in ACTION["inputs"] if f"inputs.{name}" not in used]


def test_the_audit_is_asked_for_what_the_inputs_say(shell):
    code, said = shell(
        step("Audit")["run"],
        **inputs(ASSAY_MODEL="model", ASSAY_SUITES="fairness\nfour-fifths", ASSAY_GATES="a.b/c <= 0.1\n"),
    )
    assert code == 0
    assert said == [
        "run", "--format", "junit", "--format", "sarif", "--format", "github", "--out=audit-out",
        "--suite=fairness", "--suite=four-fifths", "--gate=a.b/c <= 0.1", "--", "model",
    ]  # fmt: skip


HOSTILE = (
    "$(touch owned)",
    "`touch owned`",
    '"; touch owned; "',
    "'; touch owned #",
    "--help",
    "-q",
    "a b",
    "*",
    "$HOME",
)


@pytest.mark.parametrize("word", HOSTILE)
def test_inputs_are_words_and_never_code(shell, tmp_path, word):
    names = [name for name in step("Audit")["env"] if name != "ASSAY_OUT"]
    _, said = shell(step("Audit")["run"], **inputs(**dict.fromkeys(names, word), ASSAY_OUT=word))
    flags = ("--out", "--predictions", "--data", "--config", "--undecided", "--suite", "--gate")
    assert said[7:] == [*(f"{flag}={word}" for flag in flags), "--", word]
    _, said = shell(step("Install")["run"], ASSAY_INSTALL=word)
    assert said[-1] == word
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_exit_code_is_the_audits_and_an_output(shell, tmp_path, code):
    assert shell(step("Audit")["run"], **inputs(ASSAY_CODE=str(code)))[0] == code
    assert (tmp_path / "output").read_text() == f"exit-code={code}\n"


def test_it_installs_itself_when_nothing_else_is_named(shell):
    _, said = shell(step("Install")["run"], ASSAY_INSTALL="")
    assert said == ["-m", "pip", "install", "--quiet", "-c", "/action/constraints.txt", "/action"]


def test_the_options_are_those_of_the_command():
    from typer.main import get_command

    from audit.cli import app

    known = {flag for p in get_command(app).commands["run"].params for flag in p.opts}
    words = shlex.split(step("Audit")["run"].replace("(", " ").replace(")", " "), comments=True)
    used = {word.partition("=")[0] for word in words if word.startswith("--") and word != "--"}
    assert used <= known


def cpu_seconds():
    """What the processes that this one started have used: unlike the clock, the same on a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))[0]


@pytest.mark.parametrize(
    ("gate", "code"), [("fairness.rates/accuracy >= 0.8", 0), ("fairness.rate/accuracy >= 0.8", 2)]
)
def test_the_hook_checks_all_files_without_torch(tmp_path, gate, code):
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(f"gates = ['{gate}']\n")
    script = (
        "import sys; from audit.cli import main\n"
        "try: main()\n"
        "finally: print('torch' in sys.modules, 'pandas' in sys.modules)"
    )
    words = [*shlex.split(HOOK["entry"])[1:], "a.toml", "b.toml"]
    before = cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert done.stdout.splitlines()[-1] == "False False"
    assert cpu_seconds() - before < 2
