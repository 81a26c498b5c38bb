"""Distillation: how does a model learn from the answers of a larger one?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from probes.errors import AuditError
from probes.types import FloatArray, Model
from training.batches import Batch
from training.losses import RowLoss

if TYPE_CHECKING:
    from torch import Tensor


def distilled(
    row_loss: RowLoss, teacher: FloatArray, *, temperature: float = 2.0, weight: float = 0.5
) -> RowLoss:
    """The loss against the labels, mixed with how far the answers are from the teacher's.

    Formula, for each row: (1 - a) l + a T^2 KL(p_T || q_T), with l the row loss, a the weight, and p_T, q_T
    the softmax of the teacher's and the student's logits divided by the temperature T. T^2 keeps the gradient
    as large as without temperature.

    Args:
        row_loss: the loss against the labels.
        teacher: (N, C) logits of the teacher, as `teacher_logits` gives them, for each row that `Batch.rows`
            can name.
        temperature: T, above 0; the higher, the more the small probabilities count.
        weight: a, from 0 (labels only) to 1 (teacher only).

    Raises:
        AuditError: when the temperature or the weight is out of range.

    Reference: Hinton, Vinyals and Dean (2015), Distilling the knowledge in a neural network, section 2, with
        the
    divergence in place of the cross-entropy: they differ by the entropy of the teacher, which has no
    gradient.
    """
    if not (temperature > 0 and 0 <= weight <= 1):
        raise AuditError(
            f"temperature = {temperature} and weight = {weight}: the temperature of distillation is above 0 "
            "and the weight of the teacher from 0 to 1"
        )

    def loss(logits: "Tensor", batch: Batch) -> "Tensor":
        import torch
        from torch.nn import functional

        told = torch.as_tensor(teacher[batch.rows], dtype=torch.float32, device=logits.device)
        theirs = (told / temperature).log_softmax(dim=1)
        ours = (logits.float() / temperature).log_softmax(dim=1)
        apart = functional.kl_div(ours, theirs, reduction="none", log_target=True).sum(dim=1)
        return (1 - weight) * row_loss(logits, batch) + weight * temperature**2 * apart

    return loss


def teacher_logits(teacher: Model, texts: Sequence[str], classes: Sequence[str]) -> FloatArray:
    """The teacher's answers to all texts, asked once before training.

    They are the logarithms of its probabilities, which differ from its logits by a constant for each row and
    so give the same softmax at every temperature. A probability of 0 counts as 1e-12.

    Args:
        teacher: any model; its classes may be in another order.
        texts: (N,) the texts of the training rows.
        classes: the C classes of the student.

    Returns:
        (N, C) in the order of `classes`, float32.

    Raises:
        AuditError: when the teacher has other classes, or gives no valid answer to a text.
    """
    check_classes(teacher.classes, classes)
    order = [teacher.classes.index(name) for name in classes]
    given = np.asarray(teacher.predict(texts), dtype=np.float64)
    answers = given.reshape(len(texts), len(order))[:, order]
    if (invalid := np.flatnonzero(~np.isfinite(answers).all(axis=1))).size:
        raise AuditError(
            f"the teacher gives no valid answer to {invalid.size} of {len(texts)} texts, the first of them "
            f"row {invalid[0] + 1}; take another teacher, or leave these rows out"
        )
    return np.log(np.clip(answers, 1e-12, None)).astype(np.float32)


def check_classes(theirs: Sequence[str], classes: Sequence[str]) -> None:
    """Refuse a teacher that was trained for other classes than the student; their order does not matter.

    Raises:
        AuditError: with the classes of both.
    """
    if sorted(theirs) != sorted(classes):
        raise AuditError(
            f"the teacher's classes are {', '.join(map(repr, theirs))} and the data's are "
            f"{', '.join(map(repr, classes))}; take a teacher that was trained for the same classes"
        )
