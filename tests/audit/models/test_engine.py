"""The engine gives each text the answer that it gets alone, whatever it is asked with."""

import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from audit.models import load
from audit.models.batches import first_batch, longest_first, padded
from audit.models.engine import margins, near_ties
from probes.errors import AuditError

WORDS = [
    "the",
    "film",
    "was",
    "not",
    "very",
    "good",
    "bad",
    "woman",
    "man",
    "he",
    "she",
    "unbelievable",
    "and",
]


def some_texts(number, seed=0):
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 40))) for _ in range(number)]


TEXTS = some_texts(50)


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def model(request, tiny_model):
    return load(str(tiny_model), device="cpu", dtype=request.param)


@pytest.fixture
def engine(model):
    """An engine without answers from before."""
    return replace(model.engine)


@pytest.fixture(scope="module")
def alone(tiny_model):
    """Decisions of the bare float32 module, text by text, by plain transformers."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    module = AutoModelForSequenceClassification.from_pretrained(tiny_model).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    with torch.inference_mode():
        return [
            module(**tokenizer(t, return_tensors="pt", truncation=True)).logits[0].argmax().item()
            for t in TEXTS
        ]


def decided(engine, texts=TEXTS):
    return engine.logits(texts).argmax(axis=1).tolist()


@pytest.mark.parametrize("budget", [1, 7, 64, 1_000, 100_000])
def test_decisions_do_not_depend_on_the_budget(engine, alone, budget):
    assert decided(replace(engine, budget=budget)) == alone


@pytest.mark.parametrize("seed", range(3))
def test_decisions_do_not_depend_on_the_order(engine, alone, seed):
    order = random.Random(seed).sample(range(len(TEXTS)), len(TEXTS))
    shuffled = decided(engine, [TEXTS[i] for i in order])
    assert [shuffled[order.index(i)] for i in range(len(TEXTS))] == alone


def test_decisions_do_not_depend_on_the_company(engine, alone):
    assert [decided(replace(engine), [text])[0] for text in TEXTS] == alone


def test_without_padding_texts_of_one_length_go_together(engine, alone):
    assert decided(replace(engine, side="none")) == alone


class Recorder:
    """A module that answers each text with its first word's id, and keeps the shapes that it was given."""

    def __init__(self, most_tokens=10**9):
        self.shapes = []
        self.most_tokens = most_tokens

    def __call__(self, input_ids, **_):
        import torch

        if input_ids.numel() > self.most_tokens:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        self.shapes.append(tuple(input_ids.shape))
        return SimpleNamespace(logits=torch.stack([input_ids[:, 1], -input_ids[:, 1]], dim=1).float())


def test_each_different_text_is_asked_once(engine):
    recorder = Recorder()
    engine = replace(engine, module=recorder, packed=None, fast=None)
    engine.logits([*TEXTS, *TEXTS])
    engine.logits(TEXTS)
    assert sum(rows for rows, _ in recorder.shapes) == len(set(TEXTS))


def test_the_cache_is_bounded(engine):
    engine = replace(engine, cached_texts=10)
    expected = engine.logits(TEXTS)
    assert max(len(kept._answers) for kept in (engine._unsure, engine._sure, engine._full)) == 10
    assert np.allclose(engine.logits(TEXTS[::-1])[::-1], expected, atol=1e-1)


def test_batches_keep_the_budget(engine):
    recorder = Recorder()
    replace(engine, module=recorder, packed=None, fast=None, budget=200).logits(TEXTS)
    assert all(rows * length <= 200 for rows, length in recorder.shapes)


@pytest.mark.parametrize("most", [64, 70, 333])
def test_out_of_memory_loses_no_row(engine, most):
    free, tight = Recorder(), Recorder(most)
    expected = replace(engine, module=free, packed=None, fast=None).logits(TEXTS)
    limited = replace(engine, module=tight, packed=None, fast=None, budget=1_000)
    assert np.array_equal(limited.logits(TEXTS), expected)
    assert limited.budget <= most * 2
    assert all(rows * length <= most for rows, length in tight.shapes)


def test_too_little_memory_for_one_text_is_a_sentence(engine):
    with pytest.raises(AuditError, match="too little memory for one text"):
        replace(engine, module=Recorder(1), packed=None, fast=None).logits(TEXTS)


