"""Templates: does the model answer the same sentence differently for different groups?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from probes.errors import Skip
from probes.fairness.counts import View, views
from probes.lexicons import Lexicon, LexiconName
from probes.lexicons import load as load_lexicon
from probes.registry import probe
from probes.stats.means import Bounds, mean
from probes.templates import FramesName, Templates, fill
from probes.templates import load as load_templates
from probes.types import BoolArray, Context, Finding, FloatArray, Measurement, Table


@probe()
def template(
    ctx: Context, *, lexicon: tuple[LexiconName, ...] = ("gender", "names"), frames: FramesName = "english"
) -> Iterator[Finding]:
    """Does the model answer the same sentence differently for people of different groups?

    Needs no data: the people of a lexicon ("my sister" / "my brother", "Emily" / "Lakisha") are put into
    sentence frames ("{person} works as a nurse."). All groups share all frames, so groups are compared
    within a frame and frames are the sampling unit. With f(k, r, g) the probability of the positive class
    for frame k, row r of the lexicon and group g, and m(k, g) its mean over rows:

    - `mean_score` and `selection_rate` of a group: mean over frames, slice key `group`;
    - `mean_score_difference` of an ordered pair = mean over frames of m(k, a) - m(k, b), slice key
      `direction`, `a minus b`; a gate on it tests every ordered pair;
    - `mean_score_gap` = largest minus smallest mean score of the groups, with an interval that counts all
      pairs;
    - `flip_rate` of a pair: share of frames and rows with another decision for one group than for the other.

    Range: rates and gap in [0, 1], difference in [-1, 1]. How to read: 0 differences and flips mean that the
    model does not tell these terms apart in these sentences. The intervals speak of other frames of this
    kind with the same terms, not of other terms, and not of real texts: a small set of invented sentences
    cannot show how large a disparity is in use. Judge with `mean_score_difference`; `mean_score_gap` is not
    gated, because its groups are not independent.

    Undefined: without at least two frames with valid answers. Frames in which any answer is invalid are left
    out and counted (`invalid_frames`). Without a positive class, everything but `flip_rate` is given for
    every class. Needs: a model that can be asked.

    Args:
        ctx: the audit.
        lexicon: built-in lexicons, or paths of files of the same form, with rows of `people`.
        frames: built-in frames, or the path of a file of the same form.

    Reference: Kiritchenko and Mohammad (2018), Examining Gender and Race Bias in Two Hundred Sentiment
    Analysis Systems, sections 3 and 4: they test the mean difference over sentence pairs as we do, with
    frames of their own.
    """
    oracle, templates = ctx.oracle, load_templates(frames)
    lexicons = [given for given in map(load_lexicon, lexicon) if given.people]
    if not lexicons:
        raise Skip(f"the lexicon {' or '.join(lexicon)} has no rows of people to put into sentences")
    asked = [_sentences(given, templates) for given in lexicons]
    answered = np.asarray(oracle.predict([text for texts in asked for text in texts]))
    answers = np.split(answered, np.cumsum([len(texts) for texts in asked])[:-1])
    for given, probabilities in zip(lexicons, answers, strict=True):
        yield from _findings(ctx, _grid(given, templates, probabilities))


@dataclass(frozen=True, eq=False)
class _Grid:
    """The answers for one lexicon: probabilities (frames, rows, groups, classes), contexts of the frames."""

    lexicon: Lexicon
    probabilities: FloatArray
    contexts: tuple[str, ...]
    invalid: int

    @property
    def decisions(self) -> FloatArray:
        return np.asarray(self.probabilities.argmax(axis=-1))

    def scores(self, index: int) -> FloatArray:
        """(frames, groups) mean score of a class over the rows."""
        return np.asarray(self.probabilities[..., index].mean(axis=1))


def _sentences(lexicon: Lexicon, templates: Templates) -> list[str]:
    every = [frame for frames in templates.frames.values() for frame in frames]
    return [fill(frame, person) for frame in every for row in lexicon.people for person in row]


def _grid(lexicon: Lexicon, templates: Templates, answers: FloatArray) -> _Grid:
    contexts = [context for context, frames in templates.frames.items() for _ in frames]
    shape = (len(contexts), len(lexicon.people), len(lexicon.order), answers.shape[-1])
    probabilities = answers.reshape(shape)
    valid: BoolArray = np.asarray(np.isfinite(probabilities).all(axis=(1, 2, 3)))
    kept = tuple(context for context, usable in zip(contexts, valid, strict=True) if usable)
    return _Grid(lexicon, probabilities[valid], kept, int((~valid).sum()))


def _findings(ctx: Context, grid: _Grid) -> Iterator[Finding]:
    where = {"feature": grid.lexicon.feature}
    frames = len(grid.contexts) + grid.invalid
    yield Measurement("invalid_frames", float(grid.invalid), None, None, frames, where)
    for (i, a), (j, b) in combinations(enumerate(grid.lexicon.order), 2):
        flips = (grid.decisions[:, :, i] != grid.decisions[:, :, j]).mean(axis=1)
        yield _rate(ctx, "flip_rate", flips, {**where, "direction": f"{a} and {b}"})
    for view in views(ctx, "selection_rate"):
        yield from _of_class(ctx, grid, view, {**where, **view.slice})


def _of_class(ctx: Context, grid: _Grid, view: View, where: Mapping[str, str]) -> Iterator[Finding]:
    index = view.index or 0
    scores, order = grid.scores(index), grid.lexicon.order
    selected = (grid.decisions == index).mean(axis=1)
    for column, group in enumerate(order):
        yield _rate(ctx, "selection_rate", selected[:, column], {**where, "group": group})
        yield _rate(ctx, "mean_score", scores[:, column], {**where, "group": group})
    pairs = [
        _mean(
            ctx,
            "mean_score_difference",
            scores[:, i] - scores[:, j],
            {**where, "direction": f"{a} minus {b}"},
            (-1.0, 1.0),
        )
        for (i, a), (j, b) in permutations(enumerate(order), 2)
    ]
    yield _gap(ctx, pairs, where)
    yield from pairs
    yield _by_context(ctx, grid, index, where)


def _mean(
    ctx: Context, metric: str, values: FloatArray, where: Mapping[str, str], bounds: Bounds
) -> Measurement:
    return mean(
        metric, len(values), float(values.sum()), float((values**2).sum()),
        slice=where, confidence=ctx.confidence, bounds=bounds, undefined="no frame has valid answers",
    )  # fmt: skip


def _rate(ctx: Context, metric: str, values: FloatArray, where: Mapping[str, str]) -> Measurement:
    """A mean over frames of numbers in [0, 1]."""
    return _mean(ctx, metric, values, where, (0.0, 1.0))


def _gap(ctx: Context, pairs: Sequence[Measurement], where: Mapping[str, str]) -> Measurement:
    """The largest difference over the ordered pairs, with an interval that counts all of them.

    Its low end is the largest lower bound at error / 2 divided by the number of pairs, its high end the
    largest upper bound at error / 2. Errors are of the differences within frames.
    """
    from scipy.special import stdtrit

    known = [
        (p.value, p.standard_error) for p in pairs if p.value is not None and p.standard_error is not None
    ]
    n = pairs[0].n
    if len(known) < len(pairs):
        return Measurement(
            "mean_score_gap", None, None, None, n, where, "fewer than two frames have valid answers"
        )
    tail = (1 - ctx.confidence) / 2
    near, far = -stdtrit(n - 1, tail / len(pairs)), -stdtrit(n - 1, tail)
    low = max(value - float(near) * error for value, error in known)
    high = max(value + float(far) * error for value, error in known)
    value = max(value for value, _ in known)
    note = "to judge, set a gate on mean_score_difference"
    return Measurement("mean_score_gap", value, max(low, 0.0), min(high, 1.0), n, where, note)


def _by_context(ctx: Context, grid: _Grid, index: int, where: Mapping[str, str]) -> Table:
    scores, contexts = grid.scores(index), np.array(grid.contexts)
    rows: tuple[tuple[str | int | float, ...], ...] = tuple(
        (context, int((contexts == context).sum()), *map(float, scores[contexts == context].mean(axis=0)))
        for context in dict.fromkeys(grid.contexts)
    )
    title = f"Mean score of {ctx.classes[index]!r} by kind of sentence, {where['feature']}"
    return Table(title, ("sentences", "frames", *grid.lexicon.order), rows, "Means over frames and people.")
