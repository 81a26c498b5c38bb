"""What does each area of an audit say, in one line? An area is all that the probes of one folder ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports import display, statement
from reports.record import AuditRecord, Outcome, ProbeResult, Verdict
from reports.statement import ORDER, Tone

_FIRST_WORDS = {"fail": "Failed", "undecided": "Undecided", "pass": "Passed"}


@dataclass(frozen=True)
class Area:
    """All that the probes of one folder found, such as `fairness`.

    Attributes:
        key: the first part of the names of its probes.
        verdicts: what the gates say of it, in the order of the run.
        measured: the probes that gave an answer.
        unmeasured: those that were skipped or crashed.
    """

    key: str
    verdicts: tuple[Verdict, ...]
    measured: tuple[ProbeResult, ...]
    unmeasured: tuple[ProbeResult, ...]

    @property
    def title(self) -> str:
        """Its name as a heading."""
        return display.sentence(display.words(self.key))

    @property
    def counts(self) -> tuple[tuple[Outcome, int], ...]:
        """Its gates per outcome, worst first, without those that no gate has."""
        found = ((o, sum(v.outcome == o for v in self.verdicts)) for o in ORDER)
        return tuple(pair for pair in found if pair[1])

    @property
    def tone(self) -> Tone:
        """Its worst outcome; "none" when nothing was judged."""
        return self.counts[0][0] if self.counts else "none"

    @property
    def told(self) -> str:
        """The most important thing to say of it, in a sentence or two."""
        if self.verdicts:
            return _told(min(self.verdicts, key=_urgency))
        numbers = sum(len(r.measurements) for r in self.measured)
        if not numbers:
            return "Nothing was measured."
        return f"No gate was set: {statement.plural(numbers, 'number')} measured, none judged."

    @property
    def missing(self) -> str:
        """How many of its probes and numbers gave no answer, in words; "" when all did."""
        words = {"skipped": "skipped", "failed": "crashed"}
        counts = {word: sum(r.status == status for r in self.unmeasured) for status, word in words.items()}
        told = [f"{statement.plural(n, 'probe')} {word}" for word, n in counts.items() if n]
        lost = sum(m.value is None for r in self.measured for m in r.measurements)
        return ", ".join([*told, *([f"{statement.plural(lost, 'number')} undefined"] if lost else [])])


def areas(record: AuditRecord) -> tuple[Area, ...]:
    """The areas of an audit, worst first; equally bad ones in the order of the run."""
    probes = [r.probe for r in record.results] + [v.probe for v in record.verdicts]
    found = [_area(key, record) for key in dict.fromkeys(map(area_of, probes))]
    return tuple(sorted(found, key=lambda a: [*ORDER, "none"].index(a.tone)))


def area_of(probe: str) -> str:
    """The area of a probe: the first part of its name."""
    return probe.partition(".")[0]


def _area(key: str, record: AuditRecord) -> Area:
    def own(results: Iterable[ProbeResult]) -> Sequence[ProbeResult]:
        return [r for r in results if area_of(r.probe) == key]

    return Area(
        key,
        tuple(v for v in record.verdicts if area_of(v.probe) == key),
        tuple(r for r in own(record.results) if r.status == "ok"),
        tuple(r for r in own(record.results) if r.status != "ok"),
    )


def _urgency(verdict: Verdict) -> tuple[int, bool, float]:
    """The smaller, the sooner a reader should know: by outcome, then by how near it is to the next worse."""
    shown = verdict.p_fail_suite if verdict.outcome == "fail" else verdict.p_fail
    near = -(verdict.p_pass or 0.0) if verdict.outcome == "pass" else 1.0 if shown is None else shown
    return ORDER.index(verdict.outcome), verdict.value is None, near


def _told(verdict: Verdict) -> str:
    about = f"{_FIRST_WORDS[verdict.outcome]}: {statement.about(verdict)}"
    if verdict.value is None:
        return f"{about} has no number; limit {statement.bound(verdict)}."
    between = display.interval(verdict.low, verdict.high)
    figures = display.number(verdict.value) + ("" if between == "–" else f" ({between})")
    return f"{about}: {figures}; limit {statement.bound(verdict)}."
