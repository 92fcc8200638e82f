"""Who has looked at a record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal import db
from portal.accounts.models import User
from portal.audit import service as audit
from portal.audit.queries import LOOKED
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]


def lines(page: Any) -> list[list[str]]:
    return page.rows()[1:] if page.find("table") else []


def test_a_look_is_on_the_patients_page_at_once_one_line_for_a_person_and_a_day(browser: Open, cast: Cast) -> None:
    bea = browser(cast.bea)
    for path in ("", "/team", "/check-ins"):
        bea.get(f"/patients/{cast.ada.own_id}{path}")
    browser(cast.nia).get(f"/patients/{cast.ada.own_id}")
    browser(cast.ada).get(f"/patients/{cast.ada.own_id}")
    found = lines(browser(cast.ada).get(f"/patients/{cast.ada.own_id}/looks"))
    assert sorted(found) == [
        ["Sun, Nov 22", "Bea Lindqvist Provider", "Check-ins, Details", "10:00 AM"],
        ["Sun, Nov 22", "Nia Achebe Nurse", "Details", "10:00 AM"],
    ]


def test_somebody_who_was_not_let_in_is_told_of_too(browser: Open, cast: Cast) -> None:
    browser(cast.cal).open(f"/patients/{cast.ada.own_id}")
    found = lines(browser(cast.ada).get(f"/patients/{cast.ada.own_id}/looks"))
    assert [(line[1], line[2]) for line in found] == [("Cal Moreno Provider", "Tried to look and was not let in")]


def test_a_day_is_the_patients_day(browser: Open, cast: Cast) -> None:
    db.session.get_one(User, cast.ada.user_id).time_zone = "Pacific/Auckland"
    db.session.commit()
    browser(cast.bea).get(f"/patients/{cast.ada.own_id}")
    assert lines(browser(cast.ada).get(f"/patients/{cast.ada.own_id}/looks"))[0][0] == "Mon, Nov 23"


def test_older_looks_are_a_page_away(browser: Open, cast: Cast) -> None:
    before = NOW - timedelta(days=40)
    audit.record(LOOKED, by=cast.bea.actor, at=before, patient_id=cast.ada.own_id, page="progress.show")
    db.session.commit()
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/looks")
    assert lines(page) == []
    assert "Nobody has looked" in page.text
    earlier = page.follow("Earlier")
    assert [line[1:3] for line in lines(earlier)] == [["Bea Lindqvist Provider", "Progress"]]
    assert lines(earlier.follow("Later")) == []


def test_a_page_that_does_not_exist_is_an_ordinary_page(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    for sent in ("x", "-5", "99999999999", "1e9", ""):
        ada.get(f"/patients/{cast.ada.own_id}/looks?back={sent}")


def test_two_patients_looks_do_not_mix(browser: Open, cast: Cast) -> None:
    browser(cast.cal).get(f"/patients/{cast.dot.own_id}")
    assert lines(browser(cast.ada).get(f"/patients/{cast.ada.own_id}/looks")) == []
    assert len(lines(browser(cast.dot).get(f"/patients/{cast.dot.own_id}/looks"))) == 1


def test_nobody_else_sees_who_looked(browser: Open, cast: Cast) -> None:
    for person in (cast.cal, cast.dot, cast.eve):
        answer = browser(person).open(f"/patients/{cast.ada.own_id}/looks")
        assert answer.status_code == 404
        assert b"Okafor" not in answer.data
