"""Does a long audit leave out what is least needed, and count it?"""

from probes.types import Comparison, Measurement
from reports import fitting


def gap(metric, value, contrast="difference"):
    note = "" if value is not None else "no rows"
    return Measurement(metric, value, None, None, 10, note=note, comparisons=(Comparison(contrast, ()),))


def test_what_fits_is_shown_and_the_rest_counted():
    assert fitting.fitted([3, 4, 5], lambda x: x, 7) == fitting.Fitted((3, 4), 1)
    assert fitting.fitted([3, 4], lambda x: x, 7) == fitting.Fitted((3, 4), 0)
    assert fitting.fitted([], lambda x: x, 7) == fitting.Fitted((), 0)


def test_the_first_is_shown_even_when_it_is_too_long():
    assert fitting.fitted([9, 1], lambda x: x, 7) == fitting.Fitted((9,), 1)


def test_of_too_many_figures_those_furthest_from_equal_are_shown_in_their_order():
    near = [gap(f"near {i}", 0.01) for i in range(fitting.MOST_FIGURES - 2)]
    rows = [
        gap("far", 0.4),
        *near,
        gap("undefined", None),
        gap("low ratio", 0.2, "ratio"),
        gap("nearest", 0.001),
    ]
    kept = fitting.furthest(rows)
    assert kept.left_out == 2
    assert [m.metric for m in kept.shown] == ["far", *(m.metric for m in near), "low ratio"]


def test_few_figures_are_all_shown():
    rows = [gap("a", None), gap("b", 0.1)]
    assert fitting.furthest(rows) == fitting.Fitted(tuple(rows), 0)
