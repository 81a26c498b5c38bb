"""Grammar: what must change around an English word when another takes its place?"""

import re


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words after which no noun phrase has begun: after "her" they show that it is an object ("saw her and", "for
# her to"), not a possessive ("her book").
_CLOSED = _words(
    """
    a an the this that these those another some any each every no both
    i you he she it we they me him us them my your our their who whom whose which what
    and or but nor yet so than as if because while when where whenever wherever since until till unless
    although though whether after before once why how to of in on at by for from with without into onto over
    under about above across against along among around behind below beneath beside besides between beyond
    despite down during except off out through throughout toward towards up upon via within aside apart is
    are was were am be been has have had do does did can could will would shall should may might must isn't
    wasn't doesn't didn't won't can't couldn't wouldn't hasn't hadn't not never just too again also away back
    instead anyway either here there now then today tomorrow yesterday tonight later soon already somehow
    somewhere anymore afterward afterwards alone together altogether rather else alive
    """
)

# Words that are a noun or adjective before a noun, but after which an object may stand as well ("makes her
# happy").
_PREDICATE = _words(
    """
    happy unhappy sad mad crazy angry laugh cry well better hard fast home safe dead right wrong proud strong
    only less company work charming human
    """
)

# Verbs followed by an object and a bare verb ("let her go") ...
_CAUSATIVE = _words(
    """
    let lets letting make makes made making help helps helped helping see sees saw seen seeing watch watches
    watched watching hear hears heard hearing feel feels felt have having
    """
)
# ... and bare verbs that are seldom nouns.
_BARE = _words(
    """
    go be do feel see find get become know look take make think say seem come keep die live sing be tell give
    learn realize understand grow lose win leave escape deal shine act appear carry become survive perform
    suffer fall walk talk run choose try listen decide change switch
    """
)

_NOT_ADVERBS = _words(
    """
    only sly family early daily lovely lonely elderly friendly ugly silly holy likely lively deadly costly
    unlikely belly bully ally reply supply folly jelly fly worldly weekly monthly yearly motherly fatherly
    sisterly brotherly womanly manly curly burly jolly ghostly melancholy earthly homely heavenly orderly
    timely assembly anomaly monopoly
    """
)

_WORD = re.compile(r"\s+[\"'“‘($£€]{0,2}((?:\w|(?<=\w)['’-](?=\w))+)")
_LAST = re.compile(r"(\w+)\s+$")


def starts_noun_phrase(before: str, after: str) -> bool:
    """Whether a noun phrase begins after a pronoun, so that the pronoun is a possessive.

    Decided from the words beside it: the end, punctuation or a function word after it speak for an object
    ("I saw her.", "for her to win"), anything else for a possessive ("her book", "her very old book"). Not
    decided: an object followed by a noun ("I gave her flowers" is read as a possessive).

    Args:
        before: the text before the pronoun.
        after: the text after the pronoun.
    """
    found = _WORD.match(after)
    if found is None:
        return False
    word, rest = found[1].lower(), after[found.end() :]
    if word == "or" and re.match(r"\s+(her|his|their)\b", rest):
        return starts_noun_phrase(before, re.sub(r"^\s+\w+", "", rest))
    if word in _CLOSED or (word in _BARE and _last(before) in _CAUSATIVE):
        return False
    if word in _PREDICATE or _adverb(word):
        return _WORD.match(rest) is not None and starts_noun_phrase(before, rest)
    return True


def _last(before: str) -> str:
    found = _LAST.search(before)
    return found[1].lower() if found else ""


def _adverb(word: str) -> bool:
    return word.endswith("ly") and word not in _NOT_ADVERBS


def starts_sentence(before: str) -> bool:
    """Whether the next word is the first of its sentence."""
    kept = before.rstrip().rstrip("\"'“‘([*_-–—").rstrip()
    return not kept or kept[-1] in ".!?:;…\n"


def capitals_of(model: str, word: str) -> str:
    """`word` with the capitals of `model`: "HER" -> "HIS", "Her" -> "His"."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def vowel_sound(word: str) -> bool:
    """Whether "an" stands before it: a vowel letter, but for "a unit" and "an heir"."""
    lower = word.lower()
    if re.match(r"heir|hour|honest|honou?r", lower):
        return True
    return lower[:1] in tuple("aeiouáéíóúàèäöü") and not re.match(r"uni|eu|one\b|once|usual|use|uk", lower)


def article_for(article: str, old: str, new: str) -> str:
    """The indefinite article for `new` where `article` stood before `old`; unchanged when both sound alike.

    Example:
        >>> article_for("An", "heiress", "boy")
        'A'
    """
    if not article or vowel_sound(old) == vowel_sound(new):
        return article
    form = "an" if vowel_sound(new) else "a"
    return form.upper() if old.isupper() and article.isupper() else capitals_of(article, form)
