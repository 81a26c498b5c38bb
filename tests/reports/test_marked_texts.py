"""Are the marked words of a text marked, and nothing else, whatever the text and the marks are?"""

import re

import pytest

import reports
from probes.types import Curve, Example
from reports.display import LONGEST, marked
from reports.record import ProbeResult

TEXTS = (("as it is", "a good film"), ("changed", "a godo film"))
MARKS = (((2, 6),), ((2, 6),))


@pytest.mark.parametrize(
    ("text", "spans", "pieces"),
    [
        ("a good film", [(2, 6)], [("a ", False), ("good", True), (" film", False)]),
        ("a good film", [], [("a good film", False)]),
        ("good", [(0, 4)], [("good", True)]),
        ("a good film", [(2, 6), (7, 11)], [("a ", False), ("good", True), (" ", False), ("film", True)]),
        ("a good film", [(7, 99), (-5, 1)], [("a", True), (" good ", False), ("film", True)]),
        ("a good film", [(6, 2), (99, 120)], [("a good film", False)]),
        ("abcd", [(0, 3), (1, 2)], [("abc", True), ("d", False)]),
        ("a\u202eb", [(1, 2)], [("a", False), ("[U+202E]", True), ("b", False)]),
        ("", [(0, 1)], []),
    ],
)
def test_pieces(text, spans, pieces):
    assert marked(text, spans) == pieces


def test_a_long_text_is_cut_and_says_so_unmarked():
    pieces = marked("x" * (LONGEST + 10), [(LONGEST - 1, LONGEST + 10)])
    assert pieces[1:] == [("x", True), ("… [10 more characters in the record]", False)]


def test_marks_do_not_let_a_flood_of_accents_through():
    """200 combining marks, every second one marked by itself, are still counted as one flood."""
    pieces = marked("e" + "\u0301" * 200, [(i, i + 1) for i in range(0, 200, 2)])
    assert sum(piece.count("\u0301") for piece, _ in pieces) == 4


def _page(sample, *examples):
    result = ProbeResult(probe="robustness.attacks", version=1, title="Q?", status="ok", exhibits=examples)
    return reports.html(sample.full().model_copy(update={"results": (result,)}))


def _texts(page):
    (texts,) = re.findall(r'<dl class="texts">(.*?)</dl>', page, re.DOTALL)
    return re.findall(r"<dd><bdi>(.*?)</bdi></dd>", texts, re.DOTALL)


def test_the_page_marks_the_words(sample):
    page = _page(sample, Example("t", TEXTS, marks=MARKS))
    assert _texts(page) == ["a <mark>good</mark> film", "a <mark>godo</mark> film"]


@pytest.mark.parametrize("marks", [(), (((2, 6),),)])
def test_texts_without_marks_stay_as_they_are(sample, marks):
    assert _texts(_page(sample, Example("t", TEXTS, marks=marks)))[1] == "a godo film"


def test_hostile_texts_are_shown_as_text_between_the_marks(sample, hostile):
    words = [word for word in hostile.corpus() if word]
    marks = (((0, 3), (5, 9)),) * len(words)
    page = _page(sample, Example("t", tuple((word, word) for word in words), marks=marks))
    peaceful = _page(sample, Example("t", TEXTS))
    assert page.count("<script") == peaceful.count("<script")
    assert not re.search(r"<(?!/?mark>)", "".join(_texts(page)))


def test_a_record_from_before_there_were_marks_is_read():
    old = {"kind": "example", "title": "t", "texts": [["a", "b"]], "caption": ""}
    result = ProbeResult(probe="p", version=1, title="t", status="ok", exhibits=(old,))
    assert result.exhibits[0].marks == ()


@pytest.fixture
def opened(browser, sample, tmp_path):
    """`opened(scheme)`: a page with marked texts and a figure of nine lines, unfolded."""
    pages = []

    def open_(scheme):
        lines = (Curve("c", "x", "y", (0.0, 1.0), (0.0, 1.0), name=str(i)) for i in range(9))
        path = tmp_path / "report.html"
        path.write_text(_page(sample, Example("t", TEXTS, marks=MARKS), *lines), "utf-8")
        pages.append(browser.new_page(color_scheme=scheme))
        pages[-1].goto(path.as_uri())
        pages[-1].evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        return pages[-1]

    yield open_
    for page in pages:
        page.close()


@pytest.mark.browser
def test_marks_are_underlined_and_told_to_screen_readers(opened):
    style = opened("light").evaluate(
        "[getComputedStyle(document.querySelector('mark')).textDecorationLine,"
        " getComputedStyle(document.querySelector('mark'), '::before').content]"
    )
    assert style == ["underline", '" [marked: "']


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_and_lines_have_no_accessibility_violations(opened, scheme):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(scheme), context=".exhibit").response
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]] == []
