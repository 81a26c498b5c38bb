"""How does the comparison of two audits become one HTML file?"""

from collections.abc import Sequence
from itertools import groupby

from probes.types import Measurement
from reports import charts, display, statement
from reports.diff import DiffRecord
from reports.page import card, drawn
from reports.record import ProbeResult

DRAWN = ("accuracy", "selection_rate", "negative_flip_rate")
"""What is drawn group by group; all else stands in tables."""


def html(diff: DiffRecord) -> str:
    """The page: the same for the same comparison, without scripts and without the network."""
    return drawn(
        "diff.html.jinja",
        diff=diff,
        tool_version=diff.tool_version,
        overall=statement.overall(diff),
        told=told(diff),
        cards=[card(diff, v) for v in statement.worst_first(diff.verdicts)],
        panels=[panel for result in diff.results for panel in panels(result)],
        changed=[(probe, list(rows)) for probe, rows in groupby(diff.changed, key=lambda c: c.probe)],
    )


def told(diff: DiffRecord) -> str:
    """The change of everybody's accuracy in a sentence; "" where it was not measured."""
    found = {m.metric: m for r in diff.results for m in r.measurements if not m.slice}
    accuracy, flips = found.get("accuracy"), found.get("negative_flip_rate")
    if accuracy is None or accuracy.value is None:
        return ""
    between = display.interval(accuracy.low, accuracy.high)
    sentence = f"Accuracy changed by {display.number(accuracy.value)} ({between})"
    if flips is None or flips.value is None:
        return f"{sentence}."
    return f"{sentence}; of all rows, {100 * flips.value:.1f} % were right before and are wrong now."


def panels(result: ProbeResult) -> list[charts.Panel]:
    """The changes of all rows and of each group, a picture for each number and feature."""
    found = []
    for metric in DRAWN:
        of = [m for m in result.measurements if m.metric == metric and "class" not in m.slice]
        whole = [m for m in of if not m.slice]
        for feature in dict.fromkeys(m.slice["feature"] for m in of if "feature" in m.slice):
            title = f"{display.sentence(display.words(metric))} by {display.name(feature)}"
            found.append(
                _panel([*whole, *(m for m in of if m.slice.get("feature") == feature)], metric, title)
            )
    return [panel for panel in found if panel is not None]


def _panel(leaves: Sequence[Measurement], metric: str, title: str) -> charts.Panel | None:
    return charts.changes(
        leaves, title if metric.endswith("flip_rate") else f"Change of {title[0].lower()}{title[1:]}"
    )
