"""Which way of training does a plan ask for, and does all that it asks for go together?"""

from collections.abc import Callable, Iterator, Mapping

from probes.errors import AuditError
from training.composition import NOTHING, Known, asked, composed
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

NOT_OF = {
    "attack_steps": ("fgm",),
    "attack_clean": ("freelb", "smart"),
}
"""Setting -> attacks that do not have it."""


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
        *_attack_faults(plan),
        *_text_faults(plan),
        *_group_faults(plan),
        *_privacy_faults(plan, rows),
    ):
        raise AuditError(*faults)


def _attack_faults(plan: Plan) -> Iterator[str]:
    given = [
        name
        for name in ("attack", "radius", "attack_steps", "attack_clean")
        if getattr(plan, name) is not None
    ]
    if plan.method != "adversarial":
        for name in given:
            yield (
                f"{name} = {getattr(plan, name)!r} is a setting of adversarial training; add --method "
                "adversarial, or leave it out"
            )
        return
    strategy = plan.attack or "fgm"
    for name in given:
        if strategy in NOT_OF.get(name, ()):
            yield f"{name} = {getattr(plan, name)!r}: attack {strategy!r} has no such setting; leave it out"


def _text_faults(plan: Plan) -> Iterator[str]:
    if plan.attacker != "none" and plan.num_train_epochs < 2 and plan.max_steps is None:
        yield (
            f"attacker = {plan.attacker!r} needs two epochs or more: the model is attacked once it has "
            "learnt something; raise num_train_epochs"
        )


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
        return
    for name in ("epsilon", "noise_multiplier", "delta"):
        if getattr(plan, name) is not None:
            yield (
                f"{name} = {getattr(plan, name)!r} is a setting of private training; add --method private, "
                "or leave it out"
            )


def _not_private(more: tuple[str, ...]) -> str:
    return (
        f"method = 'private' with {', '.join(more)}: the bound counts each row once and by itself, and says "
        "nothing of weights, copies or another model's answers; drop them, or take another method"
    )
