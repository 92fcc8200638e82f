"""Writing follow-ups: at once, for later, changed, taken over or cancelled."""

import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.clinic import queries as clinic
from portal.db import session
from portal.follow_ups import queries, when
from portal.follow_ups.about import About, Written
from portal.follow_ups.models import FollowUp, State, Why
from portal.messaging import drafts, owed
from portal.messaging import service as messaging
from portal.messaging.drafts import Draft
from portal.messaging.parcel import NOTHING, Parcel
from portal.patients.queries import PatientRef

OPEN = frozenset({State.PLANNED, State.TO_DECIDE})
DRAFTS = "follow:"
"""Where drafts of follow-ups are kept, each under the id of its form, so that sending one leaves the others alone."""


class NoSuchThing(LookupError):
    """The follow-up, or what it is about, is not this patient's."""


class WrittenAlready(Exception):
    """The same form was sent before, with other words or for another day; nothing was written now."""

    def __init__(self, follow_up_id: uuid.UUID) -> None:
        super().__init__("sent before with other words or for another day")
        self.follow_up_id = follow_up_id


class ChangedMeanwhile(Exception):
    """Somebody else changed it, or it was sent or settled, since it was read."""


def write(
    patient: PatientRef,
    written: Written,
    *,
    submission_id: uuid.UUID,
    parcel: Parcel = NOTHING,
    by: Actor,
    at: datetime,
) -> FollowUp:
    """Write a follow-up, and send it unless it is for later; what was kept of its form as a draft is done with.

    Args:
        patient: whose; `by` is on their care team.
        written: what is written, and when it is to go out.
        submission_id: minted when the form was drawn; the same one twice is one follow-up.
        parcel: what goes along, with one that is sent now.

    Raises:
        WrittenAlready: the same form was sent before, with other words or for another day.
        NoSuchThing: what it is about is not this patient's.
        messaging.NoSuchThing: something that was to go along is not there any more; nothing was written.
    """
    owed.lock(patient.id)
    known = session.scalar(select(FollowUp).where(FollowUp.submission_id == submission_id))
    if known is not None:
        return _again(known, patient.id, written, parcel, by, at)
    follow_up = FollowUp(submission_id=submission_id, patient_id=patient.id, planned_at=at)
    _fill(follow_up, patient, written, by, at)
    with session.begin_nested():
        session.add(follow_up)
        session.flush()
        forget_draft(patient.id, submission_id, by=by)
        if written.send_on is None:
            send(follow_up, parcel=parcel, by=by, at=at)
        else:
            audit.record("follow-up:planned", by=by, at=at, patient_id=patient.id, thing_id=follow_up.id)
    return follow_up


