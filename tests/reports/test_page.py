"""Does the report say what the record says, and nothing else?"""

import base64
import hashlib
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser

import pytest

import reports
from probes.stats.comparisons import gap
from probes.stats.proportions import proportion
from probes.types import Example, Measurement
from reports.record import GroupCount, ProbeResult

OUTCOMES = ["fail", "undecided", "undecided", "pass", "pass"]


class Text(HTMLParser):
    """The words of a page, without its style."""

    def __init__(self):
        super().__init__()
        self.words, self.styled = [], False

    def handle_starttag(self, tag, attrs):
        self.styled = tag in ("style", "script")

    def handle_data(self, data):
        if not self.styled:
            self.words.append(data)


def text(html):
    parser = Text()
    parser.feed(html)
    return re.sub(r"\s+", " ", " ".join(parser.words))


@pytest.fixture(scope="module")
def full(sample):
    return reports.html(sample.full())


def test_the_same_record_gives_the_same_bytes(full, sample):
    assert reports.html(sample.full()) == full


def test_a_normal_report_is_small(full):
    assert len(full.encode()) < 500_000


def _digest(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_allows_the_one_style_and_the_one_script_and_nothing_else(full):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', full)[1].replace("&#39;", "'")
    (style,) = re.findall(r"<style>(.*?)</style>", full, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", full, re.DOTALL)
    assert policy == (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert full.count("<style") == full.count("<script") == 1


def test_the_script_holds_nothing_of_the_record_and_writes_text_only(full, sample, hostile):
    scripts = {
        *re.findall(r"<script>(.*?)</script>", full, re.DOTALL),
        *re.findall(
            r"<script>(.*?)</script>", reports.html(hostile.record(hostile.corpus()[:130])), re.DOTALL
        ),
    }
    assert len(scripts) == 1
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|fetch|import", *scripts
    )


def test_without_gates_there_is_nothing_to_filter_and_no_script(sample):
    assert "<script" not in reports.html(sample.ungated())


def test_there_is_no_link_outwards(full):
    assert not re.search(r"<link|<img|https?://|url\(|@import| on\w+=| style=", full)


def test_the_overview_comes_first_then_the_verdicts_then_each_area(full):
    headings = re.findall(r"<h2[^>]*>(?:<bdi>)?([^<]+)", full)
    assert headings == [
        "Overview",
        "Verdicts",
        "Fairness",
        "Calibration",
        "What was not measured",
        "Data",
        "Model",
        "Evidence by framework",
        "How to reproduce",
        "How to read this report",
    ]
    assert re.findall(r'<tr data-area="[^"]+" data-outcome="(\w+)"', full) == OUTCOMES
    assert re.findall(r'<details class="card (\w+)"', full) == OUTCOMES


def test_what_is_passed_begins_folded(full):
    cards = re.findall(r'<details class="card (\w+)"[^>]*?( open)?>', full)
    assert [bool(opened) for _, opened in cards] == [outcome != "pass" for outcome in OUTCOMES]


def test_every_link_within_the_page_leads_somewhere(full):
    targets = set(re.findall(r' id="([^"]+)"', full))
    links = set(re.findall(r' href="#([^"]+)"', full))
    assert links - targets == set()
    assert {"overview", "area-1", "gate-1", "result-1", "not-measured", "reproduce"} <= links


def test_every_picture_has_title_description_and_role(full):
    charts = re.findall(
        r'<svg class="chart[^>]*>\s*<title id="[^"]+">[^<]+</title>\s*<desc id="[^"]+">[^<]+</desc>', full
    )
    assert len(charts) == full.count('<svg class="chart') == full.count('role="img"') == 9
    ids = re.findall(r' id="([^"]+)"', full)
    assert len(ids) == len(set(ids))


def test_it_shows_verdict_figures_reasons_and_both_ends_of_intervals(full, sample):
    shown = text(full)
    for verdict in sample.full().verdicts:
        assert verdict.reason in shown
        assert verdict.gate in shown
    assert "1 of 5 gates failed." in shown
    assert "at most 5 % of audits" in shown


def test_it_names_what_was_not_measured(full):
    shown = text(full)
    assert "Skipped Does the answer change when only the identity term changes?" in shown
    assert "Crashed fairness.templates" in shown
    assert "tensor a (514) must match" in shown


def test_numbers_without_a_value_are_named_with_their_reason(full):
    section = full.partition('id="not-measured"')[2].partition("</section>")[0]
    shown = text(section)
    assert "1 number True positive rate: for not stated (gender) fairness.rates" in shown
    assert "no row of this group has a positive label" in shown
    assert "other data than the audited" in shown


def test_with_further_data_it_is_not_said_that_there_was_none(sample):
    shown = text(reports.html(sample.full(shift={"tweets": sample.DATA})))
    assert "other data than those named here" in shown
    assert "other data than the audited" not in shown


def findings(sample, *measurements, exhibits=()):
    result = ProbeResult(
        probe="a.x", version=1, title="", status="ok", measurements=measurements, exhibits=exhibits
    )
    page = reports.html(sample.full(results=(result,), verdicts=()))
    return page.partition('id="result-1"')[2].partition("</section>")[0]


def by_recipe(metric="rate"):
    slices = [{"feature": "sex", "recipe": r, "group": g} for r in ("a", "b") for g in ("f", "m")]
    return [proportion(metric, 3, 10, slice=where) for where in slices]


def test_pictures_and_tables_come_before_long_lists_and_texts_last(sample):
    many = [Measurement(f"number {i}", 0.5, None, None, 9) for i in range(30)]
    shown = findings(sample, *many, *by_recipe(), exhibits=sample.calibration().exhibits)
    order = (
        "Words that moved the answer most",
        "Confidence against share",
        '<figure class="groups">',
        "The groups in figures: 2 tables",
        "30 further figures",
        "Answers that changed",
        "Words that decide",
    )
    places = [shown.index(words) for words in order]
    assert places == sorted(places)


def test_few_numbers_come_before_the_pictures(sample):
    shown = findings(sample, Measurement("size", 0.5, None, None, 9), exhibits=sample.calibration().exhibits)
    assert shown.index("Size") < shown.index("Words that moved the answer most")


def test_a_reason_that_many_numbers_share_is_a_footnote(sample):
    lacking = [Measurement(f"number {i}", None, None, None, 0, note="run `audit fetch x`") for i in range(3)]
    shown = findings(sample, *lacking, Measurement("known", 0.5, None, None, 9))
    assert shown.count("run `audit fetch x`") == 1
    assert shown.count("<sup>1</sup>") == 3


@pytest.mark.parametrize("pairs", [True, False])
def test_pairs_of_texts_stand_side_by_side(sample, pairs):
    example = Example("e", (("as it is", "one"), ("changed", "two")), pairs=pairs)
    assert ('<dl class="texts pairs">' in findings(sample, exhibits=(example,))) == pairs


def test_groups_are_drawn_with_the_verdict_or_with_the_probe_and_once(sample):
    leaves = by_recipe()
    where = {"feature": "sex", "recipe": "a"}
    judged = gap("rate_gap", leaves[:2], slice=where)
    result = ProbeResult(probe="a.x", version=1, title="", status="ok", measurements=(*leaves[:2], judged))
    verdict = sample.verdict(result, "rate_gap", "fail", "r")
    page = reports.html(sample.full(results=(result,), verdicts=(verdict,)))
    assert (page.count("Rate by group"), page.count('class="groups"')) == (2, 0)
    both = result.model_copy(update={"measurements": (*leaves, judged)})
    assert reports.html(sample.full(results=(both,), verdicts=(verdict,))).count('class="groups"') == 1


def test_undefined_is_said_with_its_reason(full):
    shown = text(full)
    assert re.search(r"not stated not measured not measured undefined 1 n 0", shown)
    assert "no row of this group has a positive label" in shown


def test_it_can_be_reproduced(full, sample):
    shown, record = text(full), sample.full()
    for fact in ("torch 2.13.0", "5.00e−05"):
        assert fact in shown
    block = unescape(re.search(r'<pre class="copy"><code>(.*?)</code>', full, re.DOTALL)[1])
    assert [line for line in block.splitlines() if not line.startswith("#")] == [record.command]
    for fact in (record.data.fingerprint, record.model.fingerprint, "seed 0", "Python 3.11.9", "Assay 0.1.0"):
        assert fact in block


def test_no_name_becomes_a_line_of_the_block_to_copy(sample):
    model = sample.MODEL.model_copy(update={"reference": "m\nrm -rf ."})
    page = reports.html(sample.full(model=model, command="audit run m\nrm -rf ."))
    block = re.search(r'<pre class="copy"><code>(.*?)</code>', page, re.DOTALL)[1]
    assert not [line for line in block.splitlines() if line.startswith("rm")]


def test_a_long_audit_stays_below_a_megabyte_and_says_what_it_left_out(sample):
    """60 groups in each of 36 ways, every rate of every group, each way judged: 12,000 numbers, 80 gates."""
    ways = [sample.gated(tuple(f"group {g}" for g in range(60)), f"way {i}", rows=300) for i in range(36)]
    results = [merged([r[k] for r, _ in ways]) for k in range(3)]
    verdicts = tuple(v.model_copy(update={"slice": {**v.slice}}) for _, judged in ways for v in judged)
    counts = {f"way {i}": tuple(GroupCount(group=f"group {g}", rows=9) for g in range(60)) for i in range(36)}
    data = sample.DATA.model_copy(update={"groups": counts})
    page = reports.html(sample.full(results=tuple(results), verdicts=verdicts, data=data))
    assert len(page.encode()) < 1_000_000
    for left_out in (
        "more verdicts of this area",
        "more tables of groups",
        "more ways of grouping",
        "in the record",
    ):
        assert left_out in page
    assert page.count("data-outcome=") >= len(verdicts)


def merged(results):
    """Results of one probe as one."""
    return results[0].model_copy(update={"measurements": sum((r.measurements for r in results), ())})


@pytest.mark.parametrize("word", ["unbiased", "debiased", "fair model", "proves", "proof"])
def test_the_words_claim_no_more_than_was_measured(full, word):
    assert word not in text(full).lower()


def test_no_gates_never_reads_as_a_pass(sample):
    shown = text(reports.html(sample.ungated()))
    assert "No gates were set. This audit measured and did not judge" in shown
    assert "passed." not in shown.partition("How to read")[0].replace("nothing in it passed or failed.", "")


def test_without_data(sample):
    shown = text(reports.html(sample.dataless()))
    assert "No data was audited." in shown
    assert "Undecided: flip rate has no number; limit at most 0.05. 1 probe skipped, 1 probe crashed" in shown
    assert "The gate is undecided." in shown


def test_a_value_that_a_template_does_not_know_is_an_error():
    from jinja2 import UndefinedError

    from reports.page import templates

    with pytest.raises(UndefinedError):
        templates().from_string("{{ missing }}").render()
    with pytest.raises(ValueError, match="None"):
        templates().from_string("{{ x }}").render(x=None)


def test_every_string_is_escaped_and_made_visible():
    from reports.page import templates

    drawn = templates().from_string('<a title="{{ x }}">{{ x }}</a>').render(x="\"'<&\u202e")
    assert drawn == '<a title="&#34;&#39;&lt;&amp;[U+202E]">&#34;&#39;&lt;&amp;[U+202E]</a>'


def test_reading_and_showing_load_nothing_heavy():
    heavy = "{'jinja2', 'torch', 'pandas', 'scipy', 'statsmodels', 'transformers'}"
    code = f"import sys, reports, reports.terminal; sys.exit(' '.join({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
