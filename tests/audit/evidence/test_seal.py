"""Does a seal cover everything of an audit, and does verifying find and name every change?"""

import base64
import hashlib
import json
import shutil

import numpy as np
import pytest

from audit import evidence
from probes.errors import AuditError


def statement(desk):
    return json.loads(base64.b64decode(json.loads((desk / "out" / "seal.json").read_bytes())["payload"]))


def check(desk, keys, **options):
    return evidence.verify(desk / "out", keys.public, **options)


def test_the_statement_names_every_file_and_what_the_gates_said(sealed):
    """The sample: one gate failed, two are undecided, two passed, one probe crashed."""
    stated = statement(sealed)
    digests = {s["name"]: s["digest"]["sha256"] for s in stated["subject"]}
    assert list(digests) == [
        "audit/card/README.md",
        "audit/record.json",
        "audit/report.html",
        "config/audit.toml",
        "data/data.csv",
        "model/config.json",
        "model/model.safetensors",
    ]
    assert digests["data/data.csv"] == hashlib.sha256((sealed / "data.csv").read_bytes()).hexdigest()
    assert stated["_type"] == "https://in-toto.io/Statement/v1"
    assert stated["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    predicate = stated["predicate"]
    assert predicate["result"] == "FAILED"
    assert [len(predicate[k]) for k in ("passedTests", "warnedTests", "failedTests")] == [2, 2, 2]
    assert [c["name"] for c in predicate["configuration"]] == ["audit/record.json", "config/audit.toml"]


@pytest.mark.parametrize(
    ("outcomes", "result"), [(("pass",), "PASSED"), (("pass", "undecided"), "WARNED"), ((), "WARNED")]
)
def test_undecided_and_ungated_audits_are_not_passed(desk, keys, record, outcomes, result):
    told = record.model_copy(
        update={
            "verdicts": tuple(record.verdicts[0].model_copy(update={"outcome": o}) for o in outcomes),
            "results": (),
            "model": record.model.model_copy(update={"kind": "predictions"}),
            "outcomes": None,
        }
    )
    (desk / "out" / "record.json").write_text(told.to_json())
    evidence.seal(desk / "out", keys.ours)
    assert statement(desk)["predicate"]["result"] == result


def test_what_was_not_changed_verifies(sealed, keys):
    found = check(sealed, keys)
    assert (found.faults, found.checked, found.result) == ((), 7, "FAILED")


def test_sealing_twice_gives_the_same_bytes(sealed, keys):
    before = (sealed / "out" / "seal.json").read_bytes()
    evidence.seal(sealed / "out" / "record.json", keys.ours)
    assert (sealed / "out" / "seal.json").read_bytes() == before


FILES = {
    "out/record.json": "audit/record.json",
    "out/report.html": "audit/report.html",
    "out/card/README.md": "audit/card/README.md",
    "out/seal.json": "seal.json",
    "audit.toml": "config/audit.toml",
    "data.csv": "data/data.csv",
    "model/config.json": "model/config.json",
    "model/model.safetensors": "model/model.safetensors",
}


def flips(desk, keys, count):
    """Change one random bit of one random byte of all files, again and again; every change must be named."""
    sizes = np.array([(desk / name).stat().st_size for name in FILES])
    rng = np.random.default_rng(0)
    for byte in rng.integers(sizes.sum(), size=count):
        index = int(np.searchsorted(np.cumsum(sizes), byte, side="right"))
        path = desk / list(FILES)[index]
        before = path.read_bytes()
        changed = bytearray(before)
        changed[int(byte - np.cumsum(sizes)[index])] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        faults = check(desk, keys).faults
        path.write_bytes(before)
        assert any(fault.startswith(f"{FILES[list(FILES)[index]]}: ") for fault in faults), (
            path,
            byte,
            faults,
        )
    assert check(desk, keys).faults == ()


def test_a_changed_bit_is_found_and_its_file_named(sealed, keys):
    flips(sealed, keys, 200)


@pytest.mark.full
def test_ten_thousand_changed_bits_are_found(sealed, keys):
    flips(sealed, keys, 10_000)


@pytest.mark.parametrize("content", ["", "no TOML", "[tool]"])
def test_settings_that_cannot_be_read_are_changed_settings(sealed, keys, content):
    (sealed / "audit.toml").write_text(content)
    assert check(sealed, keys).faults == ("config/audit.toml: changed",)


def test_a_changed_record_does_not_say_which_files_are_read(sealed, keys):
    path = sealed / "out" / "record.json"
    path.write_text(path.read_text().replace('"reference": "model"', '"reference": "/"'))
    faults = check(sealed, keys).faults
    assert faults[0] == "audit/record.json: changed"
    assert any(fault.startswith("model: the 2 files") for fault in faults)


def test_missing_and_added_files_are_named(sealed, keys):
    (sealed / "out" / "report.html").unlink()
    (sealed / "model" / "tokenizer.json").write_text("{}")
    (sealed / "out" / "card" / "new.txt").write_text("")
    assert set(check(sealed, keys).faults) == {
        "audit/report.html: missing",
        "model/tokenizer.json: added after the seal",
        "audit/card/new.txt: added after the seal",
    }


def test_two_files_that_change_places_are_both_named(sealed, keys):
    one, other = sealed / "out" / "report.html", sealed / "out" / "card" / "README.md"
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert set(check(sealed, keys).faults) == {"audit/report.html: changed", "audit/card/README.md: changed"}


def test_another_key_did_not_seal_it(sealed, keys):
    found = evidence.verify(sealed / "out", keys.other)
    assert "another key" in found.faults[0]
    assert (found.checked, found.result) == (0, "")


def test_who_seals_a_changed_folder_anew_needs_the_key(sealed, keys):
    (sealed / "out" / "report.html").write_text("better")
    evidence.seal(sealed / "out", keys.theirs)
    assert "another key" in check(sealed, keys).faults[0]


def test_what_is_not_at_hand_is_a_fault_unless_it_is_left_out(sealed, keys):
    shutil.rmtree(sealed / "model")
    (fault,) = check(sealed, keys).faults
    assert fault.startswith("model: the 2 files")
    found = check(sealed, keys, without=["model"])
    assert (found.faults, found.left_out) == ((), {"model": 2})


def test_what_was_moved_is_named(sealed, keys):
    (sealed / "model").rename(sealed / "elsewhere")
    assert check(sealed, keys, given={"model": sealed / "elsewhere"}).faults == ()


def test_a_genuine_statement_of_another_kind_is_not_a_seal(sealed, keys):
    from audit.evidence.envelope import signed
    from audit.evidence.keys import private_key

    (sealed / "out" / "seal.json").write_bytes(signed(b'{"_type": "x"}', private_key(keys.ours)))
    assert "another kind" in check(sealed, keys).faults[0]


def test_another_model_than_the_audited_one_is_not_sealed(desk, keys):
    (desk / "model" / "model.safetensors").write_bytes(b"other")
    with pytest.raises(AuditError, match="not the one that was audited"):
        evidence.seal(desk / "out", keys.ours)
    assert not (desk / "out" / "seal.json").exists()


@pytest.mark.parametrize("place", ["out/key", "model/deep/key"])
def test_the_key_must_not_lie_in_what_is_handed_on(desk, place):
    evidence.new_key(desk / place)
    with pytest.raises(AuditError, match="move the key"):
        evidence.seal(desk / "out", desk / place)


def test_faults_are_sentences(desk, keys, tmp_path):
    with pytest.raises(AuditError, match="name a folder that"):
        check(desk, keys)
    with pytest.raises(AuditError, match="no such file"):
        evidence.seal(desk / "out", keys.ours, given={"data": tmp_path / "nowhere"})
    with pytest.raises(AuditError, match="known are model, data, config"):
        check(desk, keys, without=["audit"])
    (desk / "out" / "link").symlink_to(desk / "model")
    with pytest.raises(AuditError, match="is a link to a folder"):
        evidence.seal(desk / "out", keys.ours)
