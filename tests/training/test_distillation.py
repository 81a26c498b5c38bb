"""Does a student learn from a teacher's answers as the formula says?"""

import numpy as np
import pytest
import torch

from probes.errors import AuditError
from training.batches import Batch
from training.distillation import distilled, teacher_logits
from training.losses import cross_entropy_of_rows

ROWS = cross_entropy_of_rows()
BATCH = Batch(np.array([2, 0]), {}, torch.tensor([0, 1]))
LOGITS = torch.tensor([[1.0, -1.0], [0.5, 2.0]])


class Teacher:
    def __init__(self, classes, answers):
        self.classes, self.answers = classes, np.array(answers)

    def predict(self, inputs):
        return self.answers


def test_without_weight_it_is_the_loss_against_the_labels():
    found = distilled(ROWS, np.zeros((3, 2)), temperature=1.0, weight=0.0)(LOGITS, BATCH)
    torch.testing.assert_close(found, ROWS(LOGITS, BATCH))


def test_a_student_that_answers_as_the_teacher_has_no_loss():
    """Also where the logits differ by a constant; row 2 of the teacher is the first of the batch."""
    teacher = np.array([[5.5, 7.0], [9.0, 9.0], [1.0, -1.0]])
    found = distilled(ROWS, teacher, temperature=3.0, weight=1.0)(LOGITS, BATCH)
    torch.testing.assert_close(found, torch.zeros(2), atol=1e-6, rtol=0)


def test_known_divergence():
    """Teacher (3/4, 1/4), student (1/2, 1/2), KL = 3/4 log 3/2 + 1/4 log 1/2; half of it and of log 2."""
    teacher = np.log([[3.0, 1.0]])
    batch = Batch(np.array([0]), {}, torch.tensor([0]))
    found = distilled(ROWS, teacher, temperature=1.0, weight=0.5)(torch.zeros(1, 2), batch).item()
    assert found == pytest.approx(0.5 * np.log(2) + 0.5 * (0.75 * np.log(1.5) - 0.25 * np.log(2)), rel=1e-6)


def test_the_gradient_keeps_its_size_at_high_temperature():
    """Hinton et al., equation 4: at high T it tends to (z - v) / C for centred logits z and v."""
    logits = torch.tensor([[0.3, -0.3]], requires_grad=True)
    batch = Batch(np.array([0]), {}, torch.tensor([0]))
    distilled(ROWS, np.array([[-0.1, 0.1]]), temperature=500.0, weight=1.0)(logits, batch).sum().backward()
    torch.testing.assert_close(logits.grad, torch.tensor([[0.2, -0.2]]), rtol=1e-3, atol=0)


@pytest.mark.parametrize(("temperature", "weight"), [(0.0, 0.5), (-1.0, 0.5), (1.0, -0.1), (1.0, 1.1)])
def test_settings_out_of_range_are_refused(temperature, weight):
    with pytest.raises(AuditError, match="temperature"):
        distilled(ROWS, np.zeros((1, 2)), temperature=temperature, weight=weight)


def test_the_teacher_is_asked_in_the_order_of_the_students_classes():
    found = teacher_logits(Teacher(("yes", "no"), [[0.9, 0.1], [1.0, 0.0]]), ["a", "b"], ("no", "yes"))
    np.testing.assert_allclose(found[0], np.log([0.1, 0.9]), rtol=1e-6)
    assert np.isfinite(found).all()
    assert teacher_logits(Teacher(("no", "yes"), np.zeros((0, 2))), [], ("no", "yes")).shape == (0, 2)


@pytest.mark.parametrize(
    ("classes", "answers", "said"),
    [
        (("good", "bad"), [[0.5, 0.5]], "trained for the same classes"),
        (("no", "yes"), [[np.nan, 0.5]], "row 1"),
    ],
)
def test_a_teacher_that_cannot_teach_is_a_sentence(classes, answers, said):
    with pytest.raises(AuditError, match=said):
        teacher_logits(Teacher(classes, answers), ["a"], ("no", "yes"))
