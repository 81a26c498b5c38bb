"""Does each way of training leave the gradients that its formula says?"""

import copy

import pytest
import torch

from probes.errors import AuditError
from training.adversarial import STRATEGIES, fgm, freelb, pgd, smart
from training.adversarial.ascent import Ascent, noise, nothing
from training.adversarial.embeddings import logits_at
from training.adversarial.strategies import divergence, on_the_way, smooth, worst_case
from training.methods import cross_entropy, plain

LOSS = cross_entropy(0.0)


def _gradients(module):
    return {name: w.grad.clone() for name, w in module.named_parameters() if w.grad is not None}


def _after(session, module, way, batch, seed=0):
    copied = copy.deepcopy(module)
    torch.manual_seed(seed)
    loss = way(session(copied), batch)
    return loss, _gradients(copied)


def _assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, gradient in ours.items():
        apart = (gradient - theirs[name]).norm() / theirs[name].norm().clamp(min=0.1)
        assert apart < 5e-3, name


def test_fgm_on_a_linear_model(session, linear, batch):
    """Row 1: E sums to (4, 4), moved by -0.1 sqrt(26) (1, 0) / sqrt(2) at both tokens: x = 4 - 0.2 sqrt(13).

    Its logits are (x, -x), so its loss is log(1 + exp(-2 x)). Row 2: x = 1 moved to 1.1, loss log(1 +
    exp(2.2)).
    """
    loss, _ = _after(session, linear, fgm(LOSS, radius=0.1, clean=0.0), batch)
    x = 4 - 0.2 * torch.tensor(13.0).sqrt()
    expected = (torch.log1p(torch.exp(-2 * x)) + torch.log1p(torch.exp(torch.tensor(2.2)))) / 2
    torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("way", [worst_case, on_the_way])
def test_in_a_ball_of_no_size_every_way_is_plain_training(session, bert, tokens, way, train):
    """Also with dropout: every pass drops what a plain pass with the same seed drops."""
    bert.train(train)
    tiny = Ascent(1e-7, steps=3, step_size=0.5, start=nothing)
    loss, found = _after(session, bert, way(LOSS, tiny), tokens)
    expected_loss, expected = _after(session, bert, plain(LOSS), tokens)
    torch.testing.assert_close(loss, expected_loss, rtol=1e-4, atol=1e-5)
    _assert_same(found, expected)


def test_freelb_with_one_step_from_nothing_is_plain_training(session, bert, tokens):
    """The only pass is at the start, so the ball does not matter."""
    loss, found = _after(session, bert, on_the_way(LOSS, Ascent(0.5, 1, 1.0, start=nothing)), tokens)
    expected_loss, expected = _after(session, bert, plain(LOSS), tokens)
    torch.testing.assert_close(loss, expected_loss)
    _assert_same(found, expected)


def test_freelb_is_the_mean_of_plain_gradients_at_its_two_perturbations(session, bert, tokens):
    """K = 2 from nothing: half the gradient at 0, half at the perturbation of FGM with the same step."""
    _, found = _after(session, bert, on_the_way(LOSS, Ascent(0.2, 2, 1.0, start=nothing)), tokens)
    _, clean = _after(session, bert, plain(LOSS), tokens)
    _, moved = _after(session, bert, fgm(LOSS, radius=0.2, clean=0.0), tokens)
    _assert_same(found, {name: (clean[name] + moved[name]) / 2 for name in clean})


@pytest.mark.parametrize("name", ["fgm", "pgd", "smart"])
def test_looking_for_a_perturbation_leaves_no_gradient_of_a_weight(session, bert, tokens, name, monkeypatch):
    """Without the last pass, which is meant to leave them; of FreeLB every pass is."""
    made = session(bert)
    monkeypatch.setattr(made.accelerator, "backward", lambda value: None)
    STRATEGIES[name](LOSS)(made, tokens)
    assert all(weight.grad is None for weight in bert.parameters())


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_trains_every_weight_and_leaves_no_hook(session, bert, tokens, name):
    loss = STRATEGIES[name](LOSS, radius=0.1)(session(bert), tokens)
    assert torch.isfinite(loss)
    assert not loss.requires_grad
    assert all(weight.grad is not None for weight in bert.parameters())
    assert not bert.get_input_embeddings()._forward_hooks


