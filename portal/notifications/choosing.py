"""What each person chose to be told of, how and when; and what that means for a mail that is to be written or sent."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session
from portal.notifications import quiet
from portal.notifications.models import Channel, ContactChoice, ContactWay
from portal.notifications.quiet import Hours
from portal.notifications.topics import ONLY_TODAY, Topic, is_fixed, topic_of

USABLE = and_(ContactWay.confirmed_at.is_not(None), ContactWay.gone_at.is_(None))
Target = tuple[Channel, uuid.UUID | None]
BY_MAIL: Target = (Channel.EMAIL, None)
INSTEAD = "instead"
"""Marks a row that stands for one which led nowhere; it goes out whatever the way, and nothing stands for it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to be told of one topic, and within which hours; at any hour, where that is None."""

    channels: frozenset[Channel] = frozenset({Channel.EMAIL})
    within: Hours | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything one person chose; what is not in `wishes` comes by e-mail at any hour."""

    wishes: Mapping[Topic, Wish] = field(default_factory=dict)
    quiet: Hours | None = None

    def of(self, topic: Topic, *, urgent: bool = False) -> Wish:
        """Return how the person is told of a topic; of some and of what is urgent, by mail and at any hour anyway."""
        wish = self.wishes.get(topic, Wish())
        return Wish(wish.channels | {Channel.EMAIL}) if is_fixed(topic, urgent=urgent) else wish


def get(user_id: uuid.UUID) -> Choices:
    """Return what a person chose."""
    row = session.get(ContactChoice, user_id)
    return Choices() if row is None else _choices(row)


def of_all(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Choices]:
    """Return what each of some people chose; who chose nothing is left out."""
    rows = session.scalars(select(ContactChoice).where(ContactChoice.user_id.in_(user_ids)))
    return {row.user_id: _choices(row) for row in rows}


def choose(user_id: uuid.UUID, choices: Choices, *, by: Actor | None, at: datetime) -> None:
    """Keep what a person chose from now on.

    Args:
        user_id: the account.
        choices: all of it.
        by: its owner; None where a link in a mail did it.
        at: when, aware UTC.
    """
    row = session.get(ContactChoice, user_id)
    if row is None:
        row = ContactChoice(user_id=user_id)
        session.add(row)
    row.topics = {topic.value: _stored(wish) for topic, wish in choices.wishes.items()}
    row.quiet_from = choices.quiet.starts if choices.quiet else None
    row.quiet_until = choices.quiet.ends if choices.quiet else None
    row.changed_at = at
    session.flush()
    told = {topic.value: sorted(choices.of(topic).channels) for topic in choices.wishes}
    audit.record("contact-choices:changed", by=by, at=at, thing_id=user_id, channels=told)


def switch_off(user_id: uuid.UUID, kind: str, *, urgent: bool, at: datetime) -> bool:
    """Send a person no more mail of this kind, as the link in such a mail asks; return whether that can be done."""
    topic, now = topic_of(kind), get(user_id)
    if is_fixed(topic, urgent=urgent):
        return False
    wish = now.of(topic)
    if Channel.EMAIL in wish.channels:
        less = Wish(wish.channels - {Channel.EMAIL}, wish.within)
        choose(user_id, Choices({**now.wishes, topic: less}, now.quiet), by=None, at=at)
    return True


def targets(user_id: uuid.UUID, topic: Topic, *, urgent: bool) -> list[Target]:
    """Return every way on which somebody is to be told of a topic now; none, where they want that.

    Who chose ways that are all gone is told by mail.
    """
    if topic is Topic.ACCOUNT:
        return [BY_MAIL]
    rows = session.execute(
        select(ContactChoice, ContactWay.id, ContactWay.channel)
        .outerjoin(ContactWay, and_(ContactWay.user_id == ContactChoice.user_id, USABLE))
        .where(ContactChoice.user_id == user_id)
        .order_by(ContactWay.added_at, ContactWay.id)
    ).all()
    if not rows:
        return [BY_MAIL]
    wanted = _choices(rows[0][0]).of(topic, urgent=urgent).channels
    found: list[Target] = [(channel, way_id) for _, way_id, channel in rows if way_id is not None and channel in wanted]
    by_mail = Channel.EMAIL in wanted or (wanted and not found)
    return [BY_MAIL, *found] if by_mail else found


def wants_any(user_id: uuid.UUID, topic: Topic, *, urgent: bool) -> bool:
    """Return whether somebody is to be told of a topic at all."""
    return bool(get(user_id).of(topic, urgent=urgent).channels)


def is_wanted(user_id: uuid.UUID, kind: str, target: Target, values: Mapping[str, Any], *, urgent: bool) -> bool:
    """Return whether somebody still wants to be told of this in this way, or in any where the chosen one failed."""
    topic = topic_of(kind)
    if topic is Topic.ACCOUNT:
        return target == BY_MAIL or session.get_one(ContactWay, target[1]).gone_at is None
    if INSTEAD in values:
        return wants_any(user_id, topic, urgent=urgent)
    return target in targets(user_id, topic, urgent=urgent)


def not_before(user_id: uuid.UUID, kind: str, zone: str, *, urgent: bool, at: datetime) -> datetime | None:
    """Return until when a message has to wait for its hour; None where it may go now.

    Args:
        user_id: whom it is for.
        kind: what it is.
        zone: the person's time zone.
        urgent: what is urgent waits for nothing.
        at: now, aware UTC.
    """
    topic = topic_of(kind)
    if is_fixed(topic, urgent=urgent):
        return None
    choices = get(user_id)
    allowed = quiet.first_today if kind in ONLY_TODAY else quiet.first_allowed
    first = allowed(at, zone, quiet=choices.quiet, within=choices.of(topic).within)
    return first if first > at else None


def _choices(row: ContactChoice) -> Choices:
    wishes = {Topic(name): _wish(kept) for name, kept in row.topics.items()}
    if row.quiet_from is None or row.quiet_until is None:
        return Choices(wishes)
    return Choices(wishes, Hours(row.quiet_from, row.quiet_until))


def _wish(kept: Mapping[str, Any]) -> Wish:
    channels = frozenset(Channel(name) for name in kept["channels"])
    return Wish(channels, Hours(*kept["within"]) if kept["within"] else None)


def _stored(wish: Wish) -> dict[str, Any]:
    within = [wish.within.starts, wish.within.ends] if wish.within else None
    return {"channels": sorted(wish.channels), "within": within}
