"""Does fine-tuning learn, repeat itself, and leave a folder whole or not at all?"""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from probes.errors import AuditError
from probes.types import Samples
from training.methods import Method, cross_entropy, plain
from training.record import RECORD_FILE, TEXTS_FILE, read, texts
from training.split import assign, text_key


def test_a_planted_rule_is_learned_and_the_saved_model_applies_it(fit_tiny, make_samples, tmp_path):
    """The word "good" or "bad" decides the label, so held-out rows and new sentences can be got right."""
    record = fit_tiny(make_samples(500))
    assert record.test.accuracy == 1.0
    assert record.test.loss < 0.3
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    batch = tokenizer(["the old film is bad", "a good actor"], padding=True, return_tensors="pt")
    said = model(**batch).logits.argmax(dim=1).tolist()
    assert [model.config.id2label[i] for i in said] == ["negative", "positive"]


def test_labels_without_a_rule_are_not_learned(fit_tiny, make_samples):
    """Labels flipped by a fair coin: of about 120 held-out rows half are right, ± 4 standard errors."""
    record = fit_tiny(make_samples(600, noise=0.5), num_train_epochs=1)
    assert abs(record.test.accuracy - 0.5) < 0.185


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(fit_tiny, make_samples, tmp_path):
    samples = make_samples(120)
    for name, seed in (("first", 0), ("again", 0), ("other", 1)):
        torch.manual_seed(17 + seed)
        torch.rand(7)  # what happened before in the process does not matter
        fit_tiny(samples, name, seed=seed, num_train_epochs=1)
    first, again, other = (load_file(tmp_path / n / "model.safetensors") for n in ("first", "again", "other"))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["classifier.weight"], other["classifier.weight"])


def test_the_generator_of_the_caller_is_left_alone(fit_tiny, make_samples):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit_tiny(make_samples(60), num_train_epochs=1)
    assert torch.equal(torch.rand(3), expected)


def test_the_order_of_the_rows_does_not_change_who_is_held_out(fit_tiny, make_samples, tmp_path):
    samples = make_samples(120)
    back = np.arange(120)[::-1]
    turned = Samples([samples.inputs[i] for i in back], samples.labels[back], {}, samples.ids[back], "f" * 64)
    for name, rows in (("as_is", samples), ("turned", turned)):
        fit_tiny(rows, name, num_train_epochs=1)
    assert texts(tmp_path / "as_is") == texts(tmp_path / "turned")


def test_equal_texts_never_straddle_the_split(fit_tiny, make_samples, tmp_path):
    """Each text stands four times, in two spellings; no held-out text may be among those seen in training."""
    once = make_samples(60)
    spelled = [f"{text.upper()} " if i % 2 else text for i in range(4) for text in once.inputs]
    samples = Samples(spelled, np.tile(once.labels, 4), {}, np.arange(240), "f" * 64)
    record = fit_tiny(samples, num_train_epochs=1)
    keys = [text_key(text) for text in spelled]
    splits = assign(keys, seed=record.data.split.seed, fractions=record.data.split.fractions)
    held_out = {key for key, split in zip(keys, splits, strict=True) if split == "test"}
    assert record.data.split.sizes["test"] == np.count_nonzero(splits == "test") > 0
    assert held_out
    assert not held_out & texts(tmp_path / "model")
    assert texts(tmp_path / "model") == set(keys) - held_out


