"""How are many texts put to a model fast, so that each gets the answer it would get alone?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from audit.models.batches import Layout, first_batch, longest_first
from audit.models.memory import Memory, key
from audit.models.tokens import Side, Tokens, collate, tokenize
from probes.errors import AuditError
from probes.progress import Progress, silent
from probes.shortage import is_out_of_memory, release_memory
from probes.types import BoolArray, FloatArray

CACHED_TEXTS = 200_000
WINDOW = 8_192
# A text's float32 logits in a batch and alone differ by about 1e-6 of the largest logit; closer than a
# hundred times that, the text alone decides.
ALONE = 1e-4
# Shorter work than this is over before a bar is drawn.
WORTH_SHOWING = 256


@dataclass(eq=False)
class Engine:
    """A module that answers texts; the one place that runs it.

    Attributes:
        module: the torch module in float32; its answers are the ones that count.
        tokenizer: the tokenizer that belongs to it.
        device: where both modules live.
        classes: how many classes.
        longest: most tokens of a text; what is longer is cut.
        side: where texts are padded; "none" puts only texts of the same length together.
        budget: most tokens of a batch; halved where memory does not suffice.
        packed: the module with an encoder that needs no padding, or None.
        fast: the same module in a type of half the width, packed where `packed` is there, or None.
        near: logits of `fast` whose two largest lie closer than this are asked again in float32.
        progress: told of long work.
        cached_texts: how many answers are kept.
        truncated: how many different texts were cut so far.
    """

    module: Any
    tokenizer: Any
    device: Any
    classes: int
    longest: int
    side: Side = "right"
    budget: int = 1_000
    packed: Any = None
    fast: Any = None
    near: float = 0.0
    progress: Progress = silent
    cached_texts: int = CACHED_TEXTS
    truncated: int = 0
    _final: Memory = field(init=False)
    _first: Memory = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is known yet."""
        self._final, self._first = Memory(self.cached_texts), Memory(self.cached_texts)

    @property
    def exact(self) -> Any:
        """The module that answers many texts in float32."""
        return self.packed or self.module

    @property
    def layout(self) -> Layout:
        """How texts share a batch."""
        if self.packed is not None:
            return "packed"
        return "alike" if self.side == "none" else "padded"

    def logits(self, texts: Sequence[str]) -> FloatArray:
        """Logits (N, C) of N texts in float32; NaN where the model gave none.

        Each different text is asked once, in whatever batch; the class with the largest logit is the one
        that the float32 module gives the text alone.
        """
        return self._logits(texts, settled=True)

    def unsettled(self, texts: Sequence[str]) -> FloatArray:
        """As `logits`, but an answer of the type of half the width may stay the first, however near a tie."""
        return self._logits(texts, settled=self.fast is None)

    def _logits(self, texts: Sequence[str], *, settled: bool) -> FloatArray:
        if not_text := [row for row, text in enumerate(texts) if not isinstance(text, str)]:
            raise AuditError(f"input {not_text[0] + 1} is a {type(texts[not_text[0]]).__name__}, not a text")
        keys = [key(text) for text in texts]
        known = {} if settled else self._first.known(set(keys))
        known |= self._final.known(set(keys))
        unknown = {one: text for one, text in zip(keys, texts, strict=True) if one not in known}
        known |= self._remembered(unknown, settled=settled)
        return np.array([known[one] for one in keys], dtype=np.float32).reshape(len(texts), self.classes)

    def _remembered(self, texts: Mapping[bytes, str], *, settled: bool) -> dict[bytes, FloatArray]:
        answers = self._ask(list(texts.values()), settled=settled)
        final = np.full(len(answers), fill_value=settled) | ~self._unsure(answers)
        found = list(zip(texts, answers, final, strict=True))
        self._final.keep({one: answer for one, answer, sure in found if sure})
        self._first.keep({one: answer for one, answer, sure in found if not sure})
        return {one: answer for one, answer, _ in found}

    def _ask(self, texts: Sequence[str], *, settled: bool) -> FloatArray:
        answers = np.full((len(texts), self.classes), np.nan, dtype=np.float32)
        show = self.progress if len(texts) >= WORTH_SHOWING else silent
        with show("asking the model", len(texts)) as advance:
            for start in range(0, len(texts), WINDOW):
                part = slice(start, start + WINDOW)
                tokens = tokenize(self.tokenizer, texts[part], longest=self.longest)
                self.truncated += tokens.truncated
                for rows, logits in self._first_pass(tokens):
                    answers[part][rows] = logits
                    advance(len(rows))
                if settled:
                    self._settle(tokens, answers[part])
        return answers

    def _unsure(self, logits: FloatArray) -> BoolArray:
        """(N,) True where the type of half the width does not tell what float32 would decide."""
        return np.asarray(~(margins(logits) > self.near))

    def _first_pass(self, tokens: Tokens) -> Iterator[tuple[Sequence[int], FloatArray]]:
        empty = [row for row, length in enumerate(tokens.lengths) if not length]
        yield empty, np.full((len(empty), self.classes), np.nan, dtype=np.float32)
        filled = [row for row in longest_first(tokens.lengths) if tokens.lengths[row]]
        yield from self._batches(self.fast or self.exact, tokens, filled)

    def _settle(self, tokens: Tokens, answers: FloatArray) -> None:
        """Ask again where the first answer does not decide: in float32, and at last alone."""
        order = [row for row in longest_first(tokens.lengths) if tokens.lengths[row]]
        if self.fast is not None:
            unsure = self._unsure(answers)
            for rows, logits in self._batches(self.exact, tokens, [row for row in order if unsure[row]]):
                answers[rows] = logits
        for row in np.flatnonzero(near_ties(answers)):
            answers[row] = self.forward(self.module, tokens, [int(row)])[0]

    def _batches(
        self, module: Any, tokens: Tokens, rows: Sequence[int]
    ) -> Iterator[tuple[Sequence[int], FloatArray]]:
        start = 0
        while start < len(rows):
            waiting = rows[start : start + self.budget]
            batch = first_batch(waiting, tokens.lengths, budget=self.budget, layout=self.layout)
            try:
                logits = self.forward(module, tokens, batch)
            except (RuntimeError, MemoryError) as error:
                self._spend_less(batch, tokens, error)
                continue
            yield batch, logits
            start += len(batch)

    def _spend_less(self, batch: Sequence[int], tokens: Tokens, error: Exception) -> None:
        """Halve the budget after a lack of memory; any other error goes on."""
        if not is_out_of_memory(error):
            raise error
        if len(batch) == 1:
            length = tokens.lengths[batch[0]]
            raise AuditError(
                f"{self.device} has too little memory for one text of {length} tokens; choose another device"
            )
        self.budget = max(1, sum(tokens.lengths[row] for row in batch) // 2)
        release_memory(self.device)

    def forward(self, module: Any, tokens: Tokens, rows: Sequence[int]) -> FloatArray:
        """Logits of one batch, by `module`."""
        import torch

        with torch.inference_mode():
            inputs = collate(self.tokenizer, tokens, rows, side=self.side)
            logits = module(**{name: tensor.to(self.device) for name, tensor in inputs.items()}).logits
            return np.asarray(logits.float().cpu().numpy())


def margins(logits: FloatArray) -> FloatArray:
    """(N,) how far the largest logit of each row lies above the second; NaN where a logit is not finite."""
    # In float64: the difference of two float32 numbers is exact there.
    two = np.sort(np.where(np.isfinite(logits), logits, np.nan).astype(np.float64), axis=1)[:, -2:]
    broken = ~np.isfinite(logits).all(axis=1)
    return np.where(broken, np.nan, two[:, 1] - two[:, 0])


def near_ties(logits: FloatArray) -> BoolArray:
    """(N,) True where float32 logits depend on the batch enough to change the decision."""
    size = np.maximum(1.0, np.abs(logits).max(axis=1, initial=0.0))
    return np.asarray(margins(logits) <= ALONE * size)
