"""Is every fault named with file, line, value and what to do, and are all named at once?"""

import pytest

from audit.data import DataOptions, load
from probes.errors import AuditError

UTF8 = (
    "is not UTF-8; save the file as UTF-8, or convert it from what it is, such as: iconv -f LATIN1 -t UTF-8 "
)
TYPES = ".csv, .csv.gz, .tsv, .tsv.gz, .jsonl, .jsonl.gz, .ndjson, .parquet"


def faults(path, *, classes=("no", "yes"), positive=None, **options):
    with pytest.raises(AuditError) as caught:
        load(DataOptions(data=path, **options), classes=classes, positive=positive, training=None)
    return [fault.replace(path, "FILE") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("suffix", "content", "expected"),
    [
        ("csv", b"", "FILE: the file is empty; it needs a header or field names, and rows"),
        ("jsonl", b"", "FILE: the file is empty; it needs a header or field names, and rows"),
        ("csv", b"text,label\n", "FILE: no rows; name a file with at least one row below its header"),
        (
            "csv",
            "text,label\na,no\n".encode("utf-16"),
            "FILE: the file is in UTF-16, not in UTF-8; save it as UTF-8, or convert it: "
            "iconv -f UTF-16 -t UTF-8 data.csv > data-utf8.csv",
        ),
        (
            "csv",
            b"text,label\na,no\ncaf\xe9,yes\n",
            f"FILE line 3: byte 0xe9, number 4 of the line and 20 of the file, {UTF8}data.csv > "
            "data-utf8.csv",
        ),
        (
            "csv",
            b't\xe9xt,label\n"a",no\n',
            f"FILE line 1: byte 0xe9, number 2 of the line and 2 of the file, {UTF8}data.csv > data-utf8.csv",
        ),
        (
            "jsonl",
            b'{"text": "caf\xe9", "label": "no"}\n',
            f"FILE line 1: byte 0xe9, number 14 of the line and 14 of the file, {UTF8}data.jsonl > "
            "data-utf8.jsonl",
        ),
        (
            "csv",
            b"text,label\na,no\nwell, fine,yes\n",
            "FILE line 3: 3 cells where the header names 2 columns; fix the line, or put a cell that "
            "contains the separator in quotes",
        ),
        (
            "csv",
            b'text,label\n"a\nb",no\nc\n',
            "FILE line 4: 1 cell where the header names 2 columns; fix the line, or put a cell that "
            "contains the separator in quotes",
        ),
        (
            "csv",
            b'text,label\na,no\n"b,yes\nc,yes\n',
            "FILE line 3: the quotes of the record that starts here do not match (unexpected end of data); "
            "write a "
            'quote inside a quoted cell twice (""), or save the file as JSON Lines or Parquet',
        ),
        (
            "tsv",
            b'text\tlabel\n"Great" film\tno\n',
            "FILE line 2: the quotes of the record that starts here do not match ('\t' expected after "
            "'\"'); write a "
            'quote inside a quoted cell twice (""), or save the file as JSON Lines or Parquet',
        ),
        (
            "csv",
            b"text,label,label\na,no,no\n",
            'FILE line 1: 2 columns are called "label"; rename all but one',
        ),
        (
            "csv",
            b"text;label\na;no\n",
            "FILE line 1: the columns seem to be separated by a semicolon, not by a comma: "
            '"text;label"; save the file with commas as .csv, or with tabs as .tsv',
        ),
        (
            "jsonl",
            b'{"text": "a", "label": "no"}\n{"text": "b", \n',
            "FILE line 2: not JSON: Expecting property name enclosed in double quotes: line 2 column 1 "
            "(char 15); "
            'write each row as one object on one line, such as {"text": "fine", "label": "yes"}',
        ),
        (
            "jsonl",
            b'["a", "no"]\n',
            "FILE line 1: a list, not an object; the file must hold one object a line, not one array or an "
            "indented object; save it as JSON Lines",
        ),
        (
            "jsonl",
            b'{"text": "a", "label": 1}\n{"text": "b", "label": "yes"}\n',
            'FILE: field "label" mixes types, a number on line 1 but a text on line 2; write it the same '
            "way on "
            "every line",
        ),
        (
            "jsonl",
            b'{"text": "a", "label": true}\n\n{"text": "b", "label": 1}\n',
            'FILE: field "label" mixes types, a number on line 3 but true or false on line 1; write it the '
            "same way "
            "on every line",
        ),
        (
            "jsonl",
            b'{"text": ["a"], "label": "no"}\n',
            'FILE line 1: field "text" is a list; it must be a text, a number, or true or false',
        ),
        (
            "jsonl",
            b'{"text": "a", "label": "no"}\n{"text": "b \\ud83d", "label": "no"}\n',
            'FILE line 2: field "text" has half a surrogate pair; remove it',
        ),
        (
            "csv",
            b"text,label\na,no\n,no\nb,yes\n,\n",
            'FILE lines 3 and 5: no text in column "text"; fill it in or remove the row',
        ),
        (
            "csv",
            b"text,label\na,no\nb,\n",
            'FILE line 3: no label in column "label"; fill it in or remove the row',
        ),
        (
            "csv",
            b"text,label\na,no\nb,maybe\nc,yes\nd,maybe\n",
            'FILE lines 3 and 5: label "maybe" is not one of the classes 0 = "no", 1 = "yes"; fix or '
            "remove the row",
        ),
        (
            "csv",
            b"text,label\na,no\nb,Yes\n",
            'FILE line 3: label "Yes" is not one of the classes 0 = "no", 1 = "yes"; fix or remove the row; '
            'did you mean "yes"?',
        ),
        (
            "csv",
            b"text,label\na,neg\nb,pos\nc,pos\n",
            'FILE: no label of column "label" is a class of the model: the column has "neg" (1 row), "pos" '
            "(2 rows), "
            'the model has 0 = "no", 1 = "yes"; write the labels as the model does, or correct id2label in '
            "the "
            "model's config.json",
        ),
        (
            "csv",
            b"text,label\na,0\nb,2\n",
            'FILE: no label of column "label" is a class of the model: the column has "0" (1 row), "2" (1 '
            "row), "
            'the model has 0 = "no", 1 = "yes"; write the labels as the model does, or correct id2label in '
            "the "
            "model's config.json",
        ),
    ],
)
def test_what_is_wrong_with_a_file(write, suffix, content, expected):
    found = faults(write(content, suffix))
    assert expected in found


