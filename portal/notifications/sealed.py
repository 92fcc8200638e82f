"""Sealing a push message for one browser: RFC 8291 over RFC 8188 (`aes128gcm`), on `cryptography`. Pure."""

import base64
import binascii
import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CURVE = ec.SECP256R1()
RECORD_SIZE = 4096
LONGEST = RECORD_SIZE - 103
"""What is left for the message: a push service need take no more than 4,096 bytes in all."""
SALT_BYTES, AUTH_BYTES = 16, 16
_LAST_RECORD = b"\x02"


class BadKeys(ValueError):
    """What a browser gave as its keys are none."""


def seal(message: bytes, *, p256dh: str, auth: str) -> bytes:
    """Return the body of a request to a push service, which only the browser can open.

    Args:
        message: what it is to receive.
        p256dh: the browser's public key, base64url.
        auth: the browser's secret, base64url.

    Raises:
        BadKeys: the keys are none.
        ValueError: the message is too long.
    """
    return seal_with(message, _public(p256dh), read(auth), ec.generate_private_key(CURVE), os.urandom(SALT_BYTES))


def check(p256dh: str, auth: str) -> None:
    """Refuse keys that no message could be sealed with.

    Raises:
        BadKeys: the keys are none.
    """
    _public(p256dh)
    if len(read(auth)) != AUTH_BYTES:
        raise BadKeys


def seal_with(
    message: bytes, theirs: ec.EllipticCurvePublicKey, auth: bytes, ours: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """Seal with a given key and salt, which must never be used twice; `seal` makes both."""
    if len(message) > LONGEST:
        raise ValueError("a push message holds at most 3,993 bytes")
    public = point(ours.public_key())
    about = b"WebPush: info\x00" + point(theirs) + public
    secret = _derive(ours.exchange(ec.ECDH(), theirs), auth, about, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
    head = salt + RECORD_SIZE.to_bytes(4) + bytes([len(public)]) + public
    return head + AESGCM(content_key).encrypt(nonce, message + _LAST_RECORD, None)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as the 65 bytes that travel."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def read(text: str) -> bytes:
    """Return what base64url says, with or without padding.

    Raises:
        BadKeys: it says nothing.
    """
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadKeys from None


def show(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _public(text: str) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, read(text))
    except ValueError:
        raise BadKeys from None


def _derive(secret: bytes, salt: bytes, about: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=about).derive(secret)
