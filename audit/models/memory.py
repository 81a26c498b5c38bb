"""Which texts have been answered already?"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from probes.types import FloatArray


def key(text: str) -> bytes:
    """What identifies a text: the same for equal texts, and in practice for no others."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(eq=False)
class Memory:
    """Answers by the key of their text; of more than `limit`, the first that came are forgotten first.

    Attributes:
        limit: most answers that are kept.
    """

    limit: int
    _answers: OrderedDict[bytes, FloatArray] = field(default_factory=OrderedDict, init=False)

    def known(self, keys: Set[bytes]) -> dict[bytes, FloatArray]:
        """The answers that there are."""
        return {one: self._answers[one] for one in keys & self._answers.keys()}

    def keep(self, answers: Mapping[bytes, FloatArray]) -> None:
        """Remember these."""
        self._answers.update(list(answers.items())[-self.limit :] if self.limit else ())
        while len(self._answers) > self.limit:
            self._answers.popitem(last=False)
