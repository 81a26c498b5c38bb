"""Does the report name the further data of an audit, with every string as the text that it is?"""

from reports import page
from reports.record import DataInfo


def test_further_data_stand_in_the_data_section(sample):
    info = DataInfo(
        source="tweets <b>.csv", fingerprint="f" * 64, rows=4196, invalid_rows=2, warnings=("odd <i>row</i>",)
    )
    html = page.html(sample.full(shift={"<script>tweets": info}))
    assert "Further data, to compare with" in html
    assert "4,196" in html
    assert "&lt;script&gt;tweets" in html
    assert "odd &lt;i&gt;row" in html
    assert "<script>tweets" not in html
    assert "Further data, to compare with" not in page.html(sample.full())


def test_a_difference_with_a_sign_has_no_band_of_allowed_values(sample):
    from probes.stats.comparisons import difference
    from probes.stats.proportions import proportion
    from reports import charts

    leaves = [proportion("accuracy", x, 100, slice={"data": name}) for x, name in ((80, "main"), (60, "b"))]
    (comparison,) = difference("accuracy_drop", *leaves).comparisons
    for at_most, told in ((True, "at most 0.05"), (False, "at least 0.05")):
        verdict = sample.full().verdicts[0].model_copy(update={"at_most": at_most, "limit": 0.05})
        panel = charts.groups(comparison, verdict)
        assert panel.allowed is None
        assert told in panel.description
        assert [mark.label for mark in panel.marks] == ["main", "b"]
