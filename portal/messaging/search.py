"""Looking for words in one's own threads: case and accents do not matter."""

import uuid
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select, tuple_

from portal.accounts.models import User
from portal.db import Holds, session
from portal.messaging.models import Message, Thread
from portal.patients.models import CareTeamMember, Patient
from portal.text import folded

PAGE = 25
MOST_WORDS = 8
AROUND = 70
LOOKED_THROUGH = 2_000
"""So many messages are looked through at once: folding one takes about 0.2 ms, so that nobody waits for longer."""
_PLACE = (Message.sent_at, Message.id)
_NAME = (Patient.given_name + " " + Patient.family_name).label("patient_name")
_MESSAGES = (
    select(Message.id.label("message_id"), Thread.id.label("thread_id"), Thread.patient_id, _NAME, Thread.subject)
    .add_columns(User.id.label("author_id"), User.name, Message.sent_at, Message.body)
    .join(Thread, Thread.id == Message.thread_id)
    .join(Patient, Patient.id == Message.patient_id)
    .join(User, User.id == Message.author_id)
    .where(Message.retracted_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One message in which, together with its thread's subject, all the words occur."""

    message_id: uuid.UUID
    thread_id: uuid.UUID
    patient_id: uuid.UUID
    patient_name: str
    subject: str
    author_id: uuid.UUID
    author: str
    sent_at: datetime
    excerpt: str


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found, the latest first, and the message after which the next page goes on.

    `back_to` is where looking ended before the first message was reached, None where it did not; `goes_on` says that
    other pages came before.
    """

    hits: Sequence[Hit]
    next_after: uuid.UUID | None
    back_to: datetime | None = None
    goes_on: bool = False


def of_patient(patient_id: uuid.UUID, text: str, *, after: uuid.UUID | None = None) -> Hits:
    """Return one page of a patient's messages in which the words of a text occur."""
    return _page(Message.patient_id == patient_id, text, after)


def of_team_member(user_id: uuid.UUID, text: str, *, after: uuid.UUID | None = None) -> Hits:
    """Return one page of the messages of one person's patients in which the words of a text occur."""
    mine = select(CareTeamMember.patient_id).where(CareTeamMember.user_id == user_id, CareTeamMember.until.is_(None))
    return _page(Message.patient_id.in_(mine), text, after)


def words_in(text: str) -> list[str]:
    """Return what is looked for, word by word; more than `MOST_WORDS` are not."""
    return text.split()[:MOST_WORDS]


def _page(may_read: ColumnElement[bool], text: str, after: uuid.UUID | None) -> Hits:
    # Both sides are named, so that the index of one patient's messages by time is of use.
    theirs = may_read, Message.is_from_patient.in_((True, False))
    last = session.execute(select(*_PLACE).where(Message.id == after)).one_or_none() if after else None
    stretch = _MESSAGES.where(*theirs)
    if last is not None:
        before = tuple_(*_PLACE) < tuple_(*last, types=[column.type for column in _PLACE])
        stretch = stretch.where(Message.sent_at <= last.sent_at, before)
    end = _end(theirs if last is None else (*theirs, Message.sent_at < last.sent_at))
    if end is not None:
        stretch = stretch.where(Message.sent_at >= end.sent_at)
    rows = session.execute(_found(stretch, text)).all()
    hits = [_hit(row, words_in(text)) for row in rows[:PAGE]]
    if len(rows) > PAGE or end is None:
        return Hits(hits, hits[-1].message_id if len(rows) > PAGE else None, goes_on=last is not None)
    return Hits(hits, end.id, end.sent_at, goes_on=last is not None)


def _found(stretch: Select[*tuple[Any, ...]], text: str) -> Select[*tuple[Any, ...]]:
    # PostgreSQL takes folding for cheap: left to itself, it folds what others wrote before it asks whose patients'.
    among = stretch.cte("stretch").prefix_with("MATERIALIZED", dialect="postgresql")
    said = among.c.subject + "\n" + among.c.body
    holding = select(among).where(Holds(said, " ".join(words_in(text))))
    return holding.order_by(among.c.sent_at.desc(), among.c.message_id.desc()).limit(PAGE + 1)


def _end(stretch: Sequence[ColumnElement[bool]]) -> Row[uuid.UUID, datetime] | None:
    """Return the last message that is looked through, None where there are none before it; the index has its moment."""
    latest_first = select(Message.sent_at).where(*stretch).order_by(Message.sent_at.desc())
    last = latest_first.offset(LOOKED_THROUGH - 1).limit(2).subquery().c.sent_at
    moment = select(case((func.count() == 2, func.max(last)))).select_from(last.table).scalar_subquery()
    of_moment = select(Message.id, Message.sent_at).where(*stretch, Message.sent_at == moment)
    return session.execute(of_moment.order_by(Message.id).limit(1)).one_or_none()


def _hit(row: Any, words: Sequence[str]) -> Hit:
    shown: list[Any] = [*row[:8], excerpt(row[8], words)]
    return Hit(*shown)


def excerpt(body: str, words: Sequence[str]) -> str:
    """Return a line of a message around the first place where one of the words is; else its beginning."""
    line = " ".join(body.split())
    plain = [folded(letter) for letter in line]
    place = min((one for one in map("".join(plain).find, map(folded, words)) if one >= 0), default=0)
    # One letter may fold into several, such as “ﬁ”, or into none.
    start = max(0, bisect_right(list(accumulate(map(len, plain))), place) - AROUND)
    end = min(len(line), start + 3 * AROUND)
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"
