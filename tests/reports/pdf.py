"""What does each page of a PDF that Chromium printed say? Enough of a reader for such files, and no more."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
_PIECE = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(\bBT\b)")


def pages(content: bytes) -> list[str]:
    """The words of each page, without the spaces between them."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    return [_words(body, objects) for body in objects.values() if re.search(rb"/Type /Page\b(?!s)", body)]


def _words(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {name: _unicode(objects[int(ref)], objects) for name, ref in _FONT.findall(page)}
    (drawn,) = re.findall(rb"/Contents (\d+) 0 R", page)
    told, font = [], {}
    for name, glyphs, _ in _PIECE.findall(_stream(objects[int(drawn)])):
        font = fonts.get(name, {}) if name else font
        told += [font.get(glyphs[i : i + 4].upper(), "") for i in range(0, len(glyphs), 4)]
    return "".join(told)


def _unicode(font: bytes, objects: dict[int, bytes]) -> dict[bytes, str]:
    """Glyph -> character, from the table that makes a PDF searchable."""
    found = re.search(rb"/ToUnicode (\d+) 0 R", font)
    table = _stream(objects[int(found[1])]) if found else b""
    known = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, character in re.findall(rb"<(\w+)> <(\w+)>", block):
            known[glyph.upper()] = _text(character)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, character in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", block):
            for i in range(int(last, 16) - int(first, 16) + 1):
                known[b"%04X" % (int(first, 16) + i)] = chr(int(character, 16) + i)
    return known


def _text(character: bytes) -> str:
    return bytes.fromhex(character.decode()).decode("utf-16-be")


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    data = found[1] if found else b""
    return zlib.decompress(data) if b"/FlateDecode" in body else data
