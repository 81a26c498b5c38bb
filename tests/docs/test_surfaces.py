"""Do the pages on builds and evidence tell what comes of their commands?"""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def commands(walk, page):
    return [command for block in walk.blocks(page) for command in block.commands]


def test_the_evidence_page_does_what_it_says(walk, desk):
    told = [walk.run(command).stdout for command in commands(walk, "docs/evidence.md")]
    assert any(text.startswith("4 files as sealed") for text in told)
    assert any("data: 1 file not looked at" in text for text in told)
    assert "different" not in told[-1]


def test_the_tests_of_the_page_on_builds_pass(walk, desk):
    page = "docs/ci.md"
    walk.tried(next(b for b in walk.blocks(page) if b.file == "test_release.py"))
    command = next(c for c in commands(walk, page) if "test_release.py" in c)
    chosen = "-k 'test_fairness or release'"
    assert "2 passed" in walk.run(f"{command} {chosen}").stdout


def test_the_workflows_name_inputs_of_the_action(walk):
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    for block in walk.blocks("docs/ci.md"):
        found = yaml.safe_load(block.text) if block.language == "yaml" else {}
        steps = found["jobs"]["audit"]["steps"] if "jobs" in found else []
        assert {name for step in steps for name in step.get("with", {})} <= set(action["inputs"])


def test_every_form_is_documented():
    from audit.cli.formats import FILES, GITHUB

    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in (*FILES, GITHUB))
