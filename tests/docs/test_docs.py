"""Do the docs name what there is, and does what they show run?"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from audit.cli import app
from audit.config import AuditConfig
from audit.suites import load, names
from probes.registry import discover

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md")) + [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]


def text(name):
    return (ROOT / name).read_text("utf-8")


def test_the_generated_pages_are_as_the_code_says():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", sorted(typer.main.get_command(app).commands))
def test_every_command_is_documented(command):
    assert f"audit {command}" in text("docs/cli.md")


@pytest.mark.parametrize("probe", sorted(discover()))
def test_every_probe_is_documented(probe):
    assert f"`{probe}`" in text("docs/probes.md")


@pytest.mark.parametrize("suite", names())
def test_every_suite_and_its_gates_are_documented(suite):
    page = text("docs/probes.md")
    assert all(word in page for word in (f"Suite `{suite}`", *load(suite).gates))


@pytest.mark.parametrize("setting", sorted(AuditConfig.model_fields))
def test_every_setting_is_documented(setting):
    assert f"`{setting}`" in text("docs/settings.md")


def headings(page):
    """The anchors of a page's headings, as GitHub names them."""
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text("utf-8"))
    assert [link for link, _ in links if not (page.parent / link).exists()] == []
    places = [(page.parent / link if link else page, anchor) for link, anchor in links if anchor]
    assert [anchor for there, anchor in places if anchor not in headings(there)] == []


def test_every_page_stands_in_the_index():
    index = text("docs/README.md")
    pages = [p.relative_to(ROOT / "docs").as_posix() for p in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []


def test_the_record_is_documented_by_its_schema():
    schema = json.loads(text("reports/record.schema.json"))
    page = text("docs/record.md")
    fields = [f for part in (schema, *schema["$defs"].values()) for f in part["properties"]]
    assert [name for name in schema["$defs"] if f"## {name}" not in page] == []
    assert [field for field in fields if f"| `{field}` |" not in page] == []
