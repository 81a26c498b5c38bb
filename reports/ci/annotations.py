"""What does GitHub show beside a change?

Workflow commands, which a step writes to its output: `::error title=…::message`.
"""

from collections.abc import Mapping

from reports.ci.cases import Case, Level, cases
from reports.ci.places import Places
from reports.display import shortened
from reports.statement import Judged

MOST = 10
"""GitHub shows at most ten errors and ten warnings of a step."""
LONGEST = 1000

_COMMANDS: Mapping[Level, str] = {"failure": "error", "error": "error", "undecided": "warning"}


def annotations(record: Judged, places: Places) -> str:
    """At most ten commands, worst first; when there is more to say, the last one counts the rest."""
    found = [case for case in cases(record) if case.level in _COMMANDS]
    kept = found if len(found) <= MOST else found[: MOST - 1]
    lines = [_command(case, places) for case in kept]
    if rest := len(found) - len(kept):
        lines.append(f"::warning title=Audit::{rest} more gates failed or are undecided; see the report")
    return "".join(line + "\n" for line in lines)


def _command(case: Case, places: Places) -> str:
    where = f"file={_property(places.file)},line={places.line(case.gate)}," if places.file else ""
    title = _property(shortened(case.title, LONGEST))
    message = _data(shortened(case.message, LONGEST))
    return f"::{_COMMANDS[case.level]} {where}title={title}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
