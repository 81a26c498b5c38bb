"""What do the pages show, and how is each piece of it tried?

A page is walked in a folder of its own. Its fenced blocks are tried in order, by their language:

- `sh` and `console` (lines after `$ `): each command runs. `audit` may answer 0, 1 or 3, other programs 0,
  unless a comment in the line says otherwise (`# exit code 1`).
- `python` runs as a script of its own.
- `toml`, `yaml`, `json` must be what they are: settings of an audit, or what the name of the file says.
- `text` is output or a drawing. Other languages, and none, are refused.

A block whose first line is a comment with a file name (`# lexicons/age.toml`) is also written to that file.
"""

import contextlib
import io
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from within import Answer, audit

ROOT = Path(__file__).parents[2]
SHELLS = ("sh", "console")
LANGUAGES = (*SHELLS, "python", "toml", "yaml", "json", "text")
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```", re.DOTALL | re.MULTILINE
)
FILE = re.compile(r"# ([\w./-]+\.(?:py|toml|yml|yaml))\b")
STATED = re.compile(r"# exit code ([0-9](?: or [0-9])*)")


@dataclass(frozen=True)
class Apart:
    """Commands of a page, by their beginning, that do not run here, and why."""

    page: str
    beginning: str
    reason: str


REGISTRY = "asks a package registry"
PROCESSES = "starts several processes: tests/training does"
APART = (
    Apart("README.md", "make ", "sets up an environment and runs these tests"),
    Apart("README.md", "pip install", REGISTRY),
    Apart("docs/tutorial.md", "pip install", REGISTRY),
    Apart("docs/tutorial.md", "audit fetch", REGISTRY),
    Apart("docs/training.md", "audit fetch", REGISTRY),
    Apart("docs/shift.md", "audit fetch", REGISTRY),
    Apart("docs/training.md", "accelerate launch", PROCESSES),
    Apart("docs/training.md", "torchrun", PROCESSES),
)
"""The few that stay apart. Those that are `audit` are still read by it, so that their options exist."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, and where it stands."""

    page: str
    line: int
    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The name of the file that it is."""
        found = FILE.match(self.text)
        return found[1] if found else None

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands of a shell, one by one; other languages have none."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language in SHELLS else []
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        return tuple(" ".join(line.split()) for line in lines if line and not line.startswith("#"))


def blocks(name: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = (ROOT / name).read_text("utf-8")
    for found in FENCE.finditer(text):
        inside = re.sub(rf"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        yield Block(name, text[: found.start()].count("\n") + 1, found["language"], inside)


def page(name: str, desk: Path) -> list[str]:
    """What the commands of a page print, walked in the current folder, `desk`, but for what stays apart."""
    told: list[str] = []
    for out in filter(None, (_trained(c) for b in blocks(name) for c in b.commands if not apart(name, c))):
        shutil.rmtree(desk / out, ignore_errors=True)
    for block in blocks(name):
        told.extend(run(command).stdout for command in block.commands if not apart(name, command))
        if block.language not in SHELLS:
            tried(block)
    return told


def apart(name: str, command: str) -> bool:
    """Whether a command of a page stays apart."""
    return any(a.page == name and command.startswith(a.beginning) for a in APART)


def _trained(command: str) -> str | None:
    """The folder that `audit train` makes: it is not there when the page begins."""
    words = shlex.split(command, comments=True)
    return words[words.index("--out") + 1] if words[:2] == ["audit", "train"] and "--out" in words else None


def run(command: str) -> Answer:
    """What a command answers; it must be one of the codes that it may end with."""
    answer = audit(*shlex.split(command, comments=True)[1:]) if _plain(command) else shell(command)
    allowed = codes(command)
    told = f"{command}\nexit code {answer.returncode}, not {allowed}\n{answer.stdout}\n{answer.stderr}"
    assert answer.returncode in allowed, told
    return answer


def shell(command: str) -> Answer:
    """Any other command, by bash, with the programs of this environment."""
    plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "audit.pytest_plugin"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-uo", "pipefail", "-c", command],
        env=os.environ | plugins | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def codes(command: str) -> set[int]:
    """The exit codes with which a command may end: those stated, else those of its program."""
    stated = STATED.search(command)
    if stated:
        return {int(code) for code in stated[1].split(" or ")}
    return {0, 1, 3} if command.startswith("audit ") else {0}


def _plain(command: str) -> bool:
    """Whether it is `audit` with words alone, nothing that only a shell knows."""
    words = shlex.shlex(command, posix=True, punctuation_chars=True)
    return command.startswith("audit ") and not any(set(word) <= set("();<>|&$") for word in words)


def understood(command: str) -> None:
    """Raise unless the options of an `audit` command are known; nothing is run."""
    from typer.main import get_command

    from audit.cli import app

    _, name, *words = shlex.split(command, comments=True)
    get_command(app).commands[name].make_context(name, words)


def tried(block: Block) -> None:
    """Try a block that is no shell's."""
    if block.file:
        Path(block.file).parent.mkdir(parents=True, exist_ok=True)
        Path(block.file).write_text(block.text, "utf-8")
    KINDS[block.language](block)


def _saved(block: Block, name: str) -> Path:
    path = Path(block.file or name)
    path.write_text(block.text, "utf-8")
    return path


def _python(block: Block) -> None:
    """Run it; tests are run by a command of the page."""
    if not (block.file or "").startswith("test_"):
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(str(_saved(block, "block.py")), run_name="__main__")


def _toml(block: Block) -> None:
    name = block.file or "audit.toml"
    check = next((check for pattern, check in FILES.items() if fnmatchcase(name, pattern)), None)
    assert check is not None, f"{name}: which kind of file is it? Known: {', '.join(FILES)}"
    check(_saved(block, "block.toml"))


def _read(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text("utf-8"))


def _settings(path: Path) -> None:
    answer = audit("config", path)
    assert answer.returncode == 0, answer.stderr


def _project(path: Path) -> None:
    content = _read(path)
    assert content.keys() <= {"project", "tool"}
    if "audit" in content.get("tool", {}):
        _settings(path)


def _suite(path: Path) -> None:
    from audit import suites

    assert suites.load(str(path)).members


def _lexicon(path: Path) -> None:
    from probes import lexicons

    assert lexicons.load(str(path)).groups


def _plan(path: Path) -> None:
    from audit import trainer

    trainer.build(_read(path))


def _card(path: Path) -> None:
    from reports.card.prose import Prose

    Prose.model_validate(_read(path))


def _crosswalk(path: Path) -> None:
    from reports import crosswalk

    assert crosswalk.load(path).frameworks


FILES: Mapping[str, Callable[[Path], None]] = {
    "audit.toml": _settings,
    "pyproject.toml": _project,
    "suites/*.toml": _suite,
    "lexicons/*.toml": _lexicon,
    "plan.toml": _plan,
    "card.toml": _card,
    "house.toml": _crosswalk,
}
"""What a TOML file is, by its name; one without a name is settings."""
KINDS: Mapping[str, Callable[[Block], object]] = {
    "python": _python,
    "toml": _toml,
    "yaml": lambda block: yaml.safe_load(block.text),
    "json": lambda block: json.loads(block.text),
    "text": lambda block: None,
}
