"""Do the parts of a method go together, go on after a kill, and keep away from held-out rows?"""

from dataclasses import replace

import numpy as np
import pytest

from probes.errors import AuditError
from probes.lexicons import load
from probes.types import Grouping
from training.choice import METHODS, check, chosen
from training.composition import Known, Teacher, composed
from training.methods import STANDARD
from training.plan import Plan
from training.split import text_key
from training.stepping import Material

CLASSES = ("negative", "positive")


def _weights(folder):
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


@pytest.fixture
def known():
    """`known(rows)`: two groups in turn, and a teacher that is sure of the first class."""

    def make(rows):
        grouping = Grouping("sort", ("a", "b"), np.arange(rows) % 2)
        teacher = Teacher("teacher", np.tile(np.array([[2.0, 0.0]], dtype=np.float32), (rows, 1)))
        return Known(CLASSES, grouping, (load("gender"),), teacher)

    return make


def test_a_plan_that_asks_for_nothing_is_the_standard_method():
    assert chosen(Plan()) is STANDARD


def test_every_method_of_the_plan_can_be_chosen():
    assert set(METHODS) == set(Plan.model_fields["method"].annotation.__args__)


@pytest.mark.parametrize(
    "settings",
    [
        {"mitigation": "group_dro", "attacker": "typos", "attacker_share": 0.2},
        {"mitigation": "balanced", "method": "adversarial", "augment": ("typos",)},
    ],
)
def test_a_run_that_was_stopped_ends_with_the_weights_of_one_that_was_not(
    settings, known, make_samples, fit_tiny, stopped, plan, tmp_path
):
    samples = make_samples(120)
    changed = {**settings, "num_train_epochs": 2, "save_steps": 1}
    method = chosen(plan.model_copy(update=changed), known(120))
    whole = fit_tiny(samples, "whole", given={"method": method}, **changed)
    again = chosen(plan.model_copy(update=changed), known(120))
    with pytest.raises(KeyboardInterrupt):
        fit_tiny(
            samples, "cut", given={"method": again, "progress": stopped(after=whole.steps - 2)}, **changed
        )
    anew = chosen(plan.model_copy(update=changed), known(120))
    cut = fit_tiny(samples, "cut", given={"method": anew}, **changed)
    assert cut.resumed == 1
    assert cut.method_record == whole.method_record
    one, other = _weights(tmp_path / "whole"), _weights(tmp_path / "cut")
    assert all(bool((one[name] == other[name]).all()) for name in one)


def test_a_checkpoint_of_other_groups_is_refused(known, make_samples, fit_tiny, stopped, plan):
    samples, changed = make_samples(120), {"mitigation": "balanced", "save_steps": 1}
    of = plan.model_copy(update=changed)
    with pytest.raises(KeyboardInterrupt):
        fit_tiny(samples, given={"method": chosen(of, known(120)), "progress": stopped(after=2)}, **changed)
    others = replace(known(120), grouping=Grouping("sort", ("a", "b"), 1 - np.arange(120) % 2))
    with pytest.raises(AuditError, match="checkpoint of another run: groups was"):
        fit_tiny(samples, given={"method": chosen(of, others)}, **changed)


def test_copies_are_of_training_rows_and_never_equal_to_a_held_out_text():
    """The counterpart of "he sang" is held out, so that its copy is left out; the other copy stays."""
    texts = ["he sang", "she sang", "he came home", "nothing here"]
    given = Material(texts, np.array([0, 1, 1, 0]), np.array([0, 2, 3]))
    plan = Plan(augment=("counterfactual",))
    made = composed(plan, Known(CLASSES, lexicons=(load("gender"),))).material(given)
    assert list(made.texts) == [*texts, "she came home"]
    assert made.labels.tolist() == [0, 1, 1, 0, 1]
    assert made.rows.tolist() == [0, 2, 3, 4]
    assert made.origins.tolist() == [0, 1, 2, 3, 2]
    assert text_key("She  sang") not in {text_key(made.texts[row]) for row in made.rows}


def test_without_copies_every_row_is_its_own():
    given = Material(["a", "b"], np.array([0, 1]), np.array([1]))
    assert composed(Plan(), Known()).material(given) is given
    assert given.origins.tolist() == [0, 1]


def test_what_is_needed_and_not_known_is_told_together():
    plan = Plan(mitigation="balanced", augment=("counterfactual",))
    with pytest.raises(AuditError) as told:
        composed(plan, Known())
    assert len(told.value.faults) == 2


def test_all_faults_of_a_plan_are_told_together():
    with pytest.raises(AuditError) as told:
        check(Plan(attack="fgm", radius=0.1, attacker="typos", num_train_epochs=1))
    assert len(told.value.faults) == 3


def test_private_training_refuses_a_teacher(known):
    with pytest.raises(AuditError, match="method = 'private' with teacher"):
        chosen(Plan(method="private", epsilon=3.0), replace(known(4), grouping=None))
