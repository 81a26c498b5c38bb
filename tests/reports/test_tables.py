"""Do measurements stand in the right row and column?"""

from probes.types import Measurement, Table
from reports import tables


def rate(metric, feature, group, value=0.5, note="", **more):
    return Measurement(
        metric, value, 0.4, 0.6, 10, {"feature": feature, **more, "group": group}, note, successes=5
    )


def test_groups_go_down_and_metrics_across():
    found = tables.matrices(
        [rate("tpr", "g", "a", 0.1), rate("tpr", "g", "b", 0.2), rate("fpr", "g", "b", 0.3)]
    )
    assert [m.about for m in found] == [(("feature", "g"),)]
    assert found[0].columns == ("Tpr", "Fpr")
    values = {row.name: [c and c.value for c in row.cells] for row in found[0].rows}
    assert values == {"a": ["0.100", None], "b": ["0.200", "0.300"]}


def test_features_and_classes_have_tables_of_their_own():
    found = tables.matrices([rate("m", "g", "a"), rate("m", "h", "a"), rate("m", "g", "a", **{"class": "x"})])
    assert [m.about for m in found] == [
        (("feature", "g"),),
        (("feature", "h"),),
        (("feature", "g"), ("class", "x")),
    ]


def test_many_metrics_are_spread_evenly():
    found = tables.matrices([rate(f"m{i}", "g", "a") for i in range(7)])
    assert [(len(m.columns), m.continued) for m in found] == [(4, False), (3, True)]


def test_notes_are_numbered_once():
    undefined = Measurement("m", None, None, None, 0, {"group": "a"}, "no rows")
    again = Measurement("m", None, None, None, 0, {"group": "b"}, "no rows")
    found = tables.matrices([undefined, again, rate("m", "g", "c")])[0]
    assert found.notes == ("no rows",)
    assert [row.cells[0].note for row in found.rows] == [1, 1]
    assert found.rows[0].cells[0].value == "undefined"


def test_all_rows_stand_first_in_the_table_of_their_class():
    whole, other = Measurement("m", 0.9, 0.8, 1.0, 30, {"class": "x"}), Measurement("m", 0.1, None, None, 30)
    measured = [rate("m", "g", "a", **{"class": "x"}), whole, other]
    found = tables.matrices(measured)[0]
    assert [(row.name, row.whole, row.cells[0].value) for row in found.rows] == [
        ("all rows", True, "0.900"),
        ("a", False, "0.500"),
    ]
    assert tables.others(measured) == [other]


def test_counts_have_no_decimals():
    counted = [
        Measurement("rows", 30.0, None, None, 30, {"group": "a"}),
        Measurement("bad", 0.0, None, None, 30, {"group": "a"}),
    ]
    cells = tables.matrices(counted)[0].rows[0].cells
    assert [(c.value, c.n) for c in cells] == [("30", ""), ("0", "n 30")]


def test_beyond_200_groups_the_rest_is_counted():
    found = tables.matrices([rate("m", "g", f"g{i}") for i in range(230)])[0]
    assert (len(found.rows), found.left_out, found.long) == (200, 30, True)


def test_what_speaks_of_no_group_is_listed():
    gap, single = Measurement("gap", 0.1, None, None, 5, {"feature": "g"}), rate("m", "g", "a")
    assert tables.others([gap, single]) == [gap]


def test_a_column_of_numbers_is_known_by_its_cells():
    table = Table("t", ("a", "b", "c"), ((1, "x", None), (2.5, 3, None)))
    assert [tables.numeric(table, i) for i in range(4)] == [True, False, False, False]


def test_mappings_with_the_same_keys_make_a_sheet():
    made = tables.sheet(
        [{"epoch": 1, "validation": {"loss": 0.5}}, {"epoch": 2, "validation": {"loss": 0.4}}]
    )
    assert made == tables.Sheet(("epoch", "validation loss"), ((1, 0.5), (2, 0.4)))
    assert tables.sheet([{"a": 1}, {"b": 1}]) is None
    assert tables.sheet([{"a": 1}, [1]]) is None
    assert tables.sheet([{}]) is None
