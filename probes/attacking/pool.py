"""How do many jobs run at once, so that what they ask is answered together?

A job is an ordinary function that asks questions by calling functions made with `together`. Each job runs in
a greenlet of its own. When it asks, it sleeps; when all sleep, the texts of all of them are put to the
function in one call, each different text once, and every job goes on with its own answers. Jobs know nothing
of each other, and their random numbers are their own: what a job does depends on the job alone.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from probes.attacking.randomness import State, current, kept, put
from probes.progress import Advance
from probes.types import FloatArray

Ask = Callable[[Sequence[str]], FloatArray]
"""Texts (N,) -> one row for each, (N, …)."""

_POOL = "assay_pool"


@dataclass(frozen=True)
class Job:
    """Work for the pool.

    Attributes:
        name: what it is, for an error that happens in it.
        work: what to do.
        state: the random state that it starts with.
    """

    name: str
    work: Callable[[], Any]
    state: State


@dataclass(frozen=True, eq=False)
class _Sleeper:
    """A job that waits for the answers to `texts`."""

    number: int
    greenlet: Any
    state: State
    ask: Ask
    texts: Sequence[str]


@dataclass(frozen=True, eq=False)
class _Pool:
    jobs: Sequence[Job]
    advance: Advance
    results: list[Any]
    asleep: deque[_Sleeper] = field(default_factory=deque)


def together(ask: Ask) -> Ask:
    """The same function; what several jobs of one pool ask of it is answered in one call."""
    from greenlet import getcurrent

    def asked(texts: Sequence[str]) -> FloatArray:
        pool = getattr(getcurrent(), _POOL, None)
        return ask(texts) if pool is None else pool.switch((ask, texts))

    return asked


def run(jobs: Sequence[Job], *, width: int, advance: Advance) -> list[Any]:
    """The results of the jobs, of which at most `width` are under way at a time.

    An error in a job, or an interruption, ends all others and goes on to the caller.

    Args:
        jobs: what to do.
        width: how many at a time; the results do not depend on it.
        advance: told of each job that ends.
    """
    pool = _Pool(jobs, advance, [None] * len(jobs))
    waiting = deque(range(len(jobs)))
    with kept():
        try:
            while waiting or pool.asleep:
                while waiting and len(pool.asleep) < width:
                    _start(pool, waiting.popleft())
                for answer in _answers(pool.asleep):
                    _wake(pool, pool.asleep.popleft(), answer)
        finally:
            for sleeper in pool.asleep:
                sleeper.greenlet.throw()
    return pool.results


def _start(pool: _Pool, number: int) -> None:
    from greenlet import getcurrent, greenlet

    fresh = greenlet(pool.jobs[number].work)
    setattr(fresh, _POOL, getcurrent())
    _go_on(pool, number, fresh, pool.jobs[number].state)


def _wake(pool: _Pool, sleeper: _Sleeper, answer: FloatArray) -> None:
    _go_on(pool, sleeper.number, sleeper.greenlet, sleeper.state, answer)


def _go_on(pool: _Pool, number: int, job: Any, state: State, *answer: FloatArray) -> None:
    """Let a job run until it asks or ends."""
    put(state)
    try:
        said = job.switch(*answer)
    except BaseException as error:
        error.add_note(f"this happened while working on {pool.jobs[number].name}")
        raise
    if job.dead:
        pool.results[number] = said
        pool.advance(1)
    else:
        pool.asleep.append(_Sleeper(number, job, current(), *said))


def _answers(asleep: Iterable[_Sleeper]) -> list[FloatArray]:
    """What each sleeper asked, by one call of each function that they ask."""
    sleepers = list(asleep)
    wanted: dict[Ask, dict[str, None]] = {}
    for sleeper in sleepers:
        wanted.setdefault(sleeper.ask, {}).update(dict.fromkeys(sleeper.texts))
    known = {ask: _answered(ask, list(texts)) for ask, texts in wanted.items()}
    return [np.stack([known[x.ask][text] for text in x.texts]) for x in sleepers]


def _answered(ask: Ask, texts: Sequence[str]) -> Mapping[str, FloatArray]:
    return dict(zip(texts, ask(texts), strict=True))
