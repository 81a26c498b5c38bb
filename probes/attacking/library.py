"""How is TextAttack imported, without what importing it does besides?

This is the only module that imports it. Imported as it comes, TextAttack 0.3.11 needs a flair that does not
work with transformers 5, downloads NLTK data, creates a folder in the home directory, rewrites environment
variables and prints.
"""

import importlib
import logging
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from probes.attacking import corpora
from probes.attacking.standins import INSTALLER, installer, stand_ins, unchanged_environment
from probes.errors import AuditError

INSTALL = (
    "run `pip install 'assay-audit[attacks]'` and `pip install --no-deps textattack==0.3.11` "
    "(its own requirements cannot be installed beside transformers 5)"
)
_REMEMBERED = 2**16
# What TextAttack splits as a whole, by a dictionary.
_CHINESE = re.compile("[\u4e00-\u9fff]")
# What TextAttack imports at once; the extra `attacks` brings all of them.
_NEEDED = (
    "greenlet", "textattack", "nltk", "bert_score", "editdistance", "jieba", "language_tool_python",
    "lemminflect", "lru", "more_itertools", "num2words", "OpenHowNet", "pinyin", "terminaltables",
    "word2number",
)  # fmt: skip


def missing() -> str | None:
    """Why no attack can run here, with the commands that mend it; None when TextAttack can be imported."""
    absent = [name for name in _NEEDED if name not in sys.modules and find_spec(name) is None]
    if not absent:
        return None
    return (
        f"attacks need {', '.join(absent)}, which {'is' if len(absent) == 1 else 'are'} not here; {INSTALL}"
    )


@cache
def textattack() -> ModuleType:
    """TextAttack.

    Raises:
        AuditError: when it, or something it needs, is not installed or cannot be imported.
    """
    if fault := missing():
        raise AuditError(fault)
    corpora.show_to_nltk()
    corpora.keep_stop_words()
    # What it imports reads the environment when first imported: let it read the user's own.
    for name in ("transformers", "datasets"):
        importlib.import_module(name)
    with unchanged_environment(), _stand_ins(), quiet():
        try:
            return importlib.import_module("textattack")
        except (ImportError, LookupError) as error:
            raise AuditError(f"TextAttack cannot be imported ({error}); {INSTALL}") from error


@contextmanager
def _stand_ins() -> Iterator[None]:
    """They go away again, so that nobody takes them for the real ones; the installer's stays."""
    taken = stand_ins()
    sys.modules.update(taken)
    sys.modules.setdefault(INSTALLER, installer())
    try:
        yield
    finally:
        for name in taken:
            sys.modules.pop(name, None)


@contextmanager
def at_work() -> Iterator[None]:
    """While TextAttack attacks: nothing on the terminal, no download by NLTK, and words split once.

    TextAttack splits a text of w words into words w times for every candidate. Everything is as it was
    afterwards.
    """
    module = textattack().shared.attacked_text
    split = module.words_from_text
    remembered = lru_cache(_REMEMBERED)(_part_by_part(split))
    module.words_from_text = lambda text: list(remembered(text))
    try:
        with quiet():
            yield
    finally:
        module.words_from_text = split


def _part_by_part(split: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """The same split, which remembers the parts of a text between its spaces: candidates share most of them.

    TextAttack splits at spaces first and looks at each part alone, but for texts with Chinese characters.
    """
    remembered = lru_cache(_REMEMBERED)(split)

    def words(text: str) -> list[str]:
        if _CHINESE.search(text):
            return split(text)
        return [word for part in text.split() for word in remembered(part)]

    return words


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing of TextAttack, NLTK and what they use on the terminal, and no download by NLTK."""
    import nltk

    download, nltk.download = nltk.download, _no_download
    level, logging.root.manager.disable = logging.root.manager.disable, logging.CRITICAL
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        nltk.download, logging.root.manager.disable = download, level


def _no_download(*_: Any, **__: Any) -> bool:
    """In place of `nltk.download`, which TextAttack calls whenever it makes a WordNet transformation."""
    return False
