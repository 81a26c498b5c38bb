"""Does every format give the same rows, and does a cell stay what the file says?"""

import gzip
from pathlib import Path

import numpy as np
import pytest

from audit.data import DataOptions, load
from probes.errors import AuditError

ROWS = [
    {"text": "fine, really", "label": "yes", "sex": "F", "age": "01"},
    {"text": 'a "quoted"\nline', "label": "no", "sex": None, "age": "1"},
    {"text": "été 🎬", "label": "yes", "sex": "M", "age": "NA"},
    {"text": "last", "label": "no", "sex": "None", "age": "True"},
]
SUFFIXES = ("csv", "tsv", "csv.gz", "jsonl", "parquet")


def read(path, **options):
    options = {"group": ("sex", "age"), **options}
    return load(DataOptions(data=path, **options), classes=("no", "yes"), positive="yes", training=None)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_rows_as_they_are(write, suffix):
    found = read(write(ROWS, suffix))
    assert found.samples.inputs == [row["text"] for row in ROWS]
    assert found.samples.labels.tolist() == [1, 0, 1, 0]
    sex, age = found.samples.groups["sex"], found.samples.groups["age"]
    assert [sex.names[c] if c >= 0 else None for c in sex.codes] == [row["sex"] for row in ROWS]
    assert [age.names[c] for c in age.codes] == ["01", "1", "NA", "True"]
    assert found.samples.ids.tolist() == [1, 2, 3, 4]
    assert found.classes == ("no", "yes")
    assert found.predictions is None


def test_the_fingerprint_is_that_of_the_rows_not_of_the_file(write):
    prints = {read(write(ROWS, suffix)).info.fingerprint for suffix in SUFFIXES}
    assert len(prints) == 1
    assert len(prints.pop()) == 64


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[::-1],
        lambda rows: [rows[0] | {"text": "fine, reall"}, *rows[1:]],
        lambda rows: [rows[0] | {"label": "no"}, *rows[1:]],
        lambda rows: [rows[0] | {"sex": "M"}, *rows[1:]],
        lambda rows: [rows[0] | {"sex": None}, *rows[1:]],
        lambda rows: [
            rows[0] | {"text": "fine, reallya "},
            rows[1] | {"text": rows[1]["text"][2:]},
            *rows[2:],
        ],
        lambda rows: rows[:3],
    ],
    ids=["order", "text", "label", "group", "missing group", "border of texts", "number of rows"],
)
def test_the_fingerprint_changes_with_the_content(write, change):
    assert read(write(ROWS)).info.fingerprint != read(write(change(ROWS), name="other")).info.fingerprint


def test_the_fingerprint_does_not_change_with_columns_that_are_not_used(write):
    more = [row | {"note": i} for i, row in enumerate(ROWS)]
    assert read(write(ROWS)).info.fingerprint == read(write(more, name="other")).info.fingerprint


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        lambda content: content.rstrip(),
        lambda content: content + b"\n\n",
    ],
    ids=["byte order mark", "CRLF", "no last line end", "empty lines"],
)
def test_harmless_differences_of_text_files(write, kind, damage):
    plain = [row | {"text": f"text {i}"} for i, row in enumerate(ROWS)]
    path = write(plain, kind)
    content = Path(path).read_bytes()
    assert read(write(damage(content), kind, name="other")).info.fingerprint == read(path).info.fingerprint


def test_gzipped_json_lines(write):
    path = write(ROWS, "jsonl")
    packed = write(gzip.compress(Path(path).read_bytes()), "jsonl.gz")
    assert read(packed).info.fingerprint == read(path).info.fingerprint


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_typed_values_are_written_as_python_writes_them(write, suffix):
    rows = [
        {"text": "a", "label": 0, "sex": True, "age": 0.5},
        {"text": "b", "label": 1, "sex": None, "age": 2.0},
    ]
    found = read(write(rows, suffix))
    assert found.samples.groups["sex"].names == ("True",)
    assert found.samples.groups["age"].names == ("0.5", "2.0")
    text = [
        {"text": "a", "label": "0", "sex": "True", "age": "0.5"},
        {"text": "b", "label": "1", "sex": "", "age": "2.0"},
    ]
    assert found.info.fingerprint == read(write(text)).info.fingerprint


def test_a_cell_longer_than_a_block_is_read(write):
    rows = [{"text": "x" * (9 << 20), "label": "yes"}, {"text": "y", "label": "no"}]
    assert [len(text) for text in read(write(rows), group=()).samples.inputs] == [9 << 20, 1]


def test_names_of_rows(write):
    rows = [row | {"key": f"r{i}"} for i, row in enumerate(ROWS)]
    assert read(write(rows), id="key").samples.ids.tolist() == ["r0", "r1", "r2", "r3"]


def test_lines_are_those_of_the_file_when_cells_hold_line_breaks(write):
    """Row 2 of ROWS takes lines 3 and 4, so that rows 3 and 4 stand on lines 5 and 6."""
    rows = [row | {"label": "?" if i >= 2 else "yes"} for i, row in enumerate(ROWS)]
    path = write(rows)
    with pytest.raises(AuditError, match=f'{path} lines 5 and 6: label "\\?" is not one of the classes'):
        read(path)


def test_without_a_label_column_there_are_no_labels(write):
    rows = [{"text": "a", "sex": "F", "age": "1"}, {"text": "b", "sex": "M", "age": "2"}]
    found = read(write(rows))
    assert found.samples.labels is None
    assert found.info.labels == {}


def test_what_the_record_says(write):
    info = read(path := write(ROWS)).info
    assert info.source == path
    assert info.rows == 4
    assert info.labels == {"no": 2, "yes": 2}
    assert [(c.group, c.rows) for c in info.groups["sex"]] == [
        ("F", 1),
        ("M", 1),
        ("None", 1),
        ("unknown", 1),
    ]
    assert sum(count.rows for count in info.groups["sex × age"]) == 4
    assert np.all(read(path).samples.groups["sex × age"].codes == [0, -1, 1, 2])
