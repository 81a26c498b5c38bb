"""What do many tests share?"""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
# Tiny models gain nothing from threads, and several test processes would get into each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# An audit answers otherwise within GitHub Actions, where these tests may run.
os.environ.pop("GITHUB_ACTIONS", None)

REAL_ENVIRONMENT = dict(os.environ)
"""As it was before a test changed it."""


@pytest.fixture(scope="session")
def real_environment() -> dict[str, str]:
    """The user's own environment, with the cache that keeps the real encoder and data between runs."""
    return dict(REAL_ENVIRONMENT)


def _loaded(name: str) -> ModuleType:
    """tests/NAME.py, found by its path, since tests are no package; others then import it by its name."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


WITHIN = _loaded("within")


@pytest.fixture(scope="session")
def audit() -> Callable[..., Any]:
    """`audit(*words, cwd=folder)`: the command within this process."""
    return WITHIN.audit


@pytest.fixture(scope="session")
def make_tiny_model() -> Callable[..., Path]:
    """`make_tiny_model(folder, *, classes=(…), seed=0)` saves a classifier with random weights."""
    return _loaded("tiny").make_tiny_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory, make_tiny_model: Callable[..., Path]) -> Path:
    """Folder of a tiny BERT with random weights, classes negative and positive; do not write into it."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user cache folder of its own for each test, so that no test writes into the real one."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder
