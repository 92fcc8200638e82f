"""Reading which score a clinician chose to compare the others with."""

import uuid
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.checkins.models import CheckIn, ScoreRow, ScoreState
from portal.db import session
from portal.instruments import catalogue
from portal.progress.baseline.models import ChosenBaseline
from portal.progress.baseline.values import Chosen, Earlier, Seen, Standing
from portal.treatment.entry import GIVEN
from portal.treatment.models import Course, CourseStatus, Infusion

MOST_EARLIER = 50


def get_chosen(patient_id: uuid.UUID, instrument: str, scale: str) -> Chosen | None:
    """Return the score that was chosen for the course a patient is in; None where the default applies."""
    standing = get_standing(patient_id, instrument, scale)
    return standing.chosen if standing else None


def get_standing(patient_id: uuid.UUID, instrument: str, scale: str) -> Standing | None:
    """Return the choice for the course a patient is in, whether or not its score can still serve."""
    row = session.execute(_standing(patient_id, instrument, scale)).one_or_none()
    if row is None:
        return None
    said = (row.reason, row.chosen_at, row.name)
    score = (row.check_in_id, row.for_on, row.value, row.version)
    return Standing(row.id, *said, Chosen(row.id, *score, *said) if row.check_in_id else None)


def get_seen(patient_id: uuid.UUID, instrument: str, scale: str) -> Seen:
    """Return what a page shows as standing: the course a patient is in, and the choice that nobody took back."""
    mine = _of(patient_id, instrument, scale)
    return Seen(
        *session.execute(select(_course(patient_id), select(ChosenBaseline.id).where(*mine).scalar_subquery())).one()
    )


def list_serving(patient_id: uuid.UUID, instrument: str, scale: str) -> list[uuid.UUID]:
    """Return the check-ins whose scores can be compared with, in order: complete, to the questions of the newest."""
    rows = session.execute(
        select(ScoreRow.check_in_id, ScoreRow.version, ScoreRow.state)
        .where(ScoreRow.patient_id == patient_id, ScoreRow.instrument == instrument, ScoreRow.scale == scale)
        .where(ScoreRow.is_current, ScoreRow.value.is_not(None))
        .order_by(ScoreRow.for_on, ScoreRow.at)
    ).all()
    if not rows:
        return []
    structure = {row.version: catalogue.current().get(instrument, row.version).structure_version for row in rows}
    newest = structure[rows[-1].version]
    complete = [row for row in rows if row.state is ScoreState.COMPLETE]
    return [row.check_in_id for row in complete if structure[row.version] == newest]


def list_earlier(patient_id: uuid.UUID, instrument: str, scale: str) -> list[Earlier]:
    """Return the choices that do not apply any more, the latest first."""
    ended = aliased(User)
    kept = ChosenBaseline
    its_score = and_(
        *(ScoreRow.patient_id == patient_id, ScoreRow.instrument == instrument, ScoreRow.scale == scale),
        ScoreRow.check_in_id == kept.check_in_id,
    )
    rows = session.execute(
        select(
            *(CheckIn.for_on, ScoreRow.value, kept.reason, kept.chosen_at, User.name),
            *(kept.withdrawn_at, ended.name, kept.withdrawn_reason),
        )
        .join(User, User.id == kept.chosen_by_id)
        .join(CheckIn, CheckIn.id == kept.check_in_id)
        .outerjoin(ended, ended.id == kept.withdrawn_by_id)
        .outerjoin(ScoreRow, its_score)
        .where(kept.patient_id == patient_id, kept.instrument == instrument, kept.scale == scale)
        .where(or_(kept.withdrawn_at.is_not(None), kept.course_id.is_distinct_from(_course(patient_id))))
        .order_by(kept.chosen_at.desc(), kept.id)
        .limit(MOST_EARLIER)
    )
    return [Earlier(*row[:6], row[6] or "", row[7]) for row in rows]


def _of(patient_id: uuid.UUID, instrument: str, scale: str) -> tuple[Any, ...]:
    kept = ChosenBaseline
    of_scale = (kept.patient_id == patient_id, kept.instrument == instrument, kept.scale == scale)
    return (*of_scale, kept.withdrawn_at.is_(None))


def _course(patient_id: uuid.UUID) -> Any:
    last = select(Infusion.course_id).where(Infusion.patient_id == patient_id, Infusion.status.in_(GIVEN))
    last = last.order_by(Infusion.happens_at.desc(), Infusion.number.desc()).limit(1)
    runs = select(Course.id).where(Course.patient_id == patient_id, Course.status == CourseStatus.RUNNING)
    runs = runs.order_by(Course.started_on.desc(), Course.created_at.desc()).limit(1)
    return func.coalesce(last.scalar_subquery(), runs.scalar_subquery())


def _standing(patient_id: uuid.UUID, instrument: str, scale: str) -> Select[*tuple[Any, ...]]:
    """The choice in force, joined to the score at the end of its check-in's chain of corrections."""
    of_course = ChosenBaseline.course_id.is_not_distinct_from(_course(patient_id))
    mine = and_(*_of(patient_id, instrument, scale), of_course)
    chain = select(ChosenBaseline.check_in_id.label("id")).where(mine).cte("chain", recursive=True)
    later = aliased(CheckIn)
    chain = chain.union(select(later.id).join(chain, later.corrects_id == chain.c.id))
    its_score = and_(
        ScoreRow.patient_id == patient_id,
        ScoreRow.instrument == instrument,
        ScoreRow.scale == scale,
        ScoreRow.is_current,
        ScoreRow.state == ScoreState.COMPLETE,
        ScoreRow.check_in_id.in_(select(chain.c.id)),
    )
    return (
        select(
            *(ChosenBaseline.id, ChosenBaseline.reason, ChosenBaseline.chosen_at, User.name),
            *(ScoreRow.check_in_id, ScoreRow.for_on, ScoreRow.value, ScoreRow.version),
        )
        .join(User, User.id == ChosenBaseline.chosen_by_id)
        .outerjoin(ScoreRow, its_score)
        .where(mine)
    )
