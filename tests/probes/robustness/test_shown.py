"""Does a reader see the best examples first, texts beside texts, and each rate with its interval?"""

import numpy as np
import pytest

from probes.attacking import Attacked
from probes.attacking.recipes import named
from probes.robustness import budget, shown
from probes.robustness.acceptable import Success
from probes.robustness.strata import Sample
from probes.robustness.sweep import swept
from probes.robustness.sweep_exhibits import examples
from probes.robustness.toll import Run
from probes.types import Curve, Example, Table


def turned(text, acceptable, changed=1, words=10):
    attacked = Attacked(text, text.replace("film", "flim"), "success", 1, 0, 5, words, changed)
    return Success(attacked, None, {"misspellings": acceptable})


def run(successes):
    rows = np.arange(len(successes))
    return Run(
        named("deepwordbug"),
        Sample(rows, len(rows), {}, len(rows)),
        [success.attacked for success in successes],
        successes,
    )


SUCCESSES = [
    turned("a film that nobody takes for the same", False),
    turned("a film with much changed", True, changed=4),
    turned("a film with little changed", True, changed=1),
    turned("a film of which it is not known", None),
]


def exhibits(context, successes=SUCCESSES):
    return list(shown.exhibits(context([0, 1], classes=("no", "yes")), [run(successes)], {}))


def test_what_a_reader_would_accept_comes_first_and_of_it_what_is_changed_least(context):
    (example,) = [e for e in exhibits(context) if isinstance(e, Example)]
    assert [text for _, text in example.texts[::2]] == [SUCCESSES[i].attacked.original for i in (2, 1, 3, 0)]


def test_each_text_stands_beside_its_changed_form_with_the_words_marked(context):
    (example,) = [e for e in exhibits(context) if isinstance(e, Example)]
    assert example.pairs
    assert {
        text[a:b] for (_, text), spans in zip(example.texts, example.marks, strict=True) for a, b in spans
    } == {
        "film",
        "flim",
    }


def test_every_rate_of_a_recipe_has_its_interval(context):
    """1 of 1 is turned and 0 of 1 acceptably: the interval of the one is the mirror of that of the other."""
    table = next(e for e in exhibits(context, [turned("a film", False)]) if isinstance(e, Table))
    share, acceptable = (
        cell.replace("\N{NO-BREAK SPACE}", " ") for cell in _cells(table, "share", "acceptable")
    )
    assert share.startswith("1.000 (")
    assert share.endswith(" to 1.000)")
    assert acceptable.startswith("0.000 (0.000 to ")
    assert float(acceptable[:-1].split()[-1]) == pytest.approx(1 - float(share.split("(")[1].split()[0]))
    assert "95 % interval" in table.caption


def _cells(table, *columns):
    return [table.rows[0][table.columns.index(column)] for column in columns]


@pytest.mark.parametrize(("confidence", "told"), [(0.95, "95 %"), (0.995, "99.5 %"), (0.9, "90 %")])
def test_the_caption_of_the_budget_has_the_level_as_it_is(confidence, told):
    curve = budget.curve("a", [SUCCESSES[0].attacked], confidence=confidence)
    assert isinstance(curve, Curve)
    assert f"the {told} interval" in curve.caption


def test_perturbed_texts_stand_beside_the_text_with_the_words_marked(context):
    """The model says "yes" to capitals: one word in capitals turns each text."""
    from probes.perturbations import named as perturbation

    class Shouted:
        classes = ("no", "yes")

        def predict(self, inputs):
            loud = np.array([any(w.isupper() for w in text.split()) for text in inputs], float)
            return np.stack([1 - loud, loud], axis=1)

    ctx = context([0, 0], texts=["one quiet film", "two quiet films"], model=Shouted())
    (example,) = examples(swept(ctx, perturbation(("case",)), 10))
    assert example.pairs
    assert [what for what, _ in example.texts] == ["as it is", "by case"] * 2
    for (_, text), (_, new), old_spans, new_spans in zip(
        example.texts[::2], example.texts[1::2], example.marks[::2], example.marks[1::2], strict=True
    ):
        ((a, b),), ((c, d),) = old_spans, new_spans
        assert new[c:d] == text[a:b].upper() != text[a:b]
