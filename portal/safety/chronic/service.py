"""Setting a personal baseline for one question of one patient, and taking it back."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session
from portal.messages import N_
from portal.safety.chronic import fits
from portal.safety.chronic.fits import Question
from portal.safety.chronic.models import PersonalBaseline
from portal.safety.ruleset import queries as ruleset
from portal.safety.service import hold

CANNOT_WAIT = N_("This answer can never wait. Every one of its kind is told.")
NO_REASON = N_("Say what you know, and why this answer may wait.")
NO_DAYS = N_("Enter 1 to %(most)s days.")
GONE = N_("This baseline is no longer in force.")
SENT_ALREADY = N_("This page was saved before. Look at what was saved below.")


class Refused(Exception):
    """What was entered cannot be kept; nothing was written.

    Args:
        field: where it is said, "" for the whole form.
        msgid: why, an English message id.
        values: what is filled in.
    """

    def __init__(self, field: str, msgid: str, values: Mapping[str, object] | None = None) -> None:
        super().__init__(msgid)
        self.field, self.msgid, self.values = field, msgid, dict(values or {})


def longest_days() -> int:
    """Return for how many days a baseline may hold at most, by the rules in force."""
    return round(ruleset.current().value("baseline.days"))


def set_baseline(
    patient_id: uuid.UUID,
    question: Question,
    value: float,
    *,
    reason: str,
    days: int,
    submission_id: uuid.UUID,
    by: Actor,
    at: datetime,
) -> PersonalBaseline:
    """Let unchanged answers to one question wait on the worklist; it takes the place of a former baseline.

    Args:
        patient_id: whose.
        question: instrument id and item code.
        value: the answer that is known of, in points of the item.
        reason: what the author knows, and why; needed.
        days: for how long, from 1 to `longest_days`.
        submission_id: minted when the form was drawn; the same one twice is one baseline.

    Raises:
        Refused: the answer can never wait, or a reason or the days are missing or wrong.
    """
    hold(patient_id)
    known = session.scalar(select(PersonalBaseline).where(PersonalBaseline.submission_id == submission_id))
    if known is not None:
        if (known.patient_id, known.instrument, known.item, known.value) != (patient_id, *question, value):
            raise Refused("", SENT_ALREADY)
        return known
    _check(question, value, reason, days)
    _end_former(patient_id, question, by=by, at=at)
    row = PersonalBaseline(patient_id=patient_id, instrument=question[0], item=question[1], value=value)
    row.submission_id, row.reason, row.set_at, row.set_by_id = submission_id, reason, at, by.user_id
    row.expires_at = at + timedelta(days=days)
    session.add(row)
    session.flush()
    audit.record("personal-baseline:set", by=by, at=at, patient_id=patient_id, thing_id=row.id)
    return row


def withdraw(patient_id: uuid.UUID, baseline_id: uuid.UUID, reason: str, *, by: Actor, at: datetime) -> None:
    """Let every answer to the question be told again; raises Refused where the baseline is not in force."""
    hold(patient_id)
    mine = select(PersonalBaseline).where(PersonalBaseline.patient_id == patient_id, PersonalBaseline.id == baseline_id)
    row = session.scalar(mine.with_for_update())
    if row is None or row.withdrawn_at is not None or row.expires_at <= at:
        raise Refused("", GONE)
    if not reason:
        raise Refused("reason", NO_REASON)
    _end(row, reason, by=by, at=at)
    audit.record("personal-baseline:withdrawn", by=by, at=at, patient_id=patient_id, thing_id=row.id)


def _check(question: Question, value: float, reason: str, days: int) -> None:
    if not fits.can_wait(*question, value):
        raise Refused("question", CANNOT_WAIT)
    if not reason:
        raise Refused("reason", NO_REASON)
    if not 1 <= days <= longest_days():
        raise Refused("days", NO_DAYS, {"most": longest_days()})


def _end_former(patient_id: uuid.UUID, question: Question, *, by: Actor, at: datetime) -> None:
    former = select(PersonalBaseline).where(
        PersonalBaseline.patient_id == patient_id,
        PersonalBaseline.instrument == question[0],
        PersonalBaseline.item == question[1],
        PersonalBaseline.withdrawn_at.is_(None),
    )
    for row in session.scalars(former.with_for_update()).all():
        _end(row, "", by=by, at=at)


def _end(row: PersonalBaseline, reason: str, *, by: Actor, at: datetime) -> None:
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = at, by.user_id, reason
    session.flush()