def test_other_errors_of_the_module_are_not_swallowed(engine):
    def broken(**_):
        raise RuntimeError("shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="multiplied"):
        replace(engine, module=broken, packed=None, fast=None).logits(TEXTS)


class Fixed:
    """A module whose logits for a text are looked up by its first word's id."""

    def __init__(self, logits):
        self.logits = logits
        self.asked = []

    def __call__(self, input_ids, **_):
        import torch

        first = input_ids[:, 1].tolist()
        self.asked += first
        return SimpleNamespace(logits=torch.tensor([self.logits[word] for word in first]))


def test_near_ties_are_decided_in_float32(engine):
    """`fast` is wrong about "good" by less than `near`, right about "bad" clearly, and NaN at "film"."""
    good, bad, film = (engine.tokenizer(word)["input_ids"][1] for word in ("good", "bad", "film"))
    fast = Fixed({good: [0.1, 0.0], bad: [2.0, 0.0], film: [float("nan"), 0.0]})
    exact = Fixed({good: [0.0, 0.05], bad: [1.9, 0.0], film: [0.0, 3.0]})
    engine = replace(engine, module=exact, packed=None, fast=fast, near=0.2)
    assert engine.logits(["good", "bad", "film"]).argmax(axis=1).tolist() == [1, 0, 1]
    assert sorted(exact.asked) == sorted([good, film])


def test_what_is_unsettled_is_the_first_answer_until_it_is_asked_for(engine):
    """`fast` is wrong about "good" by less than `near`; "bad" is sure and so never asked again."""
    good, bad = (engine.tokenizer(word)["input_ids"][1] for word in ("good", "bad"))
    fast, exact = Fixed({good: [0.1, 0.0], bad: [2.0, 0.0]}), Fixed({good: [0.0, 0.05]})
    engine = replace(engine, module=exact, packed=None, fast=fast, near=0.2)
    assert engine.unsettled(["good", "bad"]).argmax(axis=1).tolist() == [0, 0]
    assert engine.unsettled(["bad", "good"]).argmax(axis=1).tolist() == [0, 0]
    assert (fast.asked, exact.asked) == ([good, bad], [])
    assert engine.logits(["good", "bad"]).argmax(axis=1).tolist() == [1, 0]
    assert engine.unsettled(["good"]).argmax(axis=1).tolist() == [1]
    assert (fast.asked, exact.asked) == ([good, bad], [good])


def test_in_full_every_answer_is_that_of_float32(engine):
    """The sure "bad" is asked again, with another answer; "good" was asked in float32 before."""
    good, bad = (engine.tokenizer(word)["input_ids"][1] for word in ("good", "bad"))
    fast = Fixed({good: [0.1, 0.0], bad: [2.0, 0.0]})
    exact = Fixed({good: [0.0, 0.5], bad: [0.0, 1.0]})
    engine = replace(engine, module=exact, packed=None, fast=fast, near=0.2)
    assert engine.logits(["good", "bad"]).argmax(axis=1).tolist() == [1, 0]
    assert engine.in_full(["good", "bad"]).argmax(axis=1).tolist() == [1, 1]
    assert exact.asked == [good, bad]
    assert engine.logits(["bad"]).argmax(axis=1).tolist() == [1]


def test_float32_leaves_nothing_unsettled(tiny_model, alone):
    engine = load(str(tiny_model), device="cpu", dtype="float32").engine
    assert engine.unsettled(TEXTS).argmax(axis=1).tolist() == alone
    assert np.array_equal(engine.unsettled(TEXTS), engine.logits(TEXTS))


def test_nan_stays_in_its_row(engine):
    good, bad = (engine.tokenizer(word)["input_ids"][1] for word in ("good", "bad"))
    broken = Fixed({good: [0.0, float("nan")], bad: [0.0, 1.0]})
    engine = replace(engine, module=broken, packed=None, fast=None)
    logits = engine.logits(["good", "bad"])
    assert np.isnan(logits[0]).any()
    assert np.isfinite(logits[1]).all()


def test_odd_texts_get_an_answer(engine):
    odd = ["", " ", "\ud800 broken", "\0", "😀", "a" * 5_000, "word " * 5_000]
    assert np.isfinite(engine.logits(odd)).all()


def test_long_texts_are_cut_and_counted(engine):
    long = ["film " * 200, "plot " * 62, "plot " * 63]
    engine.unsettled(["good", *long])
    engine.logits(["good", *long])
    engine.in_full(["good", *long])
    assert engine.longest == 64
    assert engine.truncated == 2


def test_no_texts(engine):
    assert engine.logits([]).shape == (0, 2)


def test_inputs_must_be_texts(engine):
    with pytest.raises(AuditError, match="input 2 is a float"):
        engine.logits(["a", float("nan")])


def test_progress_counts_every_text(engine):
    from contextlib import contextmanager

    seen = []

    @contextmanager
    def progress(task, total):
        seen.append(total)
        yield lambda done: seen.append(-done)

    replace(engine, progress=progress).logits(some_texts(400, seed=1))
    assert seen[0] >= 256
    assert sum(seen) == 0


def test_longest_first_is_stable():
    assert longest_first([1, 3, 2, 3]) == [1, 3, 2, 0]


@pytest.mark.parametrize(
    ("budget", "layout", "expected"),
    [
        (8, "padded", [1, 3]),
        (12, "padded", [1, 3, 2]),
        (1, "padded", [1]),
        (100, "alike", [1, 3]),
        (10, "packed", [1, 3, 2]),
        (9, "packed", [1, 3]),
        (1, "packed", [1]),
        (100, "packed", [1, 3, 2, 0]),
    ],
)
def test_first_batch(budget, layout, expected):
    assert list(first_batch([1, 3, 2, 0], [1, 4, 2, 4], budget=budget, layout=layout)) == expected


def test_packed_batches_do_not_pad_a_thousand_short_texts_to_a_long_one():
    assert len(first_batch(range(1_000), [400] + [1] * 999, budget=1_000, layout="packed")) == 5


@pytest.mark.parametrize(("budget", "rows"), [(63, 63), (64, 64), (95, 64), (200, 192)])
def test_large_batches_have_a_multiple_of_32_rows(budget, rows):
    assert len(first_batch(range(300), [1] * 300, budget=budget)) == rows


def test_padded_on_either_side():
    assert padded([[1, 2, 3], [4]], value=9, left=False).tolist() == [[1, 2, 3], [4, 9, 9]]
    assert padded([[1, 2, 3], [4]], value=9, left=True).tolist() == [[1, 2, 3], [9, 9, 4]]


def test_margins():
    assert margins(np.array([[1.0, 3.0, 2.5], [0.0, 0.0, 0.0]])).tolist() == [0.5, 0.0]
    assert np.isnan(margins(np.array([[np.inf, 0.0], [0.0, np.nan]]))).all()
    assert near_ties(np.array([[1.0, 1.00001], [1.0, 2.0], [1000.0, 1000.05], [np.nan, 0]])).tolist() == [
        True,
        False,
        True,
        False,
    ]
