"""Does the ledger keep what was spent, over resumes and on disk?"""

from dataclasses import replace
from pathlib import Path

import pytest

from probes.errors import AuditError
from training import checkpoint
from training.private import ledger
from training.private.settings import Mechanism


def test_like_steps_join_and_others_begin_a_segment(mechanism: Mechanism) -> None:
    louder = replace(mechanism, noise_multiplier=1.6)
    book = ledger.charged(ledger.charged(ledger.opened(mechanism), mechanism), mechanism, steps=2)
    book = ledger.charged(ledger.charged(book, louder), louder)
    assert [(s.noise_multiplier, s.sample_rate, s.steps) for s in book.segments] == [
        (0.8, 0.25, 3),
        (1.6, 0.25, 2),
    ]
    assert book.steps == 5


def test_what_was_spent_before_a_resume_stays_spent(mechanism: Mechanism) -> None:
    first = ledger.closed(ledger.charged(ledger.opened(mechanism), mechanism, steps=2), seconds=0.02)
    again = ledger.resumed(first, mechanism)
    assert ledger.remaining(again, mechanism) == 1
    whole = ledger.closed(ledger.charged(again, mechanism), seconds=0.02)
    straight = ledger.closed(ledger.charged(ledger.opened(mechanism), mechanism, steps=3), seconds=0.02)
    assert whole.epsilon == straight.epsilon
    assert whole.epsilon is not None
    assert first.epsilon is not None
    assert whole.epsilon.value > first.epsilon.value
    assert (whole.resumed, again.epsilon) == (1, None)


def test_resuming_without_a_ledger_is_refused(mechanism: Mechanism) -> None:
    with pytest.raises(AuditError, match="no ledger"):
        ledger.resumed(None, mechanism)


@pytest.mark.parametrize("change", [{"rows": 65}, {"delta": 1e-4}, {"max_grad_norm": 1.0}])
def test_resuming_another_promise_is_refused(mechanism: Mechanism, change: dict[str, float]) -> None:
    with pytest.raises(AuditError, match=next(iter(change))):
        ledger.resumed(ledger.opened(mechanism), replace(mechanism, **change))  # type: ignore[arg-type]


def test_a_finished_run_has_no_steps_left(mechanism: Mechanism) -> None:
    assert ledger.remaining(ledger.charged(ledger.opened(mechanism), mechanism, steps=9), mechanism) == 0


def test_ledger_survives_a_checkpoint(mechanism: Mechanism, tmp_path: Path) -> None:
    book = ledger.closed(ledger.charged(ledger.opened(mechanism, clipping="ghost"), mechanism), seconds=0.02)
    checkpoint.write(tmp_path / "kept", {}, {"ledger": book.model_dump(mode="json")})
    kept = checkpoint.read(tmp_path / "kept", {}, force=False)
    assert kept is not None
    assert ledger.Ledger.model_validate(kept["ledger"]) == book


@pytest.mark.parametrize("thing", ["tokenizer", "hyper-parameters", "early stopping", "floating-point"])
def test_ledger_names_what_the_bound_leaves_out(mechanism: Mechanism, thing: str) -> None:
    assert any(thing in line for line in ledger.opened(mechanism).outside)
