"""Saying to a push service who we are: VAPID (RFC 8292), with a key that stays the same for years."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from portal.notifications.sealed import CURVE, point, show

FILE = "push-key.pem"
LASTS = timedelta(hours=12)


class UnsafeKey(ValueError):
    """The file with the key can be read by others, or not by us, or holds no key; the text says which."""


def make(folder: str) -> Path:
    """Make the key, readable by nobody else.

    Raises:
        FileExistsError: there is one; every browser that was added depends on it.
    """
    path = Path(folder) / FILE
    words = ec.generate_private_key(CURVE).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(words)
    return path


def load(folder: str) -> ec.EllipticCurvePrivateKey | None:
    """Return the key; None where none was made.

    Raises:
        UnsafeKey: it can be read by others, or not by us, or is none.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return None
    if path.stat().st_mode & 0o077:
        raise UnsafeKey(f"{path} can be read by others. Run: chmod 600 {path}")
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        found = None
    except PermissionError as error:
        raise UnsafeKey(f"{path} belongs to somebody else than the portal runs as") from error
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise UnsafeKey(f"{path} holds no key that was made with: flask outbox push-key")
    return found


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """Return what a browser subscribes with."""
    return show(point(key.public_key()))


def header(key: ec.EllipticCurvePrivateKey, endpoint: str, *, contact: str, at: datetime) -> str:
    """Return the Authorization header for one push service.

    Args:
        key: ours.
        endpoint: where the message goes; the header is good for its host only.
        contact: whom the push service may write to, `mailto:` or `https:`.
        at: now, aware UTC.
    """
    to = urlsplit(endpoint)
    claims = {"aud": f"{to.scheme}://{to.netloc}", "exp": int((at + LASTS).timestamp()), "sub": contact}
    words = f"{show(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{show(orjson.dumps(claims))}"
    r, s = decode_dss_signature(key.sign(words.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={words}.{show(r.to_bytes(32) + s.to_bytes(32))}, k={public(key)}"
