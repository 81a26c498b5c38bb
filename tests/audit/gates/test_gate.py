"""Is a gate read as written, and refused with a sentence when it cannot be?"""

import pytest

from audit.gates import parse
from probes.errors import AuditError


@pytest.mark.parametrize(
    ("text", "part", "at_most", "limit"),
    [
        ("fairness.x/gap <= 0.10", {}, True, 0.1),
        ("fairness.x/gap>=.8", {}, False, 0.8),
        ("  fairness.x / gap { feature = gender }  <=  1e-2 ", {"feature": "gender"}, True, 0.01),
        (
            'fairness.x/gap{feature="a × b", class="<= {no}, yes"} <= 0.1',
            {"feature": "a × b", "class": "<= {no}, yes"},
            True,
            0.1,
        ),
        (
            "fairness.x/gap{feature='it = \"so\"', group=two words} <= 0.1",
            {"feature": 'it = "so"', "group": "two words"},
            True,
            0.1,
        ),
        ('fairness.x/gap{group=""} <= -0.5', {"group": ""}, True, -0.5),
        ("fairness.x/gap{} <= 0.1", {}, True, 0.1),
    ],
)
def test_known_gates(text: str, part: dict[str, str], at_most: bool, limit: float) -> None:
    gate = parse(text)
    assert (gate.probe, gate.metric) == ("fairness.x", "gap")
    assert (dict(gate.slice), gate.at_most, gate.limit) == (part, at_most, limit)
    assert gate.text == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gap <= 0.1",
        "fairness.x/gap < 0.1",
        "fairness.x/gap == 0.1",
        "fairness.x/gap <= ten",
        "fairness.x/gap <= nan",
        "fairness.x/gap <= inf",
        "fairness.x/gap <= 10 %",
        "fairness.x/gap{feature} <= 0.1",
        "fairness.x/gap{feature=} <= 0.1",
        "fairness.x/gap{a=1,,b=2} <= 0.1",
        "fairness.x/gap{a=1 <= 0.1",
        "fairness.x/gap{a=1,a=2} <= 0.1",
    ],
)
def test_faults_are_sentences_that_quote_the_gate(text: str) -> None:
    with pytest.raises(AuditError) as caught:
        parse(text)
    assert repr(text) in caught.value.faults[0]
    assert "write it as" in caught.value.faults[0]
