"""The care team's inbox: what waits for an answer, whoever waits longest first, and what was answered."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import and_, case, exists, func, select, text, true, tuple_

from portal.accounts.models import User
from portal.db import session
from portal.messaging.models import Thread
from portal.patients.models import CareTeamMember, Patient

PAGE = 50
PRESSING = 5
COUNTED = 100
WALKED = 1000
_UNREAD = text("threads.unread_by_team > 0")
_FIRST = (datetime.min.replace(tzinfo=UTC), uuid.UUID(int=0))
_LAST = (datetime.max.replace(tzinfo=UTC), uuid.UUID(int=2**128 - 1))


class Show(StrEnum):
    """The lists an inbox is looked at in."""

    UNANSWERED = ""
    OVERDUE = "overdue"
    URGENT = "urgent"
    MINE = "mine"
    ANSWERED = "answered"


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


class _Walk(NamedTuple):
    """Threads in the order of one index: the moment by which they are in order, and what that index has of them."""

    at: Any
    conditions: tuple[Any, ...] = ()
    is_newest_first: bool = False


_DANGER = _Walk(Thread.danger_at, (Thread.owed_since.is_not(None), Thread.danger_at.is_not(None)), True)


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
    walk = _walk(user_id, show)

    def pick(place: Any = None, *, is_back: bool = False) -> Sequence[uuid.UUID]:
        found = _pick(user_id, walk, PAGE + 1, place, is_back=is_back)
        return [one.id for one in found if show is not Show.OVERDUE or _is_overdue(one.at, overdue_since)]

    place = _place(user_id, walk, after or before)
    if place is None or (show is Show.OVERDUE and not _is_overdue(place[0], overdue_since)):
        ids = pick()
        return _page(ids[:PAGE], has_next=len(ids) > PAGE)
    if after is not None:
        ids = pick(place)
        return _page(ids[:PAGE], has_next=len(ids) > PAGE, has_previous=True)
    ids = pick(place, is_back=True)
    if len(ids) <= PAGE:
        return list_threads(user_id, show, overdue_since)
    return _page(ids[PAGE - 1 :: -1], has_next=True, has_previous=True)


def list_pressing(user_id: uuid.UUID) -> Sequence[Line]:
    """Return what nobody should have to look for: words of danger that wait, the last ones first, then what is urgent.

    By when the words were written: what was owed an answer already long before must not hide them.
    """
    found = [one.id for one in _pick(user_id, _DANGER, PRESSING)]
    found += [one.id for one in _pick(user_id, _walk(user_id, Show.URGENT), 2 * PRESSING, is_back=True)]
    return _lines(list(dict.fromkeys(found))[:PRESSING])


def count(user_id: uuid.UUID, overdue_since: datetime | None) -> Mapping[Show, int]:
    """Return how many threads of each list wait, but no more than `COUNTED`: the cost stays the same."""
    lists = (Show.UNANSWERED, Show.URGENT, Show.MINE)
    found = {show: _pick(user_id, _walk(user_id, show), COUNTED) for show in lists}
    # Whoever waits longest is first, so that what is overdue is the beginning of what is unanswered.
    overdue = sum(_is_overdue(one.at, overdue_since) for one in found[Show.UNANSWERED])
    return {show: len(rows) for show, rows in found.items()} | {Show.OVERDUE: overdue}


def unread_by_team(user_id: uuid.UUID) -> Any:
    """Return the expression for how many messages of one's patients nobody has read, exact below `COUNTED`.

    As with the lists: the clinic's are walked so far, and where one's own are rare in it, one's patients instead.
    """
    clinic = select(Thread.patient_id, Thread.unread_by_team).where(_UNREAD).order_by(Thread.last_message_at)
    walked = clinic.limit(WALKED).subquery().c
    near = select(walked.unread_by_team).where(exists().where(*_mine(user_id, walked.patient_id))).limit(COUNTED).cte()
    is_rare = select(func.count()).select_from(near).scalar_subquery() < COUNTED
    team, total = CareTeamMember, func.sum(Thread.unread_by_team)
    of_one = select(total).where(Thread.patient_id == team.patient_id, _UNREAD).scalar_subquery().label("unread")
    of_each = select(of_one).where(team.user_id == user_id, team.until.is_(None)).subquery().c.unread
    own = select(of_each).where(of_each > 0).limit(COUNTED).subquery().c.unread
    few, all_own = (select(func.sum(one)).scalar_subquery() for one in (near.c.unread_by_team, own))
    return func.coalesce(case((and_(exists(clinic.offset(WALKED)), is_rare), all_own), else_=few), 0)


def latest_unread(user_id: uuid.UUID) -> Any:
    """Return the expression for when the last message came that nobody has read, of the clinic's last so many."""
    clinic = select(Thread.patient_id, Thread.last_message_at).where(_UNREAD).order_by(Thread.last_message_at.desc())
    walked = clinic.limit(WALKED).subquery().c
    mine = select(walked.last_message_at).where(exists().where(*_mine(user_id, walked.patient_id)))
    return mine.order_by(walked.last_message_at.desc()).limit(1).scalar_subquery()


def latest_danger(user_id: uuid.UUID) -> datetime | None:
    """Return when words of danger were last written that wait for an answer; None where none do."""
    return next((one.at for one in _pick(user_id, _DANGER, 1)), None)


def _is_overdue(owed_since: datetime, overdue_since: datetime | None) -> bool:
    return overdue_since is not None and owed_since <= overdue_since


