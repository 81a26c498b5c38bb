"""Does the command line start without the heavy packages?"""

import subprocess
import sys

import pytest

HEAVY = [
    "accelerate",
    "captum",
    "datasets",
    "fairlearn",
    "jinja2",
    "matplotlib",
    "opacus",
    "pandas",
    "peft",
    "pyarrow",
    "safetensors",
    "scipy",
    "sklearn",
    "statsmodels",
    "torch",
    "transformers",
]


def loaded(code):
    told = f"import sys\n{code}\nprint(*(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    "code",
    [
        "import audit.cli",
        "import audit, audit.config, audit.runner, reports, training, probes.registry",
        "from probes.registry import discover\ndiscover()",
        "from audit import agenda, config\nagenda.plan(config.build({}))",
    ],
)
def test_nothing_heavy_is_imported(code):
    assert loaded(code) == []


def test_help_needs_neither_numpy_nor_pydantic():
    code = (
        "import contextlib, io, sys\n"
        "sys.argv = ['audit', '--help']\n"
        "from audit.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()\n"
        "assert not {'numpy', 'pydantic'} & set(sys.modules), 'slow start'"
    )
    assert loaded(code) == []
