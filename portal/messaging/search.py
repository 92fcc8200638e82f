"""Looking for words in one's own threads: case and accents do not matter."""

import uuid
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Select, select, tuple_

from portal.accounts.models import User
from portal.db import Holds, session
from portal.messaging.models import Message, Thread
from portal.patients.models import CareTeamMember, Patient
from portal.text import folded

PAGE = 25
MOST_WORDS = 8
AROUND = 70
_PLACE = (Message.sent_at, Message.id)


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
    """One page of what was found, the latest first, and the message after which the next page goes on."""

    hits: Sequence[Hit]
    next_after: uuid.UUID | None


def of_patient(patient_id: uuid.UUID, text: str, *, after: uuid.UUID | None = None) -> Hits:
    """Return one page of a patient's messages in which the words of a text occur."""
    return _page(_hits(text).where(Message.patient_id == patient_id), text, after)


def of_team_member(user_id: uuid.UUID, text: str, *, after: uuid.UUID | None = None) -> Hits:
    """Return one page of the messages of one person's patients in which the words of a text occur."""
    mine = select(CareTeamMember.patient_id).where(CareTeamMember.user_id == user_id, CareTeamMember.until.is_(None))
    return _page(_hits(text).where(Message.patient_id.in_(mine)), text, after)


def words_in(text: str) -> list[str]:
    """Return what is looked for, word by word; more than `MOST_WORDS` are not."""
    return text.split()[:MOST_WORDS]


def _hits(text: str) -> Select[*tuple[Any, ...]]:
    name = (Patient.given_name + " " + Patient.family_name).label("patient_name")
    of_thread = (Thread.id, Thread.patient_id, name, Thread.subject)
    columns = (Message.id, *of_thread, User.id, User.name, Message.sent_at, Message.body)
    said = Thread.subject + "\n" + Message.body
    return (
        select(*columns)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Patient, Patient.id == Message.patient_id)
        .join(User, User.id == Message.author_id)
        .where(Message.retracted_at.is_(None), Holds(said, " ".join(words_in(text))))
    )


def _page(found: Select[*tuple[Any, ...]], text: str, after: uuid.UUID | None) -> Hits:
    last = session.execute(select(*_PLACE).where(Message.id == after)).one_or_none() if after else None
    if last is not None:
        found = found.where(tuple_(*_PLACE) < tuple_(*last, types=[column.type for column in _PLACE]))
    ordered = found.order_by(*(column.desc() for column in _PLACE)).limit(PAGE + 1)
    rows = session.execute(ordered).all()
    hits = [_hit(row, words_in(text)) for row in rows[:PAGE]]
    return Hits(hits, hits[-1].message_id if len(rows) > PAGE else None)


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
