"""The commands an operator types."""

import re
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text, update

from config import Config
from portal import cli, db, doctor
from portal.access.policy import Role
from portal.accounts import sessions
from portal.accounts.models import AccountStatus, User
from portal.audit import service as audit
from portal.audit.models import AuditHead
from portal.db import session
from portal.notifications import service as notifications
from tests import databases
from tests.cast import NOW, Cast
from tests.page import Browser

EVE = ("user", "create", "--email", "Eve@Clinic.example", "--name", "Eve Tanaka", "--role", "administrator")


def run(app: Flask, *arguments: str, typed: str = "") -> Result:
    runner = app.test_cli_runner()
    return copy_context().run(lambda: runner.invoke(args=list(arguments), input=typed))


def user(email: str) -> User:
    found = session.scalars(select(User).where(User.email == email)).one()
    session.expunge(found)
    session.rollback()
    return found


def test_the_first_administrator_gets_a_link_that_works(app: Flask) -> None:
    result = run(app, *EVE)
    assert result.exit_code == 0
    link = re.search(r"http://localhost(/invitation/\S+)", result.output)
    assert link
    assert user("eve@clinic.example").status is AccountStatus.INVITED
    client = Browser(app.test_client())
    form = client.get(link[1]).form("Set this password")
    assert form.submit(password="a green kettle whistles", again="a green kettle whistles").url == "/accounts"


def test_a_password_typed_here_is_asked_for_again_until_it_will_do(app: Flask) -> None:
    typed = "short\nshort\npassword1234\npassword1234\na green kettle\na green kettle\n"
    result = run(app, *EVE, "--password", "--time-zone", "Europe/Berlin", typed=typed)
    assert result.exit_code == 0
    assert "Use 12 characters or more" in result.output
    assert "strangers try first" in result.output
    assert "green kettle" not in result.output
    made = user("eve@clinic.example")
    assert (made.role, made.status, made.time_zone) == (Role.ADMINISTRATOR, AccountStatus.ACTIVE, "Europe/Berlin")
    data = {"email": "eve@clinic.example", "password": "a green kettle"}
    assert Browser(app.test_client()).open("/sign-in", "POST", data=data).status_code == 303


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--email": "bea@interval.example"}, "There is an account with the address bea@interval.example already"),
        ({"--email": "nobody"}, "That is not an email address"),
        ({"--role": "patient"}, "is not one of 'provider', 'nurse', 'administrator'"),
        ({"--time-zone": "Mars/Olympus"}, "Mars/Olympus is not a time zone"),
        ({"--time-zone": "../../etc/passwd"}, "is not a time zone"),
    ],
)
def test_what_cannot_be_is_refused_in_words(app: Flask, cast: Cast, changed: dict[str, str], said: str) -> None:
    options = {"--email": "new@clinic.example", "--name": "New", "--role": "nurse", **changed}
    result = run(app, "user", "create", *(word for option in options.items() for word in option))
    assert result.exit_code != 0
    assert said in result.output
    assert len(session.scalars(select(User.id)).all()) == 6


def test_switching_off_ends_sessions_and_spares_the_last_administrator(app: Flask, cast: Cast) -> None:
    token = sessions.start(session.get_one(User, cast.nia.user_id), at=NOW, device="")
    session.commit()
    assert run(app, "user", "deactivate", "--email", "NIA@interval.example").exit_code == 0
    found = sessions.find(token, at=NOW)
    assert found is not None
    assert not found.is_live
    for email, said in (
        ("nia@interval.example", "switched off already"),
        ("eve@interval.example", "This is the last administrator"),
        ("nobody@interval.example", "There is no account"),
    ):
        result = run(app, "user", "deactivate", "--email", email)
        assert result.exit_code == 1
        assert said in result.output