def test_the_record_is_complete_and_reads_back(fit_tiny, make_samples, plan, tmp_path):
    """The tiny model has 24,162 weights less or more with its vocabulary; they are counted from the file."""
    samples = make_samples(100)
    record = fit_tiny(samples, num_train_epochs=2)
    saved = load_file(tmp_path / "model" / "model.safetensors")
    assert read(tmp_path / "model") == record
    assert record.plan == plan.model_copy(update={"num_train_epochs": 2})
    assert record.classes == ("negative", "positive")
    assert record.parameters == record.trainable_parameters == sum(w.size for w in saved.values())
    assert record.data.labels == {
        "negative": int(np.sum(samples.labels == 0)),
        "positive": int(samples.labels.sum()),
    }
    assert sum(record.data.split.sizes.values()) == record.data.rows == 100
    assert record.data.fingerprint == samples.fingerprint
    assert (record.method, record.device, record.precision) == ("standard", "cpu", "fp32")
    assert [epoch.epoch for epoch in record.epochs] == [1, 2]
    assert record.steps == 2 * -(-record.data.split.sizes["train"] // 16)
    assert record.versions["torch"].startswith("2.")


def test_the_record_tells_the_home_folder_as_a_tilde(fit_tiny, make_samples, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/data")
    fit_tiny(make_samples(100), num_train_epochs=1)
    assert read(tmp_path / "model").data.path == "~/rows.csv"


def test_a_model_trained_before_gets_a_new_head_for_other_classes(
    fit_tiny, make_samples, make_tiny_model, start
):
    """The base is a classifier of three classes; training for two must not keep its head."""
    make_tiny_model(start.folder, classes=("a", "b", "c"), spread=0.02)
    assert fit_tiny(make_samples(60), num_train_epochs=1).classes == ("negative", "positive")


def test_nothing_held_out_is_nothing_measured(fit_tiny, make_samples):
    record = fit_tiny(make_samples(60), num_train_epochs=1, validation=0.0, test=0.0)
    assert record.test is None
    assert record.epochs[0].validation is None
    assert record.data.split.sizes == {"train": 60, "validation": 0, "test": 0}


def test_a_method_of_ones_own_is_what_the_loop_runs(fit_tiny, make_samples):
    """Labels turned round in the loss: the model learns the opposite of the rule."""

    def turned(logits, batch):
        return torch.nn.functional.cross_entropy(logits, 1 - batch.labels)

    method = Method("turned", lambda plan: plain(turned))
    record = fit_tiny(make_samples(500), given={"method": method}, validation=0.0)
    assert record.method == "turned"
    assert record.test.accuracy < 0.1


def test_label_smoothing_raises_the_lowest_possible_loss():
    """At smoothing 0.2 a certain answer to two classes costs 0.1 × 10: the wrong logit is 10 lower."""
    batch = type("Batch", (), {"labels": torch.tensor([0])})()
    assert cross_entropy(0.2)(torch.tensor([[10.0, 0.0]]), batch).item() == pytest.approx(1.0, abs=1e-3)


def _interrupted(task, total):
    """A progress bar that is left by Ctrl-C at the third step."""

    @contextmanager
    def bar():
        steps = iter([None, None])

        def advance(done):
            if next(steps, "stop") == "stop":
                raise KeyboardInterrupt

        yield advance

    return bar()


@pytest.mark.parametrize("before", ["nothing", "an older model"])
def test_an_interrupted_run_leaves_what_was_there(before, fit_tiny, make_samples, tmp_path):
    if before == "an older model":
        fit_tiny(make_samples(60), num_train_epochs=1)
    found = {p: p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file()}
    with pytest.raises(KeyboardInterrupt):
        fit_tiny(make_samples(60), given={"progress": _interrupted, "force": True})
    assert {p: p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file()} == found
    assert {p.name for p in tmp_path.iterdir()} == {"base"} | (
        {"model"} if before == "an older model" else set()
    )


def test_a_folder_with_something_in_it_is_kept(fit_tiny, make_samples, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.tex").write_text("years of work")
    for force, fault in ((False, "is not empty"), (True, "holds no model")):
        with pytest.raises(AuditError, match=fault):
            fit_tiny(make_samples(60), given={"force": force})
    assert (tmp_path / "model" / "thesis.tex").read_text() == "years of work"


def test_force_replaces_a_model(fit_tiny, make_samples, tmp_path):
    fit_tiny(make_samples(60), num_train_epochs=1)
    assert fit_tiny(make_samples(80), num_train_epochs=1, given={"force": True}).data.rows == 80
    assert read(tmp_path / "model").data.rows == 80


def test_only_plain_files_are_left(fit_tiny, make_samples, tmp_path):
    fit_tiny(make_samples(60), num_train_epochs=1)
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert {RECORD_FILE, TEXTS_FILE, "model.safetensors", "config.json", "tokenizer.json"} <= names
    assert not [name for name in names if name.endswith((".bin", ".pt", ".pkl"))]
    assert "_attn_implementation" not in (tmp_path / "model" / "config.json").read_text()


@pytest.mark.parametrize(
    ("labels", "fault"),
    [([0] * 40, "labelled 'positive'"), (None, "--label")],
)
def test_rows_that_do_not_allow_training_are_refused(labels, fault, fit_tiny, make_samples):
    samples = make_samples(40)
    given = None if labels is None else np.array(labels)
    with pytest.raises(AuditError, match=fault):
        fit_tiny(Samples(samples.inputs, given, {}, samples.ids, "f" * 64))


def test_a_diverging_run_says_so(fit_tiny, make_samples, tmp_path):
    with pytest.raises(AuditError, match="lower learning_rate"):
        fit_tiny(make_samples(60), learning_rate=1e30, max_grad_norm=1e30, num_train_epochs=2)
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("precision", ["auto", "bf16"])
def test_other_precisions_learn_too(precision, fit_tiny, make_samples):
    record = fit_tiny(make_samples(500), precision=precision)
    assert record.precision in {"fp32", "bf16"}
    assert record.test.accuracy > 0.9


def test_a_device_that_is_not_there_is_refused(fit_tiny, make_samples, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(AuditError, match="no CUDA device"):
        fit_tiny(make_samples(40), device="cuda")
    with pytest.raises(AuditError, match="needs a CUDA device"):
        fit_tiny(make_samples(40), precision="fp16")
