"""Are words found that decide and tell nothing, and only these?"""

import numpy as np
import pytest

from probes.errors import Skip
from probes.explanations.spurious_tokens import spurious_tokens
from probes.types import Table


def data(count=400):
    """Texts with good or bad, which go with the label, and "zq" in every second text, which does not."""
    rng = np.random.default_rng(2)
    labels = rng.integers(2, size=count)
    moods = np.where(labels == 1, "good", "bad")
    odd = np.where(rng.random(count) < 0.5, "zq", "xy")
    return (
        [f"{m} film with {o} music {i}" for i, (m, o) in enumerate(zip(moods, odd, strict=True))],
        labels,
        odd,
    )


@pytest.fixture
def audited(context, word_model):
    texts, labels, odd = data()

    def audited(words, **options):
        model = word_model(0.5, {"good": 0.2, "bad": -0.2, **words})
        return context(labels.tolist(), texts=texts, model=model, **options)

    audited.odd = odd
    return audited


def words_of(findings):
    return [row[0] for f in findings if isinstance(f, Table) for row in f.rows]


def test_a_planted_token_is_found(audited, found):
    """The token zq costs 0.25, more than "good" brings, and tells nothing about the label."""
    findings = list(spurious_tokens(audited({"zq": -0.25})))
    assert words_of(findings) == ["zq"]
    assert found(findings, "spurious_words").value == 1
    table = next(f for f in findings if isinstance(f, Table))
    assert table.rows[0][1] == (audited.odd == "zq").sum()
    assert table.rows[0][5] == "no"
    assert found(findings, "spurious_mass").low > 0.1


def test_words_that_go_with_the_label_are_not_spurious(audited, found):
    findings = list(spurious_tokens(audited({})))
    assert words_of(findings) == []
    assert found(findings, "spurious_words").value == 0
    assert found(findings, "spurious_mass").value == 0


def test_a_token_that_decides_for_one_group_shows_in_the_gap(audited, found):
    groups = {"team": np.where(audited.odd == "zq", "a", "b").tolist()}
    findings = list(spurious_tokens(audited({"zq": -0.25}, groups=groups)))
    assert found(findings, "spurious_mass", group="a").low > 0.3
    assert found(findings, "spurious_mass", group="b").value == 0
    assert found(findings, "spurious_mass_gap").low > 0.3


def test_without_labels_nothing_is_known_to_be_spurious(audited, context):
    ctx = audited({})
    with pytest.raises(Skip, match="no true labels"):
        list(spurious_tokens(context(texts=ctx.texts, model=ctx.model)))


def test_rows_of_one_text_in_two_groups_have_no_group(context, word_model, found):
    texts = ["a good film now", "a good film now", *(f"a bad film {i}" for i in range(20))]
    ctx = context([1, 1, *[0] * 20], texts=texts, model=word_model(0.5, {"good": 0.2, "bad": -0.2}),
                  groups={"team": ["a", "b", *["b"] * 20]})  # fmt: skip
    findings = list(spurious_tokens(ctx))
    assert found(findings, "spurious_mass", group="a").n == 0
