"""What does a record show of itself in a notebook? Its verdicts, in a fragment that styles only itself."""

from reports import statement
from reports.page import templates
from reports.record import AuditRecord

MOST_VERDICTS = 50


def summary(record: AuditRecord) -> str:
    """The statement and the verdicts, worst first, as a fragment of HTML."""
    return (
        templates()
        .get_template("notebook.html.jinja")
        .render(
            record=record,
            overall=statement.overall(record),
            verdicts=statement.worst_first(record.verdicts)[:MOST_VERDICTS],
            left_out=max(0, len(record.verdicts) - MOST_VERDICTS),
            unmeasured=[r for r in record.results if r.status != "ok"],
        )
    )
