"""The commands an operator types: `flask user`, `flask audit`, `flask doctor`, and the ones other rooms bring."""

import sys
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from config import Config
from portal import clock, db, doctor
from portal.access.policy import Role
from portal.accounts import password_rules, passwords, queries, service, tokens
from portal.accounts.models import TokenPurpose, User
from portal.accounts.password_rules import Weakness
from portal.audit import service as audit_service
from portal.checkins.history.cli import group as history
from portal.clinic import queries as clinic
from portal.demo.cli import group as demo
from portal.instruments.cli import group as instruments
from portal.notifications.cli import group as outbox
from portal.notifications.worker import command as worker
from portal.patients import team_service
from portal.review.cli import group as caseload
from portal.safety.ruleset.cli import group as safety
from portal.web.help_page import command as help_page

ROLES = [role.value for role in Role if role is not Role.PATIENT]
_WEAK = {
    Weakness.TOO_SHORT: "Use 12 characters or more; three or four words make a good password.",
    Weakness.COMMON: "This password is one that strangers try first. Choose something less common.",
    Weakness.PERSONAL: "This password has the name, the email address or the clinic's name in it. Leave that out.",
}

user = click.Group("user", help="People who sign in: make, list and switch off their accounts.")
audit = click.Group("audit", help="The record of who did and saw what.")


def register(app: Flask) -> None:
    """Give the `flask` command our commands."""
    for command in (user, audit, examine, instruments, safety, history, caseload, outbox, worker, demo, help_page):
        app.cli.add_command(command)


@user.command("create")
@click.option("--email", required=True, help="What the person signs in with.")
@click.option("--name", required=True, help="What people call them, in quotes: --name 'Eve Tanaka'.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="The first account should be an administrator.")
@click.option("--time-zone", help="An IANA name like America/New_York; the clinic's, where it is left out.")
@click.option("--password", "asks", is_flag=True, help="Ask for a password now instead of printing an invitation link.")
@with_appcontext
def create(email: str, name: str, role: str, time_zone: str | None, asks: bool) -> None:
    """Make an account.

    Prints a link with which the person chooses a password; it works once, for 14 days. With --password you type one
    here instead. Patients are enrolled by a provider in the portal, not here.

    \b
    Example: flask user create --email eve@clinic.example --name "Eve Tanaka" --role administrator
    """
    if "@" not in email:
        sys.exit("That is not an email address.")
    db.begin(write=False)
    own = clinic.get()
    zone = _zone(time_zone or own.time_zone)
    db.begin(write=False)
    hashed = passwords.hash_password(_ask_password([email, name, own.display_name])) if asks else None
    db.begin(write=True)
    try:
        made = service.create(
            email=email, name=name, role=Role(role), time_zone=zone, password_hash=hashed, by=None, at=clock.now()
        )
    except service.AddressTaken:
        sys.exit(f"There is an account with the address {email} already. See: flask user list")
    link = None if asks else _invitation_link(made)
    db.session.commit()
    click.echo(f"Made the account of {name} ({role}).")
    if link:
        click.echo("Give this link to them and to nobody else. It works once, for 14 days:")
        click.echo(f"  {link}")


@user.command("list")
@with_appcontext
def list_users() -> None:
    """Print every account: address, role, status, name."""
    for one in queries.list_all():
        click.echo(f"{one.email:40} {one.role.value:14} {one.status.value:12} {one.name}")


@user.command("deactivate")
@click.option("--email", required=True, help="The address the account signs in with.")
@with_appcontext
def deactivate(email: str) -> None:
    """Switch an account off and end its sessions at once. Nothing it wrote is lost."""
    found = queries.find_user(email)
    if found is None:
        sys.exit(f"There is no account with the address {email}. See: flask user list")
    try:
        team_service.switch_off(found.id, by=None, at=clock.now())
    except team_service.LeftAlone as error:
        alone = error.patients
        sys.exit(f"{alone} patients have no other provider. Others have to join their care teams first, in the portal.")
    except service.LastAdministrator:
        sys.exit("This is the last administrator. Make another one first: flask user create --help")
    except service.NotPossible:
        sys.exit("This account is switched off already.")
    db.session.commit()
    click.echo(f"Switched off the account of {found.name}. It is signed out everywhere.")


@audit.command("verify")
@with_appcontext
def verify() -> None:
    """Check that no row of the audit was changed, removed or added out of turn; say where the first fault is."""
    broken = audit_service.first_broken()
    if broken is not None:
        sys.exit(f"The audit is broken at row {broken}. Keep the database as it is and find out who could write to it.")
    click.echo("The audit is whole: every row fits the one before it.")


@click.command("doctor")
@with_appcontext
def examine() -> None:
    """Look at this installation and say what is wrong and what to do; ends with 1 where something is wrong."""
    config: Config = current_app.config["INTERVAL"]
    is_wrong = False
    for finding in doctor.examine(config, at=clock.now()):
        click.echo(f"{finding.level.value:8} {finding.what}")
        is_wrong = is_wrong or finding.level is doctor.Level.WRONG
    sys.exit(1 if is_wrong else 0)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        sys.exit(f"{name} is not a time zone. Use a name like America/New_York.")


def _ask_password(about: list[str]) -> str:
    while True:
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
        weakness = password_rules.weakness(typed, about=about)
        if weakness is None:
            return typed
        click.echo(_WEAK[weakness], err=True)


def _invitation_link(made: User) -> str:
    config: Config = current_app.config["INTERVAL"]
    token = tokens.issue(made.id, TokenPurpose.INVITATION, at=clock.now())
    words = tokens.seal(token.id, TokenPurpose.INVITATION, keys=[config.secret_key])
    path = current_app.url_map.bind("").build("accounts.accept", {"token": words})
    return config.base_url + path
