"""Do attacks find what is there, and does what they find depend on the text alone?"""

import random
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from probes.attacking import attack, library
from probes.attacking.randomness import put, seeded
from probes.attacking.recipes import named
from probes.attacking.victim import Victim
from probes.errors import AuditError, Skip

pytestmark = pytest.mark.usefixtures("needs_textattack")

OFFLINE = ("deepwordbug", "pruthi", "input-reduction")
WITH_WORDNET = ("pwws", "leap")


@pytest.fixture(autouse=True)
def _can_run(request: pytest.FixtureRequest) -> None:
    """Skip a test of a recipe that lacks something on this machine."""
    parameters = getattr(request.node, "callspec", None)
    if parameters and (reason := named(parameters.params.get("recipe", "pruthi")).lacking()):
        pytest.skip(reason)


def _right(model, texts):
    return model.predict(texts).argmax(axis=1)


@pytest.mark.parametrize("recipe", [*OFFLINE, *WITH_WORDNET])
def test_one_at_a_time_together_shuffled_and_in_shards_are_the_same(recipe, bag, texts):
    labels = _right(bag, texts)
    together = attack(bag, texts, labels, recipe, max_queries=300)
    assert attack(bag, texts, labels, recipe, max_queries=300, width=1) == together
    order = random.Random(1).sample(range(len(texts)), len(texts))
    shuffled = attack(bag, [texts[i] for i in order], labels[order], recipe, max_queries=300, width=3)
    assert [shuffled[order.index(i)] for i in range(len(texts))] == list(together)
    halves = [
        attack(bag, texts[part], labels[part], recipe, max_queries=300) for part in (slice(3), slice(3, 6))
    ]
    assert halves[0] + halves[1] == together


@pytest.mark.parametrize("recipe", ["deepwordbug", *WITH_WORDNET[:1]])
def test_it_finds_what_textattack_finds_alone(recipe, bag, texts):
    """TextAttack's own loop, one text after another, with the same model wrapper and seeds."""
    labels = _right(bag, texts)
    ours = attack(bag, texts, labels, recipe)
    with library.quiet():
        own = named(recipe).build(Victim(bag, bag.predict))
    for text, label, found in zip(texts, labels, ours, strict=True):
        put(seeded(0, text))
        result = own.attack(text, int(label))
        assert result.perturbed_text() == found.adversarial
        assert result.num_queries == found.queries


