"""Would a wrong comparison in the statistics or the gates be noticed?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("probes/stats", "audit/gates")
    for path in (ROOT / folder).glob("*.py")
    if path.name != "__init__.py"
)

# Mutants that change nothing that anybody could observe, by a part of their description, with the reason.
EQUIVALENT = {
    "_decided(": "a simulated share of exactly 80 %; the rows needed are an estimate rounded up",
    "_needed(": "a bisection that meets its end exactly, 30 halvings deep",
    "value >= down": "drawn from a continuous distribution, which never meets the bound exactly",
    "value <= -up": "drawn from a continuous distribution, which never meets the bound exactly",
    "abs(x) <= 0.01": "0.01 reads 0.01 in both spellings",
}


def survivors(file: str, every: int) -> list[str]:
    script = Path(__file__).with_name("mutants.py")
    done = subprocess.run(
        [sys.executable, str(script), file, str(every)], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout.splitlines()[-1])
    return [mutant for mutant in result["survived"] if not any(part in mutant for part in EQUIVALENT)]


def test_some_changed_comparisons_are_noticed() -> None:
    assert survivors("probes/stats/tests.py", 3) == []


@pytest.mark.full
@pytest.mark.parametrize("file", FILES)
def test_every_changed_comparison_is_noticed(file: str) -> None:
    assert survivors(file, 1) == []
