"""Which characters, phrases and words does a perturbation exchange?"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@cache
def read(name: str) -> dict[str, Any]:
    """The content of one of our lists, such as `ocr`; each states its source."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
