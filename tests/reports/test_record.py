"""Does a record hold what it is given, refuse what it cannot hold, and always give the same bytes?"""

import json
import math
from pathlib import PurePosixPath

import numpy as np
import pytest
from pydantic import ValidationError

from probes.types import Curve, Measurement, Table
from reports.record import ProbeResult, Verdict
from reports.schema import SCHEMA_FILE


def result(**given):
    return ProbeResult(**{"probe": "p", "version": 1, "title": "t", "status": "ok"} | given)


def test_the_same_record_gives_the_same_bytes(sample):
    assert sample.full().to_json() == sample.full().to_json()


def test_a_finding_stands_on_one_line(sample):
    lines = sample.full().to_json().splitlines()
    found = [json.loads(line.strip().rstrip(",")) for line in lines if line.strip().startswith('{"metric"')]
    assert len(found) == sum(len(r.measurements) for r in sample.full().results)


def test_the_text_is_json_with_the_same_content(sample):
    record = sample.full()
    assert json.loads(record.to_json()) == json.loads(json.dumps(record.model_dump(mode="json")))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, np.float32("nan")])
@pytest.mark.parametrize(
    "place",
    [
        lambda x: {"parameters": {"a": [{"b": x}]}},
        lambda x: {"exhibits": (Table("t", ("c",), ((x,),)),)},
        lambda x: {"exhibits": (Curve("t", "x", "y", (0.0,), (x,)),)},
    ],
    ids=["parameter", "table", "curve"],
)
def test_numbers_that_are_not_finite_are_refused_wherever_they_are(bad, place):
    with pytest.raises(ValidationError, match=r"is (nan|inf|-inf)"):
        result(**place(bad))


def test_the_place_of_a_refused_number_is_named():
    with pytest.raises(ValidationError, match=r"parameters\.a\[1\]\.b is nan"):
        result(parameters={"a": [0, {"b": math.nan}]})


def test_a_verdict_with_nan_is_refused():
    with pytest.raises(ValidationError):
        Verdict(gate="g", outcome="pass", reason="r", probe="p", metric="m", limit=math.nan, at_most=True)


def test_what_has_no_json_form_is_refused():
    with pytest.raises(ValidationError, match=r"parameters\.f is a function"):
        result(parameters={"f": lambda: None})


def test_numpy_numbers_and_paths_become_plain():
    given = result(
        parameters={"n": np.int64(3), "x": np.float32(0.5), "on": np.True_, "path": PurePosixPath("a/b")},
        measurements=(Measurement("m", np.float64(0.25), None, None, np.int64(4)),),
    )
    assert given.parameters == {"n": 3, "x": 0.5, "on": True, "path": "a/b"}
    assert type(given.measurements[0].n) is int


def test_half_a_surrogate_pair_does_not_stop_an_audit():
    given = result(title="a\ud83d", parameters={"\udc00": "\ud800"})
    assert (given.title, given.parameters) == ("a\ufffd", {"\ufffd": "\ufffd"})


def test_unknown_keys_are_refused():
    with pytest.raises(ValidationError, match="Extra inputs"):
        result(colour="red")


def test_measurement_finds_the_one_or_says_how_many(sample):
    record = sample.full()
    assert record.measurement("fairness.rates", "accuracy", group="women").slice["feature"] == "gender"
    with pytest.raises(KeyError, match="0 measurements"):
        record.measurement("fairness.rates", "accuracy", group="nobody")
    with pytest.raises(KeyError, match="5 measurements"):
        record.measurement("fairness.rates", "accuracy")


def test_the_committed_schema_is_that_of_the_code():
    from reports.schema import schema

    assert SCHEMA_FILE.read_text("utf-8") == schema(), "run: python -m reports.schema"


def test_records_follow_the_schema(sample, hostile):
    import jsonschema

    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    for record in (sample.full(), sample.dataless(), hostile.record(hostile.corpus())):
        jsonschema.Draft202012Validator(schema).validate(json.loads(record.to_json()))


def test_a_large_audit_leaves_small_files(sample):
    import reports

    record = sample.many(60)
    assert len(record.to_json().encode()) < 1_000_000
    assert len(reports.html(record).encode()) < 500_000
