"""Are the built-in frames whole, and the faults of a user's own told?"""

import pytest

from probes.errors import AuditError
from probes.templates import fill, load


def test_there_are_enough_frames_of_each_kind():
    frames = load("english").frames
    assert set(frames) == {"neutral", "positive", "negative", "occupation"}
    assert min(map(len, frames.values())) >= 10
    every = [frame for kind in frames.values() for frame in kind]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize(
    ("frame", "sentence"), [("{person} reads.", "My sister reads."), ("I met {person}.", "I met my sister.")]
)
def test_a_person_is_put_into_a_frame(frame, sentence):
    assert fill(frame, "my sister") == sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("frames = [", "not TOML in UTF-8"),
        ('source = "s"\n[frames]\nk = ["No slot."]', "frames.k: 'No slot.' needs {person} exactly once"),
        ('source = "s"', "frames: field required"),
        ('source = "s"\nmore = 1\n[frames]\nk = ["{person}"]', "more: "),
    ],
)
def test_faults_are_sentences(tmp_path, content, sentence):
    path = tmp_path / "bad.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AuditError, match=sentence):
        load(str(path))
