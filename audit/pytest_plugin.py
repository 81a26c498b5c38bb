"""Do the gates of an audit hold, as tests of an ordinary pytest run?

`pytest --audit-record FILE` runs every gate of a record as a test of its own. A test that takes the fixture
`audit_record` can ask the record itself, and one marked `assay_gate("probe/metric <= 0.1")` runs when that
gate passes. An undecided gate is a skipped test. Nothing is imported before it is needed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reports.ci.cases import Case
    from reports.record import AuditRecord

OPTION = "--audit-record"


class GateFailed(Exception):  # noqa: N818 - what a test says when it fails
    """A gate of the record failed, or a probe crashed."""


class RecordFile(pytest.File):
    """A record, as a file of tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each gate, and for each probe that crashed."""
        import reports
        from probes.errors import AuditError
        from reports.ci.cases import cases

        try:
            record = reports.read(self.path)
        except AuditError as error:
            raise self.CollectError(str(error)) from None
        for case in cases(record):
            yield GateItem.from_parent(self, name=f"{case.probe}/{case.name}", case=case)


class GateItem(pytest.Item):
    """A gate, as a test."""

    def __init__(self, *, case: "Case", **about: Any) -> None:
        super().__init__(**about)
        self.case = case

    def setup(self) -> None:
        """A crashed probe is an error, not a failure."""
        if self.case.level == "error":
            raise GateFailed(self.case.message)

    def runtest(self) -> None:
        """Say what the gate says."""
        if self.case.level == "failure":
            raise GateFailed(self.case.message)
        if self.case.level == "undecided":
            pytest.skip(f"{self.case.title}: {self.case.message}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The reason, without a traceback through this plugin."""
        if isinstance(excinfo.value, GateFailed):
            return f"{self.case.title}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands in lists of tests."""
        return self.path, None, self.name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("assay", "gates of an audit").addoption(
        OPTION,
        dest="audit_record",
        metavar="FILE",
        help="record.json of an audit; its gates are run as tests",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker, and let the record be collected with the user's own tests."""
    config.addinivalue_line(
        "markers", "assay_gate(*gates): run the test when these gates pass on the record of --audit-record"
    )
    given = config.getoption("audit_record")
    if given is not None and given not in config.args:
        config.args.append(given)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The record is a file of tests."""
    named = _path(parent.config)
    if named is None or file_path.name != named.name or not file_path.samefile(named):
        return None
    return RecordFile.from_parent(parent, path=file_path)


@pytest.fixture(scope="session")
def audit_record(request: pytest.FixtureRequest) -> "AuditRecord":
    """The record of `--audit-record`; without the option the test is skipped."""
    return _record(request.config)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Judge the gates of the marker before the test itself runs."""
    gates = [gate for marker in item.iter_markers("assay_gate") for gate in marker.args]
    if not gates:
        return
    import audit

    found = audit.check(_record(item.config), *gates)
    if found.failed:
        pytest.fail(str(found), pytrace=False)
    if not found.passed:
        pytest.skip(str(found))


def _path(config: pytest.Config) -> Path | None:
    given = config.getoption("audit_record")
    return None if given is None else config.invocation_params.dir / given


def _record(config: pytest.Config) -> "AuditRecord":
    path = _path(config)
    if path is None:
        pytest.skip(f"no audit to look at; run pytest with {OPTION} FILE")
    import audit

    return audit.read(path)
