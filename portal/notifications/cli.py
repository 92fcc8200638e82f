"""`flask outbox`: what could not be sent, sent again or dropped; and the key for push messages."""

import sys
import uuid
from collections.abc import Callable, Sequence

import click
from flask import current_app
from flask.cli import with_appcontext

from config import Config
from portal import clock, db
from portal.notifications import queries, service, vapid
from portal.notifications.models import OutboxMessage

NONE_SUCH = 1
group = click.Group("outbox", help="What could not be sent: see it, send it again, or let it go.")


@group.command("list")
@with_appcontext
def show() -> None:
    """Print what was given up and what is being tried again: when, what, how, how often, and why not.

    No names and no addresses; the page "Delivery" has the names.
    """
    db.begin(write=False)
    outbox = queries.count(clock.now())
    click.echo(f"{outbox.waiting} waiting, {outbox.failed} given up, {outbox.sent_lately} sent in the last day")
    if outbox.failed:
        click.echo("\nGiven up")
    for number in range(1, outbox.pages + 1):
        for row in queries.list_failed(number):
            click.echo(_line(row))
    troubled = queries.list_troubled()
    if troubled:
        of_more = f", the oldest {len(troubled)} of {outbox.troubled}" if outbox.troubled > len(troubled) else ""
        click.echo(f"\nBeing tried again{of_more}")
    for row in troubled:
        click.echo(_line(row))


@group.command("resend")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="Everything that was given up.")
@with_appcontext
def resend(ids: Sequence[uuid.UUID], every: bool) -> None:
    """Let what was given up be tried again from the start."""
    _decide(ids, every, service.resend, "will be sent again")


@group.command("drop")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="Everything that was given up.")
@with_appcontext
def drop(ids: Sequence[uuid.UUID], every: bool) -> None:
    """Let what was given up go for good."""
    _decide(ids, every, service.drop, "will not be sent")


@group.command("push-key")
@with_appcontext
def push_key() -> None:
    """Make the key that push messages are signed with; from then on people can add their devices.

    It stays in the instance folder and belongs into the backup: with another one every device has to be added anew.
    """
    config: Config = current_app.config["INTERVAL"]
    try:
        click.echo(f"made {vapid.make(config.instance_path)}")
    except FileExistsError:
        sys.exit("There is a key already, and every device that was added depends on it.")


def _line(row: OutboxMessage) -> str:
    return f"  {row.id}  {row.created_at:%Y-%m-%d %H:%M}Z  {row.kind}  {row.channel}  {row.attempts}×  {row.last_error}"


def _decide(ids: Sequence[uuid.UUID], every: bool, verb: Callable[..., bool], done: str) -> None:
    if bool(ids) == every:
        raise click.UsageError("give the ids that `flask outbox list` shows, or --all")
    count, missing = (_decide_all(verb), []) if every else _decide_these(ids, verb)
    click.echo(f"{count} {done}")
    for one in missing:
        click.echo(f"{one} was not given up", err=True)
    if missing:
        sys.exit(NONE_SUCH)


def _decide_these(ids: Sequence[uuid.UUID], verb: Callable[..., bool]) -> tuple[int, list[uuid.UUID]]:
    """Return how many were decided in one transaction, and which could not be."""
    db.begin(write=True)
    missing = [found for found in ids if not verb(found, by=None, at=clock.now())]
    db.session.commit()
    return len(ids) - len(missing), missing


def _decide_all(verb: Callable[..., bool]) -> int:
    """Decide everything that was given up by now, a page in each transaction so that nobody waits long behind it."""
    begun, count = clock.now(), 0
    while True:
        db.begin(write=True)
        rows = [row.id for row in queries.list_failed(until=begun)]
        count += sum(verb(found, by=None, at=clock.now()) for found in rows)
        db.session.commit()
        if not rows:
            return count
