"""How does a record become one HTML file that needs nothing else, runs nothing and asks no network?"""

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from probes.types import Comparison, Measurement
from reports import charts, display, statement, tables
from reports.record import AuditRecord, ProbeResult, Verdict

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


def html(record: AuditRecord) -> str:
    """The report: one page, the same for the same record, without scripts and without the network."""
    environment = templates()
    style = environment.loader.get_source(environment, "style.css")[0] if environment.loader else ""
    page = environment.get_template("report.html.jinja")
    return page.render(
        record=record,
        overall=statement.overall(record),
        cards=[card(record, v) for v in statement.worst_first(record.verdicts)],
        measured=[r for r in record.results if r.status == "ok"],
        unmeasured=[r for r in record.results if r.status != "ok"],
        style=_trusted(style),
        style_hash=_source_hash(style),
    )


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
    }
    environment.tests |= {"nested": tables.nested}
    environment.globals |= {
        "interval": display.interval,
        "line": charts.line,
        "plural": statement.plural,
        "about": statement.about,
        "bound": statement.bound,
    }
    return environment


def card(record: AuditRecord, verdict: Verdict) -> Card:
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
