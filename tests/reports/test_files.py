"""Is a record read as it was written, and a file that is none refused with a sentence?"""

import json
from pathlib import Path

import pytest

import reports
from probes.errors import AuditError
from reports.files import upgrade

FIRST_VERSION = Path(__file__).with_name("record-version-1.json")


def test_read_gives_what_was_written(sample, tmp_path):
    record = sample.full()
    reports.write(tmp_path / "deep" / "record.json", record.to_json())
    again = reports.read(tmp_path / "deep" / "record.json")
    assert again == record
    assert again.to_json() == record.to_json()


def test_hostile_strings_survive_the_way_through_the_file(hostile, tmp_path):
    record = hostile.record(hostile.corpus())
    reports.write(tmp_path / "record.json", record.to_json())
    assert reports.read(tmp_path / "record.json") == record


def test_a_record_of_version_1_is_read():
    record = reports.read(FIRST_VERSION)
    assert json.loads(FIRST_VERSION.read_text("utf-8"))["schema_version"] == 1
    assert record.measurement("fairness.rates", "accuracy", group="women").n == 707
    assert [v.outcome for v in record.verdicts].count("fail") == 1
    assert reports.html(record)


def test_writing_leaves_no_other_file_and_replaces_the_old(tmp_path):
    for text in ("one\n", "two\n"):
        reports.write(tmp_path / "file", text)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("file", "two\n")]


def test_a_failed_write_leaves_the_old_content(tmp_path):
    reports.write(tmp_path / "file", "old")
    with pytest.raises(UnicodeEncodeError):
        reports.write(tmp_path / "file", "half \ud800")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("file", "old")]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditError, match=r"cannot be written.*choose another"):
        reports.write(tmp_path / "file" / "record.json", "")


def content(**changes):
    return json.loads(FIRST_VERSION.read_text("utf-8")) | changes


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON in UTF-8"),
        ('{"schema_version": NaN}', "holds NaN, which is not JSON"),
        ("[1]", "holds a list, not an object"),
        ("{}", "schema_version is None; name a record.json"),
        ('{"schema_version": true}', "schema_version is True"),
        ('{"schema_version": 99}', "has schema version 99, this version reads up to 1; upgrade assay-audit"),
        ('{"schema_version": 0}', "schema version 0, which no version of Assay wrote"),
        ('{"schema_version": 1}', "model: Field required"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps(content(exit_code="none")), "exit_code: Input should be a valid integer"),
        (json.dumps(content(training={"x": 1})).replace('"x": 1', '"x": 1e999'), "training.x is inf"),
        (
            json.dumps(content(training={"x": 1})).replace('"x": 1', '"x": ' + "[" * 700 + "]" * 700),
            "nested too deeply",
        ),
    ],
    ids=[
        "cut",
        "nan",
        "list",
        "empty",
        "bool",
        "newer",
        "zero",
        "missing",
        "deep",
        "type",
        "infinite",
        "deep inside",
    ],
)
def test_what_is_no_record_is_refused_with_a_sentence(tmp_path, text, sentence):
    (tmp_path / "record.json").write_text(text, "utf-8")
    with pytest.raises(AuditError) as error:
        reports.read(tmp_path / "record.json")
    assert sentence in str(error.value)
    assert str(tmp_path / "record.json") in str(error.value)


def test_a_missing_file_and_wrong_encoding_are_named(tmp_path):
    with pytest.raises(AuditError, match="cannot be read"):
        reports.read(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xe9"}')
    with pytest.raises(AuditError, match="not JSON in UTF-8"):
        reports.read(tmp_path / "latin.json")


def test_many_faults_are_counted(tmp_path):
    (tmp_path / "record.json").write_text(json.dumps({"schema_version": 1} | {f"k{i}": 0 for i in range(30)}))
    with pytest.raises(AuditError, match=r"and \d+ more faults") as error:
        reports.read(tmp_path / "record.json")
    assert len(error.value.faults) == 11


def test_upgrades_run_one_after_the_other():
    steps = {1: lambda d: d | {"way": [*d["way"], "1 to 2"]}, 2: lambda d: d | {"way": [*d["way"], "2 to 3"]}}
    upgraded = upgrade({"schema_version": 1, "way": []}, upgrades=steps, target=3)
    assert upgraded == {"schema_version": 3, "way": ["1 to 2", "2 to 3"]}
    later = upgrade({"schema_version": 2, "way": []}, upgrades=steps, target=3)
    assert later["way"] == ["2 to 3"]
