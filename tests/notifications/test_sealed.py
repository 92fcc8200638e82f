"""Push messages: sealed as RFC 8291 says, signed as RFC 8292 says."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from portal.notifications import sealed, vapid
from tests.cast import NOW
from tests.notifications.carried import BROWSER_KEYS, claims, unseal


def test_it_seals_what_the_standard_seals() -> None:
    """The example in RFC 8291, section 5 and appendix A."""
    ours = ec.derive_private_key(
        int.from_bytes(sealed.read("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), sealed.CURVE
    )
    theirs = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    body = sealed.seal_with(
        b"When I grow up, I want to be a watermelon",
        ec.EllipticCurvePublicKey.from_encoded_point(sealed.CURVE, sealed.read(theirs)),
        sealed.read("BTBZMqHH6r4Tts7J_aSIgg"),
        ours,
        sealed.read("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert sealed.show(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=sealed.LONGEST))
def test_the_browser_reads_what_was_sealed_for_it(message: bytes) -> None:
    body = sealed.seal(message, **BROWSER_KEYS)
    assert unseal(body) == message
    assert len(body) <= sealed.RECORD_SIZE


def test_the_same_message_never_looks_the_same_and_one_too_long_is_refused() -> None:
    assert sealed.seal(b"x", **BROWSER_KEYS) != sealed.seal(b"x", **BROWSER_KEYS)
    with pytest.raises(ValueError, match="at most"):
        sealed.seal(b"x" * (sealed.LONGEST + 1), **BROWSER_KEYS)


@given(st.text(max_size=100), st.text(max_size=30))
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(sealed.BadKeys):
        sealed.check(p256dh, auth)


def test_the_key_is_made_once_for_nobody_elses_eyes(tmp_path: Path) -> None:
    assert vapid.load(str(tmp_path)) is None
    path = vapid.make(str(tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = vapid.load(str(tmp_path))
    assert first is not None
    with pytest.raises(FileExistsError):
        vapid.make(str(tmp_path))
    said = vapid.header(first, "https://push.example:443/x", contact="mailto:a@b.example", at=NOW)
    assert claims(said)["aud"] == "https://push.example:443"
    path.chmod(0o640)
    with pytest.raises(vapid.UnsafeKey, match="chmod 600"):
        vapid.load(str(tmp_path))
    path.chmod(0o600)
    path.write_bytes(os.urandom(100))
    with pytest.raises(vapid.UnsafeKey, match="holds no key"):
        vapid.load(str(tmp_path))


def test_a_key_of_another_user_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_path: Path) -> bytes:
        raise PermissionError  # what the system says to anybody but root

    vapid.make(str(tmp_path))
    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(vapid.UnsafeKey, match="belongs to somebody else"):
        vapid.load(str(tmp_path))
