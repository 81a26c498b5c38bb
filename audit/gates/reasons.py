"""Why does a gate pass, fail, or stay undecided, in plain words?"""

from collections.abc import Iterable, Mapping, Sequence

from audit.data.groups import TIMES
from audit.gates.gate import Gate
from audit.gates.planning import MOST_ROWS, Plan, hardest_pair
from probes.numerals import minus, number
from probes.parameters import limits
from probes.registry import discover
from probes.stats.contrasts import Target, lower, upper
from probes.stats.limits import testable
from probes.types import Measurement

_NOUN = {"value": "value", "difference": "gap", "ratio": "ratio", "ordered": "difference"}
_NAMED = 3
_LISTED = 12


def beyond(x: float, limit: float) -> str:
    """A number with as many digits as it takes to tell it from the limit."""
    if number(x) != number(limit):
        return number(x)
    digits = (f"{x:.{n}f}" for n in range(3, 7))
    return minus(next((d for d in digits if float(d) != limit), ""))


def passed(goal: Target, gate: Gate, value: float, plan: Plan) -> str:
    """What the data rule out."""
    bound = upper(goal, plan.passes) if gate.at_most else lower(goal, plan.passes)
    edge = f"{'more' if gate.at_most else 'less'} than {number(float(bound))}"
    asks_every_pair = goal.contrast == ("difference" if gate.at_most else "ratio")
    where = "for every pair of groups " if asks_every_pair else ""
    told = f"The {_NOUN[goal.contrast]} of {number(value)} is within the limit of {_limit(gate)}"
    return f"{told}: {where}the data rule out {edge}."


def _limit(gate: Gate) -> str:
    return number(gate.limit) if gate.at_most else f"at least {number(gate.limit)}"


def failed(goal: Target, gate: Gate, measurement: Measurement, plan: Plan) -> str:
    """Between which groups, and by how much."""
    bound = float(lower(goal, plan.fail) if gate.at_most else upper(goal, plan.fail))
    side, edge = ("above", "at least") if gate.at_most else ("below", "at most")
    noun = _NOUN[goal.contrast]
    told = f"the {noun} is {edge} {beyond(bound, gate.limit)}, {side} the limit of {number(gate.limit)}"
    if goal.contrast == "value":
        return f"Fails: observed {number(measurement.value or 0.0)}; {told}."
    return f"Fails: {_names(goal, measurement, plan)}: {told}."


def undecided(
    goal: Target, gate: Gate, measurement: Measurement, plan: Plan, rows: int | None, smallest: float | None
) -> str:
    """What the data leave open, and what would close it."""
    noun = _NOUN[goal.contrast]
    groups = f"{_names(goal, measurement, plan)}: " if goal.contrast != "value" else ""
    told = (
        f"Undecided: {groups}by the tests of this gate the {noun} may be {_range(goal, plan)}; "
        f"the limit is {_limit(gate)}."
    )
    parts = (told, _power(noun, smallest), _rows(goal, rows), _limited(gate) if rows else "")
    return " ".join(part for part in parts if part)


def _range(goal: Target, plan: Plan) -> str:
    """The values that are neither ruled out as too low nor as too high."""
    low, high = float(lower(goal, plan.above)), float(upper(goal, plan.below))
    if goal.contrast == "value":
        return f"between {number(low)} and {number(high)}"
    most = min(high, 1.0) if goal.contrast == "ratio" else high
    least = low if goal.contrast == "ordered" else max(low, 0.0)
    return f"between {number(least)} and {number(most)}"


def _power(noun: str, smallest: float | None) -> str:
    if smallest is None:
        return ""
    return f"This data would have failed a true {noun} of {number(smallest)} in 80 % of runs."


def _rows(goal: Target, rows: int | None) -> str:
    group = "rows" if goal.contrast == "value" else "rows per group"
    if rows is None:
        return (
            f"The observed value is so close to the limit that not even {MOST_ROWS:,} {group} would decide."
        )
    told = f"About {rows:,} {group} behind the numbers {_present(goal)} would decide"
    return f"{told}, if the observed values are the true ones."


