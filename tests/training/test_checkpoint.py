"""Is a checkpoint read back as it was written, and only by the run that wrote it?"""

import random

import numpy as np
import pytest
import torch

from probes.errors import AuditError
from training import checkpoint, randomness
from training.loop import Position
from training.stepping import Procedure, epochs

STATE = {
    "nothing": None, "flag": True, "share": 0.1, "list": [1, "a", {}], "tuple": (1, (2.5, None)),
    "tensor": torch.tensor([[1.5, -2.0]]), "number": torch.tensor(3), "empty": torch.zeros(0),
    "bytes": torch.tensor([0, 255], dtype=torch.uint8), "array": np.array([1, 2], dtype=np.uint32),
    "by_number": {0: {"step": torch.tensor(2.0)}, 1: {}}, "float64": np.float64(0.1), "names": {"tensor": 1},
}  # fmt: skip


def _same(one, other):
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and all(map(_same, one, other)) and len(one) == len(other)
    return one == other


@pytest.fixture
def path(tmp_path):
    return checkpoint.path_of(tmp_path / "model")


def test_what_is_written_is_read(path):
    checkpoint.write(path, {"seed": 0}, STATE)
    assert _same(STATE, checkpoint.read(path, {"seed": 0}, force=False))
    assert [p.name for p in path.iterdir()] == [checkpoint.FILE]


def test_the_generators_go_on_where_they_were(path):
    """Three draws from each generator after the checkpoint come again."""
    with randomness.seeded(7):
        checkpoint.write(path, {}, {"state": randomness.state()})
        drawn = torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()  # noqa: NPY002
        randomness.restore(checkpoint.read(path, {}, force=False)["state"])
        again = torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()  # noqa: NPY002
    assert drawn == again


def test_the_generators_of_the_caller_are_left_alone():
    def draws():
        return torch.rand(2).tolist(), np.random.rand(2).tolist(), random.random()  # noqa: NPY002

    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    states = randomness.state()
    expected = draws()
    randomness.restore(states)
    with randomness.seeded(5):
        assert draws() != expected
    assert draws() == expected


@pytest.mark.parametrize("identity", [{"seed": 1, "data": "a"}, {"seed": 0, "data": "b"}, {"seed": 0}])
def test_another_run_is_refused_by_name_or_begun_anew(path, identity):
    checkpoint.write(path, {"seed": 0, "data": "a"}, STATE)
    with pytest.raises(AuditError, match=r"another run: (seed was 0 and is 1|data was 'a' and is)"):
        checkpoint.read(path, identity, force=False)
    assert checkpoint.read(path, identity, force=True) is None


@pytest.mark.parametrize("content", [b"", b"\x80\x04.", b"\xff" * 99])
def test_a_file_that_is_no_checkpoint_is_a_sentence(path, content):
    path.mkdir()
    (path / checkpoint.FILE).write_bytes(content)
    with pytest.raises(AuditError, match="cannot be read as a checkpoint"):
        checkpoint.read(path, {}, force=False)


def test_no_checkpoint_is_nothing(path):
    assert checkpoint.read(path, {}, force=False) is None
    checkpoint.remove(path)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    with pytest.raises(AuditError, match="save_steps = 0"):
        checkpoint.write(tmp_path / "missing" / "c", {}, STATE)


def test_an_interrupted_run_goes_on_and_another_plan_is_refused(fit_tiny, make_samples, stopped, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit_tiny(make_samples(100), save_steps=2, given={"progress": stopped(after=3)})
    with pytest.raises(AuditError, match=r"learning_rate was 0\.005 and is 0\.001"):
        fit_tiny(make_samples(100), save_steps=2, learning_rate=1e-3)
    with pytest.raises(AuditError, match="rows was"):
        fit_tiny(make_samples(104), save_steps=2)
    assert fit_tiny(make_samples(100), save_steps=0).resumed == 1  # how often it saves does not matter
    assert {p.name for p in tmp_path.iterdir()} == {"base", "model"}


def test_force_begins_anew(fit_tiny, make_samples, stopped):
    with pytest.raises(KeyboardInterrupt):
        fit_tiny(make_samples(100), save_steps=2, given={"progress": stopped(after=3)})
    record = fit_tiny(make_samples(100), learning_rate=1e-3, given={"force": True})
    assert record.resumed == 0


def test_without_checkpoints_nothing_is_left(fit_tiny, make_samples, stopped, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit_tiny(make_samples(100), save_steps=0, given={"progress": stopped(after=3)})
    assert [p.name for p in tmp_path.iterdir()] == ["base"]


def test_a_method_keeps_what_it_counts(fit_tiny, make_samples, stopped, method_with):
    """It counts its epochs' beginnings; it is stopped in epoch 2 and begins it again: 1, 2, 2, 3: 4."""
    count = {"seen": 0}

    def rows(work, epoch):
        count["seen"] += 1
        return work.material.rows

    kept = epochs(
        rows=rows, state=lambda: dict(count), restore=count.update, record=lambda: {"seen": count["seen"]}
    )
    method = method_with(begin=kept)
    steps = -(-fit_tiny(make_samples(100), "plain").data.split.sizes["train"] // 16)
    with pytest.raises(KeyboardInterrupt):
        fit_tiny(
            make_samples(100), save_steps=1, given={"progress": stopped(after=steps + 2), "method": method}
        )
    count["seen"] = 99
    record = fit_tiny(make_samples(100), save_steps=1, given={"method": method})
    assert record.method_record == {"seen": 4}


def test_the_beginning_has_no_state():
    assert (Position().epoch, Procedure(iter).state(), Procedure(iter).record()) == (1, {}, {})


def test_what_killed_processes_left_is_cleared_away(path):
    path.mkdir()
    (path / ".tmpAbC").touch()
    (path / checkpoint.PART).touch()
    checkpoint.write(path, {}, STATE)
    assert [p.name for p in path.iterdir()] == [checkpoint.FILE]
    checkpoint.remove(path)
    assert not path.exists()
