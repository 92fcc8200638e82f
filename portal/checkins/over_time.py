"""What a check-in says together with those before it: gathered here, judged by the rules R5, R6, R7 and R10.

Nothing is read for answers that cannot meet one of them; a daily check-in is looked back from after a short night only.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from portal.checkins.filled import Filled
from portal.checkins.models import CheckIn, ScoreRow, ScoreState
from portal.db import session
from portal.instruments.definition import Scale
from portal.instruments.scoring import Score
from portal.patients import queries as patients
from portal.patients.models import Condition
from portal.safety import over_time, service
from portal.safety.over_time import Night, Scored, Sign
from portal.safety.rules import RuleSet
from portal.safety.ruleset import queries as ruleset
from portal.treatment import queries as treatment
from portal.treatment.entry import GIVEN
from portal.treatment.models import Infusion

_OF_NIGHTS = (over_time.DAILY, over_time.ACTIVATION)


class _Past(NamedTuple):
    """A complete score before this one; `began_at` is when the current course did, None before any infusion."""

    scale: str
    version: int
    on: date
    at: datetime
    value: float
    began_at: datetime | None


def look_over_time(filled: Filled, score: Score, *, scored_at: datetime, at: datetime, today: date) -> None:
    """Hand what a check-in just written says over time to the safety service.

    Args:
        filled: the check-in, whose patient the caller holds.
        score: what it came to.
        scored_at: when its answers were first given; of a correction that is long ago.
        at: now, aware UTC.
        today: the patient's day now.
    """
    rule_set = ruleset.current()
    signs = [*_in_scores(filled, score, scored_at, rule_set), *_of_activation(filled, score, rule_set)]
    before = None
    for one in score.scales:
        found = over_time.misuse(filled.definition.id, one.code, one.value, rule_set)
        if found:
            signs += found
            ahead = treatment.next_infusion(filled.patient.id, at)
            before = max(ahead.happens_at, at) if ahead else None
    if signs:
        submission_id = filled.sheet.submission_id
        service.note(filled.patient.id, signs, submission_id=submission_id, on=today, at=at, before=before)


def _in_scores(filled: Filled, score: Score, scored_at: datetime, rule_set: RuleSet) -> Iterator[Sign]:
    definition = filled.definition
    looked_at = [scale for scale in definition.scales if _is_looked_at(definition.id, scale)]
    given = {one.code: one for one in score.scales if one.value is not None}
    if not any(scale.code in given for scale in looked_at):
        return
    past = _list_before(filled, [scale.code for scale in looked_at], scored_at)
    for scale in looked_at:
        if scale.code not in given:
            continue
        one = given[scale.code]
        latest = Scored(filled.on, one.value, one.state.value == ScoreState.COMPLETE)
        mine = [row for row in past if row.scale == scale.code]
        last = _scored(mine[-1]) if mine else None
        yield from over_time.severe(definition.id, scale, latest, last, rule_set)
        alike = [row for row in mine if row.version == definition.version]
        yield from over_time.worsening(
            definition.id,
            scale,
            latest,
            _scored(alike[-1]) if alike else None,
            _best(scale, alike),
            recall_days=definition.recall_days or 0,
        )


def _is_looked_at(instrument: str, scale: Scale) -> bool:
    is_severe = instrument in over_time.SEVERE_FROM and scale.code == over_time.TOTAL
    return is_severe or (scale.reliable_change is not None and scale.higher_is_better is not None)


def _list_before(filled: Filled, scales: Sequence[str], scored_at: datetime) -> list[_Past]:
    """Return the complete scores before this one, in order of time, in one statement."""
    patient_id = filled.patient.id
    given = select(Infusion.course_id).where(Infusion.patient_id == patient_id, Infusion.status.in_(GIVEN))
    course = given.order_by(Infusion.happens_at.desc()).limit(1).scalar_subquery()
    began_at = (
        select(func.min(Infusion.happens_at))
        .where(Infusion.patient_id == patient_id, Infusion.status.in_(GIVEN), Infusion.course_id == course)
        .scalar_subquery()
    )
    row = ScoreRow
    mine = (row.patient_id == patient_id, row.instrument == filled.definition.id, row.scale.in_(scales))
    is_before = or_(row.for_on < filled.on, and_(row.for_on == filled.on, row.at < scored_at))
    rows: Any = session.execute(
        select(row.scale, row.version, row.for_on, row.at, row.value, began_at)
        .where(*mine, row.is_current, row.state == ScoreState.COMPLETE, is_before)
        .order_by(row.for_on, row.at)
    )
    return [_Past(*one) for one in rows]


def _best(scale: Scale, past: Iterable[_Past]) -> Scored | None:
    """Return the best score since the first infusion of the current course."""
    since = [one for one in past if one.began_at is not None and one.at > one.began_at]
    if not since:
        return None
    choose: Any = max if scale.higher_is_better else min
    return _scored(choose(since, key=lambda one: one.value))


def _scored(row: _Past) -> Scored:
    return Scored(row.on, row.value)


def _of_activation(filled: Filled, score: Score, rule_set: RuleSet) -> Sequence[Sign]:
    """Return the signs of R7; whether a bipolar disorder is on record is asked only where there may be one."""
    definition, signs = filled.definition, list[Sign]()
    if definition.id == over_time.ASRM:
        signs += over_time.high_asrm(score.scales[0].value, rule_set)
    if definition.id == over_time.ACTIVATION:
        signs += over_time.clearly_active(filled.answers, rule_set)
    may_be_night = definition.id in _OF_NIGHTS and over_time.is_short_or_easy(_night(filled), rule_set)
    if not signs and not may_be_night:
        return ()
    if Condition.BIPOLAR not in patients.list_conditions(filled.patient.id):
        return ()
    if may_be_night:
        nights = _list_nights(filled.patient.id, filled.on, round(rule_set.value("R7.nights")) - 1)
        signs += over_time.sleepless(nights, definition.id, filled.on, rule_set)
    return signs


def _night(filled: Filled) -> Night:
    return over_time.night(filled.on, [(filled.definition.id, filled.answers)])


def _list_nights(patient_id: uuid.UUID, on: date, around: int) -> list[Night]:
    """Return what was answered about the nights of so many days before and after a day, that one included."""
    row = CheckIn
    span = row.for_on.between(on - timedelta(days=around), on + timedelta(days=around))
    rows = session.execute(
        select(row.for_on, row.instrument, row.answers)
        .where(row.patient_id == patient_id, row.instrument.in_(_OF_NIGHTS), span, row.superseded_at.is_(None))
        .order_by(row.received_at)
    )
    by_day: dict[date, list[tuple[str, dict[str, float | None]]]] = {}
    for day, instrument, answers in rows:
        by_day.setdefault(day, []).append((instrument, answers))
    return [over_time.night(day, given) for day, given in by_day.items()]
