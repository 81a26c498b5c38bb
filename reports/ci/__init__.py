"""In which forms do builds take the answer of an audit?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reports.ci.annotations import annotations
from reports.ci.junit import junit
from reports.ci.places import Places, places
from reports.ci.sarif import sarif
from reports.ci.summary import summary
from reports.statement import Judged

__all__ = ["FILES", "Form", "Places", "annotations", "places", "summary"]


@dataclass(frozen=True)
class Form:
    """A file that a build reads.

    Attributes:
        file: its name in the folder of the audit.
        render: its content, from the record and from where the gates are written.
    """

    file: str
    render: Callable[[Judged, Places], str]


FILES: Mapping[str, Form] = {
    "junit": Form("junit.xml", junit),
    "sarif": Form("audit.sarif", sarif),
    "summary": Form("summary.md", summary),
}
"""Name of a form, as in `--format` -> the file."""
