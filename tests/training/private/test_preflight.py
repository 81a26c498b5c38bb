"""Is each known way to lose the guarantee found? Bugs are planted into Opacus and the model."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from probes.errors import AuditError
from training.private import randomness
from training.private.preflight import preflight

Try = Callable[..., Any]


@pytest.fixture
def fly(bag: Any, rows: Any, mechanism: Any, tried: ModuleType) -> Try:
    """The preflight of a module, the small one when none is given."""

    def run(module: Any = bag, optimizer: Any = None) -> Any:
        import torch

        trainable = [w for w in module.parameters() if w.requires_grad]
        made = optimizer or torch.optim.SGD(trainable, lr=0.1)
        return preflight(module, made, rows.together, tried.row_loss, mechanism)

    return run


@pytest.fixture
def hooks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that ghost clipping does not suit."""
    monkeypatch.setattr("training.private.preflight.ghost_fault", lambda *_: "not now")


def test_a_sound_model_passes_and_is_left_as_it_was(bag: Any, fly: Try) -> None:
    before = {name: tensor.clone() for name, tensor in bag.state_dict().items()}
    bag.eval()
    cleared = fly()
    assert (cleared.clipping, cleared.reason) == ("ghost", "")
    assert all(bool((tensor == before[name]).all()) for name, tensor in bag.state_dict().items())
    assert not bag.training
    assert all(weights.grad is None for weights in bag.parameters())


def test_few_rows_are_enough(bag: Any, sgd: Any, tried: ModuleType) -> None:
    from training.private.settings import Mechanism

    mechanism = Mechanism(2, batch_size=1, max_grad_norm=1.0, noise_multiplier=1.0, delta=0.1, steps=1)
    assert preflight(bag, sgd, tried.make_rows(2).together, tried.row_loss, mechanism).clipping == "ghost"


# Bugs in how gradients are clipped.


