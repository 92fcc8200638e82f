"""A patient whose comparisons can be changed: three scores before the first infusion, two after it."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import update

from portal import db
from portal.checkins.models import CheckIn, ScoreRow, ScoreState
from portal.patients import queries as patients
from portal.progress import queries as progress
from portal.progress.baseline import queries, service
from portal.progress.baseline.models import ChosenBaseline
from portal.progress.timeline import Timeline
from portal.treatment.models import Course
from tests.cast import NOW, Cast, Person
from tests.factories import course, infusion, scored

FIRST = datetime(2026, 10, 20, 14, tzinfo=UTC)
SCALE = ("phq-9", "total")


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on record of Ada."""

    cast: Cast
    course: Course
    early: CheckIn
    middle: CheckIn
    usual: CheckIn
    after: CheckIn

    @property
    def of(self) -> uuid.UUID:
        """Whose record."""
        return self.cast.ada.own_id


def stage(cast: Cast) -> Stage:
    """Return Ada with a course that began on 20 October."""
    early = scored(cast.ada, "phq-9", 21, date(2026, 9, 20))
    middle = scored(cast.ada, "phq-9", 24, date(2026, 10, 1))
    usual = scored(cast.ada, "phq-9", 15, date(2026, 10, 18))
    given = course(cast.ada, cast.bea)
    infusion(given, cast.bea, FIRST)
    after = scored(cast.ada, "phq-9", 9, date(2026, 10, 27))
    scored(cast.ada, "phq-9", 7, date(2026, 11, 17))
    return Stage(cast, given, early, middle, usual, after)


def timeline(cast: Cast, *, for_team: bool = True) -> Timeline:
    """Return Ada's whole timeline, as Bea or as Ada."""
    viewer = cast.bea if for_team else cast.ada
    found = patients.get_ref(cast.ada.own_id, viewer_id=viewer.user_id, at=NOW)
    assert found is not None
    return progress.get_progress(found, at=NOW, for_team=for_team, wanted_range="all")[0]


def choose(on: Stage, check_in: CheckIn, by: Person | None = None, **values: Any) -> ChosenBaseline:
    """Choose a score, as Bea where nobody else is named."""
    how: dict[str, Any] = {"reason": "the other was taken with a fever", "submission_id": uuid.uuid4(), "at": NOW}
    how["seen"] = queries.get_seen(on.of, *SCALE)
    found = service.choose(on.of, *SCALE, check_in.id, **how | values, by=(by or on.cast.bea).actor)
    db.session.commit()
    return found


def take_back(on: Stage, by: Person | None = None, **values: Any) -> bool:
    """Go back to the usual score, as Bea where nobody else is named."""
    how: dict[str, Any] = {"reason": "no fever after all", "at": NOW, "seen": queries.get_seen(on.of, *SCALE)}
    found = service.take_back(on.of, *SCALE, **how | values, by=(by or on.cast.bea).actor)
    db.session.commit()
    return found


def corrected(on: Stage, check_in: CheckIn, total: float, state: ScoreState = ScoreState.COMPLETE) -> CheckIn:
    """Return the check-in that takes another one's place, as correcting writes it."""
    check_in.superseded_at = NOW
    db.session.execute(update(ScoreRow).where(ScoreRow.check_in_id == check_in.id).values(is_current=False))
    later = scored(on.cast.ada, "phq-9", total, check_in.for_on)
    later.corrects_id = check_in.id
    db.session.execute(update(ScoreRow).where(ScoreRow.check_in_id == later.id).values(state=state))
    db.session.commit()
    return later