def test_many_ragged_lines_are_counted(write):
    found = faults(write(b"text,label\n" + b"a\n" * 8))
    assert len(found) == 6
    assert found[-1] == "FILE: 3 more lines with a wrong number of cells"


def test_a_damaged_parquet_file(write):
    (fault,) = faults(write(b"PAR1 is how it begins", "parquet"))
    assert fault.startswith("FILE: not readable as Parquet: ")
    assert fault.endswith("; write the file again")


def test_a_damaged_gzip_file(write):
    (fault,) = faults(write(b"no gzip", "csv.gz"))
    assert fault == "FILE: cannot be read: Not a gzipped file (b'no'); check the file"


def test_a_missing_file_and_one_with_a_similar_name(write):
    path = write([{"text": "a", "label": "no"}], name="movies")
    assert faults(path.replace("movies", "movie")) == [
        'FILE: no such file; check the path; did you mean "movies.csv"?'
    ]


def test_a_missing_folder(tmp_path):
    path = str(tmp_path / "nowhere" / "data.csv")
    assert faults(path) == [f"FILE: no such file, and {tmp_path / 'nowhere'} is no folder; check the path"]


def test_an_unknown_type(write):
    path = write(b"x", "xlsx")
    assert faults(path) == [
        f'FILE: files of type ".xlsx" are not read; name one of type {TYPES}, a folder written by '
        "save_to_disk, or "
        "hf:NAME"
    ]


def test_a_folder_that_is_no_dataset(write, tmp_path):
    write([{"text": "a", "label": "no"}])
    assert faults(str(tmp_path)) == [
        'FILE: a folder, but not a dataset saved with save_to_disk; name one of its files: "data.csv"'
    ]


