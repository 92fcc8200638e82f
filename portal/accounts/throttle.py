"""Slowing guessers down without locking anybody out.

Every password that is tried is written down before it is checked, so that neither a restart nor many workers give more
tries. Whoever signed in from a device or address before is counted apart from strangers: a stranger who guesses all
day cannot keep the owner out. A new password, which needs the mailbox, clears the count.

The rows hold keyed hashes only: they do not say whose account it was, whether there is one, or from where.
"""

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from portal.accounts import emails
from portal.accounts.models import SignInAttempt as Attempt
from portal.db import session

FREE_TRIES = 10
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
MOST_TRIES = 100
UNTIL_THE_OWNER_ACTS = timedelta(days=365)
ADDRESS_TRIES = 30
ADDRESS_WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=180)
STALE_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Door:
    """Who knocks where: keyed hashes of the account, the network address and the device."""

    account: str
    address: str
    device: str


def door(email: str, *, address: str, device: str, secret: str) -> Door:
    """Return the door somebody stands at.

    Args:
        email: the account as it was typed.
        address: the network address; of IPv6 the first 64 bits count, which is what one customer gets.
        device: the token this browser was given when it signed in before, or a new one.
        secret: the portal's key.
    """
    return Door(
        account=_seal(secret, "account", emails.normal(email)),
        address=_seal(secret, "address", _network(address)),
        device=_seal(secret, "device", device),
    )


def pause(failures: int) -> timedelta:
    """Return how long after the last of so many failures in a row the next try is allowed.

    Ten are free; then 15 minutes, doubling up to a day; after a hundred the owner has to act.
    """
    if failures < FREE_TRIES:
        return timedelta()
    if failures >= MOST_TRIES:
        return UNTIL_THE_OWNER_ACTS
    return min(FIRST_PAUSE * (1 << min(failures - FREE_TRIES, 10)), LONGEST_PAUSE)


def knock(at: Door, *, now: datetime) -> timedelta:
    """Write a try down as failed, before the password is looked at, unless it is too early for one.

    The caller commits before it checks the password, so that no crash and no race makes a try free.

    Returns:
        How long to wait; nothing where the password may be tried now.
    """
    _one_at_a_time(at)
    source = _known_source(at, now)
    wait: timedelta = _account_wait(at, source, now)
    if source is None:
        wait = max(wait, _address_wait(at, now))
    if wait <= timedelta():
        session.add(Attempt(account_key=at.account, address_key=source or at.address, at=now))
        session.flush()
    return wait


def open_up(at: Door, *, now: datetime) -> None:
    """Note that the right password came from here: this device and address are known from now on."""
    from_here = Attempt.address_key.in_([at.address, at.device])
    stale = and_(Attempt.succeeded.is_(False), Attempt.at < now - STALE_AFTER)
    session.execute(delete(Attempt).where(Attempt.account_key == at.account, or_(from_here, stale)))
    session.execute(delete(Attempt).where(Attempt.at < now - KEPT_FOR))
    for source in (at.address, at.device):
        session.add(Attempt(account_key=at.account, address_key=source, at=now, succeeded=True))
    session.flush()


def clear(at: Door) -> None:
    """Forget every failed try on an account, because its owner showed that they are the owner."""
    session.execute(delete(Attempt).where(Attempt.account_key == at.account, Attempt.succeeded.is_(False)))


def _known_source(at: Door, now: datetime) -> str | None:
    """Return the device, else the address, somebody signed in to this account from before."""
    recent = Attempt.at > now - KNOWN_FOR
    known = set(session.scalars(select(Attempt.address_key).where(*_succeeded(at), recent)))
    return next((source for source in (at.device, at.address) if source in known), None)


def _account_wait(at: Door, source: str | None, now: datetime) -> timedelta:
    strangers = Attempt.address_key.not_in(select(Attempt.address_key).where(*_succeeded(at)))
    counted = strangers if source is None else Attempt.address_key == source
    tries = select(func.count(), func.max(Attempt.at)).where(
        Attempt.account_key == at.account, Attempt.succeeded.is_(False), counted
    )
    failures, last = session.execute(tries).one()
    until: datetime = last + pause(failures) if last else now
    return max(timedelta(), until - now)


def _address_wait(at: Door, now: datetime) -> timedelta:
    """Return the wait for an address that tries many accounts: a window that slides."""
    oldest_that_counts = session.scalar(
        select(Attempt.at)
        .where(Attempt.address_key == at.address, Attempt.succeeded.is_(False), Attempt.at > now - ADDRESS_WINDOW)
        .order_by(Attempt.at.desc())
        .offset(ADDRESS_TRIES - 1)
        .limit(1)
    )
    until: datetime = oldest_that_counts + ADDRESS_WINDOW if oldest_that_counts else now
    return until - now


def _succeeded(at: Door) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Attempt.account_key == at.account, Attempt.succeeded.is_(True)


def _one_at_a_time(at: Door) -> None:
    """Let tries on one account count one another; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(at.account[:16]), signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))


def _seal(secret: str, what: str, text: str) -> str:
    return hmac.new(secret.encode(), f"sign-in:{what}:{text}".encode(), "sha256").hexdigest()
