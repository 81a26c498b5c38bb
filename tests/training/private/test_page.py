"""Does docs/private.md name what there is?"""

import re
from pathlib import Path

from training.private.ledger import Ledger

ROOT = Path(__file__).parents[3]
PAGE = ROOT.joinpath("docs", "private.md").read_text("utf-8")


def _table(heading: str) -> list[str]:
    """The lines of the first table after a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")][2:]


def test_what_finds_a_bug_exists() -> None:
    folders = (ROOT / "training" / "private", ROOT / "tests" / "training" / "private")
    source = "\n".join(path.read_text("utf-8") for folder in folders for path in folder.glob("*.py"))
    named = [name for line in _table("Before the first step") for name in re.findall(r"`(\w+)`", line)]
    assert len(named) > 10
    assert [name for name in named if f"def {name}(" not in source] == []


def test_every_field_of_the_ledger_is_explained() -> None:
    text = "\n".join(_table("How to read the ledger"))
    assert [name for name in Ledger.model_fields if f"`{name}" not in text] == []