def test_missing_columns_are_named_all_at_once(write):
    path = write([{"sentence": "a", "label": "no", "gender": "F"}])
    columns = 'its columns are "sentence", "label", "gender"'
    assert faults(path, label="lable", group=("gendre", "age")) == [
        f'FILE: no column "text"; name the column with --text: {columns}',
        f'FILE: no column "lable" (--label); {columns}; did you mean "label"?',
        f'FILE: no column "gendre" (--group); {columns}; did you mean "gender"?',
        f'FILE: no column "age" (--group); {columns}',
    ]


def test_faults_of_several_columns_are_named_all_at_once(write):
    path = write([{"text": "", "label": "maybe", "sex": "F"}, {"text": "b", "label": "no", "sex": "M"}])
    assert faults(path, positive="sure", group_from_text=("no such lexicon",)) == [
        'FILE line 2: no text in column "text"; fill it in or remove the row',
        "lexicon 'no such lexicon' cannot be read; give the path of a TOML file, or one of: gender, names, "
        "religion",
        'FILE line 2: label "maybe" is not one of the classes 0 = "no", 1 = "yes"; fix or remove the row',
        '--positive sure: not one of the classes "no", "yes"; name one of them',
    ]


def test_a_column_of_too_many_groups(write):
    rows = [{"text": "a", "label": "no", "age": i / 7} for i in range(1_001)]
    (fault,) = faults(write(rows), group=("age",))
    assert fault.startswith('FILE: column "age" has 1,001 different values, such as "0.0", "0.142857142857')
    assert fault.endswith("put them into at most 1,000 groups first, such as ranges of age")


def test_control_characters_of_a_value_do_not_reach_the_terminal(write):
    (fault,) = faults(write([{"text": "a", "label": "no"}, {"text": "b", "label": "\x1b[31mred"}]))
    assert '"\\x1b[31mred"' in fault
    assert "\x1b" not in fault


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "no data is named; name a file with --data, or the answers of a model with --predictions"),
        (
            {"data": "a.csv", "predictions": "b.csv"},
            "--data a.csv and --predictions b.csv: name one of them, texts for a model or the answers of a "
            "model",
        ),
        (
            {"data": "a.csv", "prediction": "p"},
            "--prediction p names a column of --predictions FILE; name the file or leave it out",
        ),
        (
            {"data": "a.csv", "score": "s"},
            "--score s names a column of --predictions FILE; name the file or leave it out",
        ),
        (
            {"predictions": "a.csv", "split": "test"},
            "--split test: a.csv is one file, without splits; leave --split out",
        ),
        (
            {"data": "a.csv", "split": "test"},
            "--split test: a.csv is one file, and no training record says how it was split; leave --split "
            "out",
        ),
        ({"data": "a.csv", "group": ("sex", "sex")}, 'group "sex" is named 2 times; name it once'),
        (
            {"predictions": "a.csv", "label": "y", "prediction": "y"},
            '--label and --prediction both name "y"; a column compared with itself agrees everywhere: name '
            "the "
            "column with the model's answers",
        ),
        (
            {"predictions": "a.csv", "group_from_text": ("gender",)},
            "--group-from-text needs texts; name their column with --text",
        ),
        (
            {"data": "a.csv", "group_from_text": ("gender", "religion"), "lexicon": "mine.toml"},
            "--lexicon mine.toml replaces one lexicon, but --group-from-text is given 2 times; give it "
            "once, or name the files in --group-from-text",
        ),
    ],
)
def test_options_that_contradict_each_other(options, expected):
    with pytest.raises(AuditError) as caught:
        load(DataOptions(**options), classes=None, positive=None, training=None)
    assert caught.value.faults == (expected,)


def test_options_are_checked_all_at_once():
    options = DataOptions(data="a.csv", predictions="b.csv", split="x", group=("g", "g"))
    with pytest.raises(AuditError) as caught:
        load(options, classes=None, positive=None, training=None)
    assert len(caught.value.faults) == 3
