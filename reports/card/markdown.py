"""How is text of a record written in Markdown, so that it stays text?"""

import re
from collections.abc import Iterable, Sequence

from reports import display

# Text never begins a line here, so what is special only there (lists, headings) is none of ours.
_SPECIAL = re.compile(r"([\\`*_\[\]#|~$])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
# What GitHub makes a link of without being asked: https://..., mailto:..., www....
_LINKS = re.compile(r"(?<=\w)(:)(?=//|\S*@)|(?<=www)(\.)", re.IGNORECASE)


def escaped(text: str) -> str:
    """`text` on one line, with nothing hidden, of which no character is read as Markdown or HTML."""
    shown = display.visible(re.sub(r"\s+", " ", text)).strip() or "[empty]"
    pieces, done = [], 0
    for found in _LINKS.finditer(shown):
        pieces += [_plain(shown[done : found.start()]), f"&#{ord(found[0])};"]
        done = found.end()
    return "".join([*pieces, _plain(shown[done:])])


def _plain(text: str) -> str:
    return re.sub(r"[&<>@]", lambda m: _ENTITIES[m[0]], _SPECIAL.sub(r"\\\1", text))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are Markdown already."""
    lines = [headings, [" --- "] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.strip() for cell in line) + " |" for line in lines)
