"""Is the line of a gate found?"""

import pytest

from reports.ci import Places, places

GATE = 'a.b/c{g="x y"} <= 0.10'
TOML = """
suite = "fairness"
# "a.b/c <= 0.10" in a comment
gates = [
    "a.b/c <= 0.10", 'a.b/c{g="x y"} <= 0.10',
    "a.b/d{g=\\"q\\"} >= 0.5",
]
"""


@pytest.mark.parametrize(
    ("gate", "line"), [("a.b/c <= 0.10", 5), (GATE, 5), ('a.b/d{g="q"} >= 0.5', 6), ("of/suite <= 1", 1)]
)
def test_the_line_on_which_a_gate_stands(gate, line):
    assert places("audit.toml", TOML).line(gate) == line


def test_without_a_file_there_is_no_place():
    assert Places().file == ""


@pytest.mark.parametrize("text", ["", '"', "'''", '"\\x"', "\x00", "'" * 999])
def test_any_text_is_read(text):
    assert places("f", text).line("g") == 1
