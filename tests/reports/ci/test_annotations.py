"""Are annotations commands that say what we say, and nothing that a name says?"""

import re

from reports.ci import Places, annotations

COMMAND = re.compile(r"::(error|warning) (?:file=[^,:\s]+,line=\d+,)?title=([^:,\r\n]*)::([^\r\n]*)")


def test_worst_first_with_their_place(sample):
    lines = annotations(sample.full(), Places("audit.toml")).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::error", "::warning", "::warning"]
    assert lines[0].startswith("::error file=audit.toml,line=1,title=Equalized odds difference by gender::")
    assert "%0Ain predict" in lines[1]


def test_a_passed_audit_says_nothing(sample):
    full = sample.full()
    passed = tuple(v for v in full.verdicts if v.outcome == "pass")
    kept = tuple(r for r in full.results if r.status == "ok")
    assert annotations(full.model_copy(update={"verdicts": passed, "results": kept}), Places()) == ""


def test_hostile_strings_stay_within_their_command(attacked):
    text = annotations(attacked, Places("audit.toml"))
    lines = text.split("\n")
    assert lines.pop() == ""
    assert len(lines) == 10
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert "more gates failed" in lines[-1]


def test_each_hostile_string_alone(sample, words):
    full = sample.full()
    for word in words:
        verdict = full.verdicts[0].model_copy(
            update={"outcome": "fail", "reason": word, "slice": {"group": word}}
        )
        one = full.model_copy(update={"verdicts": (verdict,), "results": ()})
        assert COMMAND.fullmatch(annotations(one, Places()).removesuffix("\n")), word
