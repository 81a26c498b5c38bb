"""Are the words that move answers named, with what they carry?"""

import pytest

from probes.errors import Skip
from probes.explanations.global_words import global_words
from probes.types import Table


def test_known_shares(context, word_model, found):
    """Each text has five words; "good" alone has a score, so it carries all of the attribution."""
    texts = [f"she is good , {i}" for i in range(20)]
    findings = list(global_words(context(texts=texts, model=word_model(0.5, {"good": 0.3}))))
    carried = {m.slice["words"]: m.value for m in findings if getattr(m, "metric", "") == "attribution_share"}
    counted = {m.slice["words"]: m.value for m in findings if getattr(m, "metric", "") == "word_share"}
    assert carried == pytest.approx(
        {"punctuation": 0, "numbers": 0, "identity terms": 0, "names": 0, "stop words": 0, "other words": 1}
    )
    assert counted == pytest.approx(dict.fromkeys(carried, 0.2) | {"names": 0})


def test_each_class_has_its_words_the_surest_first(context, word_model):
    model = word_model(0.5, {"good": 0.3, "fine": 0.1, "bad": -0.3})
    texts = [f"a good and fine film {i}" for i in range(40)] + [f"a bad and fine film {i}" for i in range(40)]
    tables = {f.title: f for f in global_words(context(texts=texts, model=model)) if isinstance(f, Table)}
    yes = tables["Most influential words where the answer is yes"]
    no = tables["Most influential words where the answer is no"]
    assert [row[0] for row in yes.rows] == ["good", "fine"]
    assert [row[0] for row in no.rows] == ["bad", "fine"]
    assert no.rows[0][2] > 0 > no.rows[1][2]


def test_words_of_few_texts_are_in_no_table(context, word_model):
    texts = ["one rare film", *(f"a good film {i}" for i in range(20))]
    ctx = context(texts=texts, model=word_model(0.5, {"rare": 0.4, "good": 0.2}))
    words = {row[0] for f in global_words(ctx) if isinstance(f, Table) for row in f.rows}
    assert words == {"good"}


def test_a_model_that_looks_at_nothing_has_no_evidence(context, word_model):
    with pytest.raises(Skip, match="no method of attribution may be used"):
        list(global_words(context(texts=["a b", "c d", "e f"], model=word_model(0.5, {}))))
