"""Is the JUnit file well formed whatever the names are, and does it count right?"""

from xml.etree import ElementTree

from reports.ci import FILES, Places

NONE = Places()


def read(record):
    return ElementTree.fromstring(FILES["junit"].render(record, NONE))  # noqa: S314 - made by the code under test


def test_gates_are_cases_with_their_outcomes(sample):
    suite = read(sample.full())[0]
    assert {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6", "failures": "1", "errors": "1", "skipped": "2",
    }  # fmt: skip
    first = suite[0]
    assert first.get("classname") == "fairness.equalized_odds"
    assert first.get("name") == "equalized_odds_difference{feature=gender} <= 0.10"
    assert first[0].tag == "failure"
    assert first[0].get("message") in {v.reason for v in sample.full().verdicts if v.outcome == "fail"}
    assert [len(case) for case in suite][-2:] == [0, 0]


def test_no_gates_are_one_skipped_test(sample):
    assert read(sample.ungated())[0].get("skipped") == "1"


def test_hostile_strings_are_text(attacked, words):
    root = read(attacked)
    assert {e.tag for e in root.iter()} == {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "skipped",
        "error",
    }
    crashed = (len(words) + 1) // 2
    assert len(root[0]) == len(words) + crashed
