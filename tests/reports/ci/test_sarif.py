"""Does the SARIF file keep the rules of the standard that concern what it holds?"""

import json
import re

import jsonschema
import pytest

from reports.ci import FILES, Places, places


def thing(required, **properties):
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


# Ours: the objects that we write, with the properties, types and values that SARIF 2.1.0 allows them.
TEXT = {"type": "string"}
INDEX = {"type": "integer", "minimum": 0}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = thing("text", text=TEXT)
RULE = thing("id", id=TEXT, shortDescription=MESSAGE, fullDescription=MESSAGE, help=MESSAGE)
FILE = thing("uri", uri={"type": "string", "pattern": r"^[A-Za-z0-9._~/%-]+$"}, uriBaseId=TEXT)
REGION = thing("startLine", startLine={"type": "integer", "minimum": 1})
LOCATION = thing(
    "physicalLocation", physicalLocation=thing("artifactLocation", artifactLocation=FILE, region=REGION)
)
RESULT = thing(
    "message",
    ruleId=TEXT,
    ruleIndex=INDEX,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level=LEVEL,
    message=MESSAGE,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
)
RESULT["if"] = {"properties": {"kind": {"const": "fail"}}}
RESULT["else"] = {"properties": {"level": {"const": "none"}}}
INVOCATION = thing(
    "executionSuccessful",
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    toolExecutionNotifications={"type": "array", "items": thing("message", message=MESSAGE, level=LEVEL)},
)
DRIVER = thing("name", name=TEXT, version=TEXT, rules={"type": "array", "items": RULE, "uniqueItems": True})
RUN = thing(
    "tool",
    tool=thing("driver", driver=DRIVER),
    invocations={"type": "array", "items": INVOCATION},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)
SARIF = thing(
    "version runs",
    **{"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
)


SETTINGS = Places("audit.toml")


def read(record, where=SETTINGS):
    found = json.loads(FILES["sarif"].render(record, where))
    jsonschema.validate(found, SARIF)
    (run,) = found["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    return run


def test_failed_and_undecided_gates_are_results(sample):
    run = read(sample.full())
    assert [(r["kind"], r["level"]) for r in run["results"]] == [
        ("fail", "error"),
        ("open", "none"),
        ("open", "none"),
    ]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert [n["level"] for n in run["invocations"][0]["toolExecutionNotifications"]] == ["note", "error"]


def test_a_result_stands_at_the_line_of_its_gate(sample):
    failed = next(v for v in sample.full().verdicts if v.outcome == "fail")
    where = places("a folder/audit.toml", f"gates = [\n  '{failed.gate}',\n]")
    place = read(sample.full(), where)["results"][0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("a%20folder/audit.toml", 2)


def test_without_a_file_there_are_no_locations(sample):
    assert "locations" not in read(sample.full(), Places())["results"][0]


@pytest.mark.parametrize("make", ["ungated", "dataless"])
def test_other_records(sample, make):
    read(getattr(sample, make)())


def test_hostile_strings_are_no_links_and_no_placeholders(attacked, words):
    run = read(attacked)
    told = [r["message"]["text"] for r in run["results"]]
    told += [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert len(told) == sum(i % 3 < 2 for i in range(len(words))) + len(words)
    for text in told:
        bare = re.sub(r"\\[\\\[\]]|\{\{|\}\}", "", text)
        assert not re.search(r"[\[\]{}]", bare)
