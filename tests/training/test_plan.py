"""Are the choices of a run checked?"""

import pytest
from pydantic import ValidationError

from training.plan import Plan


def test_the_defaults_are_a_plan():
    assert Plan().fractions == {"train": 0.75, "validation": 0.05, "test": 0.2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"learning_rate": 0}, {"learning_rate": float("inf")}, {"num_train_epochs": 0}, {"epoch": 3},
        {"validation": 1.0}, {"validation": 0.5, "test": 0.5}, {"precision": "fp8"}, {"device": "tpu"},
        {"dropout": 1.0},
    ],
)  # fmt: skip
def test_choices_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        Plan(**wrong)
