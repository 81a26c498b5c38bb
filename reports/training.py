"""What does a training record say in a few words? Read as plain JSON: reports do not know training."""

from collections.abc import Mapping
from typing import Any


def ledger(training: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The privacy ledger of a private run; None for other runs."""
    told = _mapping(_mapping(training).get("method_record"))
    return told if "delta" in told and "epsilon" in told else None


def epsilon(training: Mapping[str, Any] | None) -> float | None:
    """The bound of a private run; None where there is none."""
    value = _mapping(_mapping(ledger(training)).get("epsilon")).get("value")
    return float(value) if isinstance(value, int | float) else None


def words(training: Mapping[str, Any] | None) -> str:
    """The method, such as "private, epsilon 3.00"; "" without a record."""
    method, spent = _mapping(training).get("method"), epsilon(training)
    told = [str(method)] if method else []
    plan = _mapping(_mapping(training).get("plan"))
    told += [str(plan[key]) for key in ("adapter", "mitigation") if plan.get(key) not in (None, "none", "")]
    return ", ".join([*told, *([f"epsilon {spent:.3g}"] if spent is not None else [])])


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
