"""How does a record become one HTML file that needs nothing else, runs nothing and asks no network?"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from probes.types import Comparison, Exhibit, Measurement
from reports import (
    charts,
    curves,
    display,
    fitting,
    group_charts,
    marks,
    overview,
    statement,
    tables,
    undefined,
)
from reports import crosswalk as crosswalks
from reports.crosswalk import Crosswalk
from reports.record import AuditRecord, ProbeResult, Verdict
from reports.statement import Judged

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True)
class Card:
    """A verdict as the page shows it.

    Attributes:
        verdict: what the gate says.
        measured: the judged measurement, or None when the probe did not yield it.
        question: the question that the probe answers.
        gauge: the judged number against its limit, or None.
        panels: the groups behind the number.
    """

    verdict: Verdict
    measured: Measurement | None
    question: str
    gauge: charts.Panel | None
    panels: tuple[charts.Panel, ...]

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The groups behind the number, in figures."""
        return self.measured.comparisons if self.measured else ()

    @property
    def lines(self) -> int:
        """About how many lines it takes."""
        return 4 + sum(min(len(c.groups), charts.MOST_LINES) for c in self.comparisons)


@dataclass(frozen=True)
class Section:
    """An area as the page shows it; numbers are those of the anchors, over the whole page.

    Attributes:
        area: what was found.
        anchor: where it stands.
        cards: its verdicts, worst first, that are drawn.
        left_out: how many more stand in the table of all verdicts only.
        results: what its probes found.
        pictures: for each of them the groups that no verdict draws.
    """

    area: overview.Area
    anchor: str
    cards: tuple[tuple[int, Card], ...]
    left_out: int
    results: tuple[tuple[int, ProbeResult], ...]
    pictures: Mapping[int, fitting.Fitted[charts.Panel]]


def html(record: AuditRecord, *, crosswalk: Crosswalk | None = None) -> str:
    """The report: one page, the same for the same record, without the network.

    Its one script filters what is shown; the page is whole without it.

    Args:
        record: the audit.
        crosswalk: what is evidence of what; None for that of Assay.
    """
    verdicts = statement.worst_first(record.verdicts)
    found = sections(record, verdicts)
    anchors = {s.area.key: s.anchor for s in found}
    return drawn(
        "report.html.jinja",
        record=record,
        overall=statement.overall(record),
        sections=found,
        gates=[
            (i, v, anchors[overview.area_of(v.probe)])
            for i, v in enumerate(verdicts[: fitting.MOST_GATES], start=1)
        ],
        pictured={i for s in found for i, _ in s.cards},
        unmeasured=[r for r in record.results if r.status != "ok"],
        undefined=fitting.fitted(undefined.by_reason(record.results), lambda _: 1, fitting.MOST_UNDEFINED),
        groups=fitting.fitted(_counted(record), lambda pair: len(pair[1]), fitting.DATA_LINES),
        crosswalk=crosswalk or crosswalks.load(),
    )


def sections(record: AuditRecord, verdicts: Sequence[Verdict]) -> list[Section]:
    """The areas of an audit with what the page draws of them; each area has the same room for pictures."""
    cards = [(i, card(record, v)) for i, v in enumerate(verdicts[: fitting.MOST_GATES], start=1)]
    results = list(enumerate((r for r in record.results if r.status == "ok"), start=1))
    areas = overview.areas(record)
    room = fitting.CARD_LINES // max(1, len(areas))
    found = [_section(area, f"area-{i}", cards, results, room) for i, area in enumerate(areas, start=1)]
    pictures = _pictures(results, [c for s in found for _, c in s.cards])
    return [replace(s, pictures={i: pictures[i] for i, _ in s.results}) for s in found]


def _section(
    area: overview.Area,
    anchor: str,
    cards: Sequence[tuple[int, Card]],
    results: Sequence[tuple[int, ProbeResult]],
    room: int,
) -> Section:
    own = [(i, c) for i, c in cards if overview.area_of(c.verdict.probe) == area.key]
    shown = fitting.fitted(own, lambda numbered: numbered[1].lines, room).shown
    found = tuple((i, r) for i, r in results if overview.area_of(r.probe) == area.key)
    return Section(area, anchor, shown, len(area.verdicts) - len(shown), found, {})


