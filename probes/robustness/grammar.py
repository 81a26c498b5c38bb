"""Which grammatical errors does a changed text have that the text did not have?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

from probes.robustness import forms
from probes.robustness.wording import Span

WITHOUT_CHECKER = "the grammar checkers are not here; run `pip install 'assay-audit[attacks]'`"
NOT_ENGLISH = (
    "fewer than half of the texts read as English, the one language whose grammar is checked; "
    'set grammar to "none"'
)

# Kinds of findings of Harper that all speak of grammar.
_KINDS = frozenset({"Agreement", "Grammar", "Repetition", "Usage"})
# Rules of grammar that Harper files under kinds which also hold spelling, style or punctuation.
_RULES = frozenset(
    {
        "AdjectiveDoubleDegree", "AnA", "ItsContraction", "MissingTo", "ModalBeAdjective", "ModalOf",
        "NounVerbConfusion", "PossessiveYour", "ThenThan", "ToTwoToo",
    }
)  # fmt: skip
# It takes the adjective of "a boring, formulaic mix" for a noun without a plural.
_UNRELIABLE = frozenset({"MassNouns"})
FORM = "form"
"""The rule that an exchanged word must be able to have a form of the word before it."""
_REMEMBERED = 2**14


@dataclass(frozen=True)
class GrammarError:
    """A grammatical error of a text.

    Attributes:
        rule: the rule that found it: one of Harper's, or "form".
        words: what it is about, as it stands in the text.
        message: what is wrong, in a sentence.
        place: from where to where the words stand in the text; no part of what makes two errors the same.
    """

    rule: str
    words: str
    message: str
    place: Span = field(default=(0, 0), compare=False)


def lacking(texts: Sequence[str]) -> str | None:
    """Why the grammar of changes to these texts cannot be checked here; None when it can."""
    if any(find_spec(checker) is None for checker in ("harper", "lemminflect")):
        return WITHOUT_CHECKER
    return None if _mostly_english(texts) else NOT_ENGLISH


def new_errors(text: str, changed: str) -> tuple[GrammarError, ...]:
    """The grammatical errors that came with a change, in the order of their places, one for each place.

    Those that Harper finds in the changed text beyond those of the text (`added`), and the words that cannot
    have the form of the words before them (`forms.misfits`). Both checkers must be installed (`lacking`).
    """
    return _one_for_each_place([*added(errors(text), errors(changed)), *_misfits(text, changed)])


@lru_cache(maxsize=_REMEMBERED)
def errors(text: str) -> tuple[GrammarError, ...]:
    """The grammatical errors that Harper finds in a text, in the order of their places, one for each place.

    Spelling, capitals, spaces, punctuation and style do not count.
    """
    return _one_for_each_place(
        GrammarError(rule, lint.problem_text, lint.message, (lint.span.start, lint.span.end))
        for lint, rule in _lints(text)
    )


def added(before: Sequence[GrammarError], after: Sequence[GrammarError]) -> tuple[GrammarError, ...]:
    """The errors that came with a change.

    Args:
        before: the errors of a text.
        after: those of its changed form.

    Returns:
        Σ over the rules of max(0, errors after - errors before) errors: what was wrong before is no fault
        of the change, and neither is an error whose words alone were exchanged. Among the errors of a rule,
        those that stood in the text already are left out first.
    """
    stand = Counter(before) & Counter(after)
    gone = Counter(error.rule for error in (Counter(before) - stand).elements())
    new = []
    for error in after:
        if stand[error]:
            stand[error] -= 1
        elif gone[error.rule]:
            gone[error.rule] -= 1
        else:
            new.append(error)
    return tuple(new)


def _one_for_each_place(errors: Iterable[GrammarError]) -> tuple[GrammarError, ...]:
    found, end = [], 0
    for error in sorted(errors, key=lambda error: (error.place, error.rule)):
        if error.place[0] >= end:
            found.append(error)
            end = error.place[1]
    return tuple(found)


def _misfits(text: str, changed: str) -> Iterator[GrammarError]:
    for exchange in forms.misfits(text, changed):
        before, after = text[slice(*exchange.before)], changed[slice(*exchange.after)]
        yield GrammarError(FORM, after, f"It cannot have the form of “{before}”.", exchange.after)


def _lints(text: str) -> Iterator[tuple[Any, str]]:
    """What Harper says of the grammar, with the rules that say it.

    Its own choice among findings at one place is not used: a finding of spelling could hide one of grammar.
    """
    for rule, lints in _linter().organized_lints(text, language="plaintext", dedup=False).items():
        if rule not in _UNRELIABLE:
            yield from ((lint, rule) for lint in lints if rule in _RULES or lint.lint_kind in _KINDS)


def _mostly_english(texts: Sequence[str]) -> bool:
    """Whether half of the texts or more are English by Harper's judgement."""
    english = sum(bool(_linter().is_likely_english(text)) for text in texts)
    return 2 * english >= len(texts)


@cache
def _linter() -> Any:
    from harper import Linter

    linter = Linter()
    # Spelling does not count, and the search for corrections takes longer than all other rules.
    linter.set_lint_config({**linter.get_lint_config(), "SpellCheck": False})
    return linter
