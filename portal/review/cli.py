"""`flask caseload`: proving that the caseload says what the record says, and mending it."""

import sys
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from portal import clock, db
from portal.audit import service as audit
from portal.review import rebuild as rebuilding

group = click.Group("caseload", help="The summary that the caseload shows: check it, make it anew.")


def _moment(_context: click.Context, _option: click.Parameter, text: str) -> datetime:
    if text == "now":
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
        utc = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text} is not a moment. Write “now”, or one like 2026-11-23T09:00+00:00.") from None
    if found.tzinfo is None:
        raise click.BadParameter(f"{text} does not say in which time zone. Add one: {text}+00:00")
    return utc


@group.command("rebuild")
@click.option(
    "--at", default="now", callback=_moment, help="The moment to make it for: “now”, or 2026-11-23T09:00+00:00."
)
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where anything differs.")
@with_appcontext
def rebuild(at: datetime, check: bool) -> None:
    """Make every row of the caseload anew from the record, and say how many differed.

    Nothing in it depends on the time: whatever moment --at names, a caseload that was kept right differs nowhere. Run
    it after an upgrade that brings the caseload new columns. It goes through the patients in chunks, and nobody else
    waits for longer than one of them takes.

    \b
    Example: flask caseload rebuild --check
    """
    looked_at = differed = 0
    after = None
    while True:
        db.begin(write=not check)
        ids = rebuilding.list_chunk(after)
        if not ids:
            break
        if not check:
            # From here to the commit other writers wait, so that nothing changes between reading and writing.
            audit.record("caseload:rebuilt", by=None, at=clock.now(), patients=len(ids))
        found = rebuilding.differing(ids)
        if not check:
            rebuilding.write(found, at=at)
            db.session.commit()
        looked_at, differed, after = looked_at + len(ids), differed + len(found), ids[-1]
    _tell(looked_at, differed, check=check)


def _tell(looked_at: int, differed: int, *, check: bool) -> None:
    what = f"Of {looked_at} patients the caseload said something else of {differed}"
    if not differed:
        click.echo(f"The caseload of {looked_at} patients is as the record has it.")
    elif check:
        sys.exit(f"{what}. To mend it: flask caseload rebuild")
    else:
        click.echo(f"{what}; it is mended.")
