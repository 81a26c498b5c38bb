"""Are promises that cannot be kept refused, and do the numbers follow from those that can?"""

import math
from dataclasses import replace

import pytest

from probes.errors import AuditError
from training.private.settings import Privacy, default_delta, settle, steps_of

GOOD = Privacy(batch_size=32, steps=100, noise_multiplier=1.0)


def test_numbers_of_a_run_with_given_noise() -> None:
    mechanism = settle(GOOD, rows=1001)
    assert mechanism.sample_rate == 32 / 1001, "not floored, as 1001 // 32 would be"
    assert mechanism.delta == default_delta(1001) == pytest.approx(1 / 10010)
    assert (mechanism.noise_multiplier, mechanism.noise_accountant) == (1.0, None)


def test_noise_follows_from_epsilon() -> None:
    asked = replace(GOOD, noise_multiplier=None, epsilon=3.0)
    mechanism = settle(asked, rows=1000, seconds=0.02)
    assert (mechanism.target_epsilon, mechanism.noise_accountant) == (3.0, "rdp")
    assert (
        mechanism.noise_multiplier
        > settle(replace(asked, epsilon=6.0), rows=1000, seconds=0.02).noise_multiplier
    )


def test_an_epoch_is_as_many_steps_as_draw_each_row_once_on_average() -> None:
    assert steps_of(2, rows=100, batch_size=32) == 8


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"delta": 0.011}, "at most 1/N = 0.01"),
        ({"delta": 0.0}, "must be above 0"),
        ({"epsilon": 3.0}, "not both"),
        ({"noise_multiplier": None}, "either epsilon or noise_multiplier"),
        ({"noise_multiplier": None, "epsilon": math.inf}, "epsilon = inf must be a finite number above 0"),
        ({"noise_multiplier": None, "epsilon": math.nan}, "epsilon = nan must be"),
        ({"noise_multiplier": None, "epsilon": -1.0}, "epsilon = -1.0 must be"),
        ({"noise_multiplier": 0.0}, "without noise epsilon has no bound"),
        ({"max_grad_norm": math.inf}, "without a finite bound on the gradient of a row"),
        ({"max_grad_norm": 0.0}, "max_grad_norm = 0.0"),
        ({"sampling": "shuffled"}, "Poisson sampling alone"),
        ({"weighted": True}, "same probability"),
        ({"batch_size": 101}, "from 1 to the number of training rows, 100"),
        ({"steps": 0}, "at least 1"),
    ],
)
def test_what_has_no_bound_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(AuditError) as error:
        settle(replace(GOOD, **change), rows=100)  # type: ignore[arg-type]
    assert reason in str(error.value)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(AuditError) as error:
        settle(replace(GOOD, delta=0.5, sampling="shuffled", max_grad_norm=-1.0), rows=100)
    assert len(error.value.faults) == 3


def test_delta_of_one_over_n_is_allowed() -> None:
    assert settle(replace(GOOD, delta=0.01), rows=100).delta == 0.01


def test_no_rows() -> None:
    with pytest.raises(AuditError, match="no rows"):
        settle(GOOD, rows=0)
