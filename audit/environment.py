"""Where does an audit run: which Python, platform and package versions?"""

import platform
from importlib.metadata import PackageNotFoundError, version

from reports.record import Environment

PACKAGES = (
    "accelerate", "captum", "datasets", "fairlearn", "greenlet", "harper-py", "lemminflect", "nltk",
    "numpy", "opacus", "pandas", "peft", "pyarrow", "safetensors", "scikit-learn", "scipy", "statsmodels",
    "textattack", "tokenizers", "torch", "transformers",
)  # fmt: skip


def installed(name: str) -> str | None:
    """The installed version of a distribution, without importing it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def describe() -> Environment:
    """This environment."""
    found = {name: installed(name) for name in PACKAGES}
    return Environment(
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: v for name, v in found.items() if v is not None},
    )


def tool_version() -> str:
    """The version of Assay."""
    return installed("assay-audit") or "0+unknown"
