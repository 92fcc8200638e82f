"""Reading the alert desk: one page of a list, and what a person needs beside each alert to pick up the phone.

Everything is asked for all lines of a page at once, so that a page costs the same however many alerts there are.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from portal.accounts.models import User
from portal.db import session
from portal.patients.models import CalledIn, Calling, Patient
from portal.safety.models import Alert, AlertState, AlertTransition, Contact, Severity
from portal.safety.plan.models import SafetyPlan
from portal.safety.plan.sections import is_personal, read
from portal.safety.queries import LINE, SILENCE, WAITS, AlertLine, is_mine, lines, taken_on, weight

PAGE, CALLS_SHOWN, GUESTS_SHOWN = 25, 5, 200
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_HEAVIEST = 2 * max(Severity) + 1
_IS_OPEN = Alert.state != AlertState.CLOSED


class Tab(StrEnum):
    """The lists of the desk."""

    OPEN = "open"
    UNCHANGED = "unchanged"
    OUTREACH = "outreach"
    CLOSED = "closed"


_HOLDS: dict[Tab, ColumnElement[bool]] = {
    Tab.OPEN: and_(_IS_OPEN, WAITS, Alert.rule != SILENCE),
    Tab.UNCHANGED: and_(_IS_OPEN, ~WAITS),
    Tab.OUTREACH: and_(_IS_OPEN, Alert.rule == SILENCE),
    Tab.CLOSED: Alert.state == AlertState.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alert stood in a list when it was shown: the next page goes on after it, whatever became of it."""

    taken_on: int
    weight: int
    at: datetime
    id: uuid.UUID

    def written(self) -> str:
        """Return the place as an address carries it."""
        return f"{self.taken_on}.{self.weight}.{(self.at - _EPOCH) // _TICK}.{self.id}"


@dataclass(frozen=True, slots=True)
class Slice:
    """Some lines of a list, and after which place the next page goes on."""

    lines: Sequence[AlertLine]
    next_after: Place | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """The last time somebody tried to reach a patient about an alert."""

    how: Contact
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Planned:
    """The safety plan that stands: since when, when it is looked at again, and whether it is more than numbers."""

    written_at: datetime
    review_on: date | None
    is_personal: bool


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was called to an alert: since when and why, and until when they may see the chart."""

    user_id: uuid.UUID
    name: str
    why: Calling
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Who took an alert on last, and when."""

    by: str
    at: datetime


def read_place(text: str) -> Place | None:
    """Return the place an address names, None where it names none."""
    try:
        first, second, ticks, alert_id = text.split(".")
        found = Place(int(first), int(second), _EPOCH + int(ticks) * _TICK, uuid.UUID(alert_id))
    except (ValueError, OverflowError):
        return None
    return found if max(abs(found.taken_on), abs(found.weight)) <= _HEAVIEST else None


