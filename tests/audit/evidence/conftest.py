"""A sealed audit: a folder with record and reports, a model folder, data and settings; and keys."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from audit import evidence
from audit.models.fingerprint import fingerprint

SAMPLE = Path(__file__).parents[2] / "reports" / "sample.py"


def _sample():
    spec = importlib.util.spec_from_file_location("sample", SAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.full()


@pytest.fixture(scope="session")
def record():
    """A record made by hand."""
    return _sample()


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """Two keys: `ours` and `theirs`, each with its public half in FILE.pub."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ours", "theirs"):
        evidence.new_key(folder / name)
    return SimpleNamespace(
        ours=folder / "ours",
        public=folder / "ours.pub",
        theirs=folder / "theirs",
        other=folder / "theirs.pub",
    )


@pytest.fixture
def desk(tmp_path, record, monkeypatch):
    """An audit with its model, data and settings, before it is sealed; the working folder."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "model" / "config.json", b'{"architectures": ["A"]}')
    write(tmp_path / "model" / "model.safetensors", bytes(range(256)))
    write(tmp_path / "data.csv", b"text,label\na,b\n")
    write(tmp_path / "audit.toml", b'suite = "fairness"\n')
    model = record.model.model_copy(
        update={"reference": "model", "fingerprint": fingerprint(tmp_path / "model")}
    )
    data = record.data.model_copy(update={"source": "data.csv"})
    told = record.model_copy(update={"model": model, "data": data, "outcomes": None})
    write(tmp_path / "out" / "record.json", told.to_json().encode())
    write(tmp_path / "out" / "report.html", b"<p>report</p>")
    write(tmp_path / "out" / "card" / "README.md", b"# card")
    return tmp_path


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture
def sealed(desk, keys):
    """The same after `audit seal`."""
    evidence.seal(desk / "out", keys.ours)
    return desk
