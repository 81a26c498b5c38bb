"""Which word lists do attacks read through NLTK, and how do they get to where NLTK finds them?"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from probes.attacking import corpora
from probes.attacking.library import INSTALL
from probes.attacking.needs import how_to_get_wordnet
from probes.errors import AuditError

_COPY_STOP_WORDS = (
    "without internet, copy the folder corpora/stopwords of an NLTK data folder into ~/nltk_data/corpora"
)


@dataclass(frozen=True)
class Corpus:
    """A word list that NLTK reads and no package of the Python registry carries.

    Attributes:
        name: what the user types.
        title: what it is, in a line.
        licence: the licence of what is inside.
        origin: where it comes from.
        size: of what is kept, in bytes.
        find: where it is, or None.
        bring: puts it where NLTK looks, and tells where that is.
    """

    name: str
    title: str
    licence: str
    origin: str
    size: int
    find: Callable[[], Path | None]
    bring: Callable[[], Path]


def _find_wordnet() -> Path | None:
    where = corpora.wordnet()
    # Debian's own folder is where it can be copied from: NLTK cannot read it there.
    return None if where is None or where == corpora.DEBIAN else where


def _bring_wordnet() -> Path:
    return corpora.keep_wordnet() or _downloaded("wordnet", otherwise=how_to_get_wordnet())


def _bring_stop_words() -> Path:
    return _downloaded("stopwords", otherwise=_COPY_STOP_WORDS)


def _downloaded(name: str, *, otherwise: str) -> Path:
    """A corpus by NLTK's own downloader, which checks it against the sums of its index."""
    try:
        from nltk.downloader import Downloader
    except ImportError:
        raise AuditError(f"{name} is read through nltk, which is not here; {INSTALL}") from None
    try:
        corpora.folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=corpora.folder(), prefix=f".{name}-") as scratch:
            Downloader().download(name, scratch, quiet=True, raise_on_error=True, print_error_to=StringIO())
            return _moved(Path(scratch, "corpora"), corpora.folder() / "corpora", name)
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        raise AuditError(f"{name} could not be downloaded ({said:.200}); {otherwise}") from error


def _moved(scratch: Path, target: Path, name: str) -> Path:
    """Put it into `target`, in place of what stood in for it there."""
    target.mkdir(parents=True, exist_ok=True)
    if target.joinpath(name).is_dir():
        target.joinpath(name).rename(scratch.parent / "before")
    for part in scratch.iterdir():
        part.rename(target / part.name)
    return target / name if target.joinpath(name).is_dir() else target / f"{name}.zip"


CORPORA: Mapping[str, Corpus] = {
    corpus.name: corpus
    for corpus in (
        Corpus(
            name="wordnet",
            title="WordNet 3.0, English words with their synonyms, for attacks that replace words",
            licence="WordNet licence (BSD-like)",
            origin=f"Debian's {corpora.DEBIAN_PACKAGES}, else NLTK's data",
            size=36_000_000,
            find=_find_wordnet,
            bring=_bring_wordnet,
        ),
        Corpus(
            name="stopwords",
            title="words such as `the` that most attacks leave alone; without them those of scikit-learn",
            licence="none stated by NLTK (lists of SMART and Snowball)",
            origin="NLTK's data",
            size=60_000,
            find=corpora.stop_words,
            bring=_bring_stop_words,
        ),
    )
}
