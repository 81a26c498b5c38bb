"""Is the home folder told as `~`, found again by it, and nothing else taken for it?"""

from pathlib import Path

import pytest

from probes.home import everywhere, expanded, told


@pytest.fixture(autouse=True)
def _jane(monkeypatch):
    monkeypatch.setenv("HOME", "/home/jane")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/jane", "~"),
        ("/home/jane/data.csv", "~/data.csv"),
        ("audit run /home/jane/m --shift a=/home/jane/a.csv", "audit run ~/m --shift a=~/a.csv"),
        ("'/home/jane/my model'", "'~/my model'"),
        ("/home/janet/data.csv", "/home/janet/data.csv"),
        ("/home/jane.old/data.csv", "/home/jane.old/data.csv"),
        ("/mnt/home/jane/data.csv", "/mnt/home/jane/data.csv"),
        ("jane", "jane"),
        ("", ""),
    ],
)
def test_the_home_folder_is_told_as_a_tilde(text, shown):
    assert told(text) == shown


def test_strings_are_told_however_deep_they_lie():
    given = {"path": "/home/jane/x", "n": 3, "deep": [{"of": ("/home/jane/y", None)}], "on": True}
    assert everywhere(given) == {"path": "~/x", "n": 3, "deep": [{"of": ["~/y", None]}], "on": True}


@pytest.mark.parametrize("path", ["/home/jane/a b/c.csv", "/home/jane", "/data/x.csv", "x.csv", ".", "hf:a"])
def test_what_was_told_is_found_again(path):
    assert expanded(told(path)) == Path(path)


@pytest.mark.parametrize("place", ["~janet/x", "~x.csv", "a/~/b", ""])
def test_other_tildes_are_names(place):
    assert expanded(place) == Path(place)


@pytest.mark.parametrize("home", ["/", "relative"])
def test_a_home_that_tells_nothing_is_not_looked_for(home, monkeypatch):
    monkeypatch.setenv("HOME", home)
    assert told("/home/jane/relative/x") == "/home/jane/relative/x"
    assert expanded("~/x") == Path("~/x")


def test_without_a_home_everything_stays(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert told("/home/jane/x") == "/home/jane/x"
    assert expanded("~/x") == Path("~/x")
