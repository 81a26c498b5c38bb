"""How does an audit stand among the tests of a build, as JUnit XML?

There is no schema of JUnit's own; this is the form that Jenkins and GitLab read.
"""

from xml.etree import ElementTree

from reports.ci.cases import Case, Level, cases
from reports.ci.places import Places
from reports.statement import Judged

_ELEMENTS: dict[Level, str] = {"failure": "failure", "error": "error", "undecided": "skipped"}


def junit(record: Judged, _places: Places) -> str:
    """One suite with a case for each gate: failed, undecided as skipped, a crashed probe as an error."""
    found = cases(record)
    counts = {
        "tests": str(len(found)),
        "failures": str(sum(case.level == "failure" for case in found)),
        "errors": str(sum(case.level == "error" for case in found)),
        "skipped": str(sum(case.level == "undecided" for case in found)),
    }
    root = ElementTree.Element("testsuites", {"name": "audit", **counts})
    suite = ElementTree.SubElement(root, "testsuite", {"name": "audit", **counts})
    for case in found:
        _add(suite, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add(suite: ElementTree.Element, case: Case) -> None:
    shown = ElementTree.SubElement(suite, "testcase", {"classname": case.probe, "name": case.name})
    if case.level in _ELEMENTS:
        told = ElementTree.SubElement(shown, _ELEMENTS[case.level], {"message": case.message})
        told.text = f"{case.title}\n{case.message}"
