"""What a patient's caseload row must say, in one statement over the tables it is drawn from."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, bindparam, case, cast, func, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.checkins import ready_made
from portal.checkins.models import CheckIn, ScoreRow, ScoreState
from portal.checkins.ready_made import Phase
from portal.db import run
from portal.instruments import catalogue
from portal.instruments.definition import WORDINGS_PER_VERSION
from portal.messaging.models import Thread
from portal.patients.models import Patient, PatientCondition
from portal.review.models import CaseloadRow
from portal.safety.models import Alert, AlertState
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionKind, InfusionStatus

_WHO = bindparam("patient", type_=Patient.id.type)
_INSTRUMENT: Any = bindparam("instrument")
_SCALE: Any = bindparam("scale")
_PATIENT = (
    select(
        Patient.given_name,
        Patient.family_name,
        Patient.id,
        Patient.status,
        Patient.enrolled_at,
        User.time_zone,
        Patient.primary_instrument.label("instrument"),
        select(func.aggregate_strings(cast(PatientCondition.condition, String), " "))
        .where(PatientCondition.patient_id == _WHO)
        .scalar_subquery()
        .label("conditions"),
    )
    .join(User, User.id == Patient.user_id)
    .where(Patient.id == _WHO)
)
_GIVEN = (InfusionStatus.COMPLETED, InfusionStatus.STOPPED_EARLY)


def read(patient_id: uuid.UUID, *, at: datetime) -> tuple[dict[str, Any], str]:
    """Return the values of a patient's caseload row, and what it is sorted by among its equals."""
    who = run(_PATIENT, {"patient": patient_id}).one()
    scale = catalogue.current().get(who.instrument).primary
    bound = {"patient": patient_id, "instrument": who.instrument, "scale": scale.code}
    found = dict(run(_SUMMARY, bound).mappings().one())
    lowest, highest, first = (found.pop(name) for name in ("lowest", "highest", "first"))
    found["best"] = highest if scale.higher_is_better else lowest
    found["baseline"] = first if found["baseline"] is None else found["baseline"]
    found |= {name: found[name] or 0 for name in _COUNTS}
    found |= {"name": f"{who.given_name} {who.family_name}", "status": who.status, "instrument": who.instrument}
    found["phase"] = _phase(found)
    found["conditions"] = " ".join(sorted((who.conditions or "").split()))
    return found, f"{who.family_name} {who.given_name}".casefold()


def _phase(found: dict[str, Any]) -> Phase:
    """Take what the phase is worked out from out of the row, and return the phase."""
    courses, planned, given = (found.pop(name) for name in ("courses", "series_planned", "series_given"))
    return ready_made.suggested_phase(
        has_course=courses > 0, is_running=planned is not None, series_planned=planned or 0, series_given=given
    )


_COUNTS = {"unreviewed", "unread", "open_alerts", "worst_open_alert", "new_since_look", "infusions_done"}


def _scores(*columns: Any, of: Any = ScoreRow) -> Select[Any]:
    return select(*columns).where(
        of.patient_id == _WHO,
        of.instrument == _INSTRUMENT,
        of.scale == _SCALE,
        of.is_current,
        of.value.is_not(None),
    )


