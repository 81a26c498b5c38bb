"""How are many texts put to a model fast, so that each gets the answer it would get alone?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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

Answers = dict[bytes, FloatArray]
"""The key of a text -> its logits (C,)."""
Ask = Callable[[Mapping[bytes, str]], Answers]
"""Texts by key -> their answers."""


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
    _unsure: Memory = field(init=False)
    _sure: Memory = field(init=False)
    _full: Memory = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is known yet: by `fast`, near a tie or not, and by float32."""
        self._unsure, self._sure, self._full = (Memory(self.cached_texts) for _ in range(3))

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
        return self._recalled(texts, self._decide, self._sure, self._full)

    def unsettled(self, texts: Sequence[str]) -> FloatArray:
        """As `logits`, but an answer of the type of half the width may stay the first, however near a tie."""
        return self._recalled(texts, self._answer, self._unsure, self._sure, self._full)

    def in_full(self, texts: Sequence[str]) -> FloatArray:
        """As `logits`, but all of them are float32's own."""
        return self._recalled(texts, self._settle, self._full)

    def _recalled(self, texts: Sequence[str], ask: Ask, *memories: Memory) -> FloatArray:
        """What the memories know, the last before the others, and what `ask` says of the rest."""
        if not_text := [row for row, text in enumerate(texts) if not isinstance(text, str)]:
            raise AuditError(f"input {not_text[0] + 1} is a {type(texts[not_text[0]]).__name__}, not a text")
        keys = [key(text) for text in texts]
        known, different = Answers(), set(keys)
        for memory in memories:
            known |= memory.known(different)
        known |= ask({one: text for one, text in zip(keys, texts, strict=True) if one not in known})
        return np.array([known[one] for one in keys], dtype=np.float32).reshape(len(texts), self.classes)

    def _decide(self, texts: Mapping[bytes, str]) -> Answers:
        """The first answers where these tell what float32 would decide, else float32's."""
        known = self._unsure.known(texts.keys())
        sure, _ = self._first({one: text for one, text in texts.items() if one not in known})
        return sure | self._settle({one: text for one, text in texts.items() if one not in sure})

    def _answer(self, texts: Mapping[bytes, str]) -> Answers:
        """The first answers; float32's where there is no other type."""
        sure, unsure = self._first(texts)
        return sure | unsure if self.fast is not None else self._settle(texts)

    def _first(self, texts: Mapping[bytes, str]) -> tuple[Answers, Answers]:
        """The answers of `fast` that tell what float32 would decide, and those that do not."""
        if self.fast is None:
            return {}, {}
        logits = self._ask(self.fast, list(texts.values()))
        near = ~(margins(logits) > self.near) | near_ties(logits)
        first = list(zip(texts, logits, near, strict=True))
        sure = {one: answer for one, answer, unsure in first if not unsure}
        unsure = {one: answer for one, answer, unsure in first if unsure}
        self._sure.keep(sure)
        self._unsure.keep(unsure)
        return sure, unsure

    def _settle(self, texts: Mapping[bytes, str]) -> Answers:
        """The answers of float32; near a tie those to a text alone."""
        full = dict(zip(texts, self._ask(self.exact, list(texts.values()), alone=True), strict=True))
        self._full.keep(full)
        return full

    def _ask(self, module: Any, texts: Sequence[str], *, alone: bool = False) -> FloatArray:
        answers = np.full((len(texts), self.classes), np.nan, dtype=np.float32)
        show = self.progress if len(texts) >= WORTH_SHOWING else silent
        with show("asking the model", len(texts)) as advance:
            for start in range(0, len(texts), WINDOW):
                part = slice(start, start + WINDOW)
                tokens = tokenize(self.tokenizer, texts[part], longest=self.longest)
                # What float32 is asked where there is a faster type was counted before.
                self.truncated += tokens.truncated if module is self.fast or self.fast is None else 0
                advance(sum(not length for length in tokens.lengths))
                for rows, logits in self._batches(module, tokens):
                    answers[part][rows] = logits
                    advance(len(rows))
                for row in np.flatnonzero(near_ties(answers[part])) if alone else ():
                    answers[part][row] = self.forward(self.module, tokens, [int(row)])[0]
        return answers

    def _batches(self, module: Any, tokens: Tokens) -> Iterator[tuple[Sequence[int], FloatArray]]:
        rows, start = [row for row in longest_first(tokens.lengths) if tokens.lengths[row]], 0
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
