"""By how much does a number differ between two audits, for everybody and for each group?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from probes.fairness.counts import views
from probes.fairness.scores import scores
from probes.stats.comparisons import difference, gap
from probes.stats.limits import testable
from probes.stats.means import mean
from probes.stats.paired import paired_difference
from probes.stats.proportions import proportion
from probes.stats.tests import holm, p_even
from probes.types import BoolArray, Finding, FloatArray, IntArray, Measurement, Table
from reports.outcomes import Outcomes
from reports.record import AuditRecord, ProbeResult

SHARES = ("accuracy", "selection_rate", "true_positive_rate", "false_positive_rate")
FLIPS = ("negative_flip_rate", "positive_flip_rate", "churn")
GAPS = ("accuracy_change_gap", "selection_rate_change_gap")
METRICS = (*SHARES, "mean_score", *FLIPS, *GAPS)
"""What a gate on a change can name."""

NOTHING = "the audits have no number in common that can be compared"
Key = tuple[str, tuple[tuple[str, str], ...]]

_EMPTY = "no row of this group has a valid answer of both models"


@dataclass(frozen=True, eq=False)
class _Share:
    """A share of rows by both models.

    Attributes:
        metric: its name.
        slice: its class, where there are several.
        among: (N,) the rows that it is taken of.
        before: (N,) those that the baseline counts.
        after: (N,) those that the candidate counts.
        undefined: why it is undefined without rows.
    """

    metric: str
    slice: Mapping[str, str]
    among: BoolArray
    before: BoolArray
    after: BoolArray
    undefined: str = _EMPTY


@dataclass(frozen=True, eq=False)
class _Part:
    """The rows of all groups of a feature, or all rows as one group."""

    places: tuple[Mapping[str, str], ...]
    codes: IntArray

    def counts(self, rows: BoolArray) -> list[int]:
        """How many of these rows each group has; those of unknown group are left out."""
        counted = np.bincount(self.codes[rows & (self.codes >= 0)], minlength=len(self.places))
        return [int(count) for count in counted]

    def sums(self, rows: BoolArray, values: FloatArray) -> list[float]:
        """The sum of the values of these rows in each group."""
        kept = rows & (self.codes >= 0)
        summed = np.bincount(self.codes[kept], weights=values[kept], minlength=len(self.places))
        return [float(total) for total in summed]


def paired(baseline: Outcomes, candidate: Outcomes, confidence: float) -> Iterator[Finding]:
    """The changes on the same rows: all of them, then each group; candidate minus baseline.

    - `accuracy`, `selection_rate`, `true_positive_rate`, `false_positive_rate`: the paired difference;
    - `mean_score`: the mean change of the probability of the class;
    - `negative_flip_rate`: share of rows that the baseline has right and the candidate wrong;
      `positive_flip_rate`: the other way round; `churn`: share of rows with another decision;
    - `accuracy_change_gap`, `selection_rate_change_gap`: how far the changes of the groups of a feature lie
      apart.

    Rows without a valid answer of both models take no part. Without true labels only the selection rate, the
    mean score and the churn are there.

    References:
        S. Yan et al. (2021), Positive-congruent training: towards regression-free model updates, section 3
        (negative flips).
    """
    valid = np.asarray((baseline.predicted >= 0) & (candidate.predicted >= 0))
    shares = tuple(_shares(baseline, candidate, valid))
    for part in _parts(baseline):
        for share in shares:
            leaves = [_difference(share, *counts, confidence) for counts in _counted(share, part)]
            yield from leaves
            if f"{share.metric}_change_gap" in GAPS and "feature" in part.places[0]:
                yield _gap(share, leaves, part, confidence)
        yield from _flips(baseline, candidate, valid, part, confidence)
        yield from _shifts(baseline, candidate, valid, part, confidence)
    if baseline.labels is not None:
        yield _mcnemar(baseline, candidate, valid)


def _parts(outcomes: Outcomes) -> Iterator[_Part]:
    yield _Part(({},), np.zeros(len(outcomes), dtype=np.int64))
    for feature, grouping in outcomes.groups.items():
        if grouping.names:
            yield _Part(tuple({"feature": feature, "group": n} for n in grouping.names), grouping.codes)


def _shares(baseline: Outcomes, candidate: Outcomes, valid: BoolArray) -> Iterator[_Share]:
    labels, before, after = baseline.labels, baseline.predicted, candidate.predicted
    if labels is not None:
        yield _Share("accuracy", {}, valid, before == labels, after == labels)
    for view in views(baseline.context(), "selection_rate"):
        chosen = before == view.index, after == view.index
        yield _Share("selection_rate", view.slice, valid, *chosen)
        if labels is not None:
            name = baseline.classes[view.index or 0]
            true = labels == view.index
            yield _Share(
                "true_positive_rate", view.slice, valid & true, *chosen, f"no row has the label {name!r}"
            )
            yield _Share(
                "false_positive_rate", view.slice, valid & ~true, *chosen, f"every row has the label {name!r}"
            )


def _counted(share: _Share, part: _Part) -> Iterator[tuple[Mapping[str, str], int, int, int]]:
    gained = part.counts(share.among & share.after & ~share.before)
    lost = part.counts(share.among & share.before & ~share.after)
    return zip(part.places, gained, lost, part.counts(share.among), strict=True)


def _difference(
    share: _Share, place: Mapping[str, str], gained: int, lost: int, rows: int, confidence: float
) -> Measurement:
    where = {**place, **share.slice}
    return paired_difference(
        share.metric, gained, lost, rows, slice=where, confidence=confidence, undefined=share.undefined
    )


def _gap(share: _Share, leaves: Sequence[Measurement], part: _Part, confidence: float) -> Measurement:
    where = {"feature": part.places[0]["feature"], **share.slice}
    return gap(f"{share.metric}_change_gap", leaves, slice=where, confidence=confidence)


def _flips(
    baseline: Outcomes, candidate: Outcomes, valid: BoolArray, part: _Part, confidence: float
) -> Iterator[Measurement]:
    kinds = {"churn": baseline.predicted != candidate.predicted}
    if baseline.labels is not None:
        before, after = _right(baseline), _right(candidate)
        kinds = {"negative_flip_rate": before & ~after, "positive_flip_rate": after & ~before, **kinds}
    rows = part.counts(valid)
    for metric, flipped in kinds.items():
        for place, count, total in zip(part.places, part.counts(valid & flipped), rows, strict=True):
            yield proportion(metric, count, total, slice=place, confidence=confidence, undefined=_EMPTY)


def _right(outcomes: Outcomes) -> BoolArray:
    return np.asarray(outcomes.predicted == outcomes.labels)


def _shifts(
    baseline: Outcomes, candidate: Outcomes, valid: BoolArray, part: _Part, confidence: float
) -> Iterator[Measurement]:
    contexts = baseline.context(), candidate.context()
    for view in views(contexts[0], "selection_rate"):
        before, after = (scores(context, view.index or 0) for context in contexts)
        if before is None or after is None:
            continue
        shift = after - before
        kept = valid & np.isfinite(shift)
        sums = (part.counts(kept), part.sums(kept, shift), part.sums(kept, shift**2))
        for place, n, total, squares in zip(part.places, *sums, strict=True):
            yield mean(
                "mean_score", n, total, squares,
                slice={**place, **view.slice}, confidence=confidence, undefined=_EMPTY, bounds=(-1.0, 1.0),
            )  # fmt: skip


def _mcnemar(baseline: Outcomes, candidate: Outcomes, valid: BoolArray) -> Table:
    before, after = _right(baseline), _right(candidate)
    rows = [
        (place.get("feature", ""), place.get("group", "all rows"), n, lost, gained, p_even(gained, lost))
        for part in _parts(baseline)
        for place, n, lost, gained in zip(
            part.places,
            part.counts(valid),
            part.counts(valid & before & ~after),
            part.counts(valid & after & ~before),
            strict=True,
        )
    ]
    corrected = holm([1.0 if row[-1] is None else row[-1] for row in rows]).tolist()
    return Table(
        "Right and wrong, row by row",
        ("feature", "group", "rows", "right, now wrong", "wrong, now right", "McNemar p", "p, corrected"),
        tuple((*row, None if row[-1] is None else p) for row, p in zip(rows, corrected, strict=True)),
        "Exact p-values of the hypothesis that rows get better and worse equally often; corrected for the "
        "number of lines by Holm's method. Without a row that changed there is nothing to test.",
    )


def between(
    baseline: AuditRecord, candidate: AuditRecord, pair: Sequence[Outcomes], confidence: float
) -> tuple[Finding, ...]:
    """The changes from one audit to another: on the same rows where `pair` has their outcomes."""
    if pair:
        return tuple(paired(pair[0], pair[1], confidence))
    return tuple(unpaired(baseline.results, candidate.results, confidence))


def unpaired(
    baseline: Sequence[ProbeResult], candidate: Sequence[ProbeResult], confidence: float
) -> Iterator[Measurement]:
    """The changes of the same shares and of the mean score, as if the two audits were independent.

    Each number is taken from the first probe that measured it in both.
    """
    versions = {(r.probe, r.version): r for r in baseline}
    done = set()
    for result in candidate:
        before = versions.get((result.probe, result.version))
        for one, other in common(before, result) if before else ():
            if other.metric in (*SHARES, "mean_score") and key(other) not in done:
                done.add(key(other))
                found = independent(one, other, confidence)
                yield found if found is not None else _undefined(one, other)


def _undefined(one: Measurement, other: Measurement) -> Measurement:
    notes = dict.fromkeys(m.note for m in (one, other) if m.note)
    why = "; ".join(notes) or "a count or standard error is missing"
    return Measurement(other.metric, None, None, None, other.n, dict(other.slice), why)


def common(baseline: ProbeResult, candidate: ProbeResult) -> Iterator[tuple[Measurement, Measurement]]:
    """The numbers that two results of a probe have in common, in the order of the candidate."""
    before = {key(m): m for m in baseline.measurements}
    for after in candidate.measurements:
        found = before.get(key(after))
        if found is not None:
            yield found, after


def independent(before: Measurement, after: Measurement, confidence: float) -> Measurement | None:
    """Candidate minus baseline of a rate or mean, as if the audits were independent; None if unknown."""
    plain = not (before.comparisons or after.comparisons)
    if not (plain and testable(before) and testable(after)):
        return None
    first, second = (
        replace(m, slice={"group": name}) for m, name in ((after, "candidate"), (before, "baseline"))
    )
    return difference(after.metric, first, second, slice=dict(after.slice), confidence=confidence)


def bare(measurement: Measurement) -> Measurement:
    """A measurement without the groups behind it."""
    return replace(measurement, comparisons=())


def key(measurement: Measurement) -> Key:
    """What a number is called in an audit: its metric and slice."""
    return measurement.metric, tuple(sorted(measurement.slice.items()))


def result(probe: str, title: str, found: Sequence[Finding], reason: str) -> ProbeResult:
    """Findings as a probe's result; `reason` says why there are none."""
    return ProbeResult(
        probe=probe,
        version=1,
        title=title,
        status="ok" if found else "skipped",
        reason="" if found else reason,
        measurements=tuple(f for f in found if isinstance(f, Measurement)),
        exhibits=tuple(f for f in found if not isinstance(f, Measurement)),
    )