def _pictures(
    results: Sequence[tuple[int, ProbeResult]], cards: Sequence[Card]
) -> dict[int, fitting.Fitted[charts.Panel]]:
    """For each probe the pictures of groups that no card has; all probes that have some get the same room."""
    drawn = [
        (c.verdict.probe, group_charts.key(m)) for c in cards for one in c.comparisons for m in one.groups
    ]
    found = {
        i: group_charts.panels(r.measurements, {key for probe, key in drawn if probe == r.probe})
        for i, r in results
    }
    room = fitting.CHART_LINES // max(1, sum(map(bool, found.values())))
    return {i: fitting.fitted(panels, lambda p: len(p.marks), room) for i, panels in found.items()}


def _counted(record: AuditRecord) -> list[tuple[str, list[charts.Bar]]]:
    features = record.data.groups if record.data else {}
    return [(feature, charts.bars(counts)) for feature, counts in features.items()]


def drawn(template: str, **content: Any) -> str:
    """A page of ours with its style and script, and the hashes by which the browser takes no others."""
    environment = templates()
    style, script = (_own(environment, name) for name in ("style.css", "filter.js"))
    page = environment.get_template(template)
    return page.render(
        **content,
        style=_trusted(style),
        style_hash=_source_hash(style),
        script=_trusted(script),
        script_hash=_source_hash(script),
    )


def _own(environment: "Environment", name: str) -> str:
    return environment.loader.get_source(environment, name)[0] if environment.loader else ""


def templates() -> "Environment":
    """The environment of our templates: strict, escaping, and with nothing hidden in any string."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "name": display.name,
        "place": display.place,
        "words": display.words,
        "figure": display.figure,
        "marked": display.marked,
        "sentence": display.sentence,
        "number": display.number,
        "limit": display.limit,
        "percent": lambda share: f"{100 * share:g} %",
        "p": display.p_value,
        "matrices": tables.matrices,
        "others": tables.others,
        "numeric": tables.numeric,
        "sheet": tables.sheet,
        "bars": charts.bars,
        "ends": charts.ends,
        "fitted_tables": fitting.matrices,
        "fitted_exhibits": fitting.exhibits,
        "fitted_figures": fitting.furthest,
        "pieces": marks.pieces,
    }
    environment.tests |= {"nested": tables.nested, "side_by_side": curves.side_by_side, "worded": _worded}
    environment.globals |= {
        "interval": display.interval,
        "drawing": curves.figure,
        "side_by_side": curves.figures,
        "plural": statement.plural,
        "about": statement.about,
        "bound": statement.bound,
        "markers": curves.MARKERS,
        "answers": crosswalks.answers,
    }
    return environment


def _worded(exhibit: Exhibit) -> bool:
    return exhibit.kind in ("example", "highlights")


def card(record: Judged, verdict: Verdict) -> Card:
    """A verdict with its pictures."""
    result = next((r for r in record.results if r.probe == verdict.probe), None)
    measured = _measured(result, verdict)
    comparisons = measured.comparisons if measured else ()
    return Card(
        verdict=verdict,
        measured=measured,
        question=result.title if result else "",
        gauge=charts.gauge(verdict, measured),
        panels=tuple(charts.groups(c, verdict) for c in comparisons if c.groups),
    )


def _measured(result: ProbeResult | None, verdict: Verdict) -> Measurement | None:
    candidates = result.measurements if result else ()
    return next((m for m in candidates if (m.metric, dict(m.slice)) == (verdict.metric, verdict.slice)), None)


def _finalize(value: Any) -> Any:
    if value is None:
        raise ValueError("a template shows a value that is None")
    # What the templates made themselves has been through here, piece by piece.
    return display.visible(value) if type(value) is str else value


def _trusted(own: str) -> Any:
    from markupsafe import Markup

    return Markup(own)  # noqa: S704 - a file of this package, nothing of the record


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
