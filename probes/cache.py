"""Where does the user's cache lie?"""

import os
from pathlib import Path


def cache() -> Path:
    """The folder that may be deleted at any time: `assay` below `$XDG_CACHE_HOME`, else below `~/.cache`."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "assay"


def resource(name: str, version: str) -> Path:
    """The folder that keeps, or would keep, a fetched resource."""
    return cache() / "resources" / f"{name}-{version}"
