"""Are infidelity and sensitivity the numbers of Captum, which has them from their authors?"""

import numpy as np
import pytest

from probes.attribution import Attribution
from probes.attribution.units import words
from probes.explanations import perturbation
from probes.explanations.perturbation import infidelity, sensitivity


def test_infidelity_is_that_of_captum():
    """The input is the presence of six words; a perturbation takes some of them away."""
    import torch
    from captum.metrics import infidelity as captum

    rng = np.random.default_rng(3)
    scores, weights = rng.normal(size=6), torch.as_tensor(rng.normal(size=6))
    dropped = rng.random((40, 6)) < 0.5

    def answer(present):
        return torch.sigmoid(present @ weights + present[:, 0] * present[:, 1])

    def perturb(inputs):
        taken = torch.as_tensor(dropped.astype(float))
        return taken, inputs - taken

    whole = torch.ones(1, 6, dtype=torch.float64)
    expected = captum(
        answer, perturb, whole, torch.as_tensor(scores)[None], n_perturb_samples=40, normalize=True
    )
    falls = (answer(whole) - answer(1 - torch.as_tensor(dropped.astype(float)))).numpy()
    assert infidelity(scores, dropped, falls) == pytest.approx(float(expected))


def test_scores_that_foretell_every_fall_have_none_whatever_their_scale():
    dropped = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0]], dtype=bool)
    falls = dropped @ np.array([0.3, 0.1, -0.2])
    assert infidelity(np.array([30.0, 10.0, -20.0]), dropped, falls) == pytest.approx(0)


def test_scores_of_zero_foretell_nothing():
    assert infidelity(np.zeros(2), np.eye(2, dtype=bool), np.array([0.2, 0.4])) == pytest.approx(0.1)


def explained(text, scores, **changes):
    spans = words(text)
    units = tuple(text[a:b] for a, b in spans)
    given = {"method": "rigged", "baseline": "none", **changes}
    return Attribution(text, 1, units, spans, np.array(scores, dtype=float), **given)


@pytest.fixture
def lonely(monkeypatch, word_model):
    """A method whose scores are 1 over the number of words."""

    def attribute(model, texts, method, *, targets, seed):
        return tuple(explained(text, np.full(len(text.split()), 1 / len(text.split()))) for text in texts)

    monkeypatch.setattr(perturbation, "attribute", attribute)
    return word_model(0.5, {})


def test_known_sensitivity(lonely):
    """Four words of 1/4, |x| = 1/2; with one left out three of 1/3, which differ by 1/12 each."""
    texts = [explained("a b c d", [0.25] * 4)]
    found = sensitivity(lonely, texts, neighbours=2, seed=0)
    assert found == pytest.approx([np.sqrt(3) / 12 / 0.5])


def test_sensitivity_is_that_of_captum(lonely):
    import torch
    from captum.metrics import sensitivity_max

    def scores(present):
        """The word that is gone keeps its score: only the words that both texts have are compared."""
        present = present[0] if isinstance(present, tuple) else present
        left = present / present.sum(dim=1, keepdim=True)
        return (torch.where(present > 0, left, torch.full_like(left, 0.25)),)

    def perturb(inputs):
        return inputs - torch.eye(4)

    expected = sensitivity_max(scores, torch.ones(1, 4), perturb_func=perturb, n_perturb_samples=4)
    found = sensitivity(lonely, [explained("a b c d", [0.25] * 4)], neighbours=4, seed=0)
    assert found == pytest.approx(expected.numpy(), rel=1e-5)


@pytest.mark.parametrize("text", ["alone", "a b"])
def test_what_has_no_sensitivity(lonely, text):
    """One word has no neighbour, and scores of 0 have no relative change."""
    assert np.isnan(sensitivity(lonely, [explained(text, [0.0] * len(text.split()))], neighbours=2, seed=0))
