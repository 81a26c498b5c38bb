"""Is the envelope a DSSE envelope, and does it hold only for its own key and content?"""

import base64
import json

import pytest

from audit.evidence.envelope import PAYLOAD_TYPE, Forged, opened, pae, signed
from audit.evidence.keys import key_id, private_key, public_key

PAYLOAD = '{"a": "é"}'.encode()


@pytest.fixture(scope="module")
def key(keys):
    return private_key(keys.ours)


@pytest.mark.parametrize(
    ("kind", "payload", "encoded"),
    [
        # The example of the DSSE protocol document.
        (
            "http://example.com/HelloWorld",
            b"hello world",
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        ),
        ("", b"", b"DSSEv1 0  0 "),
        # Lengths count bytes: é has two.
        ("é", "é".encode(), b"DSSEv1 2 \xc3\xa9 2 \xc3\xa9"),
    ],
)
def test_what_is_signed_is_exactly_the_pre_authentication_encoding(kind, payload, encoded):
    assert pae(kind, payload) == encoded


def test_it_is_a_dsse_envelope_that_any_verifier_can_read(key):
    envelope = json.loads(signed(PAYLOAD, key))
    assert envelope["payloadType"] == PAYLOAD_TYPE == "application/vnd.in-toto+json"
    (signature,) = envelope["signatures"]
    payload = base64.b64decode(envelope["payload"])
    assert signature["keyid"] == key_id(key.public_key())
    key.public_key().verify(base64.b64decode(signature["sig"]), pae(PAYLOAD_TYPE, payload))
    assert payload == PAYLOAD


def test_it_opens_with_its_key_and_no_other(key, keys):
    assert opened(signed(PAYLOAD, key), public_key(keys.public)) == PAYLOAD
    with pytest.raises(Forged, match="another key"):
        opened(signed(PAYLOAD, key), public_key(keys.other))


def test_naming_our_key_does_not_make_it_our_signature(keys):
    ours, theirs = private_key(keys.ours), private_key(keys.theirs)
    forged = json.loads(signed(PAYLOAD, theirs))
    forged["signatures"][0]["keyid"] = key_id(ours.public_key())
    with pytest.raises(Forged, match="does not fit"):
        opened((json.dumps(forged, indent=1) + "\n").encode(), ours.public_key())


def test_every_bit_counts(key):
    """Also those that the signature does not reach: spaces, key id, unused bits of Base64."""
    content = signed(PAYLOAD, key)
    for position in range(len(content) * 8):
        changed = bytearray(content)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(Forged):
            opened(bytes(changed), key.public_key())


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b'{"signatures": []}', b"[" * 100_000, b"\xff"]
)
def test_what_is_no_envelope_is_said_to_be_none(key, content):
    with pytest.raises(Forged):
        opened(content, key.public_key())