def test_no_clipping_with_ghost(fly: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    from opacus.grad_sample import GradSampleHooksFastGradientClipping

    def coefficients(self: Any) -> Any:
        return self.get_norm_sample() * 0 + 1

    monkeypatch.setattr(GradSampleHooksFastGradientClipping, "get_clipping_coef", coefficients)
    with pytest.raises(AuditError, match="more than max_grad_norm"):
        fly()


def _accumulates(clip: Callable[[Any, float], Any]) -> Callable[[Any], None]:
    def clip_and_accumulate(self: Any) -> None:
        for weights in self.params:
            gradient = clip(weights.grad_sample, self.max_grad_norm)
            weights.summed_grad = gradient if weights.summed_grad is None else weights.summed_grad + gradient

    return clip_and_accumulate


def _not(samples: Any, _: float) -> Any:
    return samples.sum(dim=0)


def _after_the_mean(samples: Any, bound: float) -> Any:
    mean = samples.mean(dim=0) if len(samples) else samples.sum(dim=0)
    return mean * (bound / (mean.norm() + 1e-6)).clamp(max=1)


@pytest.mark.usefixtures("hooks_only")
@pytest.mark.parametrize("clip", [_not, _after_the_mean])
def test_no_clipping_and_clipping_after_the_mean(
    fly: Try, monkeypatch: pytest.MonkeyPatch, clip: Callable[[Any, float], Any]
) -> None:
    from opacus.optimizers import DPOptimizer

    monkeypatch.setattr(DPOptimizer, "clip_and_accumulate", _accumulates(clip))
    with pytest.raises(AuditError, match=r"more than max_grad_norm|depends on the other rows"):
        fly()


# Bugs in the noise.


@pytest.fixture(params=["ghost", "hooks"])
def either(request: pytest.FixtureRequest) -> Any:
    """The optimiser of each way to clip, chosen for the preflight."""
    from opacus.optimizers import DPOptimizer, DPOptimizerFastGradientClipping

    if request.param == "hooks":
        request.getfixturevalue("hooks_only")
    return {"ghost": DPOptimizerFastGradientClipping, "hooks": DPOptimizer}[request.param]


def test_half_the_noise(fly: Try, either: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = either.add_noise

    def half(self: Any) -> None:
        self.noise_multiplier /= 2
        whole(self)
        self.noise_multiplier *= 2

    monkeypatch.setattr(either, "add_noise", half)
    with pytest.raises(AuditError, match=r"is 0\.[45]\d* times as large"):
        fly()


def test_noise_left_out(fly: Try, either: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: Any) -> None:
        for weights in self.params:
            weights.grad = weights.summed_grad.clone()

    monkeypatch.setattr(either, "add_noise", none)
    with pytest.raises(AuditError, match="times as large"):
        fly()


def test_noise_in_each_physical_batch(fly: Try, either: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    whole = either.signal_skip_step

    def noisy(self: Any, do_skip: bool = True) -> None:
        whole(self, do_skip)
        for weights in self.params if do_skip and self.noise_multiplier else ():
            extra = torch.randn_like(weights) * self.noise_multiplier * self.max_grad_norm
            weights.summed_grad = extra if weights.summed_grad is None else weights.summed_grad + extra

    monkeypatch.setattr(either, "signal_skip_step", noisy)
    with pytest.raises(AuditError, match=r"times as large|clipped sum"):
        fly()


def test_a_release_for_each_physical_batch(fly: Try, either: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = either._check_skip_next_step

    def never(self: Any, pop_next: bool = True) -> bool:
        return whole(self, pop_next) and not self.noise_multiplier

    monkeypatch.setattr(either, "_check_skip_next_step", never)
    with pytest.raises(AuditError, match="not once a step"):
        fly()


def test_repeated_noise(fly: Try, either: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(randomness, "renew", lambda generator: generator.manual_seed(0))
    with pytest.raises(AuditError, match="comes back"):
        fly()


# Models whose rows cannot be told apart.


def test_a_layer_that_mixes_rows(bag: Any, fly: Try) -> None:
    import torch

    class Centred(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return x - 0.1 * x.mean(dim=0)

    bag.between = Centred()
    with pytest.raises(AuditError, match="mixes the rows"):
        fly()


@pytest.mark.parametrize("affine", [True, False])
def test_batch_normalisation(bag: Any, fly: Try, affine: bool) -> None:
    import torch

    bag.between = torch.nn.BatchNorm1d(8, affine=affine)
    with pytest.raises(AuditError, match=r"between .BatchNorm1d.*batch normalisation mixes"):
        fly()


def test_a_tied_weight_that_opacus_does_not_see(bag: Any, fly: Try) -> None:
    """The embedding is used a second time as a function: the gradient of that use has no hook."""
    import torch

    class Tied(torch.nn.Module):
        def __init__(self, weights: Any) -> None:
            super().__init__()
            self.weights = [weights]

        def forward(self, x: Any) -> Any:
            return x + (x @ self.weights[0].T).tanh() @ self.weights[0]

    bag.between = Tied(bag.embedding.weight)
    with pytest.raises(AuditError, match=r"not that of the row alone.*embedding\.weight"):
        fly()


def test_ghost_clipping_gives_way_where_a_layer_is_used_twice(bag: Any, fly: Try) -> None:
    import torch

    layer = torch.nn.Linear(8, 8)
    bag.between = torch.nn.Sequential(layer, torch.nn.Tanh(), layer)
    cleared = fly()
    assert cleared.clipping == "hooks"
    assert "tying" in cleared.reason


def test_ghost_clipping_gives_way_where_its_norms_are_wrong(
    fly: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from opacus.grad_sample import GradSampleHooksFastGradientClipping

    right = GradSampleHooksFastGradientClipping.NORM_SAMPLERS[torch.nn.Linear]

    def wrong(layer: Any, activations: Any, backprops: Any) -> Any:
        return {weights: 0.9 * norm for weights, norm in right(layer, activations, backprops).items()}

    monkeypatch.setitem(GradSampleHooksFastGradientClipping.NORM_SAMPLERS, torch.nn.Linear, wrong)
    cleared = fly()
    assert cleared.clipping == "hooks"
    assert "off" in cleared.reason


def test_wrong_gradients_of_rows(fly: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from opacus.grad_sample import GradSampleHooks

    right = GradSampleHooks.GRAD_SAMPLERS[torch.nn.Linear]

    def shuffled(layer: Any, activations: Any, backprops: Any) -> Any:
        return {weights: g.roll(1, dims=0) for weights, g in right(layer, activations, backprops).items()}

    monkeypatch.setitem(GradSampleHooks.GRAD_SAMPLERS, torch.nn.Linear, shuffled)
    with pytest.raises(AuditError, match=r"for 2 of 3 trainable tensors.*head\.weight"):
        fly()


def test_gradients_of_a_new_lora_adapter_are_not_compared_at_zero(
    tried: ModuleType, fly: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the second factor at zero every gradient of the first is zero, and a broken layer would pass."""
    import torch
    from opacus.grad_sample import GradSampleHooks

    right = GradSampleHooks.GRAD_SAMPLERS[torch.nn.Linear]

    def wrong_for_the_first(layer: Any, activations: Any, backprops: Any) -> Any:
        found = right(layer, activations, backprops)
        factor = 2 if layer.bias is None and layer.out_features == 2 else 1
        return {weights: factor * g for weights, g in found.items()}

    monkeypatch.setitem(GradSampleHooks.GRAD_SAMPLERS, torch.nn.Linear, wrong_for_the_first)
    with pytest.raises(AuditError, match="lora_A"):
        fly(tried.build("BERT", "lora"))


# Tensors that are not trained.


def test_a_tensor_that_the_loss_does_not_reach(bag: Any, fly: Try) -> None:
    import torch

    bag.spare = torch.nn.Linear(2, 2)
    with pytest.raises(AuditError, match=r"does not depend on spare\.weight, spare\.bias"):
        fly()


def test_an_optimiser_of_stale_tensors(bag: Any, fly: Try, sgd: Any) -> None:
    import torch

    bag.head = torch.nn.Linear(8, 2)
    with pytest.raises(AuditError, match=r"does not have head\.weight, head\.bias"):
        fly(optimizer=sgd)


def test_an_optimiser_of_more_tensors(bag: Any, fly: Try, sgd: Any) -> None:
    bag.head.bias.requires_grad = False
    with pytest.raises(AuditError, match="does not train"):
        fly(optimizer=sgd)


def test_nothing_to_train_and_other_precisions(bag: Any, fly: Try, sgd: Any) -> None:
    import torch

    with pytest.raises(AuditError, match=r"is torch\.bfloat16: private training is in fp32"):
        fly(bag.to(torch.bfloat16))
    with pytest.raises(AuditError, match="no tensor of the model is trainable"):
        fly(bag.requires_grad_(requires_grad=False), sgd)


def test_preflight_draws_its_rows_anew(fly: Try, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    whole = type(rows).together
    monkeypatch.setattr(type(rows), "together", lambda self, r: seen.append(np.array(r)) or whole(self, r))
    fly()
    assert max(len(r) for r in seen) <= 32
    assert len({int(i) for r in seen for i in r}) == 32
