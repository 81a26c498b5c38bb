"""The audited rows: read, checked, grouped, fingerprinted."""

from audit.data.held_out import choose
from audit.data.load import AuditData, load
from audit.data.options import DataOptions

__all__ = ["AuditData", "DataOptions", "choose", "load"]
