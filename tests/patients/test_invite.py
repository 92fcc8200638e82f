"""Sending an invitation again."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.accounts import tokens
from portal.accounts.models import AccountStatus, AccountToken, TokenPurpose, User
from portal.notifications.models import OutboxMessage
from portal.patients.models import Patient
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]


def account(cast: Cast, status: AccountStatus) -> None:
    db.session.get_one(User, cast.ada.user_id).status = status
    db.session.commit()


def test_a_new_invitation_replaces_the_one_before(browser: Open, cast: Cast) -> None:
    account(cast, AccountStatus.INVITED)
    former = tokens.issue(cast.ada.user_id, TokenPurpose.INVITATION, at=NOW).id
    db.session.commit()
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}").form("Send the invitation again").submit()
    assert "no longer works" in page.text
    assert db.session.get_one(AccountToken, former).superseded_at == NOW
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert mail.values["token_id"] != str(former)
    assert db.session.get_one(Patient, cast.ada.own_id).invited_at == NOW


@pytest.mark.parametrize(
    ("status", "said"),
    [(AccountStatus.ACTIVE, "the account is set up"), (AccountStatus.DEACTIVATED, "the account is switched off")],
)
def test_nobody_is_invited_who_has_an_account_or_lost_it(
    browser: Open, cast: Cast, status: AccountStatus, said: str
) -> None:
    account(cast, status)
    page = browser(cast.bea).post(f"/patients/{cast.ada.own_id}/invite")
    assert said in page.text
    assert db.session.scalars(select(OutboxMessage)).all() == []


@pytest.mark.parametrize("status", [PatientStatus.DISCHARGED, PatientStatus.TRANSFERRED, PatientStatus.DIED])
def test_nobody_is_invited_who_left_care(browser: Open, cast: Cast, status: PatientStatus) -> None:
    account(cast, AccountStatus.INVITED)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    assert browser(cast.bea).open(f"/patients/{cast.ada.own_id}/invite", "POST").status_code == 404


def test_only_a_provider_on_the_team_invites(browser: Open, cast: Cast) -> None:
    for person in (cast.ada, cast.nia, cast.cal, cast.dot, cast.eve):
        assert browser(person).open(f"/patients/{cast.ada.own_id}/invite", "POST").status_code == 404
    assert db.session.scalars(select(OutboxMessage)).all() == []
