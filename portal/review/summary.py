"""What a patient's caseload row must say, in two statements over the tables it is drawn from."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, bindparam, case, cast, func, select

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import ready_made
from portal.checkins.models import A_WORD, CheckIn
from portal.checkins.ready_made import Phase
from portal.db import run
from portal.instruments.change import Trend
from portal.messaging.models import Thread
from portal.patients import names
from portal.patients.models import CareTeamMember, Patient, PatientCondition
from portal.progress import reading
from portal.progress.baseline.models import ChosenBaseline
from portal.progress.timeline import Timeline
from portal.review import outline
from portal.review.booster.due import review_due_on
from portal.review.booster.models import BoosterReview
from portal.review.models import NOBODY_WAITS, CaseloadRow
from portal.review.need import need
from portal.safety.models import Alert, AlertState
from portal.treatment.models import Course, CourseStatus

_WHO = bindparam("patient", type_=Patient.id.type)
_LEADS = "*"
LONGEST_NAME = 220


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a patient: the row, what every entry has in common, and of whom of the team they are the lead's.

    `leads` has an item for each of the care team; of a patient who is not in care nobody's is marked.
    """

    row: dict[str, Any]
    entry: dict[str, Any]
    leads: dict[uuid.UUID, bool]


def read(patient_id: uuid.UUID) -> Summary:
    """Return what a patient's row and entries must say; nothing of it depends on the time."""
    facts = run(_FACTS, {"patient": patient_id}).one()
    timeline = outline.read(patient_id, facts.instrument, facts.time_zone, has_chosen=facts.has_chosen > 0)
    counts = {name: getattr(facts, name) or 0 for name in _COUNTS}
    about = {name: getattr(facts, name) for name in ("status", "instrument", "last_check_in_at", "owed_since")}
    row = about | counts | _scored(timeline) | _treated(timeline, facts)
    row["name"] = f"{facts.given_name} {facts.family_name}"
    row["conditions"] = " ".join(sorted((facts.conditions or "").split()))
    row["review_on"] = _review_on(timeline, facts)
    return Summary(row, _entry(row, facts), _leads(facts))


def _entry(row: dict[str, Any], facts: Any) -> dict[str, Any]:
    in_care, is_worse = facts.status is PatientStatus.ACTIVE, row["trend"] == Trend.WORSE
    counts = {name: row[name] for name in ("worst_open_alert", "unread", "unreviewed")}
    owed_since = row["owed_since"]
    waits = {"is_owed": owed_since is not None, "is_in_danger": facts.dangers > 0}
    heard = [at for at in (facts.enrolled_at, facts.last_check_in_at) if at]
    return {
        "rank": int(need(status=facts.status, is_worsening=is_worse, **waits, **counts)),
        "sort_name": names.folded(f"{facts.family_name} {facts.given_name}")[:LONGEST_NAME],
        "is_worsening": in_care and is_worse,
        "in_induction": in_care and row["phase"] is Phase.INDUCTION,
        "is_in_danger": waits["is_in_danger"],
        "review_on": row["review_on"] if in_care else None,
        "heard_at": max(heard) if in_care else None,
        "owed_since": owed_since,
        "waits_from": owed_since or NOBODY_WAITS,
    }


def _leads(facts: Any) -> dict[uuid.UUID, bool]:
    in_care = facts.status is PatientStatus.ACTIVE
    members = (facts.team or "").split()
    return {uuid.UUID(member.removesuffix(_LEADS)): in_care and member.endswith(_LEADS) for member in members}


def _scored(timeline: Timeline) -> dict[str, Any]:
    latest, best, trend = reading.latest(timeline), reading.best(timeline), reading.trend(timeline)
    before, points = timeline.baseline, reading.complete(timeline)
    is_comparable = before and latest and before.version == latest.version and before.at < latest.at
    return {
        "latest": latest.value if latest else None,
        "latest_state": latest.state if latest else None,
        "latest_band": latest.band or None if latest else None,
        "latest_at": latest.at if latest else None,
        "previous": points[-2].value if len(points) > 1 else None,
        "baseline": before.value if before and is_comparable else None,
        "best": best.value if best else None,
        "trend": trend.value if trend else None,
    }


