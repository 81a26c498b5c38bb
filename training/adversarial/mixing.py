"""How are adversarial texts mixed into the texts that a model is trained on?

In an epoch, a share of the training rows shows an adversarial text in place of its own. Rows keep their
numbers and there are as many steps as without, so that weights, groups, a teacher's answers and the schedule
stay what they are.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from probes.errors import AuditError
from probes.progress import Progress, silent
from probes.types import IntArray, Model
from training.adversarial.edits import Attacker
from training.batches import Batch, Tokens
from training.processes import ALONE, Processes, agreed, gathered


@dataclass(frozen=True)
class Mixing:
    """What to mix in, and when.

    Attributes:
        attacker: makes adversarial texts against the model as it is.
        share: of the training rows, drawn anew each time.
        every: epochs after which the texts are made anew.
        first: the first epoch that shows them; in epoch 1 the model knows nothing that could be attacked.
        seed: of the draw of the rows.
    """

    attacker: Attacker
    share: float = 0.25
    every: int = 1
    first: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.share <= 1 and self.every >= 1 and self.first >= 1):
            raise AuditError(
                f"share = {self.share}, every = {self.every}, first = {self.first}: the share of "
                "adversarial texts is above 0 and at most 1, and epochs are counted from 1"
            )

    def due(self, epoch: int) -> int:
        """The epoch whose adversarial texts `epoch` shows; 0 before the first."""
        return 0 if epoch < self.first else epoch - (epoch - self.first) % self.every


@dataclass(eq=False)
class AdversarialTexts:
    """The adversarial texts of a run, made anew when they are due.

    `state_dict` and `load_state_dict` let accelerate keep them in checkpoints, so that a run that goes on in
    the middle of an epoch shows the texts that it would have shown.

    Attributes:
        mixing: what to mix in, and when.
        model: the model being trained, such as `training.adversarial.asking.InTraining`.
        texts: (N,) the texts of all rows.
        labels: (N,) their labels.
        rows: which rows are trained on.
        together: the processes that share the search.
        progress: shows how far it is.
        made: the epoch in which `shown` was made; 0 when it was not yet.
        shown: row -> the text that it shows.
    """

    mixing: Mixing
    model: Model
    texts: Sequence[str]
    labels: IntArray
    rows: IntArray
    together: Processes = ALONE
    progress: Progress = silent
    made: int = field(default=0, init=False)
    shown: dict[int, str] = field(default_factory=dict, init=False)

    def of(self, epoch: int) -> dict[int, str]:
        """Row -> the text that it shows in an epoch; rows that show their own are left out."""
        if (due := self.mixing.due(epoch)) > self.made:
            self.made, self.shown = due, self._attacked(due)
        return self.shown

    def _attacked(self, epoch: int) -> dict[int, str]:
        rng = np.random.default_rng([self.mixing.seed, epoch])
        wanted = max(1, round(self.mixing.share * len(self.rows)))
        rows = np.sort(rng.permutation(self.rows)[:wanted])
        mine = rows[self.together.index :: self.together.count]
        shown: dict[int, str] = {}
        for part in gathered(agreed(self.together, self._found, mine), self.together):
            shown |= part
        return {row: shown[row] for row in sorted(shown)}

    def _found(self, rows: IntArray) -> dict[int, str]:
        originals = [self.texts[row] for row in rows]
        found = self.mixing.attacker(self.model, originals, self.labels[rows], progress=self.progress)
        if len(found) != len(originals):
            raise AuditError(
                f"the attacker gave {len(found)} texts for {len(originals)}; it must give one for each"
            )
        changed = zip(rows.tolist(), originals, found, strict=True)
        return {row: text for row, original, text in changed if text != original}

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"made": self.made, "shown": dict(self.shown)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.made, self.shown = state["made"], dict(state["shown"])


def mixed(
    batches: Callable[[Tokens, int], Iterable[Batch]],
    tokens: Tokens,
    adversarial: AdversarialTexts,
    tokenised: Callable[[Sequence[str], IntArray], Tokens],
) -> Callable[[int], Iterable[Batch]]:
    """The batches of each epoch, with its adversarial texts in them.

    Args:
        batches: (tokens, epoch) -> the batches of an epoch.
        tokens: the texts as they are.
        adversarial: the texts that some rows show instead.
        tokenised: (texts, labels) -> their tokens.
    """

    def of(epoch: int) -> Iterable[Batch]:
        shown = adversarial.of(epoch)
        return batches(replaced(tokens, shown, tokenised) if shown else tokens, epoch)

    return of


def replaced(
    tokens: Tokens, shown: dict[int, str], tokenised: Callable[[Sequence[str], IntArray], Tokens]
) -> Tokens:
    """The tokens, with those of other texts for the rows that show one."""
    rows = np.array(list(shown), dtype=np.int64)
    new = tokenised(list(shown.values()), tokens.labels[rows])
    all_rows, lengths = list(tokens.rows), tokens.lengths.copy()
    for row, replacement in zip(rows.tolist(), new.rows, strict=True):
        all_rows[row] = replacement
    lengths[rows] = new.lengths
    return Tokens(all_rows, lengths, tokens.labels)