def _present(goal: Target) -> str:
    """How many rows the numbers rest on: fewer than the data have where a number speaks of some alone."""
    sizes = [int(size) for family in goal.families for size in family.sizes]
    few, many = min(sizes), max(sizes)
    return f"(now {few:,})" if few == many else f"(now {few:,} to {many:,})"


def _limited(gate: Gate) -> str:
    """What the user can set for more rows, where that is more than to bring more data."""
    names = limits(discover()[gate.probe].parameters) if gate.probe in discover() else ()
    if not names:
        return ""
    what = "the parameter" if len(names) == 1 else "the parameters"
    return f"Their number is limited by {what} {' and '.join(names)} of {gate.probe}."


def unmeasured(gate: Gate, measurements: Sequence[Measurement]) -> str:
    """What a gate asks for that the probe did not measure, and what it did."""
    found = [dict(m.slice) for m in measurements if m.metric == gate.metric]
    told = f"Undecided: the probe {gate.probe} measured no {gate.metric}"
    if not found:
        return f"{told}; there is {_listed(m.metric for m in measurements)}."
    part = ", ".join(f"{key} = {value}" for key, value in gate.slice.items())
    there = (_there(key, found) for key, value in gate.slice.items() if not _has(found, key, value))
    return f"{told} with {part}; {'; '.join(there) or 'there is each of these, but not together'}."


def _has(found: Sequence[Mapping[str, str]], key: str, value: str) -> bool:
    return any(part.get(key) == value for part in found)


def _there(key: str, found: Sequence[Mapping[str, str]]) -> str:
    values = [part[key] for part in found if key in part]
    if values:
        return f"there is {key} = {_listed(values)}"
    return f"it has no {key!r}, but {_listed(k for part in found for k in part)}"


def _listed(names: Iterable[str]) -> str:
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - _LISTED} more" if len(each) > _LISTED else ""
    return (", ".join(each[:_LISTED]) or "nothing") + more


def unjudged(measurement: Measurement) -> str:
    """Why a measurement cannot be tested at all."""
    if measurement.value is None:
        return f"Undecided: the number is undefined: {measurement.note}."
    if measurement.note and not measurement.comparisons:
        return f"Undecided: the number cannot be tested: {measurement.note}."
    return "Undecided: the number comes without the counts or standard errors that a test needs."


def untestable(leaves: Sequence[Measurement]) -> str:
    """Which groups keep a gate from being decided."""
    names = list(dict.fromkeys(f"{leaf.metric} of {_group(leaf)}" for leaf in leaves))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    why = leaves[0].note or "no rows to test"
    told = f"Undecided: the data do not bound {', '.join(names[:_NAMED])}{more} ({why})"
    return f"{told}, so that not all pairs can be shown to keep the limit. {_mended(leaves)}"


def _mended(leaves: Sequence[Measurement]) -> str:
    """What the user can do about groups that cannot be bounded."""
    features = list(dict.fromkeys(leaf.slice["feature"] for leaf in leaves if "feature" in leaf.slice))
    parts = list(dict.fromkeys(part for feature in features for part in feature.split(TIMES)))
    where = f" in {' or '.join(parts)}" if parts else ""
    told = f"More rows of such groups would help, or giving small groups one common name{where}"
    if parts == features:
        return f"{told}."
    alone = " or ".join(f"{{feature={part}}}" for part in parts)
    return f"{told}, or a gate on {alone} in place of the intersection."


def _names(goal: Target, measurement: Measurement, plan: Plan) -> str:
    """The two groups that stand furthest beyond the limit, with their values."""
    families = [c.groups for c in measurement.comparisons]
    kept = [k for k in ([leaf for leaf in f if testable(leaf)] for f in families) if len(k) > 1]
    family, row, column = hardest_pair(goal, plan)
    what = f"{kept[family][row].metric.replace('_', ' ')} of " if len(families) > 1 else ""
    return f"{what}{_told(kept[family][row])} against {_told(kept[family][column])}"


def _told(leaf: Measurement) -> str:
    return f"{_group(leaf)} ({number(leaf.value or 0.0)})"


def _group(leaf: Measurement) -> str:
    return leaf.slice.get("group") or ", ".join(leaf.slice.values()) or "a group"
