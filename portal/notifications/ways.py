"""The phones and browsers somebody is told by: added, confirmed, and let go when they are gone."""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType
from sqlalchemy import func, select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import HELD, session
from portal.notifications.models import Channel, ContactChoice, ContactWay, Kind, OutboxMessage
from portal.notifications.quiet import Hours
from portal.notifications.service import hold, write

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES, CODES_WITHIN = 5, timedelta(days=1)
MOST_BROWSERS = 10
NIGHT = Hours(21, 8)
"""The quiet hours of somebody who adds a phone or a browser and has not chosen any: those ring."""
_TAKES_TEXTS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


class NoNumber(ValueError):
    """What was typed is no phone number of any country."""


class NoTexts(ValueError):
    """The number is one that text messages do not reach, or that costs whoever calls it."""


class TooManyCodes(Exception):
    """So many codes were sent in a day that no more are."""


class WrongCode(Exception):
    """The code is not the one that was sent; `left` says how often it may still be tried, 0 where it is used up."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def read_number(text: str, *, country: str) -> str:
    """Return a phone number as the world writes it, like +12125550134.

    Args:
        text: what was typed.
        country: two letters; where a number without a country code is taken to be.

    Raises:
        NoNumber: it is none.
        NoTexts: no text message reaches it.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException:
        raise NoNumber from None
    if not phonenumbers.is_valid_number(number):
        raise NoNumber
    if phonenumbers.number_type(number) not in _TAKES_TEXTS or number.extension:
        raise NoTexts
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown(number: str) -> str:
    """Return a number as people read it."""
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


def code(way_id: uuid.UUID, sent_at: datetime, *, keys: Sequence[str]) -> str:
    """Return the six digits that confirm a phone: made from the portal's secret key, and stored nowhere."""
    said = f"phone-code:{way_id.hex}:{sent_at.astimezone(UTC):%Y%m%d%H%M%S%f}"
    found = hmac.new(keys[0].encode(), said.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(found[:8]) % 1_000_000:06d}"


def list_live(user_id: uuid.UUID) -> list[ContactWay]:
    """Return a person's phones and browsers, confirmed or not, in the order they were added."""
    rows = select(ContactWay).where(ContactWay.user_id == user_id, ContactWay.gone_at.is_(None))
    return list(session.scalars(rows.order_by(ContactWay.added_at, ContactWay.id)))


def add_phone(user_id: uuid.UUID, number: str, *, by: Actor, at: datetime) -> ContactWay:
    """Add a phone and send it a code; a phone before it stays in use until this one is confirmed.

    Raises:
        TooManyCodes: five were sent within a day.
    """
    hold(user_id)
    sent = select(func.count()).select_from(OutboxMessage)
    recent = OutboxMessage.kind == Kind.PHONE_CODE, OutboxMessage.created_at > at - CODES_WITHIN
    if (session.scalar(sent.where(OutboxMessage.recipient_id == user_id, *recent)) or 0) >= MOST_CODES:
        raise TooManyCodes
    for one in list_live(user_id):
        if one.channel is Channel.SMS and one.confirmed_at is None:
            one.gone_at = at
    way = ContactWay(user_id=user_id, channel=Channel.SMS, address=number, keys={}, added_at=at, code_at=at)
    session.add(way)
    session.flush()
    write(Kind.PHONE_CODE, user_id, [(Channel.SMS, way.id)], at=at, urgent=True)
    audit.record("contact-way:added", by=by, at=at, thing_id=way.id, channel=way.channel.value)
    return way


def confirm(user_id: uuid.UUID, typed: str, *, keys: Sequence[str], by: Actor, at: datetime) -> bool:
    """Take a phone into use because its owner read the code there; return False where none waits for one.

    A wrong code counts, so the caller keeps what this wrote also where it raises.

    Raises:
        WrongCode: it is not the one that was sent, or it is too late.
    """
    waiting = ContactWay.user_id == user_id, ContactWay.confirmed_at.is_(None), ContactWay.gone_at.is_(None)
    way = session.scalar(select(ContactWay).where(*waiting, ContactWay.code_at.is_not(None)).with_for_update(**HELD))
    if way is None or way.code_at is None:
        return False
    way.code_tries += 1
    right = hmac.compare_digest(code(way.id, way.code_at, keys=keys).encode(), typed.encode())
    if at - way.code_at > CODE_LASTS or way.code_tries > MOST_TRIES or not right:
        left = max(MOST_TRIES - way.code_tries, 0) if at - way.code_at <= CODE_LASTS else 0
        if left == 0:
            way.gone_at = at
        session.flush()
        raise WrongCode(left)
    for one in list_live(user_id):
        if one.channel is Channel.SMS and one.id != way.id:
            one.gone_at = at
    way.confirmed_at = at
    session.flush()
    _keep_the_night_quiet(user_id, at)
    audit.record("contact-way:confirmed", by=by, at=at, thing_id=way.id, channel=way.channel.value)
    return True


def add_browser(
    user_id: uuid.UUID, endpoint: str, *, keys: dict[str, str], device: str, by: Actor, at: datetime
) -> ContactWay:
    """Add a browser that takes push messages; it is taken from whoever used it before, and the oldest makes room.

    Args:
        user_id: the account.
        endpoint: the address its push service gave it.
        keys: `p256dh` and `auth`, as the browser gave them.
        device: what a person calls it.
        by: the owner.
        at: when, aware UTC.
    """
    here = ContactWay.address == endpoint, ContactWay.channel == Channel.PUSH, ContactWay.gone_at.is_(None)
    session.execute(update(ContactWay).where(*here).values(gone_at=at))
    others = [one for one in list_live(user_id) if one.channel is Channel.PUSH]
    for one in others[: max(len(others) - MOST_BROWSERS + 1, 0)]:
        one.gone_at = at
    way = ContactWay(user_id=user_id, channel=Channel.PUSH, address=endpoint, keys=keys, device=device)
    way.added_at = way.confirmed_at = at
    session.add(way)
    session.flush()
    _keep_the_night_quiet(user_id, at)
    audit.record("contact-way:added", by=by, at=at, thing_id=way.id, channel=way.channel.value)
    return way


def remove(user_id: uuid.UUID, way_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Let one of a person's own phones or browsers go; return whether it was there."""
    own = ContactWay.id == way_id, ContactWay.user_id == user_id, ContactWay.gone_at.is_(None)
    if session.execute(update(ContactWay).where(*own).values(gone_at=at).returning(ContactWay.id)).first() is None:
        return False
    audit.record("contact-way:removed", by=by, at=at, thing_id=way_id)
    return True


def is_gone(way_id: uuid.UUID, *, at: datetime) -> None:
    """Let a way go because whoever carries the messages says that nobody is there any more."""
    live = ContactWay.id == way_id, ContactWay.gone_at.is_(None)
    if session.execute(update(ContactWay).where(*live).values(gone_at=at).returning(ContactWay.id)).first():
        audit.record("contact-way:gone", by=None, at=at, thing_id=way_id)


def _keep_the_night_quiet(user_id: uuid.UUID, at: datetime) -> None:
    """Give somebody whose phone may ring from now on quiet hours, unless they have chosen before."""
    if session.get(ContactChoice, user_id) is None:
        night = {"quiet_from": NIGHT.starts, "quiet_until": NIGHT.ends}
        session.add(ContactChoice(user_id=user_id, topics={}, changed_at=at, **night))
        session.flush()
