"""What does the audit say as a whole, in plain words?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reports import display
from reports.diff import DiffRecord
from reports.record import AuditRecord, Outcome, Verdict

Tone = Literal["fail", "undecided", "pass", "none"]

Judged = AuditRecord | DiffRecord
"""What has verdicts: an audit, or the comparison of two."""

ORDER: tuple[Outcome, ...] = ("fail", "undecided", "pass")


@dataclass(frozen=True)
class Statement:
    """The audit in one headline and a few sentences.

    Attributes:
        tone: the colour and the sign it is shown with; "none" when nothing was judged.
        headline: what happened, in one short sentence.
        sentences: what that means and what it does not.
        exit: what the exit code of the run means.
        counts: gates per outcome, worst first.
    """

    tone: Tone
    headline: str
    sentences: tuple[str, ...]
    exit: str
    counts: tuple[tuple[Outcome, int], ...]


def overall(record: Judged) -> Statement:
    """The statement that every rendering of `record` begins with."""
    counts = tuple((o, sum(v.outcome == o for v in record.verdicts)) for o in ORDER)
    broken = sum(r.status == "failed" for r in record.results)
    tone, headline, meaning = _judged(dict(counts))
    if broken and tone == "pass":
        tone = "undecided"
    sentences = (meaning, *_crashed(broken), *_policy(record, dict(counts)))
    return Statement(tone, headline, sentences, _exit(record), counts)


def worst_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Failed gates, then undecided, then passed; within each in the order of the gates."""
    return sorted(verdicts, key=lambda v: ORDER.index(v.outcome))


def plural(count: int, noun: str) -> str:
    """`count` with its noun: "1 gate", "2 gates"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _judged(counts: dict[Outcome, int]) -> tuple[Tone, str, str]:
    gates, failed, undecided = sum(counts.values()), counts["fail"], counts["undecided"]
    if not gates:
        return (
            "none",
            "No gates were set.",
            "This audit measured and did not judge: nothing in it passed or failed.",
        )
    if failed:
        return (
            "fail",
            "The gate failed." if gates == 1 else f"{failed} of {gates} gates failed.",
            "A failed gate says that the data contradicts the limit, beyond what chance explains.",
        )
    if undecided:
        return (
            "undecided",
            _undecided(gates, undecided),
            "An undecided gate is not a passed gate: this data can neither confirm nor contradict its limit.",
        )
    return (
        "pass",
        "The gate passed." if gates == 1 else f"All {gates} gates passed.",
        "Each gated measurement is within its limit on this data. It says nothing about other data or about "
        "what was not measured.",
    )


def _undecided(gates: int, undecided: int) -> str:
    if gates == 1:
        return "The gate is undecided."
    return f"No gate failed; {undecided} of {gates} gates {'is' if undecided == 1 else 'are'} undecided."


def _crashed(broken: int) -> list[str]:
    if not broken:
        return []
    return [f"{plural(broken, 'probe')} crashed and measured nothing."]


def _policy(record: Judged, counts: dict[Outcome, int]) -> list[str]:
    told = record.suite.undecided
    sentences = []
    if told != "undecided" and counts["undecided"]:
        sentences.append(
            f"The run was told to count undecided gates as {'passed' if told == 'pass' else 'failed'}."
        )
    if record.suite.allow_invalid and record.data is not None and record.data.invalid_rows:
        sentences.append("The run was told to judge although some rows have no valid answer.")
    return sentences


def _exit(record: Judged) -> str:
    if record.exit_code == 0 and not record.verdicts:
        return "Exit code 0: the audit ran; no gate was set."
    told = {"pass": " (undecided gates counted as passed)", "fail": " (undecided gates counted as failed)"}
    meaning = {
        0: "every gate passed",
        1: "a gate failed",
        2: "the input or the configuration was wrong",
        3: "no gate failed and at least one is undecided",
        4: "a probe crashed and no gate failed",
    }.get(record.exit_code, "not a code of this version")
    note = (
        told.get(record.suite.undecided, "") if any(v.outcome == "undecided" for v in record.verdicts) else ""
    )
    return f"Exit code {record.exit_code}: {meaning}{note}."


def about(verdict: Verdict) -> str:
    """What a verdict speaks of, in words: "true positive rate gap by gender"."""
    of = scope(verdict.slice)
    grouped = "group" in verdict.slice or "feature" in verdict.slice
    return display.words(verdict.metric) + (" " if grouped else ", ") * bool(of) + of


def scope(slice_: Mapping[str, str]) -> str:
    """What a slice speaks of, in words: "for women (gender), recipe pwws"; "" for everything."""
    where = dict(slice_)
    feature, group = where.pop("feature", None), where.pop("group", None)
    rest = [f"{display.words(k)} {display.name(v)}" for k, v in where.items()]
    if group is not None:
        of = f"for {display.name(group)}" + ("" if feature is None else f" ({display.name(feature)})")
        return ", ".join([of, *rest])
    return ", ".join([*([] if feature is None else [f"by {display.name(feature)}"]), *rest])


def bound(verdict: Verdict) -> str:
    """The limit in words: "at most 0.10"."""
    return f"{'at most' if verdict.at_most else 'at least'} {display.limit(verdict.limit)}"
