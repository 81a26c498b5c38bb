"""Is what the attack attacks what the audit audits? Decisions must be equal before any number is believed.

An attack on a model whose columns are in another order, or whose texts are prepared otherwise, fails always
or succeeds at once, and looks like a finding.
"""

from collections.abc import Sequence

import numpy as np

from probes.attacking import Attacked
from probes.errors import Skip
from probes.types import Context, IntArray

_SHOWN = 100


class DisagreementError(Exception):
    """The attacked model decides otherwise than the audited one; the message says where."""


def check_model(ctx: Context, rows: IntArray) -> None:
    """The model, asked again, must decide the rows as the audit has it.

    Raises:
        Skip: when rules beside the model made the audited decisions; they cannot be attacked through it.
        DisagreementError: when the model itself decides otherwise.
    """
    decided = ctx.answers.labels[rows]
    again = np.asarray(ctx.oracle.predict([ctx.texts[row] for row in rows.tolist()])).argmax(axis=1)
    if (again == decided).all():
        return
    given = ctx.answers.probabilities
    if given is not None and (again == given[rows].argmax(axis=1)).all():
        raise Skip(
            "the audited decisions are not the model's own (rules beside it decide), and the attacks would "
            "turn the model's; move the file of the rules away to attack the model"
        )
    raise DisagreementError(_told(ctx, rows, again))


def check_attack(ctx: Context, rows: IntArray, results: Sequence[Attacked]) -> None:
    """An attack must have skipped exactly the texts on which the audit has the model wrong.

    Raises:
        DisagreementError: when it has not, or gives other texts back.
    """
    if [result.original for result in results] != [ctx.texts[row] for row in rows.tolist()]:
        raise DisagreementError(
            f"the attack gave {len(results)} results, not one for each of {len(rows)} texts"
        )
    labels, decided = ctx.labels[rows], ctx.answers.labels[rows]
    seen = [
        result.answered if result.outcome == "skipped" else None if result.outcome == "invalid" else label
        for result, label in zip(results, labels.tolist(), strict=True)
    ]
    heard = np.array([d if s is None else s for s, d in zip(seen, decided.tolist(), strict=True)], dtype=int)
    if (heard != decided).any():
        raise DisagreementError(_told(ctx, rows, heard))


def _told(ctx: Context, rows: IntArray, heard: IntArray) -> str:
    decided = ctx.answers.labels[rows]
    apart = np.flatnonzero(heard != decided)
    row = int(rows[apart[0]])
    audited, attacked = (ctx.classes[int(found[apart[0]])] for found in (decided, heard))
    return (
        f"the attacked model and the audited one decide {len(apart)} of {len(rows)} texts differently (row "
        f"{ctx.samples.ids[row]!s:.{_SHOWN}}: audited {audited!r}, attacked {attacked!r}), so that no "
        "success of an attack would mean anything; a model must answer a text the same way each time"
    )
