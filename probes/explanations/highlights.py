"""Highlights: which words of a text speak for the model's answer, and which against it?"""

from collections.abc import Iterator, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from probes.attribution.catalogue import METHODS, MethodName
from probes.attribution.result import Attribution
from probes.errors import Skip
from probes.explanations.chosen import chosen
from probes.explanations.evidence import SIGNED, believed, evidence
from probes.explanations.frames import alike
from probes.registry import probe
from probes.types import Context, Finding, Highlight, Highlights, Measurement


@probe()
def highlights(
    ctx: Context, *, methods: tuple[MethodName, ...] = SIGNED, texts: Annotated[int, Field(gt=0)] = 8
) -> Iterator[Finding]:
    """Which words of a text speak for the model's answer, and which against it?

    Texts are explained towards their predicted class by the first of `methods` that may be used as evidence,
    and shown with a mark on each word for the sign and the size of its score, in log-odds of the answer:

    - sentences of our own, the same for two groups of people, in every report;
    - texts of the data, chosen by content and seed, only where the audit was asked to include examples.

    `explained_texts` is how many there are; texts whose attribution is withheld are not shown.

    Range: scores are unbounded; with a complete method they sum to the log-odds of the answer minus those of
    the baseline. How to read: look for words that decide and should not. A few texts show what to look for,
    not how often it happens; the other probes of the suite measure that.

    Undefined: without a text to which the model has a valid answer. Needs: a model that can be asked;
    integrated gradients need one with gradients.

    Args:
        ctx: the audit.
        methods: methods of attribution, the first usable one is taken.
        texts: how many texts of the data are shown, where they may be.

    Reference: Simonyan, Vedaldi and Zisserman (2014), Deep Inside Convolutional Networks, section 3, for maps
    of single answers; that a map must be tested before it is shown is after Adebayo et al. (2018).
    """
    method = evidence(ctx, methods).method
    own = [text for those in alike().values() for text in those[0]]
    shown = [(False, believed(ctx, own, method))]
    if ctx.samples.inputs is not None and len(ctx.samples):
        shown.append((True, believed(ctx, chosen(ctx, ctx.texts, texts), method)))
    found = sum(len(explained) for _, explained in shown)
    if not found:
        raise Skip(f"{METHODS[method].title} gives no text an attribution that may be shown")
    yield Measurement("explained_texts", float(found), None, None, found, {"method": method})
    for private, explained in shown:
        if explained:
            yield _highlights(ctx, explained, METHODS[method].title, private=private)


def _highlights(ctx: Context, explained: Sequence[Attribution], title: str, *, private: bool) -> Highlights:
    probabilities = np.asarray(ctx.oracle.predict([attribution.text for attribution in explained]))
    answers = [float(p[a.target]) for a, p in zip(explained, probabilities, strict=True)]
    return Highlights(
        f"Words that decide, in {'texts of the data' if private else 'sentences of our own'}",
        tuple(
            Highlight(f"{ctx.classes[a.target]} {p:.2f}", pieces(a))
            for a, p in zip(explained, answers, strict=True)
        ),
        f"Scores by {title.lower()}, in log-odds of the answer, which stands beside each text with its "
        "probability.",
        upwards="speaks for the answer",
        downwards="speaks against it",
        private=private,
    )


def pieces(explained: Attribution) -> tuple[tuple[str, float | None], ...]:
    """The text cut into its words with their scores, and what stands between them without one."""
    found: list[tuple[str, float | None]] = []
    end = 0
    for (start, stop), score in zip(explained.spans, np.asarray(explained.scores).tolist(), strict=True):
        found += [(explained.text[end:start], None), (explained.text[start:stop], float(score))]
        end = stop
    found.append((explained.text[end:], None))
    return tuple((text, score) for text, score in found if text)
