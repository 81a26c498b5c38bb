"""How does a string of the record stand in Markdown so that it is text and nothing else?"""

import re

from reports import display

LONGEST = 300

_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
# These begin or end nothing: not in Markdown, not in HTML, not in what GitHub makes a link of.
_HARMLESS = frozenset(",;%=")


def inert(text: str) -> str:
    """`text` on one line, at most 300 letters wide, with its punctuation as character references.

    A character reference never begins markup (CommonMark 0.31, section 2.5), so that nothing in the text can
    open an element, a link, a code span or a cell.
    """
    shown = display.shortened(display.name(text), LONGEST)
    return _MARKUP.sub(lambda m: m[0] if m[0] in _HARMLESS else f"&#{ord(m[0])};", shown)


def row(*cells: str) -> str:
    """A row of a table, of cells that are inert already."""
    return f"| {' | '.join(cells)} |"
