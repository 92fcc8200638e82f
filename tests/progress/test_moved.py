"""Answers of somebody who moves to another time zone, or whose answers of one day come in in another order."""

from datetime import UTC, datetime, timedelta

import pytest

from portal import db
from portal.accounts.models import User
from portal.checkins import service
from portal.checkins.models import CheckIn, ScoreRow
from portal.progress import queries as progress
from portal.progress import reading
from portal.review import outline
from tests.cast import NOW, Cast
from tests.checkins.sheets import PHQ_9, ref, sheet
from tests.factories import course, infusion, scored

GIVEN = datetime(2026, 11, 5, 20, tzinfo=UTC)
EVENING = datetime(2026, 11, 6, 3, 30, tzinfo=UTC)
"""Half past ten in the evening of 5 November in New York, and the next morning in London."""


def came_in(check_in: CheckIn, at: datetime) -> None:
    check_in.received_at = at
    db.session.query(ScoreRow).filter_by(check_in_id=check_in.id).update({"at": at})


def test_a_move_takes_no_answer_to_the_other_side_of_an_infusion(cast: Cast) -> None:
    scored(cast.ada, "phq-9", 19, datetime(2026, 11, 4, tzinfo=UTC).date())
    after = scored(cast.ada, "phq-9", 9, EVENING.date() - timedelta(days=1))
    came_in(after, EVENING)
    infusion(course(cast.ada, cast.bea), cast.bea, GIVEN)
    db.session.get_one(User, cast.ada.user_id).time_zone = "Europe/London"
    db.session.commit()
    chart = progress.get_progress(ref(cast.ada), at=NOW, for_team=True, wanted_range="all")[0]
    row = outline.read(cast.ada.own_id, "phq-9", "Europe/London", has_chosen=False)
    for one in (chart, row):
        assert one.baseline
        assert (one.baseline.value, one.scores[-1].at) == (19, EVENING)


def test_of_two_answers_on_one_day_the_newest_is_the_later_one_and_not_the_one_written_down_later(cast: Cast) -> None:
    day = datetime(2026, 11, 5, tzinfo=UTC).date()
    came_in(scored(cast.ada, "phq-9", 9, day), EVENING)
    came_in(scored(cast.ada, "phq-9", 15, day), EVENING + timedelta(days=1))
    db.session.commit()
    chart = progress.get_progress(ref(cast.ada), at=NOW, for_team=True, wanted_range="all")[0]
    row = outline.read(cast.ada.own_id, "phq-9", "America/New_York", has_chosen=False)
    for one in (chart, row):
        newest = reading.latest(one)
        assert newest
        assert newest.value == 9
        assert [point.at for point in one.scores] == sorted(point.at for point in one.scores)


@pytest.mark.parametrize(
    ("begun", "corrected"),
    [
        ("before", timedelta(hours=8)),
        ("before", timedelta(days=2)),
        ("after", timedelta(hours=2)),
        ("after", timedelta(days=2)),
    ],
)
def test_a_correction_stays_on_its_side_of_an_infusion_of_that_day(
    cast: Cast, begun: str, corrected: timedelta
) -> None:
    infusion(course(cast.ada, cast.bea), cast.bea, GIVEN)
    at = GIVEN + timedelta(hours=2 if begun == "after" else -7)
    answers = [PHQ_9 | {"q1": value} for value in (3, 2, 1, 0)]
    sent = service.submit(ref(cast.ada), "phq-9", sheet(answers[0]), by=cast.ada.actor, at=at, on=at.date())
    row = db.session.get_one(CheckIn, sent.check_in_id)
    for number, changed in enumerate(answers[1:]):
        later = at + corrected + timedelta(minutes=number)
        service.correct(ref(cast.ada), row, sheet(changed), by=cast.ada.actor, at=later)
    db.session.commit()
    chart = progress.get_progress(ref(cast.ada), at=NOW, for_team=True, wanted_range="all")[0]
    told = outline.read(cast.ada.own_id, "phq-9", "America/New_York", has_chosen=False)
    for one in (chart, told):
        assert [(point.value, point.at) for point in one.scores] == [(7, at)]
        assert (one.baseline is None) is (begun == "after")
