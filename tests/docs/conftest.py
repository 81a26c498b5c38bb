"""The folder in which a page is walked, with the files that pages speak of."""

import csv
import importlib.util
import itertools
import random
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

WORDS = {
    "positive": ("good", "great", "fine", "bright", "funny", "happy"),
    "negative": ("bad", "awful", "poor", "dull", "sad", "slow"),
}
"""As in the tutorial, so that the model taught here can read its reviews."""
THINGS = ("film", "story", "plot", "cast", "music", "script", "camera", "ending", "humour", "pace")
LESSONS, ROWS = 800, 240
COLUMNS = "--label hired --prediction decision --positive yes --group sex --quiet"
AUDITS = ("last-release", "candidate", "standard", "private", "adversarial")
CARD = '[details]\nname = "Film reviews"\n'


def _loaded() -> ModuleType:
    """tests/docs/walk.py, found by its path: tests are no package."""
    spec = importlib.util.spec_from_file_location("walk", Path(__file__).with_name("walk.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["walk"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def walk() -> ModuleType:
    """How the pieces of a page are tried."""
    return _loaded()


@pytest.fixture(scope="session")
def workshop(tmp_path_factory, make_tiny_model, walk) -> Path:
    """Data of a few hundred rows, a tiny model taught to tell praise from blame, and audits of decisions."""
    folder = tmp_path_factory.mktemp("workshop")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("workshop-cache")))
        _texts()
        _decisions()
        _taught(make_tiny_model(folder / "base", spread=0.1))
        for name in AUDITS:
            walk.run(f"audit run --predictions {name}.csv {COLUMNS} --out audits/{name}")
        walk.run(f"audit run --predictions decisions.csv {COLUMNS}")
    Path(folder, "card.toml").write_text(CARD)
    return folder


@pytest.fixture
def desk(workshop, tmp_path, monkeypatch) -> Path:
    """A copy of the workshop, as the current folder, in which Python finds modules too."""
    shutil.copytree(workshop, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def _texts() -> None:
    """Reviews under every name of file and column that a page gives them."""
    draw = random.Random(0)
    people = itertools.product((("man", "men"), ("woman", "women")), ("young", "old"))
    every = [
        (f"The {thing} was {word} and the {other} was {second}, said the {age} {who}.", label, group, age)
        for ((who, group), age), (label, words) in itertools.product(people, WORDS.items())
        for word, second in itertools.product(words, repeat=2)
        for thing, other in itertools.product(THINGS, repeat=2)
    ]
    drawn = [(t, y, t, y, g, g, a, g) for t, y, g, a in draw.sample(every, LESSONS + ROWS)]
    head = ("text", "label", "sentence", "sentiment", "gender", "sex", "age", "region")
    _write("lessons.csv", head, drawn[:LESSONS])
    for name in ("reviews.csv", "test.csv", "clinic.csv"):
        _write(name, head, drawn[LESSONS:])
    for name in ("movie-reviews", "tweets"):
        _saved(name, head, drawn[LESSONS:])


def _saved(name: str, head, rows) -> None:
    """A data set as `save_to_disk` writes it, in place of a resource of that name."""
    from datasets import Dataset

    Dataset.from_dict(dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))).save_to_disk(name)


def _decisions() -> None:
    """Decisions on applicants, right but for some, who are others in each file."""
    people = list(itertools.product(("women", "men"), ("yes", "no"), range(60)))
    head = ("sex", "hired", "decision")
    _write("decisions.csv", head, [(s, h, h) for s, h, _ in people])
    turned = {"yes": "no", "no": "yes"}
    for step, name in enumerate(AUDITS, 11):
        _write(f"{name}.csv", head, [(s, h, turned[h] if i % step == 0 else h) for s, h, i in people])
    people = list(itertools.product(("female", "male", ""), ("black", "white"), range(40)))
    rows = [(s, r, ("no", "yes")[i % 3 == 0], i / 40) for s, r, i in people]
    _write("applicants.csv", ("sex", "race", "decision", "score"), rows)
    _answers()


def _answers() -> None:
    import pandas as pd

    regions = ["north", "south"] * 60
    outcomes = ["yes", "no", "no", "yes"] * 30
    chances = [0.9 if outcome == "yes" else 0.2 for outcome in outcomes]
    columns = {"region": regions, "outcome": outcomes, "decision": outcomes, "probability": chances}
    pd.DataFrame(columns).to_parquet("answers.parquet")


def _taught(base: Path) -> None:
    """The model, and stand-ins for larger ones: a name that is a folder here is not looked for elsewhere."""
    from audit import trainer

    lessons = {
        "num_train_epochs": 12,
        "learning_rate": 2e-3,
        "early_stopping_patience": 12,
        "precision": "fp32",
    }
    trainer.train(trainer.build({"data": "lessons.csv", "base": str(base), "out": "minilm-l6", **lessons}))
    for name in ("training.json", "training_texts.txt"):
        Path("minilm-l6", name).unlink()
    shutil.copytree("minilm-l6", "larger")
    plan = {"num_train_epochs": 1, "precision": "fp32"}
    trainer.train(trainer.build({"data": "reviews.csv", "base": "minilm-l6", "out": "model", **plan}))


def _write(name: str, head, rows) -> None:
    with Path(name).open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
