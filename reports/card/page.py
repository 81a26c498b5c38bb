"""How does the card become a page?"""

from reports import statement
from reports.card import content
from reports.card.prose import NOT_STATED, Prose
from reports.page import drawn
from reports.record import AuditRecord


def html(record: AuditRecord, prose: Prose) -> str:
    """The page: the same for the same record and prose, without scripts and without the network."""
    return drawn(
        "card.html.jinja",
        record=record,
        tool_version=record.tool_version,
        name=content.name(record, prose),
        overall=statement.overall(record),
        sections=content.sections(record, prose),
        quantitative=content.QUANTITATIVE,
        figures=content.figures(record),
        verdicts=statement.worst_first(record.verdicts),
        not_stated=NOT_STATED,
    )
