"""Who says so, and was it changed since? A payload with its signature, as a DSSE envelope."""

import base64
import binascii
import json
from typing import TYPE_CHECKING

from audit.evidence.keys import key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Forged(Exception):  # noqa: N818 - a finding about the envelope, not an error of the program
    """The envelope is not what the owner of the key signed; the message says why."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """What is signed: type and payload with their lengths, so that neither can pass for the other.

    Formula: `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`, lengths in decimal ASCII.

    References:
        DSSE: Dead Simple Signing Envelope, version 1.0.2, protocol, "Signature Definition"
        (github.com/secure-systems-lab/dsse).
    """
    kind = payload_type.encode()
    return b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])


def signed(payload: bytes, key: "Ed25519PrivateKey") -> bytes:
    """The envelope of a payload; the same key and payload give the same bytes."""
    return _written(payload, key.sign(pae(PAYLOAD_TYPE, payload)), key_id(key.public_key()))


def opened(content: bytes, key: "Ed25519PublicKey") -> bytes:
    """The payload of an envelope.

    Nothing of the envelope may differ from what `signed` writes, also where the signature does not reach:
    its spaces, the name of the key, the unused bits of the last Base64 letter.

    Raises:
        Forged: when the owner of the key did not sign it, or any byte of it is another.
    """
    from cryptography.exceptions import InvalidSignature

    payload, signature, name = _parts(content)
    if name != key_id(key):
        raise Forged(f"it is signed with another key (key id {name[:64]!r})")
    try:
        key.verify(signature, pae(PAYLOAD_TYPE, payload))
    except InvalidSignature:
        raise Forged("the signature does not fit its content") from None
    if _written(payload, signature, name) != content:
        raise Forged("its form is not the one that was written")
    return payload


def _written(payload: bytes, signature: bytes, name: str) -> bytes:
    content = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": name, "sig": base64.b64encode(signature).decode()}],
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def _parts(content: bytes) -> tuple[bytes, bytes, str]:
    try:
        found = json.loads(content)
        (signature,) = found["signatures"]
        return (
            base64.b64decode(found["payload"], validate=True),
            base64.b64decode(signature["sig"], validate=True),
            str(signature["keyid"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError, binascii.Error):
        raise Forged("it is not a DSSE envelope with one signature") from None
