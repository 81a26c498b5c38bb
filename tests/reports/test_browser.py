"""Does the report hold in a real browser?"""

from collections import Counter

import pytest

import reports
from probes.types import Table
from reports.display import visible

pytestmark = pytest.mark.browser

OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"
COUNT_TAGS = "[...document.querySelectorAll('*')].map(e => e.localName)"
# What no page of ours has, but for the filter: active elements, handlers, inline styles, links outwards.
ACTIVE = """() => {
  const tags = 'script iframe object embed img form input base link video audio foreignObject'.split(' ')
  const names = ['style', 'src', 'srcdoc', 'action', 'formaction', 'data', 'background', 'poster']
  const leaves = (e, n) => n.startsWith('on') || names.includes(n)
    || (n.endsWith('href') && !e.getAttribute(n).startsWith('#'))
  const own = e => e.closest('#filters') || (e.localName === 'script' && e === document.body.lastElementChild)
  return [...document.querySelectorAll('*')].filter(e => !own(e)).flatMap(e => [
    ...(tags.includes(e.localName) ? [e.localName] : []),
    ...e.getAttributeNames().filter(n => leaves(e, n)).map(n => e.localName + '@' + n)])
}"""
TABLES = """() => [...document.querySelectorAll('table')].filter(t =>
  [...t.rows].some(r => r.cells.length !== t.rows[0].cells.length)).map(t => t.outerHTML.slice(0, 300))"""
HIDDEN_CELLS = """[...document.querySelectorAll('details td')]
  .filter(e => !e.checkVisibility({contentVisibilityAuto: true})).length"""


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
def parts(hostile):
    words = hostile.corpus()
    assert len(words) >= 500
    return hostile.parts(words)


@pytest.fixture(scope="module")
def attacked(browser, tmp_path_factory, hostile, parts):
    """Reports of records that are hostile everywhere, unfolded, touched, typed at and filtered."""
    opened = [
        Page(browser, tmp_path_factory.mktemp("attacked"), reports.html(hostile.record(part)))
        for part in parts
    ]
    for one in opened:
        one.page.evaluate(OPEN_ALL)
        one.page.mouse.move(200, 200)
        one.page.keyboard.press("Tab")
        one.page.get_by_role("searchbox").fill("</script>")
        one.page.get_by_role("button", name="Show all").click()
    yield opened
    for one in opened:
        one.context.close()


def test_every_word_is_in_at_least_twelve_places(hostile, parts):
    for part in hostile.parts(hostile.harmless(sum(map(len, parts)))):
        page = reports.html(hostile.record(part))
        assert min(page.count(word) for word in part) >= 12


