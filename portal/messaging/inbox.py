"""The care team's inbox: what waits for an answer, whoever waits longest first, and what was answered."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, exists, false, func, literal, select, text, tuple_

from portal.accounts.models import User
from portal.db import session
from portal.messaging.models import Thread
from portal.patients.models import CareTeamMember, Patient

PAGE = 50
PRESSING = 5
COUNTED = 100


class Show(StrEnum):
    """The lists an inbox is looked at in."""

    UNANSWERED = ""
    OVERDUE = "overdue"
    URGENT = "urgent"
    MINE = "mine"
    ANSWERED = "answered"


COUNTS = (Show.UNANSWERED, Show.OVERDUE, Show.URGENT, Show.MINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One thread; `unread` is what nobody of the team has read, `owed_since` when the patient wrote unanswered."""

    id: uuid.UUID
    patient_id: uuid.UUID
    patient_name: str
    subject: str
    last_message_at: datetime
    unread: int
    owed_since: datetime | None
    assigned_to: str | None
    is_urgent: bool
    danger_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some threads, and those after or before which the next and the previous page stand."""

    lines: Sequence[Line]
    next_after: uuid.UUID | None = None
    previous_before: uuid.UUID | None = None


def list_threads(
    user_id: uuid.UUID,
    show: Show,
    overdue_since: datetime | None,
    *,
    after: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
) -> Page:
    """Return one page of a list of one's own patients' threads; beside one that is not on it any more, the first.

    Args:
        user_id: whose inbox.
        show: which list.
        overdue_since: since when, or earlier, an answer is overdue; None where nothing can be.
        after, before: the thread after which the page begins, or before which it ends.
    """
    found = select(Thread.id).where(_listed(user_id, show, overdue_since))
    place = _place(found, after or before, show)
    if place is None:
        rows = _fetch(found, show)
        return _page(rows, has_next=len(rows) > PAGE)
    if after is not None:
        rows = _fetch(found.where(_beyond(show, place, is_back=False)), show)
        return _page(rows, has_next=len(rows) > PAGE, has_previous=True)
    rows = _fetch(found.where(_beyond(show, place, is_back=True)), show, is_back=True)
    if len(rows) <= PAGE:
        return list_threads(user_id, show, overdue_since)
    return _page(rows[PAGE - 1 :: -1], has_next=True, has_previous=True)


def list_pressing(user_id: uuid.UUID) -> Sequence[Line]:
    """Return what nobody should have to look for: the last urgent threads that wait, words of danger first."""
    found = select(Thread.id).where(_listed(user_id, Show.URGENT, None))
    lines = [Line(*row) for row in _fetch(found, Show.URGENT, is_back=True)]
    lines.sort(key=lambda line: (line.danger_at is not None, line.danger_at or line.owed_since), reverse=True)
    return lines[:PRESSING]


def count(user_id: uuid.UUID, overdue_since: datetime | None) -> Mapping[Show, int]:
    """Return how many threads of each list wait, but no more than `COUNTED`: the cost stays the same."""

    def most(show: Show) -> Any:
        some = select(literal(1)).select_from(Thread).where(_listed(user_id, show, overdue_since)).limit(COUNTED)
        return select(func.count()).select_from(some.subquery()).scalar_subquery().label(f"n_{show}")

    return dict(zip(COUNTS, session.execute(select(*(most(show) for show in COUNTS))).one(), strict=True))


def _listed(user_id: uuid.UUID, show: Show, overdue_since: datetime | None) -> Any:
    """Return what makes a thread part of a list: an index for each, so that neither a large clinic nor inbox costs."""
    team = CareTeamMember
    is_mine = (team.user_id == user_id, team.patient_id == Thread.patient_id, team.until.is_(None))
    waits = Thread.owed_since.is_not(None)
    conditions = {
        Show.UNANSWERED: (waits,),
        # Without saying that it waits, which this says too: PostgreSQL takes both for rare at once, and reads it all.
        Show.OVERDUE: (Thread.owed_since <= overdue_since if overdue_since else false(),),
        # Word for word as the index has it: that is how SQLite knows it.
        Show.URGENT: (waits, text("(threads.is_urgent OR threads.danger_at IS NOT NULL)")),
        Show.MINE: (waits, Thread.assigned_to_id == user_id),
        Show.ANSWERED: (Thread.owed_since.is_(None),),
    }[show]
    return and_(*conditions, exists().where(*is_mine).correlate(Thread))


def _order(show: Show) -> tuple[Any, Any]:
    return (Thread.last_message_at if show is Show.ANSWERED else Thread.owed_since, Thread.id)


def _place(found: Select[Any], thread_id: uuid.UUID | None, show: Show) -> Any:
    if thread_id is None:
        return None
    columns = _order(show)
    row = session.execute(found.with_only_columns(*columns).where(Thread.id == thread_id)).one_or_none()
    return tuple_(*row, types=[column.type for column in columns]) if row is not None else None


def _beyond(show: Show, place: Any, *, is_back: bool) -> Any:
    newest_first = show is Show.ANSWERED
    return tuple_(*_order(show)) < place if newest_first is not is_back else tuple_(*_order(show)) > place


def _fetch(found: Select[Any], show: Show, *, is_back: bool = False) -> Sequence[Any]:
    """Pick the threads from their index first, so that so many and no more are joined to what is shown of them."""
    descends = (show is Show.ANSWERED) is not is_back

    def sort() -> list[Any]:
        return [column.desc() if descends else column for column in _order(show)]

    picked = found.order_by(*sort()).limit(PAGE + 1).subquery("picked")
    name = (Patient.given_name + " " + Patient.family_name).label("patient_name")
    shown = (
        *(Thread.id, Thread.patient_id, name, Thread.subject, Thread.last_message_at, Thread.unread_by_team),
        *(Thread.owed_since, User.name, Thread.is_urgent, Thread.danger_at),
    )
    rows = select(*shown).join(picked, picked.c.id == Thread.id).join(Patient, Patient.id == Thread.patient_id)
    return session.execute(rows.outerjoin(User, User.id == Thread.assigned_to_id).order_by(*sort())).all()


def _page(rows: Sequence[Any], *, has_next: bool = False, has_previous: bool = False) -> Page:
    lines = [Line(*row) for row in rows[:PAGE]]
    return Page(
        lines,
        next_after=lines[-1].id if lines and has_next else None,
        previous_before=lines[0].id if lines and has_previous else None,
    )
