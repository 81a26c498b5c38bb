"""Functions as models, and every way to name one wrongly."""

import sys

import numpy as np
import pytest

from audit.models import predict_checked, python_model
from probes.errors import AuditError

CODE = """
import numpy as np

number = 3

def length(texts):
    return np.array([[1 / (1 + len(t)), len(t) / (1 + len(t))] for t in texts])

def named(texts):
    return length(texts)
named.classes = ["short", "long"]

def three(texts):
    return [[0.2, 0.3, 0.5] for _ in texts]

def flat(texts):
    return [0.5 for _ in texts]

def broken(texts):
    raise ValueError("no such\\nfile")

def one(texts):
    return [[1.0] for _ in texts]

class Scorer:
    def predict(self, texts):
        return length(texts)
scorer = Scorer()

def leaves(texts):
    raise SystemExit(3)
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "scoring_box.py").write_text(CODE)
    (tmp_path / "half_box.py").write_text("import not_there_at_all")
    (tmp_path / "bad_box.py").write_text("1 / 0")
    (tmp_path / "odd_box.py").write_text("def (")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in ("scoring_box", "half_box", "bad_box", "odd_box"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("name", "classes", "expected"),
    [
        ("length", None, ("0", "1")),
        ("length", ["no", "yes"], ("no", "yes")),
        ("named", None, ("short", "long")),
        ("named", ["a", "b"], ("a", "b")),
        ("three", None, ("0", "1", "2")),
        ("scorer.predict", None, ("0", "1")),
    ],
)
def test_where_the_class_names_come_from(name, classes, expected):
    model = python_model(f"py:scoring_box:{name}", classes)
    assert model.classes == expected
    assert model.info.kind == "python"
    assert predict_checked(model, ["a", "bb"]).labels.shape == (2,)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("scoring_box:length", "does not name a function"),
        ("py:scoring_box", "does not name a function"),
        ("py::length", "does not name a function"),
        ("py:no_such_box:f", "no module no_such_box"),
        ("py:no_such.box:f", "no module no_such.box"),
        ("py:scoring_box:f", "has no f; it has length, named"),
        ("py:scoring_box:number", "is a int, not a function"),
        ("py:half_box:f", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("py:bad_box:f", "importing bad_box raised ZeroDivisionError"),
        ("py:odd_box:f", "SyntaxError"),
        ("py:scoring_box:broken", "raised ValueError: no such file"),
        ("py:scoring_box:leaves", "raised SystemExit"),
        ("py:scoring_box:flat", r"shape \(1,\)"),
        ("py:scoring_box:one", "two or more"),
    ],
)
def test_faults_are_sentences(reference, said):
    with pytest.raises(AuditError, match=said) as caught:
        python_model(reference)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("classes", [["same", "same"], ["one"], "ab", [1, 2]])
def test_class_names_are_checked(classes):
    with pytest.raises(AuditError, match="names"):
        python_model("py:scoring_box:length", classes)


def test_too_many_class_names():
    with pytest.raises(AuditError, match="shape"):
        predict_checked(python_model("py:scoring_box:length", ["a", "b", "c"]), ["x"])


def test_a_function_that_raises_later():
    with pytest.raises(AuditError, match="raised ValueError"):
        python_model("py:scoring_box:broken", ["a", "b"]).predict(["x"])


def test_no_texts_asks_nothing():
    assert np.shape(python_model("py:scoring_box:broken", ["a", "b"]).predict([])) == (0, 2)
