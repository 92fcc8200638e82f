"""Changing an infusion: recording what was planned, correcting what was recorded."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select

from portal import db
from portal.treatment.models import Infusion, InfusionRevision, InfusionStatus
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.page import Browser, Page

Open = Callable[..., Browser]
DAY = timedelta(days=1)
PLAN = {"status": InfusionStatus.PLANNED, "started_at": None}


def page_of(browser: Open, cast: Cast, who: Person, infusion: Infusion, as_: str = "") -> Page:
    path = f"/patients/{cast.ada.own_id}/treatments/{infusion.course_id}/{infusion.id}"
    return browser(who).get(path + as_)


def an_infusion(cast: Cast, at: datetime = NOW - 2 * DAY, **values: Any) -> Infusion:
    return factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, at, **values)


def stored() -> Infusion:
    return db.session.scalars(select(Infusion)).one()


def versions() -> list[InfusionRevision]:
    return list(db.session.scalars(select(InfusionRevision).order_by(InfusionRevision.revision)))


def test_the_page_shows_what_is_stored(browser: Open, cast: Cast) -> None:
    values = page_of(browser, cast, cast.bea, an_infusion(cast)).form("Save").values
    expected = {
        "status": "completed",
        "started_on": "2026-11-20",
        "started_time": "10:00",
        "dose_mg": "35",
        "dose_mg_per_kg": "0.5",
        "weight_kg": "70",
        "minutes": "40",
        "revision": "1",
    }
    assert {name: values[name] for name in expected} == expected


def test_a_plan_is_recorded_as_done_without_a_reason(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast, cast.nia, an_infusion(cast, NOW - timedelta(hours=2), **PLAN), "?as=done")
    form = page.form("Save")
    assert (form.values["status"], form.values["started_on"], form.values["started_time"]) == (
        "completed",
        "2026-11-22",
        "08:00",
    )
    assert "reason" not in form.names
    form.submit(started_time="08:10")
    assert stored().status is InfusionStatus.COMPLETED
    assert stored().planned_at == NOW - timedelta(hours=2)
    assert stored().happens_at == stored().started_at == NOW - timedelta(hours=1, minutes=50)
    assert versions()[0].values["status"] == "planned"


def test_a_correction_needs_a_reason_and_keeps_the_version_before(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast, cast.nia, an_infusion(cast))
    refused = page.form("Save").submit(dose_mg="42", dose_mg_per_kg="", expect=422)
    assert refused.problems == ["Say why you are changing what was recorded."]
    refused.form("Save").submit(reason="misread the pump")
    again = page_of(browser, cast, cast.bea, stored())
    assert "Nia Achebe" in again.text
    assert "misread the pump" in again.text
    assert "Dose in mg: 35 → 42" in again.text
    assert "Dose in mg/kg: 0.5 → 0.6" in again.text
    assert versions()[0].values["dose_mg"] == 35.0


def test_saving_without_a_change_is_no_version(browser: Open, cast: Cast) -> None:
    assert "Saved." in page_of(browser, cast, cast.bea, an_infusion(cast)).form("Save").submit().text
    assert versions() == []


def test_a_second_tap_on_a_correction_is_one_version(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast, cast.bea, an_infusion(cast)).form("Save")
    for _ in range(2):
        assert "Saved." in form.submit(dose_mg="36", dose_mg_per_kg="", reason="typo").text
    assert len(versions()) == 1


def test_two_people_changing_it_at_once_see_each_other(browser: Open, cast: Cast) -> None:
    infusion = an_infusion(cast)
    beas, nias = (page_of(browser, cast, who, infusion) for who in (cast.bea, cast.nia))
    nias.form("Save").submit(minutes="55", reason="read the pump again")
    page = beas.form("Save").submit(outcome_note="calm throughout", reason="added a note", expect=409)
    assert "Somebody changed this while you had it open" in page.text
    assert "Minutes: 40 → 55" in page.text
    assert "Changed by Nia Achebe" in page.text
    assert "What you typed is still below and was not saved" in page.text
    assert page.form("Save").values["outcome_note"] == "calm throughout"
    assert stored().minutes == 55
    assert page.form("Save").values["minutes"] == "55"
    page.form("Save").submit()
    assert (stored().minutes, stored().outcome_note, stored().revision) == (55, "calm throughout", 3)


def test_what_both_changed_is_left_to_the_one_who_saves_last(browser: Open, cast: Cast) -> None:
    infusion = an_infusion(cast)
    beas, nias = (page_of(browser, cast, who, infusion) for who in (cast.bea, cast.nia))
    nias.form("Save").submit(minutes="55", started_time="10:05", reason="read the pump again")
    page = beas.form("Save").submit(minutes="45", reason="the clock says so", expect=409)
    values = page.form("Save").values
    assert (values["minutes"], values["started_time"]) == ("45", "10:05")


def test_a_plan_ahead_that_was_given_early_has_no_start_until_somebody_says_it(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast, cast.nia, an_infusion(cast, NOW + 9 * DAY, **PLAN), "?as=done")
    values = page.form("Save").values
    assert (values["status"], values["started_on"], values["started_time"]) == ("completed", "", "")


def test_a_forged_revision_is_stale_and_changes_nothing(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast, cast.bea, an_infusion(cast))
    for forged in ("", "-1", "one", "9" * 30, "٣"):
        again = page.form("Save").submit(minutes="55", reason="x", revision=forged, expect=409)
        assert stored().minutes == 40
        assert again.form("Save").values["revision"] == "1"


def test_a_given_infusion_can_be_corrected_to_missed_and_its_start_goes(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast, cast.bea, an_infusion(cast))
    page.form("Save").submit(status="missed", reason="wrong patient's list")
    assert (stored().status, stored().started_at) == (InfusionStatus.MISSED, None)
    assert versions()[0].values["started_at"] == (NOW - 2 * DAY).isoformat()


def test_the_second_of_two_equal_hours_stays_where_it_was(browser: Open, cast: Cast) -> None:
    second = datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=-5)))
    page = page_of(browser, cast, cast.bea, an_infusion(cast, second))
    assert page.form("Save").values["started_time"] == "01:30"
    page.form("Save").submit(minutes="45", reason="read the pump again")
    assert stored().started_at == second


def test_bad_input_keeps_what_was_typed(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast, cast.bea, an_infusion(cast))
    again = page.form("Save").submit(weight_kg="7", outcome_note="calm", reason="new weight", expect=422)
    values = again.form("Save").values
    assert (values["weight_kg"], values["outcome_note"], values["reason"]) == ("7", "calm", "new weight")