@pytest.mark.parametrize("record", ["full", "drawn"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violations(open_report, sample, scheme, record):
    from axe_playwright_python.sync_playwright import Axe

    opened = open_report(
        reports.html(getattr(sample, record)()), color_scheme=scheme, viewport={"width": 1280, "height": 900}
    )
    opened.page.evaluate(OPEN_ALL)
    found = Axe().run(opened.page).response
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_nothing_hostile_runs(attacked):
    for one in attacked:
        assert one.page.evaluate("[window.owned, document.body.innerHTML.length > 100000]") == [None, True]
        assert one.page.evaluate(ACTIVE) == []
        assert one.events == []


def test_no_request_leaves_the_page(attacked):
    assert [one.requests for one in attacked] == [[one.own] for one in attacked]


def test_tables_keep_their_shape(attacked):
    assert [one.page.evaluate(TABLES) for one in attacked] == [[]] * len(attacked)


def test_hostile_strings_add_no_element(attacked, open_report, hostile, parts):
    for one, part in zip(attacked, parts, strict=True):
        peaceful = open_report(reports.html(hostile.record(hostile.harmless(len(part)))))
        assert Counter(one.page.evaluate(COUNT_TAGS)) == Counter(peaceful.page.evaluate(COUNT_TAGS))


def test_hostile_strings_are_shown_as_text(attacked, parts):
    for one, part in zip(attacked, parts, strict=True):
        shown = one.page.evaluate("[...document.querySelectorAll('.warnings li')].map(e => e.textContent)")
        assert {visible(w.replace("\ud83d", "\ufffd")) for w in part} - set(shown) == set()


def test_no_text_reaches_over_its_line(attacked):
    # Bidirectional characters and stacked marks of one string must not move what stands around it.
    hiding = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\u180e\ufeff\x1b\x85")
    for one in attacked:
        assert not hiding & set(one.page.evaluate("document.body.textContent"))


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_never_scrolls_sideways(attacked, open_report, sample, width):
    for opened in (*attacked, open_report(reports.html(sample.many(6, long=True)))):
        opened.page.set_viewport_size({"width": width, "height": 800})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("record", ["full", "ungated"])
def test_the_overview_has_a_line_for_each_area_at_any_width(open_report, sample, record, width):
    opened = open_report(reports.html(getattr(sample, record)()), viewport={"width": width, "height": 800})
    lines = opened.page.locator(".overview tbody tr")
    assert [lines.nth(i).is_visible() for i in range(lines.count())] == [True, True]


def test_works_without_scripts(open_report, sample):
    opened = open_report(reports.html(sample.full()), java_script_enabled=False)
    assert not opened.page.locator("#filters").is_visible()
    folded = opened.page.locator("details.result").first
    folded.locator("summary").first.click()
    assert folded.locator("table").first.is_visible()


def test_a_link_opens_what_is_folded(open_report, sample):
    opened = open_report(reports.html(sample.full()))
    assert not opened.page.locator("#result-4").is_visible()
    opened.page.evaluate("location.hash = 'result-4'")
    opened.page.locator("#result-4").wait_for(state="visible", timeout=2000)


def _shown(opened):
    outcomes = (
        "[...document.querySelectorAll('{}')].filter(e => e.checkVisibility()).map(e => e.dataset.outcome)"
    )
    rows, cards = (opened.page.evaluate(outcomes.format(part)) for part in (".glance tbody tr", ".card"))
    assert rows == cards
    return rows


def test_the_filter_hides_by_outcome_area_and_words_with_the_keyboard_alone(open_report, sample):
    opened = open_report(reports.html(sample.full()))
    everything = ["fail", "undecided", "undecided", "pass", "pass"]
    told = opened.page.locator("#filtered")
    assert (_shown(opened), told.inner_text()) == (everything, "5 of 5 gates shown")
    opened.page.get_by_role("checkbox", name="Pass").focus()
    opened.page.keyboard.press("Space")
    assert (_shown(opened), told.inner_text()) == (everything[:3], "3 of 5 gates shown")
    opened.page.get_by_role("searchbox").focus()
    opened.page.keyboard.type("Flip RATE")
    assert _shown(opened) == ["undecided"]
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    assert _shown(opened) == everything
    opened.page.get_by_role("combobox").select_option("Calibration")
    assert _shown(opened) == []
    assert opened.page.locator("details.result >> visible=true").count() == 1


def test_printing_shows_what_the_filter_hides(open_report, sample):
    opened = open_report(reports.html(sample.full()))
    opened.page.get_by_role("checkbox", name="Fail").uncheck()
    opened.page.emulate_media(media="print")
    assert len(_shown(opened)) == 5
    assert not opened.page.locator("#filters").is_visible()


def test_prints_with_everything_unfolded(open_report, sample, pdf):
    record = sample.full()
    opened = open_report(reports.html(record))
    printed = pdf.pages(opened.page.pdf(prefer_css_page_size=True))
    text = "".join("".join(printed).split())
    told = (*(v.reason for v in record.verdicts), record.verdicts[-2].gate, "RuntimeError", "gave")
    assert [t for t in told if "".join(t.split()) not in text] == []
    assert 8 <= len(printed) <= 24
    assert min(map(len, printed[:-1])) > 100
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate(HIDDEN_CELLS) == 0


def test_no_row_is_cut_by_the_end_of_a_page(open_report, sample, pdf):
    """Each row of 40 begins with one word, ends with another, and is as high as a quarter of a page."""
    rows = tuple((f"first{i:02}", "line " * 300 + f"last{i:02}") for i in range(40))
    result = sample.calibration().model_copy(update={"exhibits": (Table("t", ("a", "b"), rows),)})
    opened = open_report(reports.html(sample.ungated().model_copy(update={"results": (result,)})))
    printed = pdf.pages(opened.page.pdf(prefer_css_page_size=True))
    found = [
        [k for k, page in enumerate(printed) if f"{word}{i:02}" in page]
        for i in range(40)
        for word in ("first", "last")
    ]
    assert all(len(on) == 1 for on in found)
    assert found[::2] == found[1::2]
    assert len({on[0] for on in found}) >= 8


def test_the_policy_stops_even_what_got_in(open_report, sample):
    smuggled = (
        "<script>window.owned = 1</script><img src='//owned.invalid/x' onerror='window.owned = 1'></body>"
    )
    opened = open_report(reports.html(sample.ungated()).replace("</body>", smuggled))
    assert opened.page.evaluate("window.owned") is None
    assert opened.refused == [("file://owned.invalid/x", "csp")]
    assert len(opened.events) >= 2
    assert all("Content Security Policy" in event for event in opened.events)


@pytest.mark.parametrize("width", [360, 1280])
def test_scores_of_words_show_on_focus_and_under_the_pointer_without_scripts(open_report, sample, width):
    size = {"width": width, "height": 800}
    opened = open_report(reports.html(sample.full()), java_script_enabled=False, viewport=size)
    opened.page.evaluate(OPEN_ALL)
    text, tip = opened.page.locator(".marked[tabindex]").first, opened.page.locator(".marked .tip").first

    def clipped():
        return tip.evaluate("e => getComputedStyle(e).clipPath") != "none"

    assert clipped()
    tip.locator("xpath=..").hover()
    assert not clipped()
    opened.page.mouse.move(0, 0)
    assert clipped()
    text.focus()
    assert not clipped()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
