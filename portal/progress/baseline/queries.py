"""Reading which score a clinician chose to compare the others with."""

import uuid
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.checkins.models import CheckIn, ScoreRow, ScoreState
from portal.db import session
from portal.progress.baseline.models import ChosenBaseline
from portal.progress.baseline.values import Chosen, Standing
from portal.treatment.entry import GIVEN
from portal.treatment.models import Course, CourseStatus, Infusion


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


def course_of(patient_id: uuid.UUID) -> uuid.UUID | None:
    """Return the course a patient is in: that of the last infusion given, before any the one that runs."""
    return session.scalar(select(_course(patient_id)))


def _course(patient_id: uuid.UUID) -> Any:
    last = select(Infusion.course_id).where(Infusion.patient_id == patient_id, Infusion.status.in_(GIVEN))
    last = last.order_by(Infusion.happens_at.desc(), Infusion.number.desc()).limit(1)
    runs = select(Course.id).where(Course.patient_id == patient_id, Course.status == CourseStatus.RUNNING)
    runs = runs.order_by(Course.started_on.desc(), Course.created_at.desc()).limit(1)
    return func.coalesce(last.scalar_subquery(), runs.scalar_subquery())


def _standing(patient_id: uuid.UUID, instrument: str, scale: str) -> Select[*tuple[Any, ...]]:
    """The choice in force, joined to the score at the end of its check-in's chain of corrections."""
    mine = and_(
        ChosenBaseline.patient_id == patient_id,
        ChosenBaseline.instrument == instrument,
        ChosenBaseline.scale == scale,
        ChosenBaseline.withdrawn_at.is_(None),
        ChosenBaseline.course_id.is_not_distinct_from(_course(patient_id)),
    )
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
