"""Which way of training does a plan ask for, and does all that it asks for go together?"""

from collections.abc import Callable, Iterator, Mapping

from probes.errors import AuditError
from training.belonging import unused
from training.composition import NOTHING, Known, asked, composed, unshown
from training.methods import STANDARD, Method
from training.plan import Plan
from training.private import method as private


def _standard(plan: Plan, known: Known) -> Method:
    """The plain method where nothing is asked of it, so that its record says as much."""
    return composed(plan, known) if asked(plan, known) else STANDARD


METHODS: Mapping[str, Callable[[Plan, Known], Method]] = {
    "standard": _standard,
    "private": lambda plan, _: private.method(plan),
    "adversarial": composed,
}
"""Name of the method -> makes it from the plan and what is known of the rows."""


def chosen(plan: Plan, known: Known = NOTHING) -> Method:
    """The method that the plan asks for.

    Raises:
        AuditError: when settings do not go together, or what they need is not known.
    """
    check(plan)
    if plan.method == "private" and (more := asked(plan, known)):
        raise AuditError(_not_private(more))
    return METHODS[plan.method](plan, known)


def check(plan: Plan, rows: int | None = None) -> None:
    """Refuse settings that do not go together.

    Args:
        plan: how to train.
        rows: the number of training rows; None when it is not known yet.

    Raises:
        AuditError: with one sentence for each.
    """
    if faults := (
        *unused(plan),
        *filter(None, [unshown(plan, rows)]),
        *_group_faults(plan),
        *_privacy_faults(plan, rows),
    ):
        raise AuditError(*faults)


def _group_faults(plan: Plan) -> Iterator[str]:
    if plan.mitigation != "none" and "counterfactual" in plan.augment:
        yield (
            f"mitigation = {plan.mitigation!r} with augment = 'counterfactual': a copy speaks of another "
            "group than its text, so that nobody knows its group; take one of the two"
        )
    if plan.method == "private" and (more := asked(plan, NOTHING)):
        yield _not_private(more)


def _privacy_faults(plan: Plan, rows: int | None) -> Iterator[str]:
    if plan.method == "private":
        yield from private.faults(plan, rows=rows)


def _not_private(more: tuple[str, ...]) -> str:
    return (
        f"method = 'private' with {', '.join(more)}: the bound counts each row once and by itself, and says "
        "nothing of weights, copies or another model's answers; drop them, or take another method"
    )
