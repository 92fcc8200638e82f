"""Recording and correcting screenings; deciding about them. Nothing is ever overwritten."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import select

from portal.access.policy import Actor
from portal.accounts.models import User
from portal.audit import service as audit
from portal.clinic import when
from portal.db import session
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.treatment import queries as treatment
from portal.treatment.problems import SENT_ALREADY, Problem, Refused
from portal.treatment.rules import queries as rules
from portal.treatment.screening import checks, entry, lists, queries
from portal.treatment.screening.entry import Entry
from portal.treatment.screening.items import judge
from portal.treatment.screening.models import Decision, Screening, ScreeningDecision


class _Who(NamedTuple):
    born_on: date
    time_zone: str


def record(
    patient_id: uuid.UUID,
    asked: Entry,
    *,
    screening_id: uuid.UUID,
    for_running: bool,
    seen: str,
    by: Actor,
    at: datetime,
) -> Screening:
    """Keep what a patient was asked, with their medicines and allergies as they stand now.

    Args:
        screening_id: minted when the form was drawn; the same one twice is one screening.
        for_running: that it is for the course that runs; else it is for the next one.
        seen: the mark of the lists that the page showed (`lists.Lists.mark`).

    Raises:
        Refused: what was entered cannot be, the lists changed meanwhile, or the id is another screening's.
    """
    who = _lock(patient_id)
    known = session.get(Screening, screening_id)
    if known is not None:
        return known if _is_same(known, patient_id, asked) else _refuse("", SENT_ALREADY)
    now = lists.find(patient_id)
    problems = _check(who, asked, at)
    if asked.lists_checked and seen != now.mark:
        problems.append(Problem("lists_checked", checks.LISTS_CHANGED, {}))
    if problems:
        raise Refused(*problems)
    row = Screening(id=screening_id, patient_id=patient_id, medicines=now.medicines, allergies=now.allergies)
    running = treatment.get_running_course(patient_id) if for_running else None
    row.course_id = running.id if running else None
    _fill(row, asked, who, patients.list_conditions(patient_id), at)
    _keep(row, "screening:recorded", by, at)
    return row


def correct(
    patient_id: uuid.UUID,
    screening_id: uuid.UUID,
    asked: Entry,
    *,
    corrects_id: uuid.UUID,
    reason: str,
    by: Actor,
    at: datetime,
) -> Screening:
    """Put right what was written down of an asking: a new version beside the former, which needs its own decision.

    The lists, the conditions and the course stay what they were when the patient was asked.

    Args:
        screening_id: the new version's, minted when the form was drawn.
        corrects_id: the version that is corrected.
        reason: why.

    Raises:
        Refused: as for `record`; without a reason; or another version corrects this one already.
    """
    who = _lock(patient_id)
    known = session.get(Screening, screening_id)
    if known is not None:
        same = _is_same(known, patient_id, asked) and known.corrects_id == corrects_id
        return known if same else _refuse("", SENT_ALREADY)
    before = queries.get_screening(patient_id, corrects_id)
    if before is None or before.corrected_by_id is not None:
        _refuse("", checks.ALREADY_CORRECTED)
    problems = _check(who, asked, before.asked_at)
    problems += [] if reason else [Problem("reason", checks.NO_REASON, {})]
    problems += [Problem("", checks.NOTHING_CHANGED, {})] if asked == before.entry else []
    if problems:
        raise Refused(*problems)
    former = before.row
    row = Screening(id=screening_id, patient_id=patient_id, medicines=former.medicines, allergies=former.allergies)
    row.course_id, row.corrects_id, row.reason = former.course_id, corrects_id, reason
    _fill(row, asked, who, before.conditions, before.asked_at)
    _keep(row, "screening:corrected", by, at)
    return row


def decide(
    patient_id: uuid.UUID,
    screening_id: uuid.UUID,
    *,
    decision_id: uuid.UUID,
    decision: Decision,
    reason: str,
    overrides: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> ScreeningDecision:
    """Sign a decision about the screening that counts; it stands beside the earlier ones.

    Args:
        decision_id: minted when the form was drawn; the same one twice is one decision.
        reason: why, for the whole.
        overrides: why treatment may go ahead in spite of a stop, by the item's code.

    Raises:
        Refused: without a reason for the whole or for a stop, about a screening that does not count any more, or to go
            ahead where the patient must be asked again first.
    """
    _lock(patient_id)
    screenings, decisions = queries.list_screenings(patient_id), queries.list_decisions(patient_id)
    counts = queries.latest(screenings)
    known = session.get(ScreeningDecision, decision_id)
    if known is not None:
        same = (known.patient_id, known.screening_id, known.decision) == (patient_id, screening_id, decision)
        return known if same and known.reason == reason else _refuse("", checks.SIGNED_ALREADY)
    if counts is None or counts.id != screening_id:
        _refuse("", checks.SUPERSEDED)
    goes_ahead, stops = decision is Decision.GO_AHEAD, [one.item.code for one in counts.judgement.stops]
    again = bool(queries.standing_of(patient_id, counts, decisions).reasons)
    problems = checks.may_decide(
        goes_ahead=goes_ahead, reason=reason, overrides=overrides, stops=stops, must_ask_again=again
    )
    if problems:
        raise Refused(*problems)
    row = ScreeningDecision(id=decision_id, patient_id=patient_id, screening_id=screening_id, decision=decision)
    row.overrides = {code: overrides[code] for code in stops} if goes_ahead else {}
    row.reason, row.decided_at, row.decided_by_id = reason, at, by.user_id
    session.add(row)
    session.flush()
    audit.record(
        "screening:decided", by=by, at=at, patient_id=patient_id, thing_id=screening_id, overrides=len(row.overrides)
    )
    return row


def _lock(patient_id: uuid.UUID) -> _Who:
    """Let one writer at a time work on a patient's treatment, so that what is checked stays true until it is kept."""
    row = session.execute(
        select(Patient.born_on, User.time_zone)
        .join(User, User.id == Patient.user_id)
        .where(Patient.id == patient_id)
        .with_for_update(of=Patient, key_share=True)
    ).one()
    return _Who(*row)


def _today(who: _Who, at: datetime) -> date:
    return when.local(at, who.time_zone).date()


def _check(who: _Who, asked: Entry, at: datetime) -> list[Problem]:
    return checks.find(asked, born_on=who.born_on, today=_today(who, at))


def _fill(row: Screening, asked: Entry, who: _Who, conditions: list[Any], asked_at: datetime) -> None:
    answers, now = entry.complete(asked, born_on=who.born_on, today=_today(who, asked_at)), rules.current()
    row.answers = {
        "items": entry.to_json(answers, asked.notes),
        "conditions": [str(condition) for condition in conditions],
    }
    row.rules_version = now.version
    row.classes = {
        one.item.code: {"level": str(one.level), "default": str(one.default)}
        for one in judge(answers, now.rules.classes).findings
    }
    for name in entry.PLAIN:
        setattr(row, name, getattr(asked, name))


def _keep(row: Screening, event: str, by: Actor, at: datetime) -> None:
    row.recorded_at, row.recorded_by_id = at, by.user_id
    session.add(row)
    session.flush()
    audit.record(event, by=by, at=at, patient_id=row.patient_id, thing_id=row.id)


def _is_same(row: Screening, patient_id: uuid.UUID, asked: Entry) -> bool:
    return row.patient_id == patient_id and queries.entry_of(row) == asked


def _refuse(field: str, msgid: str) -> NoReturn:
    raise Refused(Problem(field, msgid, {}))
