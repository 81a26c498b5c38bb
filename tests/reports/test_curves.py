"""Are curves drawn where their numbers are, and those of a title together?"""

import re
from dataclasses import replace

import pytest

import reports
from probes.types import Curve, Example, Table
from reports import curves
from reports.record import ProbeResult

UP = Curve("t", "x", "y", (0.0, 1.0, 2.0), (0.0, 0.5, 1.0), (0.0, 0.4, 0.9), (0.1, 0.6, 1.0), name="up")
DOWN = Curve("t", "x", "y", (0.0, 4.0), (1.0, 0.0), name="down")


def _heights(line):
    return [float(y) for y in re.findall(r",([\d.]+)", line.points)]


def test_a_curve_rises_where_its_numbers_do():
    (line,) = curves.figure([UP]).lines
    assert _heights(line) == sorted(_heights(line), reverse=True)
    assert len(line.band.split()) == 6
    told = "up: 3 points, from 0.000 at 0.000 to 1.000 at 2; between 0.000 and 1.000."
    assert curves.figure([UP]).description == told


@pytest.mark.parametrize("curve", [Curve("t", "x", "y", (), ()), Curve("t", "x", "y", (1.0,), (1.0, 2.0))])
def test_a_curve_without_points_is_not_drawn(curve):
    assert curves.figure([curve]) is None
    assert [line.name for line in curves.figure([curve, UP]).lines] == ["up"]


def test_of_a_curve_of_many_points_the_last_is_marked():
    xs = tuple(float(i) for i in range(100))
    (line,) = curves.figure([Curve("t", "x", "y", xs, xs)]).lines
    assert len(line.dots) == 1
    assert line.points.split()[-1] == "{:g},{:g}".format(*line.dots[0])


def test_lines_of_a_figure_have_the_same_axes():
    """Both reach 0 and 1 in height; the line down is twice as wide as the line up."""
    up, down = curves.figure([UP, DOWN]).lines
    assert sorted({_heights(up)[0], _heights(up)[-1]}) == sorted(_heights(down))
    ends = [float(line.points.split()[-1].partition(",")[0]) for line in (up, down)]
    starts = [float(line.points.split()[0].partition(",")[0]) for line in (up, down)]
    assert starts[0] == starts[1]
    assert ends[1] - starts[1] == pytest.approx(2 * (ends[0] - starts[0]), abs=0.05)


@pytest.mark.parametrize(
    ("count", "apart"), [(curves.TOGETHER, False), (curves.TOGETHER + 1, True), (12, True)]
)
def test_many_lines_have_a_drawing_each_with_its_band(count, apart):
    figure = curves.figure([UP] * count)
    assert figure.apart is apart
    assert [bool(line.band) for line in figure.lines] == [True] * count
    assert len(figure.behind) == (count if apart else 0)


def test_long_lines_are_not_repeated_behind_each_other():
    xs = tuple(float(i) for i in range(curves.MOST_BEHIND))
    assert curves.figure([Curve("t", "x", "y", xs, xs)] * 5).behind == ()


def test_of_a_long_line_among_others_the_last_point_is_marked():
    xs = tuple(float(i) for i in range(50))
    long, short = curves.figure([Curve("t", "x", "y", xs, xs), UP]).lines
    assert len(long.dots) == 1
    assert long.points.endswith("{:g},{:g}".format(*long.dots[0]))
    assert len(short.dots) == 3


@pytest.mark.parametrize(
    ("together", "one"),
    [([UP], False), ([UP, DOWN], False), ([UP, UP], True), ([UP, Curve("t", "x", "y", UP.x, (1.0,))], False)],
)
def test_curves_over_the_same_points_stand_in_one_table(together, one):
    assert curves.side_by_side(together) is one


def test_curves_of_a_title_and_its_axes_come_together_at_the_place_of_the_first():
    table, other = Table("t", (), ()), Curve("t", "x", "other", (1.0,), (1.0,))
    example = Example("t", ())
    assert curves.figures([UP, table, DOWN, other, example, table]) == [
        (UP, DOWN), (table,), (other,), (example,), (table,),
    ]  # fmt: skip
    assert curves.figures([]) == []


def test_the_page_names_the_lines_of_a_figure(sample):
    result = ProbeResult(probe="p", version=1, title="Q?", status="ok", exhibits=(UP, DOWN))
    page = reports.html(sample.full().model_copy(update={"results": (result,)}))
    (legend,) = re.findall(r'<ul class="legend lines">(.*?)</ul>', page, re.DOTALL)
    assert re.findall(r"<bdi>(.*?)</bdi>", legend) == ["up", "down"]
    assert len(re.findall(r"<polyline", page)) == 2
    assert len(re.findall(r'<p class="label"><bdi>(?:up|down)</bdi></p>', page)) == 2
    assert len(set(re.findall(r'class="dot (s\d)" d="([^"]+)"', page))) == 2


def test_twelve_lines_are_twelve_named_drawings_and_one_table(sample):
    lines = tuple(replace(UP, name=f"line {i}") for i in range(12))
    result = ProbeResult(probe="p", version=1, title="Q?", status="ok", exhibits=lines)
    page = reports.html(sample.full().model_copy(update={"results": (result,)}))
    drawings = re.findall(
        r'<p class="label"><bdi>(.*?)</bdi></p><svg|<p class="label"><bdi>(.*?)</bdi></p>\s*<svg', page
    )
    assert ["".join(names) for names in drawings] == [line.name for line in lines]
    assert len(re.findall(r'<th scope="col" class="r"><bdi>line \d+</bdi></th>', page)) == 12


def test_a_single_curve_has_no_legend(sample):
    assert "legend lines" not in reports.html(sample.full())
