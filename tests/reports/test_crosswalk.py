"""Does the report show evidence where there is some, and say as plainly where there is none?"""

import re
from pathlib import Path

import pytest

import reports
from probes.errors import AuditError
from probes.registry import discover
from reports.crosswalk import Crosswalk, Framework, Item, answers, load


def answer(record, **item):
    framework = Framework(name="F", source="S", items=(Item(id="I", about="A", **item),))
    return answers(record, framework)[0]


def names(found):
    return [e.name for e in found.evidence]


def test_what_was_measured_is_evidence_with_its_place(sample):
    full = sample.full()
    found = answer(full, probes=("fairness.rates",), parts=("data",))
    measured = [r.probe for r in full.results if r.status == "ok"]
    number = measured.index("fairness.rates") + 1
    assert [(e.name, e.anchor) for e in found.evidence] == [
        ("fairness.rates", f"result-{number}"),
        ("data", "data"),
    ]
    assert found.lacking == ()


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        ("fairness.counterfactual", "cannot be asked"),  # skipped in the sample
        ("fairness.templates", "tensor a"),  # crashed
        ("privacy.*", "not part of this audit"),
    ],
)
def test_what_was_skipped_crashed_or_not_asked_is_not_evidence(sample, probe, why):
    found = answer(sample.full(), probes=(probe,))
    assert found.evidence == ()
    assert why in found.lacking[0]


def test_an_undefined_measurement_is_not_evidence(sample):
    full = sample.full()
    result = full.results[0]
    undefined = result.measurements[0].__class__("x", None, None, None, 0, {}, "no rows")
    empty = result.model_copy(update={"measurements": (undefined,), "exhibits": ()})
    assert answer(full.model_copy(update={"results": (empty,)}), probes=(result.probe,)).evidence == ()


def test_parts_that_the_record_lacks_are_named(sample):
    found = answer(sample.dataless(), parts=("data", "model"))
    assert names(found) == ["model"]
    assert found.lacking == ("data: the record has none",)


def test_an_item_without_any_source_is_not_evidenced(sample):
    found = answer(sample.full())
    assert (found.evidence, found.lacking) == ((), ())


def test_ours_is_in_the_report_with_what_is_not_evidenced(sample):
    page = reports.html(sample.full())
    section = page.partition('<section id="crosswalk"')[2].partition("</section>")[0]
    for framework in load().frameworks:
        assert framework.name in section
        assert all(item.id in section for item in framework.items)
    assert "Not evidenced" in section
    anchors = set(re.findall(r'href="#([^"]+)"', section))
    assert anchors <= set(re.findall(r' id="([^"]+)"', page))


@pytest.mark.parametrize("word", ["conforms", "compliant", "complies", "satisfied", "fulfilled"])
def test_it_claims_no_conformity(sample, word):
    section = reports.html(sample.full()).partition('<section id="crosswalk"')[2].partition("</section>")[0]
    assert word not in section.lower()
    assert "no finding of conformity" in section


def test_our_patterns_name_probes_that_there_are_or_folders():
    patterns = {p for f in load().frameworks for item in f.items for p in item.probes}
    exact = {p for p in patterns if not p.endswith(".*")}
    assert exact <= set(discover())


def test_a_file_of_the_user_takes_its_place(sample, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        '[[frameworks]]\nname = "House rules"\nsource = "page 3"\n'
        '[[frameworks.items]]\nid = "R1"\nabout = "Rates"\nprobes = ["fairness.rates"]\n'
    )
    page = reports.html(sample.full(), crosswalk=load(path))
    assert "House rules: evidence for 1 of 1 item, 0 not evidenced" in page
    assert "NIST" not in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("x =", "not valid TOML"),
        ("frameworks = 3", "frameworks"),
        (
            '[[frameworks]]\nname = "a"\nsource = "b"\nitems = [{id = "x", about = "y", parts = ["z"]}]',
            "parts",
        ),
    ],
)
def test_faults_of_the_file_are_sentences(tmp_path, text, said):
    path = Path(tmp_path / "own.toml")
    if text is not None:
        path.write_text(text)
    with pytest.raises(AuditError, match=said):
        load(path)


def test_hostile_names_are_text(sample, hostile):
    words = hostile.corpus()
    items = tuple(Item(id=w, about=w, probes=(w,)) for w in words)
    page = reports.html(
        sample.full(),
        crosswalk=Crosswalk(frameworks=(Framework(name=words[0], source=words[1], items=items),)),
    )
    section = page.partition('<section id="crosswalk"')[2].partition("</section>")[0]
    tags = set(re.findall(r"<([a-z0-9]+)", section))
    allowed = "h2 p details summary div table thead tbody tr th td br span strong bdi a"
    assert tags <= set(allowed.split(" "))
    assert section.count("<tr>") == len(words) + 1
