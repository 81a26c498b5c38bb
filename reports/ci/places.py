"""At which line of the settings file does a gate stand?"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# A string of TOML on one line, in double quotes with escapes or in single quotes without.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


@dataclass(frozen=True)
class Places:
    """Where gates are written.

    Attributes:
        file: the path that a build knows the file by; "" when there is none.
        lines: gate as written -> its line.
    """

    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def line(self, gate: str) -> int:
        """The line of a gate; the first for a gate that the file does not hold, such as one of a suite."""
        return self.lines.get(gate, 1)


def places(file: str, text: str) -> Places:
    """The places of all strings in a TOML text; of equal ones the first."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for written in _strings(line):
            lines.setdefault(written.strip(), number)
    return Places(file, lines)


def _strings(line: str) -> Iterator[str]:
    if line.lstrip().startswith("#"):
        return
    for found in _STRING.findall(line):
        try:
            yield tomllib.loads(f"x = {found}")["x"]
        except tomllib.TOMLDecodeError:
            continue
