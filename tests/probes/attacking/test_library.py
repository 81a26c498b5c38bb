"""Is TextAttack imported without its side effects, and is its absence told?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from probes.attacking import library, recipes
from probes.attacking.recipes import named
from probes.errors import AuditError

IMPORT = """
import json, logging, os, sys
import sklearn, transformers, datasets
before, names = dict(os.environ), set(sys.modules)
handlers, disabled = list(logging.root.handlers), logging.root.manager.disable
from probes.attacking.library import textattack
module = textattack()
print(json.dumps({
    "environment": before == dict(os.environ),
    "logging": handlers == logging.root.handlers and disabled == logging.root.manager.disable,
    "left": sorted({"flair", "flair.data", "matplotlib", "matplotlib.pyplot"} & (set(sys.modules) - names)),
    "version": hasattr(module, "Attack"),
}))
"""


@pytest.mark.usefixtures("needs_textattack")
def test_importing_it_leaves_everything_as_it_was(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {
        "HOME": str(home),
        "TA_CACHE_DIR": str(home / "ta"),
        "XDG_CACHE_HOME": str(home / "c"),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"environment": True, "logging": True, "left": [], "version": True}
    assert done.stderr == ""
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["english"]


def test_what_is_not_installed_is_told_with_the_commands(monkeypatch):
    monkeypatch.setattr(
        library, "find_spec", lambda name: None if name in ("textattack", "nltk") else object()
    )
    monkeypatch.setattr(library.sys, "modules", {})
    for recipe in recipes().values():
        assert "textattack, nltk, which are not here" in recipe.lacking()
        assert "pip install 'assay-audit[attacks]'" in recipe.lacking()
        assert "pip install --no-deps textattack==0.3.11" in recipe.lacking()


@pytest.mark.usefixtures("needs_textattack")
def test_words_are_split_as_textattack_does():
    module = library.textattack().shared.attacked_text
    own = module.words_from_text
    texts = ["It's well-known: 'quoted' e@mail -dash- 日本語 x_y…", "", "\ud800", "a" * 300]
    with library.at_work():
        assert [module.words_from_text(text) for text in texts] == [own(text) for text in texts]
        module.words_from_text("changed by its caller").clear()
        assert module.words_from_text("changed by its caller") == ["changed", "by", "its", "caller"]
    assert module.words_from_text is own


def test_names_titles_and_sources():
    found = recipes()
    assert set(found) >= {
        "deepwordbug",
        "pruthi",
        "pwws",
        "textfooler-wordnet",
        "input-reduction",
        "textfooler",
    }
    assert all(name == recipe.name and recipe.title and recipe.source for name, recipe in found.items())


def test_an_unknown_name_is_told_with_those_known():
    with pytest.raises(AuditError, match=r"no attack 'textfoolr'; there are deepwordbug, pruthi"):
        named("textfoolr")


@pytest.mark.usefixtures("needs_textattack")
class TestOwn:
    """Attacks of the user's own."""

    @pytest.fixture(autouse=True)
    def module(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        tmp_path.joinpath("own_attacks_here.py").write_text(
            "import textattack as t\n"
            "def upper(model):\n"
            "    goal = t.goal_functions.UntargetedClassification(model)\n"
            "    swap = t.transformations.WordSwapNeighboringCharacterSwap(random_one=False)\n"
            "    return t.Attack(goal, [], swap, t.search_methods.GreedySearch())\n"
            "def wrong(model):\n"
            "    return 5\n"
            "number = 3\n"
        )
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))

    def test_it_runs(self, rule):
        from probes.attacking import attack

        found = attack(
            rule(lambda t: 0.9 if "good" in t else 0.1), ["A good film"], [1], "py:own_attacks_here:upper"
        )
        assert found[0].outcome == "success"

    @pytest.mark.parametrize(
        ("reference", "said"),
        [
            ("py:own_attacks_here:wrong", "built a int, not a textattack.Attack"),
            ("py:own_attacks_here:none", "cannot be found"),
            ("py:own_attacks_here:number", "is a int, not a function"),
            ("py:no_such_module_at_all:f", "cannot be found"),
            ("py:own_attacks_here", "write py:my_module:my_attack"),
        ],
    )
    def test_what_is_wrong_with_it_is_told(self, reference, said, rule):
        from probes.attacking import attack

        with pytest.raises(AuditError, match=said):
            attack(rule(lambda _: 0.9), ["A good film"], [1], reference)

    def test_an_entry_point_is_a_recipe(self, monkeypatch, rule):
        from importlib.metadata import EntryPoint

        from probes.attacking import attack
        from probes.attacking import recipes as known

        entry = EntryPoint("shout", "own_attacks_here:upper", "assay.attacks")
        monkeypatch.setattr(sys.modules["probes.attacking.recipes"], "entry_points", lambda group: [entry])
        assert known()["shout"].source == "own_attacks_here:upper"
        found = attack(rule(lambda _: 0.9), ["A film"], [1], "shout", max_queries=50)
        assert found[0].outcome == "failed"
