"""Are the questions of many jobs answered together, without one job noticing another?"""

import random

import numpy as np
import pytest

from probes.attacking.pool import Job, run, together
from probes.attacking.randomness import current, seeded
from probes.progress import silent

pytestmark = pytest.mark.usefixtures("needs_textattack")


@pytest.fixture
def advance():
    with silent("", 0) as told:
        yield told


def _lengths(calls):
    """A function that answers each text with its length, and keeps what it was asked."""

    def ask(texts):
        calls.append(list(texts))
        return np.array([[float(len(text))] for text in texts])

    return ask


def _job(ask, *questions, name="job"):
    return Job(name, lambda: [float(ask(q)[0, 0]) for q in questions], seeded(0, name))


def test_one_call_answers_all_that_sleep_and_a_text_is_asked_once(advance):
    calls = []
    ask = together(_lengths(calls))
    jobs = [_job(ask, ["a"], ["bb"]), _job(ask, ["a"]), _job(ask, ["ccc"], ["a"])]
    assert run(jobs, width=3, advance=advance) == [[1, 2], [1], [3, 1]]
    assert calls == [["a", "ccc"], ["bb", "a"]]


def test_no_more_than_width_are_under_way(advance):
    calls = []
    ask = together(_lengths(calls))
    run([_job(ask, [str(number)]) for number in range(5)], width=2, advance=advance)
    assert [len(call) for call in calls] == [2, 2, 1]


def test_two_functions_are_each_asked_once(advance):
    one, other = [], []
    first, second = together(_lengths(one)), together(_lengths(other))
    run([_job(first, ["a"]), _job(second, ["b"]), _job(first, ["c"])], width=3, advance=advance)
    assert (one, other) == ([["a", "c"]], [["b"]])


def test_outside_of_a_pool_the_function_is_itself():
    calls = []
    assert together(_lengths(calls))(["ab"]).tolist() == [[2.0]]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_of_a_job_ends_the_others_and_names_the_job(error, advance):
    ended = []
    ask = together(_lengths([]))

    def patient():
        try:
            ask(["a"])
            ask(["b"])
        finally:
            ended.append("patient")

    def broken():
        ask(["a"])
        raise error("broken")

    jobs = [Job("text 1", broken, seeded(0, "x")), Job("text 2", patient, seeded(0, "y"))]
    with pytest.raises(error, match="broken") as caught:
        run(jobs, width=2, advance=advance)
    assert ended == ["patient"]
    assert "text 1" in caught.value.__notes__[0]


def test_an_interruption_while_the_model_answers_leaves_nothing_hanging(advance):
    ended = []

    def interrupted(texts):
        raise KeyboardInterrupt

    ask = together(interrupted)

    def patient():
        try:
            ask(["a"])
        finally:
            ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        run([Job("one", patient, seeded(0, "x"))] * 3, width=3, advance=advance)
    assert ended == [True] * 3


def _draws(ask, times):
    import torch

    def work():
        drawn = []
        for _ in range(times):
            shared = np.random.rand()  # noqa: NPY002 - what TextAttack draws from
            drawn.append((random.random(), shared, torch.rand(1).item()))
            ask(["a"])
        return drawn

    return work


@pytest.mark.parametrize("width", [1, 2, 7])
def test_random_numbers_depend_on_the_job_alone(width, advance):
    ask = together(_lengths([]))
    jobs = [Job(str(n), _draws(ask, 3 + n), seeded(0, f"text {n}")) for n in range(4)]
    alone = [run([job], width=1, advance=advance)[0] for job in jobs]
    assert run(jobs, width=width, advance=advance) == alone
    assert run(jobs[::-1], width=width, advance=advance) == alone[::-1]
    assert len({draws[0] for draws in alone}) == 4


def test_the_process_gets_its_own_random_state_back(advance):
    before = current()
    run([Job("one", _draws(together(_lengths([])), 2), seeded(0, "x"))], width=1, advance=advance)
    after = current()
    assert before[0] == after[0]
    assert (before[1]["state"]["key"] == after[1]["state"]["key"]).all()
    assert (before[2] == after[2]).all()


def test_a_state_depends_on_the_seed_and_the_text():
    assert seeded(0, "a")[0] == seeded(0, "a")[0]
    assert len({seeded(seed, text)[0] for seed in (0, 1) for text in ("a", "b", "\ud800")}) == 6