def test_the_list_names_everybody(app: Flask, cast: Cast) -> None:
    result = run(app, "user", "list")
    assert [line.split()[:3] for line in result.output.splitlines()][:2] == [
        ["eve@interval.example", "administrator", "active"],
        ["nia@interval.example", "nurse", "active"],
    ]
    assert "ada@interval.example" in result.output


def test_every_command_explains_itself(app: Flask) -> None:
    for command in ("user", "user create", "user list", "user deactivate", "audit", "audit verify", "doctor", "worker"):
        result = run(app, *command.split(), "--help")
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 4, command
    assert "Example: flask user create --email" in run(app, "user", "create", "--help").output


def test_a_whole_audit_is_whole_and_a_broken_one_names_the_row(app: Flask, cast: Cast) -> None:
    for _ in range(3):
        audit.record("thing:done", by=cast.eve.actor, at=NOW)
    session.commit()
    assert run(app, "audit", "verify").exit_code == 0
    session.execute(update(AuditHead).values(sequence=2))
    session.commit()
    result = run(app, "audit", "verify")
    assert result.exit_code == 1
    assert "broken at row 4" in result.output


def findings(app: Flask, **changed: object) -> dict[str, str]:
    config: Config = app.config["INTERVAL"]
    values = {name: getattr(config, name) for name in Config.__dataclass_fields__} | changed
    found = {one.what: one.level.value for one in doctor.examine(Config(**values), at=NOW)}
    session.rollback()
    return found


def level(found: dict[str, str], part: str) -> str:
    return next((level for what, level in found.items() if part in what), "")


def test_the_doctor_finds_a_portal_in_order(app: Flask, cast: Cast, tmp_path: Path) -> None:
    notifications.beat("w", started_at=NOW, at=NOW)
    session.commit()
    for path in (*tmp_path.rglob("*"), *databases.own_folder().iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)
    found = findings(app, base_url="https://portal.example", mail_url="smtp://mail.example:25")
    assert set(found.values()) <= {"ok", "careful"}
    assert level(found, "Mail goes out by smtp") == "ok"
    assert level(found, "A worker is alive") == "ok"
    assert level(found, "every migration") == "ok"
    assert level(found, "readable by their owner only") == "ok"


def test_the_doctor_says_what_is_wrong(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret-key").write_text("x" * 60)
    (tmp_path / "secret-key").chmod(0o644)
    found = findings(app)
    assert level(found, "No worker has ever run") == "wrong"
    assert level(found, f"Others on this machine can read {tmp_path / 'secret-key'}") == "wrong"
    assert level(found, "Mail is printed, not sent") == "careful"
    assert level(found, "No administrator can sign in") == "careful"
    notifications.beat("w", started_at=NOW, at=NOW - timedelta(minutes=7))
    session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    session.commit()
    found = findings(app)
    assert level(found, "The last sign of a worker is 7 minutes old") == "wrong"
    assert level(found, "The database is at 0000") == "wrong"
    result = run(app, "doctor")
    assert result.exit_code == 1
    assert "wrong" in result.output


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 6, 23), "ok"), ((3, 7, 0), "careful"), ((3, 40, 1), "careful"), ((3, 51, 2), "careful"), ((3, 51, 3), "ok")],
)
def test_the_doctor_warns_of_old_sqlite(
    app: Flask, kind: str, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], expected: str
) -> None:
    monkeypatch.setattr(db, "sqlite_version", lambda: version)
    said = "PostgreSQL" if kind == "postgresql" else "SQLite 3."
    assert level(findings(app), said) == ("ok" if kind == "postgresql" else expected)


def test_the_doctor_says_when_the_database_is_out_of_reach(app: Flask) -> None:
    session.execute(text("DROP TABLE alembic_version"))
    session.commit()
    assert level(findings(app), "The database cannot be used") == "wrong"


def test_the_command_line_has_every_group(app: Flask) -> None:
    assert {"user", "audit", "doctor", "worker"} <= set(app.cli.commands)
    assert cli.ROLES == ["provider", "nurse", "administrator"]
