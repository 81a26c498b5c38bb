"""Does the report hold in a real browser?"""

from collections import Counter

import pytest

import reports
from reports.display import visible

pytestmark = pytest.mark.browser

OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
COUNT_TAGS = "[...document.querySelectorAll('*')].map(e => e.localName)"
# What no page of ours has: active elements, handlers, inline styles, links that leave the page.
ACTIVE = """() => {
  const tags = 'script iframe object embed img form input base link video audio foreignObject'.split(' ')
  const names = ['style', 'src', 'srcdoc', 'action', 'formaction', 'data', 'background', 'poster']
  const leaves = (e, n) => n.startsWith('on') || names.includes(n)
    || (n.endsWith('href') && !e.getAttribute(n).startsWith('#'))
  return [...document.querySelectorAll('*')].flatMap(e => [
    ...(tags.includes(e.localName) ? [e.localName] : []),
    ...e.getAttributeNames().filter(n => leaves(e, n)).map(n => e.localName + '@' + n)])
}"""
TABLES = """() => [...document.querySelectorAll('table')].filter(t =>
  [...t.rows].some(r => r.cells.length !== t.rows[0].cells.length)).map(t => t.outerHTML.slice(0, 300))"""
HIDDEN_CELLS = """[...document.querySelectorAll('details td')]
  .filter(e => !e.checkVisibility({contentVisibilityAuto: true})).length"""
CUTTABLE_ROWS = (
    "[...document.querySelectorAll('tr')].filter(e => getComputedStyle(e).breakInside !== 'avoid').length"
)


class Page:
    """An opened report and all that it did."""

    def __init__(self, browser, tmp_path, html, **options):
        path = tmp_path / "report.html"
        path.write_text(html, "utf-8")
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.events, self.requests, self.refused = [], [], []
        self.page.on("dialog", lambda dialog: (self.events.append(dialog.message), dialog.dismiss()))
        self.page.on("console", lambda message: self.events.append(message.text))
        self.page.on("pageerror", lambda error: self.events.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.refused.append((request.url, request.failure)))
        self.page.goto(path.as_uri())
        self.own = path.as_uri()


@pytest.fixture
def open_report(browser, tmp_path):
    opened = []

    def open_(html, **options):
        opened.append(Page(browser, tmp_path, html, **options))
        return opened[-1]

    yield open_
    for page in opened:
        page.context.close()


@pytest.fixture(scope="module")
def corpus(hostile):
    words = hostile.corpus()
    assert len(words) >= 200
    return words


@pytest.fixture(scope="module")
def attacked(browser, tmp_path_factory, hostile, corpus):
    """The report of a record that is hostile everywhere, unfolded, touched and typed at."""
    opened = Page(browser, tmp_path_factory.mktemp("attacked"), reports.html(hostile.record(corpus)))
    opened.page.evaluate(OPEN_ALL)
    opened.page.mouse.move(200, 200)
    opened.page.keyboard.press("Tab")
    yield opened
    opened.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violations(open_report, sample, scheme):
    from axe_playwright_python.sync_playwright import Axe

    opened = open_report(
        reports.html(sample.full()), color_scheme=scheme, viewport={"width": 1280, "height": 900}
    )
    opened.page.evaluate(OPEN_ALL)
    found = Axe().run(opened.page).response
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_nothing_hostile_runs(attacked):
    assert attacked.page.evaluate("[window.owned, document.body.innerHTML.length > 100000]") == [None, True]
    assert attacked.page.evaluate(ACTIVE) == []
    assert attacked.events == []


def test_no_request_leaves_the_page(attacked):
    assert attacked.requests == [attacked.own]


def test_tables_keep_their_shape(attacked):
    assert attacked.page.evaluate(TABLES) == []


def test_hostile_strings_add_no_element(attacked, open_report, hostile, corpus):
    peaceful = open_report(reports.html(hostile.record(hostile.harmless(len(corpus)))))
    assert Counter(attacked.page.evaluate(COUNT_TAGS)) == Counter(peaceful.page.evaluate(COUNT_TAGS))


def test_hostile_strings_are_shown_as_text(attacked, corpus):
    shown = set(
        attacked.page.evaluate("[...document.querySelectorAll('.warnings li')].map(e => e.textContent)")
    )
    assert {visible(w.replace("\ud83d", "\ufffd")) for w in corpus} - shown == set()


def test_no_text_reaches_over_its_line(attacked):
    # Bidirectional characters and stacked marks of one string must not move what stands around it.
    text = attacked.page.evaluate("document.body.textContent")
    assert not {
        c for c in text if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\x1b"
    }


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_never_scrolls_sideways(attacked, open_report, sample, width):
    for opened in (attacked, open_report(reports.html(sample.many(6, long=True)))):
        opened.page.set_viewport_size({"width": width, "height": 800})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_works_without_scripts(open_report, sample):
    opened = open_report(reports.html(sample.full()), java_script_enabled=False)
    opened.page.locator("summary").first.click()
    assert opened.page.locator("details[open] code").first.is_visible()


def test_prints_with_everything_unfolded_and_no_row_cut(open_report, sample):
    opened = open_report(reports.html(sample.full()))
    assert opened.page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate(HIDDEN_CELLS) == 0
    assert opened.page.evaluate(CUTTABLE_ROWS) == 0


def test_the_policy_stops_even_what_got_in(open_report, sample):
    smuggled = (
        "<script>window.owned = 1</script><img src='//owned.invalid/x' onerror='window.owned = 1'></body>"
    )
    opened = open_report(reports.html(sample.ungated()).replace("</body>", smuggled))
    assert opened.page.evaluate("window.owned") is None
    assert opened.refused == [("file://owned.invalid/x", "csp")]
    assert len(opened.events) >= 2
    assert all("Content Security Policy" in event for event in opened.events)
