"""Does a number stand in a sentence in one style, whoever writes it?"""

import pytest

from probes.numerals import minus, number


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (0, "0.00"),
        (-0.0, "0.00"),
        (0.1, "0.10"),
        (0.104, "0.104"),
        (0.1004, "0.10"),
        (0.00324, "0.0032"),
        (0.01, "0.01"),
        (0.00001, "1e−05"),
        (1.0, "1.00"),
        (-0.02, "−0.02"),
        (-0.0218, "−0.022"),
        (-0.0031, "−0.0031"),
        (-12.5, "−12.50"),
    ],
)
def test_numbers_have_one_style(x, shown):
    assert number(x) == shown


def test_every_hyphen_of_a_number_is_a_minus():
    assert minus("-1e-05") == "−1e−05"
