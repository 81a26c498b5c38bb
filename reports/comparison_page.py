"""How does the comparison of several audits become one HTML file?"""

from collections.abc import Sequence
from itertools import groupby

from probes.types import Measurement
from reports import charts, display
from reports.comparison import Comparison, Line
from reports.diff_page import panels
from reports.page import drawn


def html(compared: Comparison) -> str:
    """The page: the same for the same comparison, without scripts and without the network."""
    whole, gaps, others = parts(compared.lines)
    return drawn(
        "compare.html.jinja",
        compared=compared,
        tool_version=compared.tool_version,
        headline=headline(compared),
        whole=whole,
        gaps=gaps,
        others=[(probe, list(rows)) for probe, rows in groupby(others, key=lambda line: line.probe)],
        changes=list(
            zip(compared.variants[1:], compared.changes, map(panels, compared.changes), strict=True)
        ),
        systemic=_systemic(compared),
    )


def parts(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """The numbers of all rows, each metric once; the gaps and ratios between groups; all others."""
    whole = {line.metric: line for line in reversed(lines) if not line.slice and _bounded(line)}
    gaps = {
        (line.metric, line.slice["feature"]): line
        for line in reversed(lines)
        if set(line.slice) == {"feature"} and _bounded(line)
    }
    shown = {id(line) for line in (*whole.values(), *gaps.values())}
    others = [line for line in lines if id(line) not in shown]
    return list(whole.values())[::-1], list(gaps.values())[::-1], others


def _bounded(line: Line) -> bool:
    return any(v is not None and v.low is not None for v in line.values)


def headline(compared: Comparison) -> str:
    """How often all models fail the same row, in a sentence."""
    found = {m.metric: m for m in compared.together.measurements if not m.slice}
    systemic, ratio = found.get("systemic_failure_rate"), found.get("homogenization")
    if systemic is None or systemic.value is None:
        return "How often all models fail the same row is not known."
    told = f"All {len(compared.variants)} models fail {systemic.successes or 0:,} of {systemic.n:,} rows"
    if ratio is None or ratio.value is None or ratio.low is None or ratio.high is None:
        return f"{told}."
    times = f"{ratio.value:.1f} times ({ratio.low:.1f} to {ratio.high:.1f})"
    return f"{told}, {times} as many as if they failed independently."


def _systemic(compared: Comparison) -> list[charts.Panel]:
    found = []
    for metric, neutral in (("systemic_failure_rate", 0.0), ("homogenization", 1.0)):
        of = [m for m in compared.together.measurements if m.metric == metric]
        for feature in dict.fromkeys(m.slice["feature"] for m in of if "feature" in m.slice):
            leaves: list[Measurement] = [m for m in of if not m.slice or m.slice.get("feature") == feature]
            title = f"{display.sentence(display.words(metric))} by {display.name(feature)}"
            panel = charts.changes(leaves, title, neutral=neutral)
            found += [panel] if panel else []
    return found
