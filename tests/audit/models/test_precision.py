"""Which type answers, and that the choice is kept."""

import json
from dataclasses import replace

import numpy as np
import pytest

from audit.models import load, precision
from audit.models.engine import margins
from audit.models.precision import TRIAL_TEXTS, logit_error

FILE = "assay/dtypes.json"


@pytest.fixture
def timings(monkeypatch):
    """Set the seconds that each type is said to take; returns the list of timings made."""
    made = []

    def install(**seconds):
        def timed(engine, modules):
            made.append(tuple(modules))
            return {name: seconds[name] for name in modules}

        monkeypatch.setattr(precision, "_timings", timed)
        return made

    return install


@pytest.mark.parametrize(
    ("bfloat16", "chosen"), [(0.5, "bfloat16"), (0.79, "bfloat16"), (0.81, "float32"), (9.0, "float32")]
)
def test_the_faster_type_must_win_clearly(tiny_model, timings, bfloat16, chosen):
    timings(float32=1.0, bfloat16=bfloat16)
    assert load(str(tiny_model), device="cpu").info.dtype == chosen


def test_the_choice_is_kept_for_the_next_run(tiny_model, timings, user_cache):
    made = timings(float32=1.0, bfloat16=0.5)
    first = load(str(tiny_model), device="cpu").info
    timings(float32=1.0, bfloat16=9.0)
    assert load(str(tiny_model), device="cpu").info == first
    assert len(made) == 1
    assert list(json.loads((user_cache / FILE).read_text()).values()) == ["bfloat16"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"a": 1}', "[" * 100_000])
def test_a_damaged_cache_is_replaced(tiny_model, timings, user_cache, content):
    timings(float32=1.0, bfloat16=0.5)
    (user_cache / FILE).parent.mkdir()
    (user_cache / FILE).write_text(content)
    assert load(str(tiny_model), device="cpu").info.dtype == "bfloat16"
    assert "bfloat16" in json.loads((user_cache / FILE).read_text()).values()


def test_an_unwritable_cache_is_no_error(tiny_model, timings, user_cache):
    timings(float32=1.0, bfloat16=0.5)
    (user_cache / "assay").write_text("a file where the folder should be")
    assert load(str(tiny_model), device="cpu").info.dtype == "bfloat16"


def test_the_real_timing_gives_a_known_type(tiny_model):
    assert load(str(tiny_model), device="cpu").info.dtype in ("float32", "bfloat16")


def test_a_type_that_fails_is_not_chosen(tiny_model):
    engine = load(str(tiny_model), device="cpu", dtype="float32").engine

    def broken(**_):
        raise RuntimeError("not implemented for 'BFloat16'")

    assert precision._timed_choice(engine, lambda _: broken) == "float32"


def test_the_error_is_how_far_two_logits_move_apart(tiny_model):
    """A module whose first logit is 0.25 higher than it should be: the error is 0.25."""
    from types import SimpleNamespace

    import torch

    model = load(str(tiny_model), device="cpu", dtype="float32")

    def shifted(**inputs):
        return SimpleNamespace(logits=model.module(**inputs).logits + torch.tensor([0.25, 0.0]))

    assert logit_error(replace(model.engine, fast=shifted)) == pytest.approx(0.25, abs=1e-4)


def test_a_type_that_overflows_is_never_believed(tiny_model):
    from types import SimpleNamespace

    import torch

    engine = load(str(tiny_model), device="cpu", dtype="float32").engine
    overflow = replace(
        engine, fast=lambda input_ids, **_: SimpleNamespace(logits=torch.full((len(input_ids), 2), torch.inf))
    )
    assert logit_error(overflow) == np.inf


def test_the_rechecked_distance_covers_the_error(tiny_model):
    """Decisions in bfloat16 that differ from float32 all lie within the distance that is asked again."""
    engine = load(str(tiny_model), device="cpu", dtype="bfloat16").engine
    exact = replace(engine, fast=None).logits(TRIAL_TEXTS)
    rough = replace(engine, module=engine.fast, packed=None, fast=None).logits(TRIAL_TEXTS)
    flipped = exact.argmax(axis=1) != rough.argmax(axis=1)
    assert (margins(rough)[flipped] <= engine.near).all()
