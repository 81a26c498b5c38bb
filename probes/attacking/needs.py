"""What do attacks need besides TextAttack, is it here, and what brings it?

Each function answers None when the thing is here, else a sentence with the command that brings it. None of
them imports TextAttack or downloads anything.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from probes.attacking import corpora
from probes.attacking.similarity import encoder_folder
from probes.attacking.standins import downloads, how_to_download

Need = Callable[[], str | None]

_UNIVERSAL_SENTENCE_ENCODER = "https://tfhub.dev/google/universal-sentence-encoder/3"
_TAGGER = ("taggers/averaged_perceptron_tagger_eng", "taggers/universal_tagset")


def wordnet() -> str | None:
    """WordNet, for synonyms."""
    return None if corpora.wordnet() else f"WordNet is not here; {how_to_get_wordnet()}"


def how_to_get_wordnet() -> str:
    """The commands that bring WordNet."""
    return (
        f"run `apt-get install {corpora.DEBIAN_PACKAGES}` on Debian or Ubuntu, or `audit fetch wordnet` "
        "where there is internet"
    )


def encoder() -> str | None:
    """The sentence encoder that measures how alike two texts are."""
    if encoder_folder() is not None:
        return None
    return "the sentence encoder is not here; run `audit fetch minilm-l6`"


def part_of_speech_tagger() -> str | None:
    """NLTK's tagger for parts of speech."""
    if all(corpora.found_by_nltk(name) for name in _TAGGER):
        return None
    names = " ".join(Path(name).name for name in _TAGGER)
    return f"NLTK's part-of-speech tagger is not here; run `python -m nltk.downloader {names}`"


def flair_tagger() -> str | None:
    """flair, for its taggers."""
    if find_spec("flair"):
        return None
    return "it tags words with flair, which cannot be installed beside transformers 5; no command mends that"


def universal_sentence_encoder() -> str | None:
    """Google's encoder, with the TensorFlow that runs it."""
    if absent := [name for name in ("tensorflow", "tensorflow_hub") if find_spec(name) is None]:
        return f"a package is missing; run `pip install {' '.join(absent)}`"
    place = Path(os.environ.get("TFHUB_CACHE_DIR") or Path(tempfile.gettempdir(), "tfhub_modules"))
    name = hashlib.sha1(_UNIVERSAL_SENTENCE_ENCODER.encode(), usedforsecurity=False).hexdigest()
    if place.joinpath(name).is_dir():
        return None
    load = f"import tensorflow_hub; tensorflow_hub.load('{_UNIVERSAL_SENTENCE_ENCODER}')"
    return f'the universal sentence encoder is not here; run `python -c "{load}"`'


def sentence_transformers() -> str | None:
    """The package that runs sentence encoders of the hub."""
    if find_spec("sentence_transformers"):
        return None
    return "sentence_transformers is not here; run `pip install sentence-transformers`"


def hub_model(name: str) -> Need:
    """A model of the Hugging Face hub, in its cache."""
    return partial(_hub_model, name)


def _hub_model(name: str) -> str | None:
    from huggingface_hub import try_to_load_from_cache

    if isinstance(try_to_load_from_cache(name, "config.json"), str):
        return None
    return f"the model {name} is not here; run `hf download {name}`"


def file_of_textattack(name: str) -> Need:
    """A file or folder of TextAttack's own collection."""
    return partial(_file_of_textattack, name)


def _file_of_textattack(name: str) -> str | None:
    if (downloads() / name).exists():
        return None
    return f"TextAttack's {name} is not here; run `{how_to_download(name)}`"


counter_fitted_vectors = file_of_textattack("word_embeddings/paragramcf")