def list_tab(user_id: uuid.UUID, tab: Tab, *, at: datetime, after: Place | None = None) -> Slice:
    """Return one page of a list.

    Args:
        user_id: whose desk.
        tab: which list; the closed ones come in the order they were closed, the last first.
        at: now, aware UTC.
        after: the last place of the page before.
    """
    is_closed = tab is Tab.CLOSED
    moment = Alert.state_at if is_closed else Alert.opened_at
    found = LINE.where(_HOLDS[tab], is_mine(user_id, at if is_closed else None))
    order = (moment.desc(), Alert.id) if is_closed else (taken_on, weight.desc(), moment.desc(), Alert.id)
    if after is not None:
        is_later = or_(moment < after.at, and_(moment == after.at, Alert.id > after.id))
        found = found.where(is_later if is_closed else _beyond(after, is_later))
    rows = session.execute(found.add_columns(taken_on, weight).order_by(*order).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    has_more = len(rows) > PAGE
    return Slice(lines(shown), _place(shown[-1], is_closed=is_closed) if has_more else None)


def count_tabs(user_id: uuid.UUID) -> dict[Tab, int]:
    """Return how many alerts stand in each list of open ones."""
    counted = [tab for tab in Tab if tab is not Tab.CLOSED]
    counts = select(*(func.count(case((_HOLDS[tab], 1))) for tab in counted)).select_from(Alert)
    return dict(zip(counted, session.execute(counts.where(_IS_OPEN, is_mine(user_id))).one(), strict=True))


def list_taken(alert_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Taken]:
    """Return who took each of these alerts on last."""
    taken = _newest(AlertTransition.alert_id, AlertTransition.after == AlertState.ACKNOWLEDGED)
    rows = session.execute(_with_names(taken.where(AlertTransition.alert_id.in_(alert_ids))))
    return {row.whose: Taken(row.name, row.at) for row in rows}


def list_last_calls(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Called]:
    """Return the last contact that was recorded with any alert of each of these patients."""
    made = _newest(Alert.patient_id, AlertTransition.how.in_([how.value for how in Contact]))
    made = made.join(Alert, Alert.id == AlertTransition.alert_id).where(Alert.patient_id.in_(patient_ids))
    return {row.whose: Called(Contact(row.how), row.at, row.name) for row in session.execute(_with_names(made))}


def list_calls(patient_id: uuid.UUID) -> list[Called]:
    """Return the last contacts that were recorded with any alert of a patient, the newest first."""
    made = select(AlertTransition.how, AlertTransition.at, func.coalesce(User.name, ""))
    made = made.join(Alert, Alert.id == AlertTransition.alert_id).outerjoin(User, User.id == AlertTransition.by_id)
    mine = made.where(Alert.patient_id == patient_id, AlertTransition.how.in_([how.value for how in Contact]))
    rows = session.execute(mine.order_by(AlertTransition.at.desc(), AlertTransition.id).limit(CALLS_SHOWN))
    return [Called(Contact(row[0]), row[1], row[2]) for row in rows]


def list_plans(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Planned]:
    """Return since when each of these patients has the safety plan that stands."""

    def latest(what: Any) -> Any:
        mine = select(what).where(SafetyPlan.patient_id == Patient.id)
        return mine.order_by(SafetyPlan.written_at.desc(), SafetyPlan.id).limit(1).correlate(Patient).scalar_subquery()

    columns = (SafetyPlan.written_at, SafetyPlan.review_on, SafetyPlan.sections)
    rows = session.execute(select(Patient.id, *map(latest, columns)).where(Patient.id.in_(patient_ids)))
    return {row[0]: Planned(row[1], row[2], is_personal(read(row[3]))) for row in rows if row[1] is not None}


def list_called(alert_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Guest]]:
    """Return who was called to each of these alerts, in the order they were."""
    found: dict[uuid.UUID, list[Guest]] = {}
    columns = (CalledIn.alert_id, User.id, User.name, CalledIn.why, CalledIn.since, CalledIn.until)
    rows = select(*columns).join(User, User.id == CalledIn.user_id).where(CalledIn.alert_id.in_(alert_ids))
    for row in session.execute(rows.order_by(CalledIn.since, User.name, User.id)):
        found.setdefault(row.alert_id, []).append(Guest(*row[1:]))
    return found


def get_called(patient_id: uuid.UUID, user_id: uuid.UUID, at: datetime) -> Guest | None:
    """Return the call by which a person may see a patient's chart at a moment, the one that lasts longest."""
    mine = _guests(patient_id).where(CalledIn.user_id == user_id)
    lasts = mine.where(or_(CalledIn.until.is_(None), CalledIn.until > at))
    row = session.execute(lasts.order_by(CalledIn.until.is_not(None), CalledIn.until.desc()).limit(1)).one_or_none()
    return Guest(*row) if row else None


def list_called_of(patient_id: uuid.UUID) -> list[Guest]:
    """Return who was called to any alert of a patient: those to an open one first, then the latest; 200 at most."""
    in_order = (CalledIn.until.is_not(None), CalledIn.since.desc(), User.name, CalledIn.id)
    return [Guest(*row) for row in session.execute(_guests(patient_id).order_by(*in_order).limit(GUESTS_SHOWN))]


def _guests(patient_id: uuid.UUID) -> Any:
    columns = (User.id, User.name, CalledIn.why, CalledIn.since, CalledIn.until)
    return select(*columns).join(User, User.id == CalledIn.user_id).where(CalledIn.patient_id == patient_id)


def _beyond(after: Place, is_later: ColumnElement[bool]) -> ColumnElement[bool]:
    lighter = and_(taken_on == after.taken_on, weight < after.weight)
    return or_(taken_on > after.taken_on, lighter, and_(taken_on == after.taken_on, weight == after.weight, is_later))


def _place(row: Any, *, is_closed: bool) -> Place:
    return Place(row[-2], row[-1], row.state_at if is_closed else row.opened_at, row.id)


def _newest(whose: Any, *conditions: ColumnElement[bool]) -> Any:
    place = func.row_number().over(partition_by=whose, order_by=(AlertTransition.at.desc(), AlertTransition.id))
    columns = (whose.label("whose"), AlertTransition.at, AlertTransition.by_id, AlertTransition.how)
    return select(*columns, place.label("place")).where(*conditions)


def _with_names(newest: Any) -> Any:
    found = newest.subquery("newest")
    named = select(found.c.whose, found.c.at, found.c.how, func.coalesce(User.name, "").label("name"))
    return named.outerjoin(User, User.id == found.c.by_id).where(found.c.place == 1)