def change(
    patient: PatientRef,
    follow_up_id: uuid.UUID,
    written: Written,
    *,
    revision: int,
    read_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> FollowUp:
    """Change what is planned or waits for a decision; from then on it is the changer's, and it may go out at once.

    Args:
        revision: of the follow-up as it was read; changed twice to the same by one person is changed once.
        read_at: when it was read, where that is known: a check-in that came before stops nothing any more.

    Raises:
        NoSuchThing: the follow-up, or what it is about, is not this patient's.
        ChangedMeanwhile: it is not any more as it was read.
    """
    follow_up = _held(patient.id, follow_up_id)
    if follow_up.state not in OPEN or follow_up.revision != revision:
        if not _is_changed_so(follow_up, written, revision, by):
            raise ChangedMeanwhile
        return follow_up
    before = follow_up.author_id
    follow_up.planned_at = max(follow_up.planned_at, min(read_at or follow_up.planned_at, at))
    _fill(follow_up, patient, written, by, at)
    follow_up.state, follow_up.why, follow_up.revision = State.PLANNED, Why.NONE, revision + 1
    more = {} if before == by.user_id else {"before": str(before)}
    audit.record("follow-up:changed", by=by, at=at, patient_id=patient.id, thing_id=follow_up.id, **more)
    if written.send_on is None:
        send(follow_up, by=by, at=at)
    return follow_up


def cancel(patient_id: uuid.UUID, follow_up_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Let something planned, or that waits for a decision, not be sent at all; twice is once.

    Raises:
        NoSuchThing: it is not this patient's.
        ChangedMeanwhile: it was sent or dropped before.
    """
    follow_up = _held(patient_id, follow_up_id)
    if follow_up.state is State.CANCELLED:
        return
    if follow_up.state not in OPEN:
        raise ChangedMeanwhile
    settle(follow_up, State.CANCELLED, at=at)
    follow_up.settled_by_id = by.user_id
    audit.record("follow-up:cancelled", by=by, at=at, patient_id=patient_id, thing_id=follow_up_id)


def keep_draft(
    patient_id: uuid.UUID, words: tuple[str, str], *, submission_id: uuid.UUID, by: Actor, at: datetime
) -> bool:
    """Keep a subject and a body until their form is sent; return False where it was, and nothing is kept."""
    owed.lock(patient_id)
    if session.scalar(select(exists().where(FollowUp.submission_id == submission_id))):
        return False
    drafts.keep(patient_id, _place(submission_id), words, submission_id=submission_id, by=by, at=at)
    return True


def find_draft(patient_id: uuid.UUID, *, user_id: uuid.UUID) -> tuple[uuid.UUID, Draft] | None:
    """Return what one person kept last and did not send, with the id of the form that it was written in."""
    found = drafts.find(patient_id, DRAFTS, user_id=user_id)
    return (uuid.UUID(found.place.removeprefix(DRAFTS)), found) if found else None


def forget_draft(patient_id: uuid.UUID, submission_id: uuid.UUID, *, by: Actor) -> None:
    """Drop what one person kept of one form."""
    drafts.forget(patient_id, _place(submission_id), by=by)


def send(follow_up: FollowUp, *, parcel: Parcel = NOTHING, by: Actor, at: datetime) -> None:
    """Send a follow-up as a message of its own, by its author."""
    follow_up.thread_id = _message(follow_up, parcel, by, at)
    settle(follow_up, State.SENT, at=at)
    audit.record("follow-up:sent", by=by, at=at, patient_id=follow_up.patient_id, thing_id=follow_up.id)


def settle(follow_up: FollowUp, state: State, why: Why = Why.NONE, *, at: datetime) -> None:
    """Note what became of a follow-up; whoever has it open sees that it changed."""
    follow_up.state, follow_up.why, follow_up.settled_at = state, why, at
    follow_up.revision += 1


def _place(submission_id: uuid.UUID) -> str:
    return DRAFTS + submission_id.hex


def _message(follow_up: FollowUp, parcel: Parcel, by: Actor, at: datetime) -> uuid.UUID:
    return messaging.start_thread(
        follow_up.patient_id,
        subject=follow_up.subject,
        body=follow_up.body,
        submission_id=follow_up.submission_id,
        about_infusion_id=follow_up.about_infusion_id,
        about_check_in_id=follow_up.about_check_in_id,
        parcel=parcel,
        by=by,
        at=at,
    )


def _fill(follow_up: FollowUp, patient: PatientRef, written: Written, by: Actor, at: datetime) -> None:
    if not queries.is_theirs(patient.id, written.about):
        raise NoSuchThing
    now = when.local_day(at, patient.time_zone)
    follow_up.author_id, follow_up.subject, follow_up.body = by.user_id, written.subject, written.body
    follow_up.about_infusion_id = written.about.infusion_id
    follow_up.about_check_in_id = written.about.check_in_id
    follow_up.send_on = written.send_on or now
    follow_up.unless_check_in = written.send_on is not None and written.unless_check_in
    opening = clinic.current().opening
    is_now = written.send_on is None
    follow_up.due_at = at if is_now else when.next_moment(opening, patient.time_zone, follow_up.send_on, at)
    follow_up.revision = follow_up.revision or 1


def _again(
    known: FollowUp, patient_id: uuid.UUID, written: Written, parcel: Parcel, by: Actor, at: datetime
) -> FollowUp:
    if known.patient_id != patient_id:
        raise NoSuchThing
    if not _says(known, written):
        raise WrittenAlready(known.id)
    if written.send_on is None:
        try:
            _message(known, parcel, by, at)
        except messaging.SentAlready as other:
            raise WrittenAlready(known.id) from other
    return known


def _is_changed_so(follow_up: FollowUp, written: Written, revision: int, by: Actor) -> bool:
    """Return whether nothing happened to a follow-up since one revision but this change of the same person."""
    steps = 1 if written.send_on is not None else 2
    is_next = follow_up.revision == revision + steps and follow_up.author_id == by.user_id
    return is_next and _says(follow_up, written)


def _says(known: FollowUp, written: Written) -> bool:
    """Return whether a follow-up is what was written, for the same day; what went at once was due as it was sent."""
    about = About(known.about_infusion_id, known.about_check_in_id)
    send_on = None if known.settled_at == known.due_at else known.send_on
    before = Written(known.subject, known.body, about, send_on, known.unless_check_in)
    return before == replace(written, unless_check_in=written.send_on is not None and written.unless_check_in)


def _held(patient_id: uuid.UUID, follow_up_id: uuid.UUID) -> FollowUp:
    owed.lock(patient_id)
    held = select(FollowUp).where(FollowUp.patient_id == patient_id, FollowUp.id == follow_up_id)
    found = session.scalar(held.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NoSuchThing
    return found
