"""Is the job summary Markdown with our headings and tables, and with names as text?"""

import re
from html import unescape

from markdown_it import MarkdownIt

from probes.types import Measurement
from reports.ci import Places, summary
from reports.comparison import Side
from reports.diff import DiffRecord, DiffSettings

OURS = {
    "paragraph",
    "heading",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "inline",
    "text",
    "strong",
    "bullet_list",
    "list_item",
}


def kinds(markdown):
    """The kinds of element that a reader of Markdown finds, those within lines included."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    within = [child for token in tokens for child in token.children or ()]
    return {re.sub(r"_(open|close)$", "", token.type) for token in (*tokens, *within)} - {"softbreak"}


def rows(markdown):
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    cells = [[]]
    for token in tokens:
        if token.type == "tr_open":
            cells.append([])
        elif token.type in ("td_open", "th_open"):
            cells[-1].append(token)
    return cells[1:]


def test_it_tells_the_verdicts_worst_first(sample):
    told = summary(sample.full(), Places())
    assert told.index("❌ fail") < told.index("❔ undecided") < told.index("✅ pass")
    assert "**1 of 5 gates failed.**" in told
    assert len(rows(told)) == 6


def test_no_gates_are_said(sample):
    assert "No gates were set." in summary(sample.ungated(), Places())


def test_hostile_strings_are_text_and_tables_keep_their_shape(attacked):
    told = summary(attacked, Places())
    assert kinds(told) <= OURS
    assert {len(row) for row in rows(told)} == {6}
    assert len(rows(told)) == 101
    assert not re.search(r"://|www\.|@|<|`", told)


def test_each_hostile_string_alone(sample, words):
    full = sample.full()
    for word in words:
        verdict = full.verdicts[0].model_copy(update={"reason": word, "slice": {word: word}, "metric": word})
        told = summary(full.model_copy(update={"verdicts": (verdict,)}), Places())
        assert kinds(told) <= OURS, word
        assert [len(row) for row in rows(told)] == [6, 6], word


def test_a_comparison_names_both_audits_and_what_to_know_of_it(sample, words):
    full = sample.full()
    for word in ("candidate", *words):
        sides = {
            side: Side(name=word, model=full.model, data=None, training="", tool_version="1", exit_code=0)
            for side in ("baseline", "candidate")
        }
        told = summary(
            DiffRecord(
                tool_version="1", **sides, data=full.data, paired=True, notes=(word,), suite=DiffSettings(),
                results=(), verdicts=full.verdicts, changed=(), exit_code=1,
            ),
            Places(),
        )  # fmt: skip
        assert kinds(told) <= OURS, word
        assert len(rows(told)) == 6
        assert told.startswith("## Changes from ")
    assert "Audit of" not in told


def test_numbers_without_a_value_are_named_with_their_reason(sample):
    lost = Measurement("rate", None, None, None, 0, {"recipe": "clare"}, "it lacks a model")
    result = sample.calibration().model_copy(update={"measurements": (lost,)})
    told = summary(sample.full(results=(result,)), Places())
    assert "- calibration.reliability has no value for rate: recipe clare; it lacks a model" in unescape(told)


def test_it_stays_below_a_mebibyte(sample):
    full = sample.full()
    wide = "#漢🎉" * 3000
    verdict = full.verdicts[0].model_copy(update={"reason": wide, "slice": {wide: wide}, "metric": wide})
    result = full.results[0].model_copy(update={"status": "failed", "reason": wide, "probe": wide})
    record = full.model_copy(update={"verdicts": (verdict,) * 3000, "results": (result,) * 3000})
    assert len(summary(record, Places()).encode()) < 2**20