def _walk(user_id: uuid.UUID, show: Show) -> _Walk:
    match show:
        case Show.URGENT:
            # Word for word as the index has it: that is how SQLite knows it.
            return _Walk(Thread.owed_since, (text("(threads.is_urgent OR threads.danger_at IS NOT NULL)"),))
        case Show.MINE:
            return _Walk(Thread.owed_since, (Thread.assigned_to_id == user_id,))
        case Show.ANSWERED:
            # Not as `IS NULL`, for SQLite takes a moment that is null for as rare as any other, and sorts all of them.
            answered = text("NOT (threads.owed_since IS NOT NULL)")
            return _Walk(Thread.last_message_at, (answered,), is_newest_first=True)
        case _:
            return _Walk(Thread.owed_since)


def _pick(user_id: uuid.UUID, walk: _Walk, most: int, place: Any = None, *, is_back: bool = False) -> Sequence[Any]:
    """Return the next threads of one's own patients, as `id` and `at`, at a cost that neither clinic nor inbox raise.

    The clinic's list is walked, but only so far: whose patients are rare in it is found from their patients instead.

    Args:
        user_id: whose patients.
        walk: along which index.
        most: how many.
        place: the moment and id after which they begin; without one, with the first.
        is_back: the other way round.
    """
    descends = walk.is_newest_first is not is_back
    columns = (walk.at, Thread.id)
    order = [column.desc() if descends else column for column in columns]
    # One comparison of the pair, and nothing else said of the moment: that is what PostgreSQL seeks and estimates by.
    start = _pair(columns, place or (_LAST if descends else _FIRST))
    beyond = (*walk.conditions, tuple_(*columns) < start if descends else tuple_(*columns) > start)
    end = session.execute(select(*columns).where(*beyond).order_by(*order).offset(WALKED - 1).limit(1)).one_or_none()
    near = beyond
    if end is not None:
        last = _pair(columns, end)
        near = (*beyond, tuple_(*columns) >= last if descends else tuple_(*columns) <= last)
    is_mine = exists().where(*_mine(user_id)).correlate(Thread)
    threads = select(Thread.id, walk.at.label("at")).where(*near, is_mine)
    found = session.execute(threads.order_by(*order).limit(most)).all()
    if end is None or len(found) == most:
        return found
    return _pick_from_patients(user_id, walk, most, beyond, descends=descends)


def _pick_from_patients(
    user_id: uuid.UUID, walk: _Walk, most: int, beyond: Sequence[Any], *, descends: bool
) -> Sequence[Any]:
    def sort(*columns: Any) -> list[Any]:
        return [column.desc() if descends else column for column in columns]

    threads = select(Thread.id, walk.at.label("at")).where(*beyond, walk.at.is_not(None))
    if session.get_bind().dialect.name == "postgresql":
        # Patient by patient: else it would rather read all of the clinic's threads once.
        of_one = threads.where(Thread.patient_id == CareTeamMember.patient_id).correlate(CareTeamMember)
        own: Any = of_one.order_by(*sort(walk.at, Thread.id)).limit(most).lateral()
        is_own = (CareTeamMember.user_id == user_id, CareTeamMember.until.is_(None))
        found = select(own.c.id, own.c.at).select_from(CareTeamMember).join(own, true()).where(*is_own)
    else:
        # SQLite has no such join, but goes that way by itself where an offset of nothing hides the order from it.
        own = threads.join(CareTeamMember, true()).where(*_mine(user_id)).offset(0).subquery()
        found = select(own.c.id, own.c.at)
    return session.execute(found.order_by(*sort(own.c.at, own.c.id)).limit(most)).all()


def _mine(user_id: uuid.UUID, patient_id: Any = Thread.patient_id) -> tuple[Any, ...]:
    team = CareTeamMember
    return (team.user_id == user_id, team.patient_id == patient_id, team.until.is_(None))


def _pair(columns: Sequence[Any], values: Any) -> Any:
    return tuple_(*values, types=[column.type for column in columns])


def _place(user_id: uuid.UUID, walk: _Walk, thread_id: uuid.UUID | None) -> Any:
    if thread_id is None:
        return None
    is_listed = (Thread.id == thread_id, walk.at.is_not(None), *walk.conditions)
    is_mine = exists().where(*_mine(user_id)).correlate(Thread)
    return session.execute(select(walk.at, Thread.id).where(*is_listed, is_mine)).one_or_none()


def _page(ids: Sequence[uuid.UUID], *, has_next: bool = False, has_previous: bool = False) -> Page:
    return Page(
        _lines(ids),
        next_after=ids[-1] if ids and has_next else None,
        previous_before=ids[0] if ids and has_previous else None,
    )


def _lines(ids: Sequence[uuid.UUID]) -> Sequence[Line]:
    name = (Patient.given_name + " " + Patient.family_name).label("patient_name")
    shown = (
        *(Thread.id, Thread.patient_id, name, Thread.subject, Thread.last_message_at, Thread.unread_by_team),
        *(Thread.owed_since, User.name, Thread.is_urgent, Thread.danger_at),
    )
    rows: Any = select(*shown).join(Patient, Patient.id == Thread.patient_id).where(Thread.id.in_(ids))
    found = {row.id: Line(*row) for row in session.execute(rows.outerjoin(User, User.id == Thread.assigned_to_id))}
    return [found[one] for one in ids if one in found]
