"""Where are the word lists that attacks need: stop words, and WordNet?

NLTK finds them below the folders of `nltk.data.path`. What the user has there is used as it is; what is
missing is put into the user's cache, and that folder comes last.
"""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from pathlib import Path

from probes.cache import resource
from probes.errors import AuditError

DEBIAN = Path("/usr/share/wordnet")
DEBIAN_PACKAGES = "wordnet-base wordnet-sense-index"
WORDNET_FILES = (
    "adj.exc", "adv.exc", "cntlist.rev", "data.adj", "data.adv", "data.noun", "data.verb", "index.adj",
    "index.adv", "index.noun", "index.sense", "index.verb", "noun.exc", "verb.exc",
)  # fmt: skip
LEXNAMES = "lexnames"
STOP_WORDS = "corpora/stopwords/english"
# The 45 files in which WordNet's authors keep its synsets, in the order of their numbers; the last column of
# the file is the part of speech: 1 noun, 2 verb, 3 adjective, 4 adverb (lexnames(5WN)).
_LEXICOGRAPHER_FILES = (
    ("adj", 3, "all pert"),
    ("adv", 4, "all"),
    (
        "noun", 1,
        "Tops act animal artifact attribute body cognition communication event feeling food group location "
        "motive object person phenomenon plant possession process quantity relation shape state substance "
        "time",
    ),
    (
        "verb", 2,
        "body change cognition communication competition consumption contact creation emotion motion "
        "perception possession social stative weather",
    ),
    ("adj", 3, "ppl"),
)  # fmt: skip


def folder() -> Path:
    """The folder of the user's cache that NLTK is shown."""
    return resource("nltk", "1")


def lexnames() -> str:
    """The file that names the 45 lexicographer files, which NLTK reads and Debian leaves out."""
    rows = [(f"{part}.{name}", code) for part, code, names in _LEXICOGRAPHER_FILES for name in names.split()]
    return "".join(f"{number:02d}\t{name}\t{code}\n" for number, (name, code) in enumerate(rows))


def wordnet() -> Path | None:
    """Where WordNet is or can be taken from without a download; None when it is nowhere on this machine."""
    if _has_wordnet(folder() / "corpora" / "wordnet"):
        return folder() / "corpora" / "wordnet"
    return found_by_nltk("corpora/wordnet") or (DEBIAN if _is_debian(DEBIAN) else None)


def keep_wordnet() -> Path | None:
    """Put WordNet where NLTK looks, and tell where; None when it is nowhere on this machine.

    What the user has is left where it is. NLTK refuses a folder whose files are links to another place, so
    Debian's are copied (36 MB).

    Raises:
        AuditError: when the cache cannot be written.
    """
    where = wordnet()
    return _placed(folder() / "corpora" / "wordnet", _copies()) if where == DEBIAN else where


def stop_words() -> Path | None:
    """The folder of NLTK's own stop words; None when there is none, so that scikit-learn's stand in."""
    found = found_by_nltk(STOP_WORDS)
    return None if found is None or _stands_in(found) else found.parent


def keep_stop_words() -> None:
    """Write the stop words of scikit-learn to where NLTK looks, unless NLTK has its own.

    Raises:
        AuditError: when the cache cannot be written.
    """
    target = folder() / "corpora" / "stopwords"
    if target.joinpath("english").is_file() or found_by_nltk(STOP_WORDS):
        return
    _placed(target, iter([("english", "\n".join(sorted(_of_scikit_learn())) + "\n")]))


def whose(words: Collection[str]) -> str:
    """Which list of stop words this is, for a reader: `318 stop words of scikit-learn`."""
    from nltk.corpus import stopwords

    owner = "the attack's own"
    if set(words) == _of_scikit_learn():
        owner = "scikit-learn"
    elif set(words) == set(stopwords.words("english")):
        owner = "NLTK"
    return f"{len(set(words))} stop words of {owner}"


def _of_scikit_learn() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


def _stands_in(place: Path) -> bool:
    """Whether the list has the words of scikit-learn; an archive is NLTK's."""
    is_list = place.name == Path(STOP_WORDS).name and place.is_file()
    return is_list and set(place.read_text(encoding="utf-8").split()) == _of_scikit_learn()


def show_to_nltk() -> None:
    """Let NLTK look into the cache too, after every folder of the user's."""
    if find_spec("nltk") is None:
        return
    from nltk import data

    if str(folder()) not in data.path:
        data.path.append(str(folder()))


def found_by_nltk(name: str) -> Path | None:
    """Where NLTK finds a file or folder of its data, such as `corpora/wordnet`; None where it does not."""
    if find_spec("nltk") is None:
        return None
    from nltk import data

    show_to_nltk()
    packed = f"{'/'.join(name.split('/')[:2])}.zip"
    for path in (name, packed):
        try:
            return Path(str(data.find(path)))
        except LookupError:
            continue
    return None


def _has_wordnet(place: Path) -> bool:
    return all(place.joinpath(name).is_file() for name in (*WORDNET_FILES, LEXNAMES))


def _is_debian(place: Path) -> bool:
    return all(place.joinpath(name).is_file() for name in WORDNET_FILES)


def _copies() -> Iterator[tuple[str, Path | str]]:
    yield from ((name, DEBIAN / name) for name in WORDNET_FILES)
    yield LEXNAMES, lexnames()


def _placed(target: Path, files: Iterator[tuple[str, Path | str]]) -> Path:
    """Put the files into the folder, all or none: it appears under its name when it is whole."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
            new = Path(scratch, "new")
            new.mkdir()
            for name, content in files:
                _write(new / name, content)
            if target.exists():
                target.rename(Path(scratch, "old"))
            new.rename(target)
    except OSError as error:
        if not target.is_dir():  # else another process was quicker, with the same content
            raise AuditError(f"{target.name} cannot be kept in {target.parent}: {error}") from error
    return target


def _write(path: Path, content: Path | str) -> None:
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_text(content, encoding="utf-8")
    path.chmod(0o644)  # NLTK refuses files that others may write
