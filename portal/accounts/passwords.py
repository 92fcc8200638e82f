"""How passwords are stored: as argon2id, over the whole of what was typed, in one Unicode form (NFKC)."""

import threading
import unicodedata
from dataclasses import dataclass

import argon2

AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class _Profile:
    hasher: argon2.PasswordHasher
    nobody: str


_gate = threading.BoundedSemaphore(AT_ONCE)
_profile: _Profile | None = None


def use(*, time_cost: int, memory_kib: int) -> None:
    """Set what one hash costs, in passes and KiB, for the whole process."""
    global _profile
    hasher = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1, type=argon2.Type.ID)
    _profile = _Profile(hasher, hasher.hash("the password of nobody"))


def hash_password(password: str) -> str:
    """Return what is stored of a password. Takes tens of milliseconds: never inside a write transaction."""
    with _gate:
        return _in_use().hasher.hash(_normal(password))


def verify(stored: str | None, password: str) -> bool:
    """Return whether a password is the one stored; where none is stored, take as long and say no.

    At most `AT_ONCE` run at a time in a process, so that a storm of sign-ins does not starve check-ins.
    """
    profile = _in_use()
    with _gate:
        try:
            return profile.hasher.verify(stored or profile.nobody, _normal(password)) and stored is not None
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Return whether a password was stored at another cost than today's."""
    return _in_use().hasher.check_needs_rehash(stored)


def _in_use() -> _Profile:
    if _profile is None:
        raise RuntimeError("passwords.use() was not called")
    return _profile


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
