"""Which rows are trained on, and which are held out?"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from probes.errors import AuditError

TRAIN, VALIDATION, TEST = "train", "validation", "test"


def text_key(text: str) -> str:
    """A short name for a text, the same for texts that differ only in case, spacing or Unicode form.

    The first 16 hexadecimal digits (64 bits) of the sha256 of the text in NFC, case-folded, with each run of
    white space made one space. It finds a text again without keeping it: among ten million different texts,
    two share a key with a probability of about 3 in a million.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return hashlib.sha256(" ".join(folded.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def assign(keys: Sequence[str], *, seed: int, fractions: Mapping[str, float]) -> npt.NDArray[np.str_]:
    """The split of each row, a function of its key and the seed alone.

    Equal texts have equal keys and so fall into the same split, and whoever knows the seed and the fractions
    finds the held-out rows again, in a file in another order or with more rows than the one trained on. The
    sizes are therefore as expected only up to chance: of N rows about N times the fraction.

    Args:
        keys: (N,) the `text_key` of each row.
        seed: the seed of the split.
        fractions: name of the split -> its share of the rows; the shares sum to 1.

    Returns:
        (N,) the name of the split of each row.

    Raises:
        AuditError: when a share is outside 0 to 1, or they do not sum to 1.
    """
    names, shares = tuple(fractions), np.array(list(fractions.values()), dtype=np.float64)
    if not names or not (np.isfinite(shares).all() and (shares >= 0).all() and abs(shares.sum() - 1) < 1e-6):
        raise AuditError(
            f"the splits {dict(fractions)} do not share out the rows; they are to be from 0 to 1 and sum to 1"
        )
    draws = np.array([_uniform(seed, key) for key in keys], dtype=np.float64)
    return np.array(names)[np.searchsorted(_borders(shares), draws, side="right")]


def _uniform(seed: int, key: str) -> float:
    digest = hashlib.sha256(f"{seed}/{key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _borders(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    last = np.flatnonzero(shares)[-1]
    borders = np.cumsum(shares)[:-1]
    borders[last:] = 1.0  # rounding must not put a row into an empty last split
    return borders
