"""Does the similarity of two texts say what it should?"""

import numpy as np
import pytest

from probes.attacking import attack, similarity
from probes.attacking.needs import wordnet
from probes.attacking.similarity import encode
from probes.errors import Skip

GOOD = "A wonderful film with great actors."


def test_without_the_encoder_the_command_is_told():
    with pytest.raises(Skip, match="audit fetch minilm-l6"):
        encode(["a"])


@pytest.fixture
def _encoder(monkeypatch, real_environment):
    from audit.resources import fetch

    monkeypatch.delenv("XDG_CACHE_HOME")
    if "XDG_CACHE_HOME" in real_environment:
        monkeypatch.setenv("XDG_CACHE_HOME", real_environment["XDG_CACHE_HOME"])
    fetch("minilm-l6")


@pytest.mark.encoder
@pytest.mark.usefixtures("_encoder")
class TestEncoder:
    """With the real encoder."""

    def test_range_and_order(self):
        """A text with itself 1; a paraphrase nearer than another subject; other batches, the same numbers."""
        others = [GOOD, "A great movie with wonderful actors.", "The bank raised its interest rates."]
        found = similarity([GOOD] * 3, others)
        assert found[0] == pytest.approx(1)
        assert found[1] > 0.8 > 0.3 > found[2]
        assert similarity([GOOD], others[1:2])[0] == pytest.approx(found[1], abs=1e-5)
        assert similarity([], []).shape == (0,)
        assert np.linalg.norm(encode(others), axis=1) == pytest.approx([1, 1, 1])

    @pytest.mark.usefixtures("needs_textattack")
    def test_the_composed_recipe_keeps_to_the_angle(self, bag, texts):
        """At most 0.5 radians from the original, one at a time or together."""
        if reason := wordnet():
            pytest.skip(reason)
        chosen = texts[:3]
        labels = bag.predict(chosen).argmax(axis=1)
        found = attack(bag, chosen, labels, "textfooler-wordnet")
        assert attack(bag, chosen, labels, "textfooler-wordnet", width=1) == found
        assert any(one.outcome == "success" for one in found)
        angles = np.arccos(similarity(chosen, [one.adversarial for one in found]))
        assert (angles <= 0.5 + 1e-4).all()
