"""What a patient says before an infusion, page by page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from time_machine import Traveller

from portal import db
from portal.accounts.models import User
from portal.treatment.models import Infusion, InfusionStatus, Site
from portal.treatment.preparation import queries
from portal.treatment.preparation.models import Preparation
from portal.treatment.preparation.steps import Adult, Step
from tests import factories
from tests.cast import NOW, PASSWORD, Cast
from tests.page import Browser, Page
from tests.treatment.preparation.conftest import At

Open = Callable[..., Browser]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVENING_AT, DAY_AT = NOW + 7 * HOUR, NOW + DAY - 2 * HOUR
FINE = {"adult": "yes", "has_health_change": "no", "has_medicine_change": "no"}


@pytest.fixture
def infusion(cast: Cast) -> Infusion:
    on = factories.course(cast.ada, cast.bea)
    return factories.infusion(on, cast.bea, NOW + DAY, status=InfusionStatus.PLANNED, started_at=None)


@pytest.fixture
def open_page(browser_at: At, cast: Cast, infusion: Infusion) -> Callable[[datetime], Page]:
    def opened(at: datetime) -> Page:
        return browser_at(cast.ada, at).get(path(cast, infusion))

    return opened


def path(cast: Cast, infusion: Infusion) -> str:
    return f"/patients/{cast.ada.own_id}/preparation/{infusion.id}"


def test_an_evening_takes_three_taps_and_one_to_send(open_page: Callable[[datetime], Page], infusion: Infusion) -> None:
    page = open_page(EVENING_AT)
    assert page.title == "Getting ready – Harbour Clinic"
    assert "Will an adult be with you?" in page.text
    assert "Nobody reads it around the clock" in page.text
    assert not {"ate_on", "drank_on"} & page.form("Send").names
    after = page.form("Send").submit(**FINE)
    assert "Sent. Thank you." in after.text
    assert "What happens next" not in after.text
    assert "On the day itself we ask once more" in after.text
    said = queries.latest([infusion.id])[infusion.id][Step.EVENING]
    assert (said.adult, said.has_health_change, said.has_medicine_change) == (Adult.YES, False, False)
    assert (said.ate_at, said.answered_at) == (None, EVENING_AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"adult": "no"},
        {"adult": "not-sure"},
        {"has_health_change": "yes", "health_change": "a fever"},
        {"has_medicine_change": "yes", "medicine_change": "a new tablet"},
    ],
)
def test_a_doubt_or_a_change_says_what_happens_next(
    open_page: Callable[[datetime], Page], changes: dict[str, str]
) -> None:
    after = open_page(EVENING_AT).form("Send").submit(FINE | changes)
    assert "Your nurse sees this before coming." in after.text
    assert "If you feel worse now" in after.text
    hrefs = dict(after.links)
    assert hrefs["write to your care team"].endswith("/messages/new")
    assert "/help" in hrefs["Get help now"]
    for words in changes.values():
        assert words in after.text or words in {"yes", "no", "not-sure"}


def test_at_the_clinic_nobody_is_said_to_come(open_page: Callable[[datetime], Page], infusion: Infusion) -> None:
    infusion.site = Site.CLINIC
    db.session.commit()
    page = open_page(EVENING_AT)
    assert "who read it before you come" in page.text
    assert "Your care team sees this before you come." in page.form("Send").submit(FINE | {"adult": "no"}).text


def test_what_is_missing_is_named_and_everything_typed_stays(open_page: Callable[[datetime], Page]) -> None:
    page = open_page(EVENING_AT)
    empty = page.form("Send").submit(expect=422)
    assert empty.problems == [
        "Say whether an adult is with you",
        "Say whether your health has changed",
        "Say whether your medicines have changed",
    ]
    after = empty.form("Send").submit(
        adult="yes", adult_name="Ike", has_health_change="yes", has_medicine_change="no", expect=422
    )
    assert after.problems == ["Say in a few words what has changed in your health"]
    values = after.form("Send").values
    assert (values["adult_name"], values["has_health_change"]) == ("Ike", "yes")


def test_the_day_itself_asks_for_food_and_drink_and_for_changes_where_the_evening_was_left_out(
    open_page: Callable[[datetime], Page], infusion: Infusion
) -> None:
    page = open_page(DAY_AT)
    assert "Is an adult with you now?" in page.text
    after = page.form("Send").submit(
        FINE | {"ate_on": "2026-11-22", "ate_time": "19:30", "drank_on": "2026-11-23", "drank_time": "07:15"}
    )
    assert "You last ate Sun, Nov 22, 7:30" in after.text
    said = queries.latest([infusion.id])[infusion.id][Step.SAME_DAY]
    assert said.ate_at == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert said.drank_at == datetime(2026, 11, 23, 12, 15, tzinfo=UTC)
    assert said.has_health_change is False


def test_after_an_evening_the_day_asks_only_what_is_new(
    open_page: Callable[[datetime], Page], infusion: Infusion
) -> None:
    open_page(EVENING_AT).form("Send").submit(FINE | {"adult_name": "Ike"})
    form = open_page(DAY_AT).form("Send")
    assert "has_health_change" not in form.names
    assert form.values["adult_name"] == "Ike"
    times = {"ate_on": "2026-11-22", "ate_time": "19:30", "drank_on": "2026-11-22", "drank_time": "22:00"}
    after = form.submit(times, adult="yes")
    again = after.follow("My health or medicines changed").form("Send")
    assert "ate_on" not in again.names
    shown = again.submit(has_health_change="yes", health_change="a sore throat")
    assert "a sore throat" in shown.text
    assert "What happens next" in shown.text
    found = queries.latest([infusion.id])[infusion.id]
    assert found[Step.EVENING].times_before == 1
    assert found[Step.SAME_DAY].has_health_change is None


@pytest.mark.parametrize(
    ("clock", "problem"),
    [
        ("08:01", "This time is still to come. Enter the last time until now."),
        ("", "Enter the time you last ate"),
        ("8am", "Enter a time, hours and minutes, like 14:30"),
    ],
)
def test_a_last_meal_that_cannot_be_is_refused_at_its_field(
    open_page: Callable[[datetime], Page], clock: str, problem: str
) -> None:
    typed = {"ate_on": "2026-11-23", "ate_time": clock, "drank_on": "2026-11-23", "drank_time": "07:00"}
    after = open_page(DAY_AT).form("Send").submit(FINE | typed, expect=422)
    assert after.problems == [problem]
    assert after.form("Send").values["ate_time"] == clock


def test_a_day_before_yesterday_is_not_offered_and_not_taken(
    open_page: Callable[[datetime], Page], infusion: Infusion
) -> None:
    page = open_page(DAY_AT)
    typed = {"ate_on": "2026-11-21", "ate_time": "23:59", "drank_on": "2026-11-23", "drank_time": "07:00"}
    answer = page.browser.post(page.url, {**dict(page.form("Send").values), **FINE, **typed}, expect=422)
    assert answer.problems == ["Choose one of the days shown"]
    assert queries.latest([infusion.id]) == {}


def test_midnight_yesterday_is_early_enough(open_page: Callable[[datetime], Page]) -> None:
    typed = {"ate_on": "2026-11-22", "ate_time": "00:00", "drank_on": "2026-11-23", "drank_time": "08:00"}
    assert "Sent. Thank you." in open_page(DAY_AT).form("Send").submit(FINE | typed).text


@pytest.mark.parametrize(
    ("zone", "planned", "on", "missing"),
    [
        ("America/New_York", datetime(2027, 3, 14, 14, 0, tzinfo=UTC), "2027-03-14", "02:30"),
        ("Australia/Lord_Howe", datetime(2027, 10, 3, 0, 0, tzinfo=UTC), "2027-10-03", "02:15"),
    ],
)
def test_an_hour_that_the_clocks_left_out_is_refused(
    browser_at: At,
    cast: Cast,
    infusion: Infusion,
    zone: str,
    planned: datetime,
    on: str,
    missing: str,
) -> None:
    db.session.get_one(User, cast.ada.user_id).time_zone = zone
    infusion.planned_at = infusion.happens_at = planned
    db.session.commit()
    page = browser_at(cast.ada, planned - HOUR).get(path(cast, infusion))
    typed = {"ate_on": on, "ate_time": missing, "drank_on": on, "drank_time": "03:30"}
    after = page.form("Send").submit(FINE | typed, expect=422)
    assert len(after.problems) == 1
    assert f"{missing} did not exist" in after.problems[0]
    typed["ate_time"] = "03:00"
    assert "Sent. Thank you." in after.form("Send").submit(typed).text


@pytest.mark.parametrize(("zone", "step"), [("America/New_York", Step.EVENING), ("Asia/Kathmandu", Step.SAME_DAY)])
def test_the_patients_zone_decides_what_is_asked(
    open_page: Callable[[datetime], Page], cast: Cast, infusion: Infusion, zone: str, step: Step
) -> None:
    db.session.get_one(User, cast.ada.user_id).time_zone = zone
    db.session.commit()
    asks_food = "ate_on" in open_page(NOW + 5 * HOUR).form("Send").names
    assert asks_food is (step is Step.SAME_DAY)


def test_an_evening_page_sent_after_midnight_still_counts_as_the_evening(
    open_page: Callable[[datetime], Page], infusion: Infusion, frozen: Traveller
) -> None:
    late = NOW + 14 * HOUR - timedelta(minutes=10)
    form = open_page(late).form("Send")
    frozen.move_to(late + timedelta(minutes=20))
    form.submit(FINE)
    assert set(queries.latest([infusion.id])[infusion.id]) == {Step.EVENING}


def test_it_can_be_sent_again_and_the_later_one_counts(
    open_page: Callable[[datetime], Page], infusion: Infusion, cast: Cast, frozen: Traveller
) -> None:
    first = open_page(EVENING_AT).form("Send").submit(FINE | {"adult_name": "Ike"})
    form = first.follow("Change an answer").form("Send")
    assert form.values["adult_name"] == "Ike"
    assert form.values["adult"] == "yes"
    frozen.shift(60)
    after = form.submit(adult="no")
    assert "This counts. What you sent before is kept too." in after.text
    assert queries.latest([infusion.id])[infusion.id][Step.EVENING].adult is Adult.NO
    assert len(db.session.scalars(select(Preparation)).all()) == 2


def test_a_second_tap_is_one_statement_and_an_old_page_with_other_answers_is_not_lost(
    open_page: Callable[[datetime], Page], infusion: Infusion, cast: Cast, frozen: Traveller
) -> None:
    form = open_page(EVENING_AT).form("Send")
    form.submit(FINE)
    form.submit(FINE)
    assert len(db.session.scalars(select(Preparation)).all()) == 1
    told = form.submit(FINE | {"adult": "no"}, expect=422)
    assert told.problems == ["You sent this page before, with other answers. Check what it says, then send it again."]
    frozen.shift(60)
    told.form("Send").submit()
    assert queries.latest([infusion.id])[infusion.id][Step.EVENING].adult is Adult.NO


def test_before_its_time_and_after_the_start_the_page_says_so(
    open_page: Callable[[datetime], Page], infusion: Infusion, cast: Cast
) -> None:
    early = open_page(NOW)
    assert "From Sun, Nov 22, 12:00" in early.text
    form = open_page(EVENING_AT).form("Send")
    infusion.status = InfusionStatus.COMPLETED
    db.session.commit()
    assert "There is nothing to answer here now" in open_page(EVENING_AT).text
    assert "There is nothing to answer here now" in form.submit(FINE, expect=409).text
    assert queries.latest([infusion.id]) == {}


def test_only_the_patient_says_it_and_only_of_their_own(browser: Open, cast: Cast, infusion: Infusion) -> None:
    for name, person in cast.everybody().items():
        for method, done in (("GET", 200), ("POST", 409)):
            answer = browser(person).open(path(cast, infusion), method)
            assert answer.status_code == (done if name == "ada" else 404), (name, method)
    theirs = factories.infusion(factories.course(cast.dot, cast.cal), cast.cal, NOW + DAY)
    assert browser(cast.ada).open(path(cast, theirs)).status_code == 404
    assert browser(cast.ada).open(path(cast, theirs), "POST").status_code == 404


def test_what_was_typed_when_the_session_ended_is_offered_again(
    browser_at: At, cast: Cast, infusion: Infusion, frozen: Traveller
) -> None:
    form = browser_at(cast.ada, EVENING_AT).get(path(cast, infusion)).form("Send")
    frozen.move_to(EVENING_AT + 9 * HOUR)
    asked = form.submit(FINE | {"has_health_change": "yes", "health_change": "a cold"}, expect=200)
    assert "Sign in" in asked.h1
    signed_in = asked.form("Sign in").submit(email=cast.ada.email, password=PASSWORD)
    assert signed_in.form("Send").values["health_change"] == "a cold"
    assert "ate_on" not in signed_in.form("Send").names
