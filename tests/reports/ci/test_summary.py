"""Is the job summary Markdown with our headings and tables, and with names as text?"""

import re

from markdown_it import MarkdownIt

from reports.ci import Places, summary

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


def test_it_stays_below_a_mebibyte(sample):
    full = sample.full()
    wide = "#漢🎉" * 3000
    verdict = full.verdicts[0].model_copy(update={"reason": wide, "slice": {wide: wide}, "metric": wide})
    result = full.results[0].model_copy(update={"status": "failed", "reason": wide, "probe": wide})
    record = full.model_copy(update={"verdicts": (verdict,) * 3000, "results": (result,) * 3000})
    assert len(summary(record, Places()).encode()) < 2**20
