"""Going back to an older portal: what was good for one check-in must not become good for everything."""

from pathlib import Path

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from portal import db
from portal.accounts import sessions, tokens
from portal.accounts.models import AccountToken, TokenPurpose, User, UserSession
from tests.cast import NOW, Cast
from tests.notifications.outbox import put

FOLDER = str(Path(__file__).resolve().parents[2] / "migrations")
SCOPE = "0" * 32 + ":2026-11-22"


def test_no_limited_session_and_no_link_outlives_the_way_back(app: Flask, cast: Cast) -> None:
    ada = db.session.get_one(User, cast.ada.user_id)
    sessions.start(ada, at=NOW, device="whole")
    sessions.start(ada, at=NOW, device="limited", scope=SCOPE)
    tokens.issue(ada.id, TokenPurpose.PASSWORD_RESET, at=NOW)
    tokens.issue(ada.id, TokenPurpose.CHECK_IN, at=NOW, scope=SCOPE)
    db.session.commit()
    put(cast.ada)
    db.session.remove()
    downgrade(directory=FOLDER, revision="0011")
    assert db.session.execute(text("SELECT device FROM user_sessions")).all() == [("whole",)]
    assert db.session.execute(text("SELECT purpose FROM account_tokens")).all() == [("password-reset",)]
    db.session.remove()
    upgrade(directory=FOLDER)
    assert db.session.scalars(select(UserSession.scope)).all() == [None]
    assert db.session.scalars(select(AccountToken.scope)).all() == [None]
    assert db.session.scalar(text("SELECT count(*) FROM outbox_messages")) == 1
