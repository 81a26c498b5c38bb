"""Do the README's commands work, in its order, with the real encoder and the real reviews?"""

import csv
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ANSWERS = {0, 1, 3}
"""Exit codes of an audit that worked: passed, failed, undecided."""


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands():
    joined = "\n".join(blocks("sh")).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith("audit ")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with the files that the README speaks of."""
    folder = tmp_path_factory.mktemp("readme")
    people = itertools.product(("women", "men"), ("old", "young"), range(20))
    rows = [
        (f"a {age} story of {who}, number {i}", ("negative", "positive")[i % 2], who, age)
        for who, age, i in people
    ]
    write(folder / "test.csv", [("text", "label", "gender", "age"), *rows])
    people = itertools.product(("women", "men"), ("yes", "no"), range(50))
    write(folder / "decisions.csv", [("sex", "hired", "decision"), *((s, h, h) for s, h, _ in people)])
    return folder


def write(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def run(command, desk, env):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=desk,
        env={**env, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in ANSWERS, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.mark.encoder
def test_the_walk(desk, real_environment):
    for command in commands():
        run(command, desk, real_environment)
    assert (desk / "audit-out" / "report.html").stat().st_size < 500_000
    (script,) = blocks("python")
    (desk / "walk.py").write_text(script)
    assert run("python walk.py", desk, real_environment).stdout


def test_the_settings_are_right(desk):
    (settings,) = blocks("toml")
    (desk / "audit.toml").write_text(settings)
    done = run("audit config audit.toml", desk, dict(os.environ))
    assert "true_positive_rate_gap <= 0.08" in done.stdout


@pytest.mark.parametrize("target", ["test", "demo"])
def test_the_two_commands_are_targets(target):
    makefile = (Path(__file__).parents[2] / "Makefile").read_text("utf-8")
    assert f"make {target}" in README
    assert re.search(rf"^{target}: setup", makefile, re.MULTILINE)
