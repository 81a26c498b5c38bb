"""The record of an audit and its renderings."""

from reports.files import read, write
from reports.page import html
from reports.record import AuditRecord

__all__ = ["AuditRecord", "html", "read", "write"]