def _structure(of: Any) -> Any:
    """The version of the questions and their scoring, whoever pasted their wording (`Definition.structure_version`)."""
    return case((of.version >= WORDINGS_PER_VERSION, of.version // WORDINGS_PER_VERSION), else_=of.version)


def _comparable(*columns: Any) -> Select[Any]:
    """Scores of the same questions as the newest one's: those of an older version are compared with nothing."""
    other = aliased(ScoreRow)
    newest = _scores(_structure(other), of=other).order_by(other.for_on.desc(), other.at.desc()).limit(1)
    return _scores(*columns).where(_structure(ScoreRow) == newest.scalar_subquery())


def _latest(column: Any, offset: int = 0) -> Any:
    newest = (_comparable(column) if offset else _scores(column)).order_by(ScoreRow.for_on.desc(), ScoreRow.at.desc())
    return newest.limit(1).offset(offset).scalar_subquery()


def _baseline() -> Any:
    given = aliased(Infusion)
    first_of_course = (
        select(given.happens_at)
        .where(given.patient_id == _WHO, given.status.in_(_GIVEN))
        .where(given.course_id == _latest_course())
        .order_by(given.happens_at)
        .limit(1)
        .scalar_subquery()
    )
    complete = _comparable(ScoreRow.value).where(ScoreRow.state == ScoreState.COMPLETE, ScoreRow.at <= first_of_course)
    return complete.order_by(ScoreRow.for_on.desc(), ScoreRow.at.desc()).limit(1).scalar_subquery()


def _latest_course() -> Any:
    given = aliased(Infusion)
    newest = select(given.course_id).where(given.patient_id == _WHO, given.status.in_(_GIVEN))
    return newest.order_by(given.happens_at.desc()).limit(1).scalar_subquery()


def _running(what: Any) -> Select[Any]:
    mine = select(what).where(Course.patient_id == _WHO, Course.status == CourseStatus.RUNNING)
    return mine.order_by(Course.started_on.desc(), Course.created_at.desc()).limit(1)


def _unread() -> Any:
    return select(func.sum(Thread.unread_by_team)).where(Thread.patient_id == _WHO).scalar_subquery()


def _open_alerts(what: Any) -> Any:
    return select(what).where(Alert.patient_id == _WHO, Alert.state != AlertState.CLOSED).scalar_subquery()


def _check_ins(what: Any, *conditions: Any) -> Select[Any]:
    return select(what).where(CheckIn.patient_id == _WHO, CheckIn.superseded_at.is_(None), *conditions)


def _infusions(what: Any, *conditions: Any) -> Any:
    return select(what).where(Infusion.patient_id == _WHO, *conditions).scalar_subquery()


def _summary() -> Select[Any]:
    looked = select(CaseloadRow.looked_at).where(CaseloadRow.patient_id == _WHO).scalar_subquery()
    is_new = case((looked.is_(None), True), else_=CheckIn.received_at > looked)
    return select(
        _latest(ScoreRow.value).label("latest"),
        _latest(ScoreRow.state).label("latest_state"),
        _latest(ScoreRow.band).label("latest_band"),
        _latest(ScoreRow.at).label("latest_at"),
        _latest(ScoreRow.value, offset=1).label("previous"),
        _comparable(func.min(ScoreRow.value)).scalar_subquery().label("lowest"),
        _comparable(func.max(ScoreRow.value)).scalar_subquery().label("highest"),
        _comparable(ScoreRow.value).order_by(ScoreRow.for_on, ScoreRow.at).limit(1).scalar_subquery().label("first"),
        _baseline().label("baseline"),
        _infusions(func.max(Infusion.happens_at), Infusion.status.in_(_GIVEN)).label("last_infusion_at"),
        _infusions(func.min(Infusion.happens_at), Infusion.status == InfusionStatus.PLANNED).label("next_infusion_at"),
        _infusions(func.count(), Infusion.status.in_(_GIVEN)).label("infusions_done"),
        _check_ins(func.max(CheckIn.received_at)).scalar_subquery().label("last_check_in_at"),
        _check_ins(func.count(), CheckIn.reviewed_at.is_(None)).scalar_subquery().label("unreviewed"),
        _check_ins(func.count(), is_new).scalar_subquery().label("new_since_look"),
        select(func.count()).where(Course.patient_id == _WHO).scalar_subquery().label("courses"),
        _running(Course.series_planned).scalar_subquery().label("series_planned"),
        _infusions(
            func.count(),
            Infusion.status.in_(_GIVEN),
            Infusion.kind == InfusionKind.INDUCTION,
            Infusion.course_id == _running(Course.id).scalar_subquery(),
        ).label("series_given"),
        _unread().label("unread"),
        _open_alerts(func.count()).label("open_alerts"),
        _open_alerts(func.max(Alert.severity)).label("worst_open_alert"),
    )


_SUMMARY = _summary()
