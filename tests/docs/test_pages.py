"""Does everything run that the pages show?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
VERDICT = re.compile(r"(PASS|FAIL|UNDECIDED) ")
PAGES = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def shown(walk):
    """The blocks of every page, README among them."""
    return {page: tuple(walk.blocks(page)) for page in ("README.md", *PAGES)}


def commands(blocks):
    return [command for block in blocks for command in block.commands]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_what_it_shows(page, walk, desk):
    """The verdicts that it shows are printed too: in the tutorial they follow from its rows alone."""
    told = " ".join(" ".join(walk.page(page, desk)).split())
    verdicts = [b.text for b in walk.blocks(page) if VERDICT.match(b.text)]
    assert [text for text in verdicts if " ".join(text.split()) not in told] == []


def test_every_block_says_its_language(shown, walk):
    every = [block for blocks in shown.values() for block in blocks]
    assert [f"{b.page}:{b.line}" for b in every if b.language not in walk.LANGUAGES] == []


def test_no_command_passes_for_output(shown):
    """The usage in the reference of the command line is none."""
    begins = ("audit ", "pip ", "python ", "$ ")
    found = [
        f"{block.page}:{block.line}: {line}"
        for blocks in shown.values()
        for block in blocks
        for line in block.text.splitlines()
        if block.language == "text" and line.startswith(begins) and "[OPTIONS]" not in line
    ]
    assert found == []


def test_a_command_that_is_set_in_is_one_that_runs(shown):
    """Four spaces make a block too: README shows the command so, before it says where data come from."""
    for page, blocks in shown.items():
        prose = FENCED.sub("", (ROOT / page).read_text("utf-8"))
        said = re.findall(r"^ {4,}(?:\$ )?(audit .*)$", prose, re.MULTILINE)
        assert [s for s in said if not any(c.startswith(s) for c in commands(blocks))] == []


def test_nothing_stays_apart_that_is_not_there(shown, walk):
    asked = {page: commands(blocks) for page, blocks in shown.items()}
    assert [a for a in walk.APART if not any(c.startswith(a.beginning) for c in asked.get(a.page, ()))] == []


def test_what_stays_apart_is_understood_by_the_command(shown, walk):
    for page, blocks in shown.items():
        for command in commands(blocks):
            if walk.apart(page, command) and command.startswith("audit "):
                walk.understood(command)


def test_a_test_that_a_page_shows_is_run_by_a_command_of_it(shown):
    for page, blocks in shown.items():
        tests = [b.file for b in blocks if (b.file or "").startswith("test_")]
        assert [f"{page}: {name}" for name in tests if name not in " ".join(commands(blocks))] == []
