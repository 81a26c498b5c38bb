"""Does a record show itself in a notebook without touching the page around it?"""

import re
from collections import Counter


def test_the_summary_names_headline_and_verdicts(sample):
    html = sample.full()._repr_html_()
    assert "1 of 5 gates failed." in html
    assert re.findall(r"<strong style=[^>]+>(\w+)</strong>", html) == [
        "fail",
        "undecided",
        "undecided",
        "pass",
        "pass",
    ]
    assert "Equalized odds difference by gender" in html


def test_no_style_reaches_out(sample):
    html = sample.full()._repr_html_()
    assert not re.search(r"<style|<script|class=|id=|<link", html)
    assert html.lstrip().startswith("<div")


def test_hostile_strings_add_no_element(hostile):
    def tags(record):
        return Counter(re.findall(r"<(\w+)", record._repr_html_()))

    words = hostile.corpus()
    assert tags(hostile.record(words)) == tags(hostile.record(hostile.harmless(len(words))))


def test_many_verdicts_are_counted(sample):
    record = sample.full()
    many = record.model_copy(update={"verdicts": record.verdicts * 20})
    assert "50 more verdicts." in many._repr_html_()
