"""Do the outcomes of an audit survive the disk exactly, and say nothing of texts and names?"""

import hashlib

import numpy as np
import pytest

from audit.runner import measure
from probes.errors import AuditError
from probes.registry import discover
from probes.types import Context, Grouping, Predictions, Samples
from reports import outcomes
from reports.record import DataInfo

DATA = DataInfo(source="people.csv", fingerprint="ab" * 32, inputs_fingerprint="cd" * 32, rows=0)


def context(rows=400, *, classes=("no", "yes"), seed=0, scores=False, labels=True):
    """Random rows with two features, unknown groups and invalid answers."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(len(classes)), rows)
    probabilities[:3] = np.nan
    predicted = np.where(np.isnan(probabilities[:, 0]), -1, probabilities.argmax(axis=1))
    gender = Grouping("gender", ("women", "men <b>"), rng.integers(-1, 2, rows))
    age = Grouping("age", ("old", "young", "nobody"), rng.integers(0, 2, rows))
    samples = Samples(
        [f"a text of Jane number {i}" for i in range(rows)],
        rng.integers(0, len(classes), rows) if labels else None,
        {"gender": gender, "age": age},
        np.array([f"jane.{i}@example.org" for i in range(rows)], dtype=object),
        DATA.fingerprint,
    )
    answers = (
        Predictions(predicted, None, probabilities[:, 1]) if scores else Predictions(predicted, probabilities)
    )
    return Context(samples, classes, 1 if len(classes) == 2 else None, answers, seed=5, confidence=0.9)


@pytest.mark.parametrize(
    "options", [{}, {"scores": True}, {"labels": False}, {"classes": ("a", "b", "c")}, {"rows": 1}]
)
def test_they_come_back_exactly(options, tmp_path):
    kept = outcomes.of(context(**options), DATA)
    info = outcomes.write(tmp_path / "outcomes.parquet", kept)
    found = outcomes.read(tmp_path / "outcomes.parquet", sha256=info.sha256)
    for name in ("ids", "labels", "predicted", "probabilities", "scores"):
        before, after = getattr(kept, name), getattr(found, name)
        assert (before is None) == (after is None)
        if before is not None:
            np.testing.assert_array_equal(before, after)
    for name in ("classes", "positive", "fingerprint", "inputs_fingerprint"):
        assert getattr(kept, name) == getattr(found, name)
    for before, after in zip(kept.groups.values(), found.groups.values(), strict=True):
        assert (before.feature, before.names) == (after.feature, after.names)
        np.testing.assert_array_equal(before.codes, after.codes)


@pytest.mark.parametrize("name", sorted(discover()))
def test_what_needs_only_predictions_is_measured_again_to_the_last_digit(name):
    """A probe that asks the model, or wants texts, has nothing to measure here, before and after."""
    probe, given = discover()[name], context(600)
    kept = outcomes.from_bytes(outcomes.to_bytes(outcomes.of(given, DATA)))
    again = kept.context(seed=given.seed, confidence=given.confidence)
    before, after = (measure(probe, probe.complete({}), c) for c in (given, again))
    assert before.status == after.status
    assert before.measurements == after.measurements
    assert before.exhibits == after.exhibits


def test_neither_texts_nor_names_are_in_the_file():
    content = outcomes.to_bytes(outcomes.of(context(50), DATA))
    plain = outcomes.to_bytes(outcomes.of(context(50), DATA))
    assert content == plain
    assert not any(word in content for word in (b"Jane", b"jane", b"example"))


def test_an_identifier_is_found_again_with_the_salt():
    assert outcomes.hashed(["jane"], salt="s")[0] == int.from_bytes(
        hashlib.blake2b(b"s\njane", digest_size=8).digest(), "little"
    )
    assert outcomes.hashed(["jane"], salt="t")[0] != outcomes.hashed(["jane"], salt="s")[0]
    assert list(outcomes.hashed([7], salt="s")) == list(outcomes.hashed(["7"], salt="s"))


def test_a_million_rows_are_small_and_quick(tmp_path):
    rng = np.random.default_rng(0)
    p = rng.random((1_000_000, 1))
    kept = outcomes.Outcomes(
        rng.integers(0, 2**63, 1_000_000).astype("<u8"), rng.integers(0, 2, 1_000_000),
        (p[:, 0] < 0.5).astype(int), np.hstack([p, 1 - p]), None,
        {"g": Grouping("g", ("a", "b"), rng.integers(0, 2, 1_000_000))}, ("no", "yes"), 1, "f", "f",
    )  # fmt: skip
    assert len(outcomes.to_bytes(kept)) < 25_000_000


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all", b"{}"])
def test_another_file_is_a_sentence(content, tmp_path):
    (tmp_path / "o.parquet").write_bytes(content)
    with pytest.raises(AuditError, match=r"holds no outcomes"):
        outcomes.read(tmp_path / "o.parquet")


def test_a_missing_and_a_changed_file_are_sentences(tmp_path):
    with pytest.raises(AuditError, match="cannot be read"):
        outcomes.read(tmp_path / "nowhere")
    outcomes.write(tmp_path / "o", outcomes.of(context(9), DATA))
    with pytest.raises(AuditError, match="sha256 differs"):
        outcomes.read(tmp_path / "o", sha256="0" * 64)


def test_without_rows_there_are_none():
    empty = Context(Samples(None, None, {}, np.array([]), ""), ("no", "yes"))
    assert outcomes.of(empty, DATA) is None