def test_what_a_constraint_remembers_is_of_one_text(bag, texts, tmp_path, monkeypatch):
    """This one lets a candidate pass while it remembers fewer than three: each text has three of its own."""
    tmp_path.joinpath("forgetful_attack.py").write_text(
        "import lru, textattack as t\n"
        "class First(t.constraints.Constraint):\n"
        "    def __init__(self):\n"
        "        super().__init__(True)\n"
        "        self.seen = lru.LRU(10_000)\n"
        "    def _check_constraint(self, text, original):\n"
        "        self.seen[text.text] = True\n"
        "        return len(self.seen) <= 3\n"
        "def build(model):\n"
        "    goal = t.goal_functions.UntargetedClassification(model)\n"
        "    swap = t.transformations.WordSwapNeighboringCharacterSwap(random_one=False)\n"
        "    return t.Attack(goal, [First()], swap, t.search_methods.GreedySearch())\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    labels = _right(bag, texts)
    found = attack(bag, texts, labels, "py:forgetful_attack:build", max_queries=50)
    assert [one.queries for one in found] == [4] * len(texts)


@dataclass(frozen=True, eq=False)
class Blurred:
    """A model that also answers quickly, and then errs by up to 0.1."""

    model: Any
    quick: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def classes(self):
        return self.model.classes

    def predict(self, inputs):
        self.asked.extend(inputs)
        return self.model.predict(inputs)

    def exact(self, inputs):
        return self.model.predict(inputs)

    def approximate(self, inputs):
        self.quick.extend(inputs)
        error = np.array([zlib.crc32(text.encode()) % 2001 - 1000 for text in inputs]) / 10_000
        return np.clip(self.model.predict(inputs) + np.stack([error, -error], axis=1), 0.0, 1.0)


@pytest.mark.parametrize("recipe", ["deepwordbug", "pruthi", *WITH_WORDNET])
def test_a_search_on_quick_answers_finds_what_holds(recipe, bag, texts):
    labels = _right(bag, texts)
    model = Blurred(bag)
    found = attack(model, texts, labels, recipe, max_queries=300)
    assert any(one.outcome == "success" for one in found)
    for one, answer in zip(found, _right(bag, [one.adversarial for one in found]), strict=True):
        assert (one.outcome == "success") == (answer != one.label)
    assert len(model.quick) > len(model.asked)


def test_a_success_that_does_not_hold_in_full_precision_is_none(bag, texts):
    """Whatever the search was answered, the exact model says that no text has another class."""

    class Firm(Blurred):
        def exact(self, inputs):
            return np.tile(np.eye(2)[1], (len(inputs), 1))

    found = attack(Firm(bag), texts, np.ones(len(texts), dtype=int), "deepwordbug")
    assert {one.outcome for one in found} <= {"failed", "skipped"}
    assert any(one.adversarial != one.original for one in found if one.outcome == "failed")


def test_a_success_that_the_model_takes_back_is_none(rule, texts):
    """A model without a quick answer is asked once more too; this one changes its mind about each text."""
    seen = set()

    def fickle(text):
        again = text in seen
        seen.add(text)
        return 0.9 if again or text in texts else 0.1

    found = attack(rule(fickle), texts, np.ones(len(texts), dtype=int), "deepwordbug")
    assert {one.outcome for one in found} == {"failed"}
    assert all(one.answered == 1 for one in found)


def test_a_reduction_runs_on_exact_answers(bag, texts):
    model = Blurred(bag)
    found = attack(model, texts, _right(bag, texts), "input-reduction")
    assert found == attack(bag, texts, _right(bag, texts), "input-reduction")
    assert not model.quick


@pytest.mark.parametrize("recipe", ["deepwordbug", "pruthi", *WITH_WORDNET])
def test_a_constant_model_is_never_flipped(recipe, rule, texts):
    found = attack(rule(lambda _: 0.9), texts, np.ones(len(texts), dtype=int), recipe, max_queries=200)
    assert Counter(one.outcome for one in found) == {"failed": len(texts)}


@pytest.mark.parametrize("recipe", ["deepwordbug", *WITH_WORDNET[:1]])
def test_a_planted_keyword_is_always_found(recipe, rule):
    """The model says positive because of one word; any edit of it flips the answer, and no other does."""
    model = rule(lambda text: 0.9 if "wonderful" in text.split() else 0.1)
    texts = [f"{start} wonderful film {end}" for start in ("A", "This truly is a") for end in ("", "tonight")]
    found = attack(model, texts, np.ones(4, dtype=int), recipe)
    assert [one.outcome for one in found] == ["success"] * 4
    assert [one.changed for one in found] == [1] * 4
    assert all("wonderful" not in one.adversarial for one in found)


def test_more_than_two_classes(bag_of_three, texts):
    labels = _right(bag_of_three, texts)
    found = attack(bag_of_three, texts, labels, "deepwordbug")
    assert any(one.outcome == "success" for one in found)
    answered = _right(bag_of_three, [one.adversarial for one in found])
    assert [one.answered for one in found] == answered.tolist()
    for one, label in zip(found, labels, strict=True):
        assert (one.outcome == "success") == (one.answered != label)


def test_a_text_that_the_model_gets_wrong_is_skipped(bag, texts):
    found = attack(bag, texts, 1 - _right(bag, texts), "deepwordbug")
    assert {(one.outcome, one.adversarial == one.original, one.queries) for one in found} == {
        ("skipped", True, 1)
    }


def test_a_model_without_an_answer_is_not_a_success(rule, texts):
    """The model breaks on every text with a letter changed, and on the last text as it is."""
    model = rule(lambda text: 0.9 if text in texts[:-1] else np.nan)
    found = attack(model, texts, np.ones(len(texts), dtype=int), "deepwordbug", max_queries=100)
    assert [one.outcome for one in found] == ["failed"] * (len(texts) - 1) + ["invalid"]


@pytest.mark.parametrize("recipe", [*OFFLINE, *WITH_WORDNET])
@pytest.mark.parametrize("budget", [1, 2, 7, 20])
def test_no_more_queries_than_the_budget(recipe, budget, bag, texts):
    found = attack(bag, texts, _right(bag, texts), recipe, max_queries=budget)
    assert max(one.queries for one in found) <= budget
    assert {one.outcome for one in found} <= {"success", "failed"}


def test_successes_within_a_budget_can_be_read_from_a_run_without(bag, texts):
    """Who succeeds with q queries succeeds in the same way under any budget of at least q."""
    labels = _right(bag, texts)
    free = attack(bag, texts, labels, "deepwordbug")
    budget = sorted(one.queries for one in free if one.outcome == "success")[2]
    tight = attack(bag, texts, labels, "deepwordbug", max_queries=budget)
    assert [a for a in free if a.outcome == "success" and a.queries <= budget] == [
        b for a, b in zip(free, tight, strict=True) if a.outcome == "success" and a.queries <= budget
    ]


def test_reduction_succeeds_by_keeping_the_class(bag, texts):
    labels = _right(bag, texts)
    for one in attack(bag, texts, labels, "input-reduction"):
        assert one.outcome in ("success", "failed")
        if one.outcome == "success":
            assert one.answered == one.label
            assert len(one.adversarial.split()) < len(one.original.split())


def test_the_seed_matters_and_so_does_nothing_else(bag, texts):
    labels = _right(bag, texts)
    random.seed(5)
    one = attack(bag, texts, labels, "deepwordbug", seed=0)
    random.seed(6)
    assert attack(bag, texts, labels, "deepwordbug", seed=0) == one
    assert attack(bag, texts, labels, "deepwordbug", seed=1) != one


def test_the_model_is_asked_for_many_texts_at_a_time_and_for_none_twice_in_a_call(bag, texts):
    attack(bag, texts * 2, _right(bag, texts * 2), "deepwordbug")
    sizes = [len(call) for call in bag.calls[1:]]
    assert max(sizes) > 3 * len(texts)
    assert all(len(set(call)) == len(call) for call in bag.calls[1:])


def test_edges(bag):
    assert attack(bag, [], np.array([], dtype=int), "deepwordbug") == ()
    blank = ["", "   ", "…", "\ud800 odd", "日本語 の text"]
    for recipe in OFFLINE:
        found = attack(bag, blank, _right(bag, blank), recipe, max_queries=50)
        assert [one.original for one in found] == blank


@pytest.mark.parametrize("recipe", ["pruthi", *WITH_WORDNET])
def test_nothing_is_printed(recipe, bag, texts, capfd):
    attack(bag, texts, _right(bag, texts), recipe, max_queries=100)
    assert capfd.readouterr() == ("", "")


def test_all_faults_are_told_at_once(bag):
    with pytest.raises(AuditError) as caught:
        attack(bag, ["a"], np.array([5, 1]), "pruthi", max_queries=0, width=0)
    assert len(caught.value.faults) == 4


def test_a_recipe_that_cannot_run_is_skipped_with_the_reason(bag, texts):
    if named("textfooler").lacking() is None:
        pytest.skip("all that TextFooler needs is here")
    with pytest.raises(Skip, match="run `"):
        attack(bag, texts, _right(bag, texts), "textfooler")
