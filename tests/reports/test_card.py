"""Does a model card say what the record says, keep what a person wrote, and let nothing hostile through?"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from audit.prose import read
from probes.errors import AuditError
from probes.types import Measurement
from reports import files
from reports.card import Prose, html, merged
from reports.card.content import sections
from reports.card.markdown import escaped
from reports.card.readme import BEGIN, END

MITCHELL = [
    "Model Details", "Intended Use", "Factors", "Metrics", "Evaluation Data", "Training Data",
    "Quantitative Analyses", "Ethical Considerations", "Caveats and Recommendations",
]  # fmt: skip

HUMAN = """---
license: mit
language: [en, de]
datasets:
- rotten_tomatoes
tags: [mine]
model-index:
- name: my-model
  results:
  - task:
      type: text-classification
    dataset:
      name: Rotten Tomatoes
      type: rotten_tomatoes
      args: {note: mine}
    metrics:
    - type: f1
      value: 0.5
---
# My model

It is *mine*, with a tab\t
and | pipes.
"""


@pytest.fixture(scope="module")
def record(sample):
    return sample.full()


@pytest.fixture(scope="module")
def crossed(sample):
    """A record with an intersection."""
    return sample.many(8)


def loaded(text, tmp_path):
    (tmp_path / "README.md").write_bytes(text.encode())
    return ModelCard.load(tmp_path / "README.md")


def test_the_nine_sections_stand_in_the_order_of_the_paper(record):
    assert re.findall(r"^## (.*)$", merged(record, Prose()), re.MULTILINE) == MITCHELL
    assert re.findall(r"<h2[^>]*>([^<]+)", html(record, Prose())) == MITCHELL


def test_a_round_trip_through_the_hub_loses_nothing(record, tmp_path):
    text = merged(record, Prose())
    card = loaded(text, tmp_path)
    front = yaml.safe_load(text.split("---\n")[1])
    assert yaml.safe_load(card.data.to_yaml()) == front
    assert card.text == text.split("---\n", 2)[2]
    assert len(card.data.eval_results) == sum(len(r["metrics"]) for r in front["model-index"][0]["results"])


def test_each_number_has_its_group_and_interval(record, tmp_path):
    card = loaded(merged(record, Prose()), tmp_path)
    (found,) = (
        r
        for r in card.data.eval_results
        if r.metric_type == "accuracy" and r.dataset_args.get("group") == "women"
    )
    measured = record.measurement("fairness.rates", "accuracy", feature="gender", group="women")
    assert (found.metric_value, found.metric_args["low"], found.metric_args["high"]) == (
        measured.value,
        measured.low,
        measured.high,
    )
    assert found.metric_args["rows"] == measured.n
    assert found.dataset_revision == record.data.fingerprint


def test_what_a_person_wrote_stays(record, tmp_path):
    text = merged(record, Prose(), HUMAN)
    assert HUMAN.split("---\n", 2)[2].rstrip() in text
    before, after = (yaml.safe_load(t.split("---\n")[1]) for t in (HUMAN, text))
    for key in ("license", "language", "datasets", "tags"):
        assert after[key] == before[key]
    index = after["model-index"][0]
    assert index["name"] == "my-model"
    assert index["results"][0] == before["model-index"][0]["results"][0]
    assert len(index["results"]) > 1
    assert loaded(text, tmp_path).data.eval_results[0].metric_type == "f1"


@pytest.mark.parametrize(
    "existing", ["", HUMAN, "no front matter\n", "---\n---\n", HUMAN.replace("\n", "\r\n")]
)
def test_the_same_call_on_its_own_result_changes_nothing(record, existing):
    once = merged(record, Prose(), existing)
    assert merged(record, Prose(), once) == once
    assert once.count(BEGIN) == once.count(END) == 1


def test_text_below_the_card_stays_below_it(record):
    once = merged(record, Prose(), HUMAN) + "\n## Below\n"
    again = merged(record.model_copy(update={"verdicts": ()}), Prose(), once)
    assert again.endswith(END + "\n\n## Below\n")
    assert "No gates were set" in again


def test_a_newer_audit_takes_the_place_of_the_older(record, tmp_path):
    once = merged(record, Prose())
    few = record.model_copy(update={"results": record.results[:1]})
    again = loaded(merged(few, Prose(), once), tmp_path)
    assert 0 < len(again.data.eval_results) < len(loaded(once, tmp_path).data.eval_results)


@pytest.mark.parametrize(
    ("existing", "said"),
    [
        ("---\n- a\n- b\n---\n", "is a list"),
        ("---\na: [\n---\n", "is not YAML"),
        ("---\nmodel-index: 5\n---\n", "not a list of one model"),
        (BEGIN, "marker lines"),
        (f"{END}\n{END}", "marker lines"),
    ],
)
def test_a_readme_that_cannot_be_kept_is_a_sentence(record, existing, said):
    with pytest.raises(AuditError, match=said):
        merged(record, Prose(), existing)


def test_where_nobody_wrote_anything_it_says_so(record):
    said = Prose.model_validate({"intended_use": {"primary_uses": "Sorting **reviews**."}})
    for text in (merged(record, said), html(record, said)):
        assert text.count("not stated by the author") == 25
        assert "Sorting **reviews**." in text


def test_intersections_have_tables_of_their_own(crossed):
    text = merged(crossed, Prose())
    assert "women × 20 years × region 0" in text.split("### Intersectional results")[1]
    assert "gender × age × region" not in text.split("### Unitary results")[1].split("### Inter")[0]


def test_the_privacy_ledger_is_told(record):
    ledger = {
        "delta": 1e-5, "epsilon": {"value": 3.01, "accountant": "prv"}, "noise_multiplier": 0.9,
        "outside": ["the tokenizer"], "neighbours": "one row added or removed", "max_grad_norm": 1.0,
    }  # fmt: skip
    private = record.model_copy(update={"training": {"method": "private", "method_record": ledger}})
    for text in (merged(private, Prose()), html(private, Prose())):
        for word in ("Privacy, epsilon", "3.010", "1e-05", "prv", "the tokenizer", "private, epsilon 3.01"):
            assert word in text


def test_a_record_without_data_training_and_verdicts_has_a_card(sample, tmp_path):
    bare = sample.dataless().model_copy(update={"verdicts": ()})
    text = merged(bare, Prose())
    assert "model-index" not in text
    assert "none in the model folder" in text
    assert loaded(text, tmp_path).data.library_name == "transformers"
    assert "nothing here tells groups apart" in html(bare, Prose())


def test_a_record_of_version_1_has_a_card(tmp_path):
    old = files.read(Path(__file__).with_name("record-version-1.json"))
    assert loaded(merged(old, Prose()), tmp_path).text.count("## ") >= 9
    assert "Model Details" in html(old, Prose())


def test_what_a_gate_judged_is_on_the_card_whatever_it_speaks_of(record, tmp_path):
    flips = record.results[3]
    gate = record.verdicts[0].model_copy(
        update={"probe": flips.probe, "metric": "flip_rate", "slice": {"direction": "women → men"}}
    )
    types = {r.metric_type for r in loaded(merged(record, Prose()), tmp_path).data.eval_results}
    assert "flip_rate" not in types
    judged = record.model_copy(update={"verdicts": (gate,)})
    (found,) = (
        r for r in loaded(merged(judged, Prose()), tmp_path).data.eval_results if r.metric_type == "flip_rate"
    )
    assert found.dataset_args["direction"] == "women → men"


def test_a_path_of_the_machine_is_not_published(record):
    there = {
        "model": record.model.model_copy(update={"reference": "/home/jane/secret/model"}),
        "data": record.data.model_copy(update={"source": "/home/jane/data.csv"}),
        "training": {
            "data": {"source": "/home/jane/train.csv", "path": "/home/jane/train.csv"},
            "base": {"reference": "/home/jane/base"},
        },
    }
    moved = record.model_copy(update=there)
    for text in (merged(moved, Prose()), html(moved, Prose())):
        assert "/home/jane" not in text


def tags(markdown):
    """What a Markdown reader makes of it, HTML and bare links included: (kind of token, link target)."""
    parser = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
    found = []
    for token in parser.parse(markdown):
        inner = token.children or []
        found += [(t.type, t.tag) for t in (token, *inner) if t.type not in ("text", "softbreak")]
    return found


def gated(record):
    """The record with its groups measured by a metric that the card shows."""
    first = record.results[0]
    numbers = tuple(replace(m, metric="accuracy") for m in first.measurements if "group" in m.slice)
    shown = first.model_copy(update={"measurements": numbers})
    return record.model_copy(update={"results": (shown, *record.results[1:])})


def test_hostile_strings_stay_text_in_the_readme(hostile, tmp_path):
    words = tuple(w for w in hostile.corpus() if len(w) < 1000)
    record = gated(hostile.record(words, 2))
    attacked = merged(record, Prose())
    peaceful = merged(gated(hostile.record(hostile.harmless(len(words)), 2)), Prose())
    body, harmless = (loaded(text, tmp_path).text for text in (attacked, peaceful))
    kinds = {kind for kind, _ in tags(body.replace(BEGIN, "").replace(END, ""))}
    assert not kinds & {
        "html_inline",
        "html_block",
        "link_open",
        "image",
        "fence",
        "code_block",
        "code_inline",
    }
    assert tags(body).count(("tr_open", "tr")) == tags(harmless).count(("tr_open", "tr"))
    assert body.count(END) == 1
    assert not re.search(r"(?i)\w://|www\.", body)
    assert merged(record, Prose(), attacked) == attacked
    found = loaded(attacked, tmp_path).data.eval_results
    assert len(found) == len(record.results[0].measurements)


@pytest.mark.parametrize(
    "name", ["---", "a: b", "- x", "!!python/object:os.system", "&a *a", "'", '"', "\x00", "{{x}}", "#"]
)
def test_hostile_names_stay_values_in_the_front_matter(record, name, tmp_path):
    leaf = Measurement("accuracy", 0.5, 0.4, 0.6, 10, {"feature": name, "group": name}, successes=5)
    result = record.results[0].model_copy(update={"measurements": (leaf,)})
    model = record.model.model_copy(update={"reference": name})
    card = loaded(merged(record.model_copy(update={"results": (result,), "model": model}), Prose()), tmp_path)
    assert [len(card.data.eval_results), card.data.library_name] == [1, "transformers"]
    assert set(card.data.eval_results[0].dataset_args) == {"audited_with", "feature", "group"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a_b*c*", r"a\_b\*c\*"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("a | b", r"a \| b"),
        ("[x](y)", r"\[x\](y)"),
        ("see https://a.b", "see https&#58;//a.b"),
        ("www.a.b @jane #1", r"www&#46;a.b &#64;jane \#1"),
        ("two\nlines", "two lines"),
        ("", r"\[empty\]"),
    ],
)
def test_text_is_escaped(text, written):
    assert escaped(text) == written


def test_card_toml_is_read(tmp_path):
    (tmp_path / "card.toml").write_text('[details]\nname = "Reviews"\n[ethics]\nrisks = "Some."\n')
    prose = read(tmp_path / "card.toml")
    assert (prose.details.name, prose.ethics.risks) == ("Reviews", "Some.")
    assert read(None) == Prose()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[detials]\nname = 'x'", "detials is not a key of a card; did you mean 'details'?"),
        ("[details]\nnmae = 'x'", "details.nmae is not a key of a card; did you mean 'name'?"),
        ("[details]\nname = 5", "details.name = 5 is not a text"),
        ("details = 5", "details = 5 is not a table"),
        ("[details", "not valid TOML"),
        (f"[details]\nname = '{END}'", "marker line"),
    ],
)
def test_a_wrong_card_toml_is_a_sentence(content, said, tmp_path):
    (tmp_path / "card.toml").write_text(content)
    with pytest.raises(AuditError) as caught:
        read(tmp_path / "card.toml")
    assert said in caught.value.faults[0]


def test_every_key_of_the_card_is_in_the_docs():
    page = (Path(__file__).parents[2] / "docs" / "model-cards.md").read_text("utf-8")
    for name, field in Prose.model_fields.items():
        assert f"[{name}]" in page
        assert all(f"{key} = " in page for key in field.annotation.model_fields)


def test_sections_are_nine(record):
    assert [s.title for s in sections(record, Prose())] == MITCHELL
