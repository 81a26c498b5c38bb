"""Are keys made safely, and is anything else refused in a sentence?"""

import stat

import pytest

from audit.evidence.keys import new_key, private_key, public_key
from probes.errors import AuditError


def test_only_the_owner_can_read_a_new_key(tmp_path):
    public = new_key(tmp_path / "deep" / "key")
    assert stat.S_IMODE((tmp_path / "deep" / "key").stat().st_mode) == 0o600
    assert public_key(public) == private_key(tmp_path / "deep" / "key").public_key()


@pytest.mark.parametrize("taken", ["key", "key.pub"])
def test_a_key_is_never_replaced(tmp_path, taken):
    (tmp_path / taken).write_text("precious")
    with pytest.raises(AuditError, match="cannot be made"):
        new_key(tmp_path / "key")
    assert [p.name for p in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "precious"


def test_other_files_are_no_keys(tmp_path, keys):
    (tmp_path / "x").write_text("x")
    for read, wrong in (
        (private_key, keys.public),
        (public_key, keys.ours),
        (private_key, tmp_path / "x"),
        (public_key, tmp_path / "x"),
    ):
        with pytest.raises(AuditError, match="is not an Ed25519"):
            read(wrong)
    with pytest.raises(AuditError, match="cannot be read"):
        private_key(tmp_path / "missing")


def test_a_key_of_another_kind_is_refused(tmp_path):
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import x25519

    key = x25519.X25519PrivateKey.generate()
    (tmp_path / "k").write_bytes(
        key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    )
    with pytest.raises(AuditError, match="is not an Ed25519 private key"):
        private_key(tmp_path / "k")
