"""Do the typo attacker and the mixing of adversarial texts do what they say?"""

import numpy as np
import pytest
import torch

from probes.errors import AuditError
from training.adversarial.asking import InTraining
from training.adversarial.edits import greedy_typos
from training.adversarial.mixing import AdversarialTexts, Mixing, mixed
from training.batches import Tokens
from training.losses import cross_entropy_of_rows, mean


class Keyword:
    """Positive with 0.9 exactly where the text has the word; counts what it is asked."""

    classes = ("negative", "positive")

    def __init__(self, word):
        self.word = word
        self.asked = []

    def predict(self, inputs):
        self.asked.extend(inputs)
        p = np.array([0.9 if self.word in text.split() else 0.1 for text in inputs])
        return np.stack([1 - p, p], axis=1)


TEXTS = ["a truly wonderful film indeed", "nothing here", "wonderful", "an odd one"]


def test_the_attacker_finds_the_word_that_matters_and_changes_no_other():
    """Only "wonderful" carries the answer; the second text is wrong from the start, the last stays right."""
    found = greedy_typos()(Keyword("wonderful"), TEXTS, np.array([1, 1, 1, 0]))
    assert found[1] == TEXTS[1]
    assert found[3] == TEXTS[3]
    before, after = TEXTS[0].split(), found[0].split()
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False, True, True]
    assert "wonderful" not in (found[0] + found[2])
    assert (found[2][0], found[2][-1]) == ("w", "l")


@pytest.mark.parametrize("queries", [1, 2, 3, 8, 40])
def test_no_text_costs_more_questions_than_allowed(queries):
    model = Keyword("notthere")
    greedy_typos(queries=queries, share=1.0)(model, [TEXTS[0]], np.array([0]))
    assert len(model.asked) <= queries


def test_a_text_is_attacked_the_same_alone_and_in_company():
    attack, labels = greedy_typos(seed=3), np.array([1, 1, 1, 0])
    together = attack(Keyword("wonderful"), TEXTS, labels)
    alone = [attack(Keyword("wonderful"), [t], labels[i : i + 1])[0] for i, t in enumerate(TEXTS)]
    assert together == alone
    assert attack(Keyword("wonderful"), [], labels[:0]) == []


def test_texts_are_asked_together():
    """Two rounds, and as many as the longest search needs: far fewer than texts times questions."""
    rounds = []

    class Counting(Keyword):
        def predict(self, inputs):
            rounds.append(len(inputs))
            return super().predict(inputs)

    greedy_typos()(Counting("wonderful"), [TEXTS[0]] * 50, np.ones(50, dtype=int))
    assert len(rounds) == 3
    assert rounds[:2] == [50, 200]


def _shout(model, texts, labels, *, progress):
    return [text.upper() for text in texts]


def _adversarial(**options):
    mixing = Mixing(_shout, **options)
    return AdversarialTexts(
        mixing, Keyword("x"), [f"text {i}" for i in range(10)], np.zeros(10, dtype=int), np.arange(8)
    )


@pytest.mark.parametrize(
    ("first", "every", "due"), [(2, 1, [0, 2, 3, 4, 5]), (1, 2, [1, 1, 3, 3, 5]), (2, 3, [0, 2, 2, 2, 5])]
)
def test_when_texts_are_made_anew(first, every, due):
    assert [Mixing(_shout, first=first, every=every).due(epoch) for epoch in range(1, 6)] == due


def test_a_share_of_the_training_rows_shows_other_texts():
    shown = _adversarial(share=0.5, first=1).of(1)
    assert len(shown) == 4
    assert all(row < 8 and text == f"TEXT {row}" for row, text in shown.items())


def test_a_run_that_goes_on_shows_the_texts_it_would_have_shown():
    """The state is loaded in the middle of epoch 3; the attacker, who has changed, is not asked."""
    before = _adversarial(share=0.5, every=2, first=2)
    expected = before.of(3)
    after = _adversarial(share=0.5, every=2, first=2)
    after.load_state_dict(before.state_dict())
    object.__setattr__(after.mixing, "attacker", lambda *_, **__: pytest.fail("asked again"))
    assert after.of(3) == expected


def test_rows_keep_their_numbers_and_labels():
    tokens = Tokens([{"input_ids": [1, 2]}] * 10, np.full(10, 2), np.arange(10) % 2)

    def tokenised(texts, labels):
        return Tokens(
            [{"input_ids": [9] * len(text)} for text in texts], np.array([len(t) for t in texts]), labels
        )

    seen = mixed(lambda tokens, epoch: [tokens], tokens, _adversarial(share=0.5, first=1), tokenised)(1)[0]
    changed = [row for row in range(10) if seen.rows[row]["input_ids"] == [9] * 6]
    assert len(changed) == 4
    assert [seen.lengths[row] for row in changed] == [6] * 4
    assert (seen.labels == tokens.labels).all()
    assert tokens.lengths.tolist() == [2] * 10


def test_an_attacker_that_loses_texts_is_refused():
    broken = AdversarialTexts(
        Mixing(lambda *_, **__: [], first=1), Keyword("x"), ["a"], np.array([0]), np.array([0])
    )
    with pytest.raises(AuditError, match="0 texts for 1"):
        broken.of(1)


@pytest.mark.parametrize("options", [{"share": 0.0}, {"share": 1.5}, {"every": 0}, {"first": 0}])
def test_a_mixing_that_cannot_be_is_refused(options):
    with pytest.raises(AuditError, match="share"):
        Mixing(_shout, **options)


def test_a_model_in_training_is_asked_without_dropout_and_trains_on(bert, tiny_model):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model, local_files_only=True)
    bert.train()
    model = InTraining(bert, tokenizer, ("negative", "positive"), 32)
    texts = ["a good film", "bad", "the man was very good and the woman was not"]
    answers = model.predict(texts)
    assert bert.training
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-6)
    alone = np.concatenate([model.predict([text]) for text in texts])
    np.testing.assert_allclose(answers, alone, rtol=1e-4)
    with torch.no_grad():
        logits = bert.eval()(**tokenizer([texts[0]], return_tensors="pt")).logits
    np.testing.assert_allclose(answers[:1], logits.softmax(dim=1).numpy(), rtol=1e-4)


def test_row_losses_make_the_mean_loss():
    from training.batches import Batch
    from training.methods import cross_entropy

    logits, batch = torch.randn(4, 3), Batch(np.arange(4), {}, torch.tensor([0, 2, 1, 1]))
    for smoothing in (0.0, 0.2):
        ours = mean(cross_entropy_of_rows(smoothing))(logits, batch)
        torch.testing.assert_close(ours, cross_entropy(smoothing)(logits, batch))
