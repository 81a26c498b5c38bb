"""Does the report say what the record says, and nothing else?"""

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

import reports


class Text(HTMLParser):
    """The words of a page, without its style."""

    def __init__(self):
        super().__init__()
        self.words, self.styled = [], False

    def handle_starttag(self, tag, attrs):
        self.styled = tag == "style"

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


def test_the_policy_allows_the_one_style_and_nothing_else(full):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', full)[1].replace("&#39;", "'")
    style = re.search(r"<style>(.*?)</style>", full, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert full.count("<style") == 1


def test_there_is_no_script_and_no_link_outwards(full):
    assert not re.search(r"<script|<link|<img|https?://|url\(|@import| on\w+=| style=", full)


def test_the_verdicts_stand_worst_first_and_before_the_measurements(full):
    outcomes = re.findall(r'<article class="card (\w+)"', full)
    assert outcomes == ["fail", "undecided", "undecided", "pass", "pass"]
    headings = re.findall(r"<h2[^>]*>([^<]+)", full)
    assert headings == [
        "Verdicts",
        "All measurements",
        "What was not measured",
        "Data",
        "Model",
        "How to reproduce",
        "How to read this report",
    ]


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


def test_undefined_is_said_with_its_reason(full):
    shown = text(full)
    assert re.search(r"not stated not measured not measured undefined 1 n 0", shown)
    assert "no row of this group has a positive label" in shown


def test_it_can_be_reproduced(full, sample):
    shown, record = text(full), sample.full()
    for fact in (
        record.command,
        record.data.fingerprint,
        record.model.fingerprint,
        "torch 2.13.0",
        "5.00e−05",
    ):
        assert fact in shown


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
    assert "Nothing was measured." in shown
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
