"""How is a number written where a person reads it in a sentence?"""


def number(x: float) -> str:
    """A number as a reader wants it: 0.10, 0.104, 0.0032, −0.022."""
    if x != 0 and abs(x) < 0.01:
        return minus(f"{x:.2g}")
    # Adding 0 makes a plain 0 of −0.
    return minus(f"{x + 0.0:.3f}".removesuffix("0"))


def ranged(value: float, low: float, high: float) -> str:
    """A number with its interval, which is not broken over lines: 0.813 (0.638 to 0.916)."""
    between = minus(f"({low:.3f} to {high:.3f})").replace(" ", "\N{NO-BREAK SPACE}")
    return f"{minus(f'{value:.3f}')} {between}"


def minus(digits: str) -> str:
    """A number in digits with a minus sign in the place of each hyphen."""
    return digits.replace("-", "−")
