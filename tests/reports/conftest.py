"""Made-up records and a browser for the tests of the reports."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def _beside(name: str) -> ModuleType:
    """A module of this folder, found by its path: tests are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """Records made by hand: `full()`, `many(count)`, `ungated()`, `dataless()`."""
    return _beside("sample")


@pytest.fixture(scope="session")
def hostile() -> ModuleType:
    """Strings that try to break out, and a record that has them everywhere."""
    return _beside("hostile")


@pytest.fixture(scope="session")
def pdf() -> ModuleType:
    """Reads what Chromium printed: `pages(content)`."""
    return _beside("pdf")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; without it the test is skipped, in CI it fails."""
    if CHROMIUM is None:
        missing = "Chromium is not installed; run bash tests/setup-system.sh"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield chromium
        chromium.close()
