"""What the team waits for: the same number for patient and provider, counted when somebody reads it."""

from datetime import date, timedelta

import time_machine
from flask import Flask

from portal import clock, db
from portal.accounts import sessions
from portal.accounts.models import User
from portal.checkins import due
from portal.clinic import queries as clinic
from portal.review import queries
from portal.review.lists import Clock, Show
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import ref
from tests.factories import plan_item, scored
from tests.page import Browser

TODAY = date(2026, 11, 22)


def counted(cast: Cast, days: int = 0) -> int:
    """Return what Bea's caseload says of Ada so many days from now."""
    at = NOW + timedelta(days=days)
    here = Clock.of(at.date(), at, silent_days=7)
    return queries.list_caseload(cast.bea.user_id, Show.IN_CARE, here, at=at).lines[0].overdue


def shown_to(app: Flask, person: Person) -> str:
    """Return the number in the column of somebody's page, signed in now."""
    client = app.test_client()
    token = sessions.start(db.session.get_one(User, person.user_id), at=clock.now(), device="a test")
    db.session.commit()
    client.set_cookie("interval", token)
    head, ada = Browser(client).get("/caseload").rows()
    return ada[head.index("Overdue")]


def test_time_alone_makes_it_overdue(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    for days, expected in ((0, 0), (1, 1), (6, 1), (8, 1), (13, 1), (14, 0), (15, 1)):
        assert counted(cast, days) == expected, days


def test_a_check_in_takes_it_off_at_once(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - timedelta(days=2))
    plan_item(cast.ada, "gad-7", 14, starts_on=TODAY - timedelta(days=2))
    assert counted(cast) == 2
    scored(cast.ada, "gad-7", 3, TODAY)
    assert counted(cast) == 1


def test_patient_and_provider_are_told_the_same(app: Flask, cast: Cast, frozen: time_machine.Traveller) -> None:
    for name, starts in (("daily", 5), ("phq-9", 0), ("gad-7", -3), ("activation", 2)):
        plan_item(cast.ada, name, 1 if name == "daily" else 7, starts_on=TODAY + timedelta(days=starts))
    scored(cast.ada, "gad-7", 3, TODAY - timedelta(days=1))
    seen = set()
    for days in range(12):
        frozen.move_to(NOW + timedelta(days=days))
        found = due.get_today(ref(cast.ada), at=NOW + timedelta(days=days), past_days=clinic.current().past_days)
        late = sum(one.is_late for one in found.due)
        assert late == counted(cast, days)
        assert shown_to(app, cast.bea) == (str(late) if late else "")
        seen.add(late)
    assert seen == {0, 1, 2, 3}
