"""A line of the caseload says no more than the chart and the review sheet would."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from portal import db
from portal.accounts.models import User
from portal.instruments.change import Trend
from portal.review import service as review
from tests import factories
from tests.cast import NOW, Cast
from tests.progress.answered import all_of, answered
from tests.review.test_caseload import LOOKS, line


def test_answers_in_part_are_compared_with_nothing(app: Flask, cast: Cast, browser: LOOKS) -> None:
    answered(cast.ada, "phq-9", all_of("phq-9", 2), ago=40)
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30))
    answered(cast.ada, "phq-9", all_of("phq-9", 1) | {"q1": None}, ago=5)
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    found = line(cast.ada, cast.bea)
    assert (found.is_prorated, found.baseline) == (True, 18)
    assert (found.since(found.baseline), found.since(found.best)) == (None, None)
    assert " %" not in browser(cast.bea).get("/caseload").text.split("How this list")[0]


def test_the_baseline_itself_is_no_change_since_the_baseline(app: Flask, cast: Cast) -> None:
    factories.scored(cast.ada, "phq-9", 19, NOW.date() - timedelta(days=40))
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30))
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    assert line(cast.ada, cast.bea).baseline is None


@pytest.mark.parametrize(("days", "dated"), [(3, False), (60, True)])
def test_a_trend_of_long_ago_carries_its_day_and_no_arrow(
    app: Flask, cast: Cast, browser: LOOKS, days: int, dated: bool
) -> None:
    for ago, value in ((days + 30, 9), (days, 8)):
        factories.scored(cast.ada, "phq-9", value, NOW.date() - timedelta(days=ago))
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    assert line(cast.ada, cast.bea).trend is Trend.STEADY
    text = browser(cast.bea).get("/caseload").text
    assert ("on Sep 23" in text) is dated
    assert ("→" in text) is not dated


def test_a_percentage_is_rounded_as_on_the_chart_and_the_sheet(app: Flask, cast: Cast) -> None:
    factories.scored(cast.ada, "phq-9", 16, NOW.date() - timedelta(days=40))
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30))
    factories.scored(cast.ada, "phq-9", 14, NOW.date() - timedelta(days=2))
    review.refresh([cast.ada.own_id], at=NOW)
    found = line(cast.ada, cast.bea)
    assert (found.percent(found.baseline), found.percent(0)) == (-13, None)


def test_days_since_an_infusion_are_the_patients_wherever_the_reader_is(app: Flask, cast: Cast) -> None:
    db.session.get_one(User, cast.ada.user_id).time_zone = "Pacific/Auckland"
    evening = datetime(2026, 11, 20, 18, tzinfo=UTC)
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, evening)
    review.refresh([cast.ada.own_id], at=NOW)
    found = line(cast.ada, cast.bea)
    assert found.last_infusion_on
    assert found.last_infusion_on.isoformat() == "2026-11-21"
    assert found.days_since_infusion(NOW) == 2
