"""Do perturbations go where the loss rises, and stay where they may be?"""

import dataclasses

import pytest
import torch
from torch.nn import functional

from training.adversarial.ascent import Ascent, ascend, ball, begin, noise, nothing
from training.adversarial.embeddings import logits_at, words
from training.adversarial.norms import NORMS


def _found(module, batch, ascent):
    within = ball(ascent, words(module, batch))
    layer = module.get_input_embeddings()

    def loss(delta):
        return functional.cross_entropy(logits_at(module, batch, delta, layer), batch.labels)

    return within, ascend(ascent, within, begin(ascent, within), loss)


@pytest.mark.parametrize(
    ("norm", "first", "second"),
    [
        # Embeddings (3, 4) and (1, 0): length sqrt(26). The loss rises along (-1, 0) at both tokens.
        ("l2", [[-0.5 * 13**0.5, 0.0]] * 2, [[0.5, 0.0], [0.0, 0.0]]),
        # Root mean square: sqrt(26 / 4) and sqrt(1 / 2). The second component has no gradient.
        ("linf", [[-0.5 * 6.5**0.5, 0.0]] * 2, [[0.5 * 0.5**0.5, 0.0], [0.0, 0.0]]),
    ],
)
def test_one_full_step_on_a_linear_model_is_known_on_paper(linear, batch, norm, first, second):
    """It is r ||E|| g / ||g|| (l2) or r rms(E) sign(g) (linf) for each example, nothing on padding."""
    _, delta = _found(linear, batch, Ascent(radius=0.5, steps=1, step_size=1.0, norm=norm))
    torch.testing.assert_close(delta, torch.tensor([first, second]))


@pytest.mark.parametrize("norm", ["l2", "linf"])
@pytest.mark.parametrize("start", [nothing, noise])
@pytest.mark.parametrize("step_size", [0.1, 0.7, 5.0])
def test_a_perturbation_never_leaves_its_ball(bert, tokens, norm, start, step_size):
    within, delta = _found(bert, tokens, Ascent(0.3, steps=4, step_size=step_size, norm=norm, start=start))
    whole = torch.linalg.vector_norm(delta, ord=2 if norm == "l2" else float("inf"), dim=(1, 2))
    assert (whole <= within.limit.flatten() * (1 + 1e-5)).all()
    assert (whole > 0).all()
    assert not delta[1, 3:].any()


@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_noise_is_inside_both_balls(bert, tokens, norm):
    found = words(bert, tokens)
    limit = 0.2 * NORMS[norm].limit(found.embeddings, found.real)
    delta = noise(found, 0.2)
    torch.testing.assert_close(NORMS[norm].project(delta, limit), delta)
    assert not delta[1, 3:].any()


def test_more_steps_raise_the_loss_further(bert, tokens):
    def loss(ascent):
        _, delta = _found(bert, tokens, ascent)
        with torch.no_grad():
            logits = logits_at(bert, tokens, delta, bert.get_input_embeddings())
            return functional.cross_entropy(logits, tokens.labels).item()

    still = Ascent(1e-9, steps=1, step_size=1.0)
    assert loss(still) < loss(Ascent(0.1, 1, 1.0)) < loss(Ascent(0.3, 1, 1.0))
    assert loss(Ascent(0.3, 8, 0.25)) > loss(Ascent(0.3, 1, 1.0)) - 1e-3


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf"), 1e-30])
@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_a_gradient_of_nothing_or_no_number_is_no_step(norm, value):
    step = NORMS[norm].steepest(torch.full((1, 2, 2), value))
    assert torch.isfinite(step).all()
    assert step.any() == (value == 1e-30)


@pytest.mark.parametrize("change", [{"radius": 0.0}, {"steps": 0}, {"step_size": 0.0}, {"norm": "l1"}])
def test_an_ascent_that_cannot_be_is_refused(change):
    with pytest.raises(ValueError, match="radius"):
        dataclasses.replace(Ascent(0.1, 1, 1.0), **change)
