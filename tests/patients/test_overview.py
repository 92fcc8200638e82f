"""A patient's own page, and the same address for the care team."""

from collections.abc import Callable

import pytest

from portal import db
from portal.accounts.models import AccountStatus, User
from tests.cast import Cast
from tests.page import Browser

Open = Callable[..., Browser]


def test_the_patient_sees_what_is_kept_about_them_and_by_whom(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}")
    for said in ("Ada Okafor", "ada@interval.example", "+1 212 555 0134", "Ike Okafor", "Bea Lindqvist", "Nia Achebe"):
        assert said in page.text
    assert "Cal Moreno" not in page.html
    assert "Treatment-resistant" not in page.html
    assert page.follow("Who has looked at my record").h1 == "Who has looked at my record"


@pytest.mark.parametrize("who", ["bea", "nia"])
def test_the_care_team_sees_the_record_with_its_dates(browser: Open, cast: Cast, who: str) -> None:
    page = browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}")
    for said in ("Treatment-resistant depression", "In care", "Invited", "Agreed to care", "May 17, 1988 (38)"):
        assert said in page.text


def test_only_a_provider_is_offered_changes(browser: Open, cast: Cast) -> None:
    changes = {"Change of care", "Change the record", "Email address", "Care team", "Contact details"}
    offered = {label for label, _ in browser(cast.bea).get(f"/patients/{cast.ada.own_id}").links}
    assert changes <= offered
    nurse = {label for label, _ in browser(cast.nia).get(f"/patients/{cast.ada.own_id}").links}
    assert not changes & nurse


def test_the_invitation_can_be_sent_again_only_while_it_waits(browser: Open, cast: Cast) -> None:
    assert "Send the invitation again" not in browser(cast.bea).get(f"/patients/{cast.ada.own_id}").text
    db.session.get_one(User, cast.ada.user_id).status = AccountStatus.INVITED
    db.session.commit()
    assert "Send the invitation again" in browser(cast.bea).get(f"/patients/{cast.ada.own_id}").text


def test_nobody_else_learns_that_there_is_such_a_patient(browser: Open, cast: Cast) -> None:
    for person in (cast.cal, cast.dot, cast.eve):
        answer = browser(person).open(f"/patients/{cast.ada.own_id}")
        assert answer.status_code == 404
        assert b"Okafor" not in answer.data
