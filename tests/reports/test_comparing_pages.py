"""Do the pages of diff, compare and card hold in a real browser, and do they say what was compared?"""

import importlib.util
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from audit.compare import compare
from audit.diff import DiffConfig, diff
from audit.pairing import Audit
from probes.types import Grouping
from reports import card, comparison_page, comparison_terminal, diff_page, diff_terminal
from reports.outcomes import Outcomes

PAGES = ("diff", "compare", "card")
GATES = ("diff.accuracy >= -0.05", "diff.negative_flip_rate <= 0.2", "diff.mean_score >= 0")


def outcomes(names, features, *, seed):
    """Six rows for each group of each feature; two classes, a third of the answers wrong."""
    rng, rows = np.random.default_rng([seed, 1]), 6 * len(names)
    labels = np.random.default_rng(0).integers(0, 2, rows)
    p = rng.random(rows)
    predicted = np.where(rng.random(rows) < 0.3, 1 - labels, labels)
    codes = np.arange(rows) % len(names)
    return Outcomes(
        np.arange(rows).astype("<u8"), labels, predicted, np.column_stack([1 - p, p]), None,
        {f: Grouping(f, tuple(names), codes) for f in features}, ("negative", "positive"), 1, "f", "f",
    )  # fmt: skip


def audits(record, names, features, audit_names):
    kept = [outcomes(names, features, seed=i) for i in range(len(audit_names))]
    return tuple(Audit(n, record, o) for n, o in zip(audit_names, kept, strict=True))


def pages(three, record, gates=GATES):
    """The three pages of these audits."""
    return {
        "diff": diff_page.html(diff(three[0], three[1], DiffConfig(gates=gates))),
        "compare": comparison_page.html(compare(three)),
        "card": card.html(record, card.Prose()),
    }


def numbered(record):
    """The record with its groups measured by a metric that the card shows."""
    first = record.results[0]
    shown = tuple(replace(m, metric="accuracy") for m in first.measurements if "group" in m.slice)
    return record.model_copy(
        update={"results": (first.model_copy(update={"measurements": shown}), *record.results[1:])}
    )


def hostile_pages(hostile, words):
    """Words as groups, features and names of audits; few enough groups that every table is drawn."""
    record = numbered(hostile.record(words))
    named = [i for i, w in enumerate(hostile.corpus()[:120]) if not set("\"'{}") & set(w)][:8]
    gates = tuple(f"diff.accuracy{{group='{words[i]}'}} >= {-k / 10}" for k, i in enumerate(named))
    return pages(audits(record, words[:120], words[-1:], words[150:153]), record, gates)


@pytest.fixture(scope="module")
def three(sample):
    return audits(sample.full(), sample.GENDERS, ("gender",), ("standard", "private", "adversarial"))


@pytest.fixture(scope="module")
def drawn(three, sample):
    return pages(three, sample.full())


@pytest.fixture(scope="module")
def held():
    """What the tests of the report hold pages to."""
    spec = importlib.util.spec_from_file_location("held", Path(__file__).with_name("test_browser.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def attacked(browser, held, hostile, tmp_path_factory):
    """Each page with hostile strings everywhere, unfolded, and the same with harmless ones."""
    words = hostile.corpus()
    evil, plain = hostile_pages(hostile, words), hostile_pages(hostile, hostile.harmless(len(words)))
    opened = {}
    for name in PAGES:
        both = [held.Page(browser, tmp_path_factory.mktemp(name), text[name]) for text in (evil, plain)]
        both[0].page.evaluate(held.OPEN_ALL)
        opened[name] = both
    yield opened
    for both in opened.values():
        for page in both:
            page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_nothing_hostile_runs_and_nothing_leaves(attacked, held, name):
    page = attacked[name][0]
    assert page.page.evaluate("window.owned") is None
    assert page.page.evaluate(held.ACTIVE) == []
    assert (page.events, page.requests) == ([], [page.own])


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_hostile_strings_add_no_element_and_break_no_table(attacked, held, name):
    evil, plain = (p.page for p in attacked[name])
    assert Counter(evil.evaluate(held.COUNT_TAGS)) == Counter(plain.evaluate(held.COUNT_TAGS))
    assert evil.evaluate(held.TABLES) == []


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_the_page_never_scrolls_sideways(attacked, name):
    page = attacked[name][0].page
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
@pytest.mark.parametrize(("name", "scheme"), [("diff", "light"), ("compare", "dark"), ("card", "light")])
def test_no_accessibility_violations(browser, held, drawn, tmp_path, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    opened = held.Page(browser, tmp_path, drawn[name], color_scheme=scheme)
    opened.page.evaluate(held.OPEN_ALL)
    found = Axe().run(opened.page).response
    opened.context.close()
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_same_records_give_the_same_bytes(drawn, three, sample, name):
    assert pages(three, sample.full())[name] == drawn[name]


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_pictures_described(drawn, name):
    import re

    ids = re.findall(r' id="([^"]+)"', drawn[name])
    assert len(ids) == len(set(ids))
    assert drawn[name].count('<svg class="chart') == drawn[name].count("<desc ")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("word", ["unbiased", "debiased", "fair model", "proves"])
def test_the_words_claim_no_more_than_was_measured(drawn, name, word):
    assert word not in drawn[name].lower()


def said(show, found):
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    show(found, console)
    console.file.close()
    return console.export_text()


def test_the_terminal_tells_the_changes_and_the_verdicts(three):
    found = diff(three[0], three[1], DiffConfig(gates=GATES[:1]))
    text = said(diff_terminal.show, found)
    assert "standard → private: 2,005 rows compared row by row" in text
    assert "Exit code" in text
    bare = said(diff_terminal.show, diff(three[0], three[1], DiffConfig()))
    assert "No gates were set: nothing was judged." in bare


def test_the_terminal_sets_models_side_by_side(three):
    text = said(comparison_terminal.show, compare(three))
    assert "Change of accuracy against standard" in text
    assert "All 3 models fail" in text


def test_the_terminal_strips_control_sequences(hostile):
    words = tuple(w for w in hostile.corpus() if "\x1b" in w or "\x9b" in w or "[red]" in w)
    record = hostile.record(hostile.harmless(300))
    evil = audits(record, words, words[:1], (words[0], words[1]))
    for text in (
        said(diff_terminal.show, diff(*evil, DiffConfig(gates=GATES))),
        said(comparison_terminal.show, compare(evil)),
    ):
        assert not {"\x1b", "\x9b", "\x07"} & set(text)