@pytest.mark.parametrize("clean", [0.0, 0.25, 0.5, 1.0])
def test_a_share_of_the_rows_is_left_as_it_is(session, linear, batch, clean):
    """Over 400 steps the mean loss is the share of the plain loss plus the rest of the loss under attack."""
    torch.manual_seed(0)
    made = session(linear)
    plainly, attacked = (fgm(LOSS, radius=0.3, clean=share)(made, batch).item() for share in (1.0, 0.0))
    assert plainly == pytest.approx(plain(LOSS)(made, batch).item())
    mixed = sum(fgm(LOSS, radius=0.3, clean=clean)(made, batch).item() for _ in range(400)) / 400
    assert mixed == pytest.approx(clean * plainly + (1 - clean) * attacked, abs=0.03)


@pytest.mark.parametrize("name", STRATEGIES)
def test_bf16_autocast(bert, tokens, name):
    from training.device import accelerator
    from training.methods import Session

    with accelerator(torch.device("cpu"), "bf16") as made:
        module = made.prepare(bert)
        loss = STRATEGIES[name](LOSS)(Session(made, module, None, None), tokens)
    assert torch.isfinite(loss)
    assert all(weight.grad.isfinite().all() for weight in bert.parameters())


def test_adversarial_loss_is_higher_than_plain_loss(session, bert, tokens):
    losses = [
        _after(session, bert, way, tokens)[0]
        for way in (plain(LOSS), fgm(LOSS, radius=0.2, clean=0.0), pgd(LOSS, radius=0.2, clean=0.0))
    ]
    assert losses[0] < min(losses[1:])


def test_smart_adds_weight_times_the_divergence(session, bert, tokens):
    """At weight 0 it is plain training; at weight w the loss is higher by w times what weight 1 adds."""
    values = [_after(session, bert, smart(LOSS, weight=w, radius=0.2), tokens)[0] for w in (0.0, 1.0, 3.0)]
    torch.testing.assert_close(values[0], _after(session, bert, plain(LOSS), tokens)[0])
    torch.testing.assert_close(values[2] - values[0], 3 * (values[1] - values[0]), rtol=1e-3, atol=1e-6)
    assert values[1] > values[0]


def test_divergence_of_known_answers():
    """(3/4, 1/4) against (1/4, 3/4): (1/2) log 3 + (-1/2)(-log 3) = log 3; equal answers: 0."""
    p, q = torch.tensor([[3.0, 1.0]]).log(), torch.tensor([[1.0, 3.0]]).log()
    torch.testing.assert_close(divergence(p, q), torch.tensor(3.0).log())
    assert divergence(p, p + 5).item() == pytest.approx(0, abs=1e-6)


def test_smoothness_begins_with_noise(session, bert, tokens):
    """From nothing the divergence has no gradient, and nothing would be found."""
    _, found = _after(session, bert, smooth(LOSS, Ascent(0.2, 2, 0.5, start=noise), weight=5.0), tokens)
    _, clean = _after(session, bert, plain(LOSS), tokens)
    assert any((found[name] - clean[name]).abs().max() > 1e-4 for name in clean)


def test_a_model_that_does_not_use_its_embedding_layer_is_refused(linear, batch):
    with pytest.raises(AuditError, match="cannot be shifted"):
        logits_at(linear, batch, torch.zeros(2, 2, 2), torch.nn.Embedding(3, 2))


def test_the_seed_decides(session, bert, tokens):
    again = [_after(session, bert, freelb(LOSS), tokens, seed=seed)[0].item() for seed in (1, 1, 2)]
    assert again[0] == again[1] != again[2]


def _architectures():
    from transformers import (
        AlbertConfig,
        DebertaV2Config,
        DistilBertConfig,
        ElectraConfig,
        GPT2Config,
        RobertaConfig,
    )  # fmt: skip

    small = {
        "vocab_size": 50,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    }
    return [
        AlbertConfig(**small, embedding_size=8), ElectraConfig(**small, embedding_size=8),
        DebertaV2Config(**small), RobertaConfig(**small, pad_token_id=0),
        DistilBertConfig(vocab_size=50, dim=16, n_layers=1, n_heads=2, hidden_dim=16),
        GPT2Config(vocab_size=50, n_embd=16, n_layer=1, n_head=2, n_positions=16, pad_token_id=0),
    ]  # fmt: skip


@pytest.mark.parametrize("config", _architectures(), ids=lambda config: config.model_type)
def test_works_for_many_architectures(session, tokens, config):
    from transformers import AutoModelForSequenceClassification

    torch.manual_seed(0)
    module = AutoModelForSequenceClassification.from_config(config)
    losses = [
        _after(session, module.eval(), way, tokens)[0]
        for way in (plain(LOSS), pgd(LOSS, radius=0.5, clean=0.0))
    ]
    assert losses[1] > losses[0]
