"""Is TextAttack imported without its side effects, and is its absence told?"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from probes.attacking import library, recipes
from probes.attacking.recipes import named
from probes.attacking.standins import how_to_download
from probes.errors import AuditError, Skip

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


def test_the_command_that_downloads_does_not_name_the_home_folder(monkeypatch):
    monkeypatch.delenv("TA_CACHE_DIR", raising=False)
    assert how_to_download("vectors/one").startswith("mkdir -p ~/.cache/textattack/vectors && curl -L https:")
    assert how_to_download("vectors/one").endswith("unzip one.zip -d ~/.cache/textattack/vectors")


@pytest.mark.usefixtures("needs_textattack")
def test_words_are_split_as_textattack_does():
    module = library.textattack().shared.attacked_text
    own = module.words_from_text
    rng = random.Random(0)
    signs = "aZ9'-_*@ \t\n\u00a0\u2028.,:é日本ߢɑ🙂\ud800"
    texts = [
        "It's well-known: 'quoted' e@mail -dash- 日本語 x_y…",
        "",
        "我 喜欢这部 电影 very much",
        "a" * 300,
    ]
    texts += ["".join(rng.choices(signs, k=rng.randint(1, 30))) for _ in range(300)]
    texts += [text.replace("日", "").replace("本", "") for text in texts]
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


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(AuditError, match=r"no attack 'textfoolr'; did you mean 'textfooler'"):
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
            "def raises(model):\n"
            "    raise ValueError('boom')\n"
            "def parts(model, goal):\n"
            "    swap = t.transformations.WordSwapRandomCharacterDeletion(random_one=False)\n"
            "    return t.Attack(goal, [], swap, t.search_methods.GreedySearch())\n"
            "def targeted(model):\n"
            "    return parts(model, t.goal_functions.TargetedClassification(model, target_class=0))\n"
            "def reduces(model):\n"
            "    return t.attack_recipes.InputReductionFeng2018.build(model)\n"
            "def gradient(model):\n"
            "    goal = t.goal_functions.UntargetedClassification(model)\n"
            "    swap = t.transformations.WordSwapNeighboringCharacterSwap(random_one=False)\n"
            "    ranked = t.search_methods.GreedyWordSwapWIR(wir_method='gradient')\n"
            "    return t.Attack(goal, [], swap, ranked)\n"
            "number = 3\n"
        )
        tmp_path.joinpath("broken_module_here.py").write_text("raise RuntimeError('no luck')\n")
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
            (
                "py:own_attacks_here:wrong",
                "py:own_attacks_here:wrong: it built a int, not a textattack.Attack",
            ),
            ("py:own_attacks_here:raises", "raises: its builder failed: ValueError: boom"),
            ("py:own_attacks_here:targeted", "targeted: its goal is TargetedClassification"),
            ("py:broken_module_here:f", "cannot be loaded: RuntimeError: no luck"),
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

    def test_one_that_needs_gradients_is_refused_before_the_search(self, rule):
        from probes.attacking import prepare

        with pytest.raises(Skip, match="this model only answers"):
            prepare(rule(lambda _: 0.9), named("py:own_attacks_here:gradient"))

    def test_the_goal_is_that_of_the_attack(self, rule):
        """Only "good" matters, so that every other word can go while the answer stays."""
        from probes.attacking import attack, prepare

        model = rule(lambda text: 0.9 if "good" in text else 0.1)
        recipe = named("py:own_attacks_here:reduces")
        assert (recipe.goal, prepare(model, recipe).recipe.goal) == ("flip", "reduce")
        (found,) = attack(model, ["one truly good film tonight"], [1], recipe.name)
        assert (found.outcome, found.answered) == ("success", 1)

    @pytest.fixture
    def entry(self, monkeypatch):
        """`entry(name, value)`: an entry point of another package."""
        from importlib.metadata import EntryPoint

        def place(name, value):
            point = EntryPoint(name, value, "assay.attacks")
            monkeypatch.setattr(
                sys.modules["probes.attacking.recipes"], "entry_points", lambda group: [point]
            )

        return place

    @pytest.mark.parametrize(
        "value", ["no_such_module_at_all:f", "own_attacks_here:none", "broken_module_here:f"]
    )
    def test_an_entry_point_that_cannot_be_loaded_is_told(self, entry, value, rule):
        from probes.attacking import prepare

        entry("shout", value)
        with pytest.raises(
            AuditError, match=rf"the entry point 'shout' \({value}\) cannot be loaded: \w+Error: "
        ):
            prepare(rule(lambda _: 0.9), named("shout"))

    def test_an_entry_point_does_not_take_the_name_of_another_attack(self, entry):
        entry("deepwordbug", "own_attacks_here:upper")
        reason = recipes()["deepwordbug"].lacking()
        assert reason.startswith("two attacks have this name, 'Gao et al. (2018)")
        assert "'own_attacks_here:upper'" in reason
        assert recipes()["pruthi"].lacking() is None

    def test_an_entry_point_is_a_recipe(self, entry, rule):
        from probes.attacking import attack
        from probes.attacking import recipes as known

        entry("shout", "own_attacks_here:upper")
        assert known()["shout"].source == "own_attacks_here:upper"
        found = attack(rule(lambda _: 0.9), ["A film"], [1], "shout", max_queries=50)
        assert found[0].outcome == "failed"
