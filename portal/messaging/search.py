"""Looking for words in one's own threads.

The database compares without regard to case as far as it can. SQLite, and PostgreSQL under the locale C, know the case
of the letters a to z only; a word with others (é, Ñ) is therefore looked for in small letters, in capitals and with a
capital first. Mixed spellings such as "eSPAÑa" are then missed, and accents always count.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, tuple_

from portal.accounts.models import User
from portal.db import session
from portal.messaging.models import Message, Thread
from portal.patients.models import CareTeamMember, Patient

PAGE = 25
MOST_WORDS = 8
AROUND = 70
_ESCAPE = "\\"
_PLACE = (Message.sent_at, Message.id)


@dataclass(frozen=True, slots=True)
class Hit:
    """One message in which, together with its thread's subject, all the words occur."""

    message_id: uuid.UUID
    thread_id: uuid.UUID
    patient_id: uuid.UUID
    patient_name: str
    subject: str
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


def spellings(word: str) -> list[str]:
    """Return the patterns for one word, escaped, with its letters a to z small as the database makes a column's.

    A database that knows the case of all letters matches the first of them, whatever the writer's case was.
    """
    forms = {word.lower(), word.upper(), word[:1].upper() + word[1:].lower()}
    return sorted({f"%{_escaped(_small_a_to_z(form))}%" for form in forms})


def _small_a_to_z(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _escaped(text: str) -> str:
    return "".join(_ESCAPE + letter if letter in f"%_{_ESCAPE}" else letter for letter in text)


def _holds(column: Any, word: str) -> Any:
    return or_(*(func.lower(column).like(pattern, escape=_ESCAPE) for pattern in spellings(word)))


def _hits(text: str) -> Select[*tuple[Any, ...]]:
    words = words_in(text)
    name = (Patient.given_name + " " + Patient.family_name).label("patient_name")
    columns = (Message.id, Thread.id, Thread.patient_id, name, Thread.subject, User.name, Message.sent_at, Message.body)
    everywhere = and_(*(or_(_holds(Message.body, word), _holds(Thread.subject, word)) for word in words))
    return (
        select(*columns)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Patient, Patient.id == Message.patient_id)
        .join(User, User.id == Message.author_id)
        .where(Message.retracted_at.is_(None), everywhere)
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
    shown: list[Any] = [*row[:7], excerpt(row[7], words)]
    return Hit(*shown)


def excerpt(body: str, words: Sequence[str]) -> str:
    """Return a line of a message around the first place where one of the words is; else its beginning."""
    line = " ".join(body.split())
    low = line.casefold() if len(line.casefold()) == len(line) else line.lower()
    places = [low.find(word.casefold()) for word in words]
    start = max(0, min((place for place in places if place >= 0), default=0) - AROUND)
    end = min(len(line), start + 3 * AROUND)
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"
