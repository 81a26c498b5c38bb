"""Is epsilon right? Held against an independent accountant and against a closed form."""

import math

import dp_accounting
import numpy as np
import pytest
from dp_accounting.pld import pld_privacy_accountant
from scipy.optimize import brentq
from scipy.stats import norm

from probes.errors import AuditError
from training.private import accounting, prv
from training.private.accounting import Segment


def _settings() -> list[tuple[float, float, int, float]]:
    """50 settings: noise, rate, steps, delta, with epsilons from about 0.1 to 30."""
    rng = np.random.default_rng(0)
    noise = rng.permutation(np.geomspace(0.55, 6.0, 50))
    rate = rng.permutation(np.geomspace(0.001, 0.1, 50))
    steps = rng.permutation(np.geomspace(20, 3000, 50)).astype(int)
    delta = rng.permutation(np.geomspace(1e-7, 1e-3, 50))
    return [
        (float(s), float(q), int(n), float(d)) for s, q, n, d in zip(noise, rate, steps, delta, strict=True)
    ]


def _independent(segments: list[tuple[float, float, int]], delta: float) -> float:
    accountant = pld_privacy_accountant.PLDAccountant()
    for noise, rate, steps in segments:
        event = dp_accounting.PoissonSampledDpEvent(rate, dp_accounting.GaussianDpEvent(noise))
        accountant.compose(event, steps)
    return float(accountant.get_epsilon(delta))


def _agrees(setting: tuple[float, float, int, float]) -> None:
    *segment, delta = setting
    spent = [tuple(segment)]
    rdp = accounting.rdp_epsilon(spent, delta)
    ours, theirs = prv.epsilon(spent, delta, scale=rdp), _independent(spent, delta)
    assert ours == pytest.approx(theirs, rel=0.01)
    assert rdp >= theirs


@pytest.mark.parametrize("setting", _settings()[::10])
def test_agrees_with_an_independent_accountant(setting: tuple[float, float, int, float]) -> None:
    _agrees(setting)


@pytest.mark.full
@pytest.mark.parametrize("setting", _settings())
def test_agrees_with_an_independent_accountant_on_50_settings(
    setting: tuple[float, float, int, float],
) -> None:
    _agrees(setting)


def test_one_step_over_all_rows_is_the_gaussian_mechanism() -> None:
    """delta(e) = F(1/2s - e s) - exp(e) F(-1/2s - e s), F normal (Balle and Wang 2018, theorem 8)."""
    noise, delta = 1.5, 1e-5

    def excess(e: float) -> float:
        a, b = 1 / (2 * noise), e * noise
        return float(norm.cdf(a - b) - math.exp(e) * norm.cdf(-a - b)) - delta

    expected = brentq(excess, 0.1, 20)
    assert prv.epsilon([(noise, 1.0, 1)], delta, scale=expected) == pytest.approx(expected, rel=0.01)


def test_cutting_the_steps_into_segments_changes_nothing() -> None:
    whole = prv.epsilon([(1.0, 0.01, 300)], 1e-5, scale=1.0)
    parts = prv.epsilon([(1.0, 0.01, 100), (1.0, 0.01, 200)], 1e-5, scale=1.0)
    assert parts == pytest.approx(whole, rel=0.005)


def test_the_process_that_can_be_killed_says_the_same() -> None:
    spent = accounting.epsilon([Segment(noise_multiplier=1.0, sample_rate=0.01, steps=1000)], delta=1e-5)
    assert (spent.accountant, spent.note) == ("prv", "")
    assert spent.value == pytest.approx(_independent([(1.0, 0.01, 1000)], 1e-5), rel=0.01)
    assert spent.rdp > spent.value


def test_no_step_costs_nothing() -> None:
    assert accounting.epsilon([], delta=1e-5).value == 0
    assert accounting.epsilon([Segment(noise_multiplier=1, sample_rate=0.1, steps=0)], delta=1e-5).value == 0


def test_rdp_takes_the_place_of_a_prv_that_takes_too_long() -> None:
    segments = [Segment(noise_multiplier=1.0, sample_rate=0.01, steps=1000)]
    spent = accounting.epsilon(segments, delta=1e-5, seconds=0.02)
    assert spent.accountant == "rdp"
    assert spent.value == spent.rdp
    assert "within 0.02 seconds" in spent.note
    found = accounting.noise_multiplier(3.0, delta=1e-5, sample_rate=0.01, steps=1000, seconds=0.02)
    assert found.accountant == "rdp"
    assert _independent([(found.value, 0.01, 1000)], 1e-5) < 3.0


def test_rdp_takes_the_place_of_a_prv_that_overflows() -> None:
    spent = accounting.epsilon([Segment(noise_multiplier=0.2, sample_rate=0.5, steps=1000)], delta=1e-5)
    assert (spent.accountant, spent.value) == ("rdp", spent.rdp)
    assert "no answer" in spent.note


@pytest.mark.parametrize("target", [0.5, 8.0])
def test_noise_keeps_the_target_and_is_not_larger_than_needed(target: float) -> None:
    found = accounting.noise_multiplier(target, delta=1e-5, sample_rate=0.02, steps=500)
    assert found.accountant == "prv"
    assert 0.985 * target < _independent([(found.value, 0.02, 500)], 1e-5) <= target


@pytest.mark.parametrize("target", [0.0, -1.0, math.inf, math.nan])
def test_targets_without_meaning_are_refused(target: float) -> None:
    with pytest.raises(AuditError, match="finite number above 0"):
        accounting.noise_multiplier(target, delta=1e-5, sample_rate=0.1, steps=10)


def test_targets_out_of_reach_are_refused() -> None:
    with pytest.raises(AuditError, match="next to no noise"):
        accounting.noise_multiplier(1e9, delta=1e-5, sample_rate=0.1, steps=10)
    with pytest.raises(AuditError, match="cannot be kept"):
        accounting.noise_multiplier(1e-6, delta=1e-5, sample_rate=1.0, steps=10)


def test_noise_too_small_for_a_bound_is_refused() -> None:
    with pytest.raises(AuditError, match="too small"):
        accounting.rdp_epsilon([(1e-200, 0.1, 10)], 1e-5)
