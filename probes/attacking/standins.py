"""What stands in for the parts of TextAttack's surroundings that must not be loaded?

- flair: TextAttack imports it for taggers that no recipe here uses; the version it pins does not work with
  transformers 5.
- matplotlib: bert_score, which TextAttack imports, imports it for a figure that nobody draws here.
- TextAttack's installer: when imported it downloads, creates files, rewrites environment variables and
  prints; here it says what is missing instead.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from probes.errors import Skip
from probes.home import told

INSTALLER = "textattack.shared.utils.install"
BUCKET = "https://textattack.s3.amazonaws.com"


def downloads() -> Path:
    """The folder where TextAttack keeps what it downloads: `$TA_CACHE_DIR`, else `~/.cache/textattack`."""
    return Path(os.environ.get("TA_CACHE_DIR") or Path.home() / ".cache" / "textattack")


def how_to_download(name: str) -> str:
    """The command that puts a file of TextAttack's collection where it is looked for; a report repeats it."""
    target = told(str(downloads() / Path(name).parent))
    packed = f"{Path(name).name}.zip"
    return f"mkdir -p {target} && curl -L {BUCKET}/{name} -o {packed} && unzip {packed} -d {target}"


def installer() -> ModuleType:
    """A module with the names of TextAttack's installer that finds files and never downloads one."""
    log = logging.getLogger("textattack")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    return _module(
        INSTALLER,
        logger=log,
        TEXTATTACK_CACHE_DIR=str(downloads()),
        path_in_cache=lambda path: str(downloads() / path),
        download_from_s3=_present,
        download_from_url=lambda url, path, **_: _present(path),  # noqa: ARG005 - the caller's signature
    )


def _present(name: str, **_: Any) -> str:
    path = downloads() / name
    if not path.exists():
        raise Skip(f"TextAttack's {name} is not in {downloads()}; bring it with `{how_to_download(name)}`")
    return str(path)


def stand_ins() -> dict[str, ModuleType]:
    """Modules to be found under their names while TextAttack is imported, and not after that."""
    wanted = {} if find_spec("flair") else _flair()
    return {name: module for name, module in (wanted | _matplotlib()).items() if name not in sys.modules}


def _flair() -> dict[str, ModuleType]:
    data = _module("flair.data", Sentence=type("Sentence", (), {}), Tokenizer=type("Tokenizer", (), {}))
    models = _module("flair.models", SequenceTagger=type("SequenceTagger", (), {}))
    return _named(_module("flair", data=data, models=models), data, models)


def _matplotlib() -> dict[str, ModuleType]:
    pyplot = _module("matplotlib.pyplot")
    grid = _module("mpl_toolkits.axes_grid1", make_axes_locatable=None)
    parents = _module("matplotlib", pyplot=pyplot), _module("mpl_toolkits", axes_grid1=grid)
    return _named(*parents, pyplot, grid)


def _named(*modules: ModuleType) -> dict[str, ModuleType]:
    return {module.__name__: module for module in modules}


def _module(name: str, **content: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(content)
    return module


@contextmanager
def unchanged_environment() -> Iterator[None]:
    """Give the environment variables back as they were."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
