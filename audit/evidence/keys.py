"""Who signs? Ed25519 keys in PEM files."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from probes.errors import AuditError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC = ".pub"


def new_key(path: Path) -> Path:
    """Make a key in a file that only this user can read, and return the file of its public half beside it.

    Raises:
        AuditError: when one of the files exists or cannot be written; a key is never replaced.
    """
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = path.with_name(path.name + PUBLIC)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    _create(
        public,
        key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo),
        0o644,
    )
    try:
        _create(path, private, 0o600)
    except AuditError:
        public.unlink()
        raise
    return public


def private_key(path: Path) -> "Ed25519PrivateKey":
    """The key in a PEM file.

    Raises:
        AuditError: when there is none, or one of another kind.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_content(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise AuditError(
            f"{path} is not an Ed25519 private key in PEM without a password; "
            "make one with `audit seal --new-key FILE`"
        )
    return key


def public_key(path: Path) -> "Ed25519PublicKey":
    """The public key in a PEM file.

    Raises:
        AuditError: when there is none, or one of another kind.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_content(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise AuditError(f"{path} is not an Ed25519 public key in PEM; it is the file that ends in {PUBLIC}")
    return key


def key_id(key: "Ed25519PublicKey") -> str:
    """The sha256 of the public key's SubjectPublicKeyInfo in DER."""
    from cryptography.hazmat.primitives import serialization as form

    return hashlib.sha256(
        key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def _create(path: Path, content: bytes, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
    except OSError as error:
        raise AuditError(f"{path} cannot be made: {error.strerror}; name another file") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AuditError(f"{path} cannot be read: {error.strerror}; name the file of a key") from None