def _treated(timeline: Timeline, facts: Any) -> dict[str, Any]:
    given = reading.given(timeline)
    phase = ready_made.suggested_phase(
        has_course=facts.courses > 0,
        is_running=facts.running_id is not None,
        series_planned=facts.series_planned or 0,
        series_given=sum(mark.kind == "induction" and mark.course_id == facts.running_id for mark in given),
    )
    return {
        "phase": phase,
        "last_infusion_at": given[-1].at if given else None,
        "next_infusion_at": next((mark.at for mark in timeline.infusions if mark.status == "planned"), None),
        "infusions_done": len(given),
    }


def _review_on(timeline: Timeline, facts: Any) -> Any:
    given = reading.given(timeline)
    boosters = (mark.on for mark in timeline.infusions if (mark.status, mark.kind) == ("planned", "booster"))
    return review_due_on(
        next_review_on=facts.next_review_on,
        decided_at=facts.decided_at,
        last_given_at=given[-1].at if given else None,
        next_booster_on=next(boosters, None),
    )


_OWED = Thread.owed_since.is_not(None)
_COUNTS = ("unreviewed", "unread", "open_alerts", "worst_open_alert", "new_since_look")


def _running(what: Any) -> Any:
    mine = select(what).where(Course.patient_id == _WHO, Course.status == CourseStatus.RUNNING)
    return mine.order_by(Course.started_on.desc(), Course.created_at.desc()).limit(1).scalar_subquery()


def _decided(what: Any) -> Any:
    standing = select(what).where(BoosterReview.patient_id == _WHO, BoosterReview.withdrawn_at.is_(None))
    return standing.order_by(BoosterReview.signed_at.desc(), BoosterReview.id.desc()).limit(1).scalar_subquery()


def _all(what: Any, table: Any, *conditions: Any) -> Any:
    return select(what).where(table.patient_id == _WHO, *conditions).scalar_subquery()


def _check_ins(what: Any, *conditions: Any) -> Any:
    return _all(what, CheckIn, CheckIn.superseded_at.is_(None), *conditions)


def _facts() -> Select[Any]:
    looked = _all(CaseloadRow.looked_at, CaseloadRow)
    is_new = CheckIn.received_at > func.coalesce(looked, Patient.enrolled_at)
    member = cast(CareTeamMember.user_id, String) + case((CareTeamMember.is_lead, _LEADS), else_="")
    is_open = Alert.state != AlertState.CLOSED
    found = {
        "conditions": _all(func.aggregate_strings(cast(PatientCondition.condition, String), " "), PatientCondition),
        "team": _all(func.aggregate_strings(member, " "), CareTeamMember, CareTeamMember.until.is_(None)),
        "last_check_in_at": _all(func.max(CheckIn.received_at), CheckIn, A_WORD),
        "unreviewed": _check_ins(func.count(), CheckIn.reviewed_at.is_(None)),
        "new_since_look": _check_ins(func.count(), is_new),
        "courses": _all(func.count(), Course),
        "running_id": _running(Course.id),
        "series_planned": _running(Course.series_planned),
        "unread": _all(func.sum(Thread.unread_by_team), Thread),
        "owed_since": _all(func.min(Thread.owed_since), Thread, _OWED),
        "dangers": _all(func.count(Thread.danger_at), Thread, _OWED),
        "open_alerts": _all(func.count(), Alert, is_open),
        "worst_open_alert": _all(func.max(Alert.severity), Alert, is_open),
        "next_review_on": _decided(BoosterReview.next_review_on),
        "decided_at": _decided(BoosterReview.signed_at),
        "has_chosen": _all(func.count(), ChosenBaseline, ChosenBaseline.withdrawn_at.is_(None)),
    }
    return (
        select(
            *(Patient.given_name, Patient.family_name, Patient.status, Patient.enrolled_at, User.time_zone),
            Patient.primary_instrument.label("instrument"),
            *(query.label(name) for name, query in found.items()),
        )
        .join(User, User.id == Patient.user_id)
        .where(Patient.id == _WHO)
    )


_FACTS = _facts()
