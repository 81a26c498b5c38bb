"""Assay: audit a fine-tuned model before you sign it off.

>>> import audit
>>> record = audit.run("model/", data="test.csv", group=["gender"])  # doctest: +SKIP
>>> record.exit_code  # doctest: +SKIP
0
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from audit.judgement import Check
    from probes.progress import Progress
    from reports.record import AuditRecord

__all__ = ["check", "read", "rejudge", "run"]


def run(model: str | None = None, *, progress: "Progress | None" = None, **settings: Any) -> "AuditRecord":
    """Audit a model and return the record.

    Args:
        model: a model folder, a hub id or `py:module:function`; None with `predictions=FILE`.
        progress: how progress is shown; silent by default.
        **settings: the keys of `audit.toml`, such as `suite`, `data`, `group`, `gates`. No file is read.

    Returns:
        The record; `record.exit_code` is what the command line would answer; a notebook shows a summary.

    Raises:
        AuditError: with every fault in the settings, the data and the model, before anything is measured.
    """
    from audit import agenda, runner
    from probes.progress import silent

    return runner.run(agenda.asked({"model": model, **settings}), progress=progress or silent)


def read(path: "Path | str") -> "AuditRecord":
    """Read a record.json, of this version or an older one.

    Raises:
        AuditError: when the file is not a record.
    """
    from pathlib import Path

    import reports

    return reports.read(Path(path))


def rejudge(record: "AuditRecord", **changes: Any) -> "AuditRecord":
    """Judge the measurements of a record by other gates; see `audit.judgement.rejudge`."""
    from audit.judgement import rejudge as judged

    return judged(record, **changes)


def check(record: "AuditRecord", *gates: str, alpha: float | None = None) -> "Check":
    """What gates say of a record: `assert audit.check(record, "…").passed`; see `audit.judgement.check`."""
    from audit.judgement import check as checked

    return checked(record, *gates, alpha=alpha)
