"""What `flask doctor` looks at: whether this machine keeps the portal's promises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from config import ROOT, Config
from portal import db
from portal.access.policy import Role
from portal.accounts.models import AccountStatus, User
from portal.clinic import queries as clinic
from portal.clinic.hours import OnCall
from portal.instruments import queries as instruments
from portal.instruments.queries import State
from portal.notifications import queries as notifications
from portal.notifications import vapid
from portal.safety.on_call import queries as on_call

# Several writers can corrupt a database in WAL mode in these versions (sqlite.org/wal.html, "the WAL-reset bug").
RISKY_SQLITE = ((3, 7, 0), (3, 51, 2))
_REVISION = re.compile(r"^(revision|down_revision)(?:: [^=]+)? = [\"']?([^\"'\n]+)[\"']?$", re.MULTILINE)


class Level(StrEnum):
    GOOD = "ok"
    CAREFUL = "careful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do where it is not good."""

    level: Level
    what: str


def examine(config: Config, *, at: datetime) -> Iterator[Finding]:
    """Yield what was found, thing by thing; where the database cannot be used, that is the last thing."""
    yield from _addresses(config)
    yield from _files(config)
    try:
        yield from _database()
        yield from _worker(config, at)
        yield from _people()
        yield from _rota(at)
        yield from _instruments()
    except (SQLAlchemyError, db.Busy) as error:
        advice = "Look at DATABASE_URL; where the database is new, run: flask db upgrade"
        yield Finding(Level.WRONG, f"The database cannot be used ({type(error).__name__}). {advice}")


def _addresses(config: Config) -> Iterator[Finding]:
    if config.is_secure:
        yield Finding(Level.GOOD, f"People reach the portal at {config.base_url}.")
    else:
        yield Finding(Level.CAREFUL, f"People reach the portal at {config.base_url}, from this machine only.")
    scheme = urlsplit(config.mail_url).scheme
    if scheme == "console":
        yield Finding(Level.CAREFUL, "Mail is printed, not sent. Set MAIL_URL to your mail server.")
    else:
        yield Finding(Level.GOOD, f"Mail goes out by {scheme} as {config.mail_from}.")


def _files(config: Config) -> Iterator[Finding]:
    private = [Path(config.instance_path) / name for name in ("secret-key", "looks-waiting.jsonl")]
    if config.database_url.startswith("sqlite:///"):
        database = config.database_url.removeprefix("sqlite:///")
        private += [Path(database + ending) for ending in ("", "-wal", "-shm")]
    there = [path for path in private if path.is_file()]
    for path in there:
        if path.stat().st_mode & 0o077:
            yield Finding(Level.WRONG, f"Others on this machine can read {path}. Run: chmod 600 {path}")
    if not any(path.stat().st_mode & 0o077 for path in there):
        yield Finding(Level.GOOD, "The key and the database files are readable by their owner only.")
    try:
        vapid.load(config.instance_path)
    except vapid.UnsafeKey as error:
        yield Finding(Level.WRONG, f"Nobody can be told on a device, and the worker does not start: {error}")


def _database() -> Iterator[Finding]:
    engine = db.db.engine
    version = db.sqlite_version()
    if engine.dialect.name != "sqlite":
        yield Finding(Level.GOOD, "The database is PostgreSQL.")
    elif has_risky_sqlite():
        said = ".".join(map(str, version))
        advice = "Install pysqlite3 or a newer Python, or use PostgreSQL."
        yield Finding(
            Level.CAREFUL, f"SQLite {said} has a known fault with several writers; our lock avoids it. {advice}"
        )
    else:
        yield Finding(Level.GOOD, f"The database is SQLite {'.'.join(map(str, version))}.")
    applied = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    if applied == newest_migration():
        yield Finding(Level.GOOD, f"The database has every migration, up to {applied}.")
    else:
        yield Finding(
            Level.WRONG, f"The database is at {applied}, the program at {newest_migration()}. Run: flask db upgrade"
        )


def _worker(config: Config, at: datetime) -> Iterator[Finding]:
    health = notifications.health(at)
    if health.last_beat_at is None:
        yield Finding(Level.WRONG, "No worker has ever run here, so no mail goes out. Start one: flask worker")
    elif not health.is_alive:
        minutes = int((at - health.last_beat_at).total_seconds() // 60)
        yield Finding(Level.WRONG, f"The last sign of a worker is {minutes} minutes old. Start one: flask worker")
    else:
        yield Finding(Level.GOOD, "A worker is alive.")
    if not health.mail_flows:
        yield Finding(
            Level.WRONG,
            f"Mail that is due does not go out. Look at /deliveries and at {config.mail_url.split('@')[-1]}.",
        )


def _people() -> Iterator[Finding]:
    there = select(User.id).where(User.role == Role.ADMINISTRATOR, User.status == AccountStatus.ACTIVE).limit(1)
    if db.session.scalar(there) is None:
        yield Finding(Level.CAREFUL, "No administrator can sign in. Make one: flask user create --help")
    if not clinic.get().country:
        yield Finding(
            Level.CAREFUL,
            "The clinic's country is not set, so crisis numbers are general. An administrator sets it at /clinic.",
        )


def _rota(at: datetime) -> Iterator[Finding]:
    settings, holes = clinic.get(), on_call.list_holes(at)
    if settings.on_call is OnCall.NEVER:
        yield Finding(Level.GOOD, "The clinic has not asked for anybody to be on call.")
    elif not holes:
        yield Finding(Level.GOOD, "Somebody is on call whenever somebody is to be, for the next 14 days.")
    else:
        start, end = (f"{one.astimezone(ZoneInfo(settings.time_zone)):%a %d %b %H:%M}" for one in holes[0])
        more = f", and {len(holes) - 1} more such times in 14 days" if len(holes) > 1 else ""
        yield Finding(Level.CAREFUL, f"Nobody is on call from {start} to {end}{more}. Put somebody on at /on-call.")


def _instruments() -> Iterator[Finding]:
    waiting = sum(one.state is State.WAITING for one in instruments.list_versions())
    if waiting:
        what = "1 scale of the clinic's own waits" if waiting == 1 else f"{waiting} scales of the clinic's own wait"
        yield Finding(
            Level.CAREFUL, f"{what} for the medical director, who reads and approves at /clinic/questionnaires."
        )


def has_risky_sqlite() -> bool:
    """Return whether this machine's SQLite is one that several writers can bring to harm."""
    return RISKY_SQLITE[0] <= db.sqlite_version() <= RISKY_SQLITE[1]


def newest_migration() -> str:
    """Return the revision that no other one builds on, read from the migrations' own files."""
    found = [dict(_REVISION.findall(path.read_text())) for path in (ROOT / "migrations" / "versions").glob("*.py")]
    return str(({one["revision"] for one in found} - {one.get("down_revision", "") for one in found}).pop())
