"""The database: one session, aware times, and who may write when.

Every transaction is either a read (the database itself refuses a write in it) or a write. On SQLite a write takes
one lock shared by all processes before `BEGIN IMMEDIATE`, because a deferred transaction that turns into a write
fails under load and SQLite's own waiting is unfair.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

import filelock
import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Enum, Executable, MetaData, Uuid, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import JSON, Boolean, TypeDecorator

from portal.text import holds

try:
    import pysqlite3.dbapi2 as _sqlite
except ModuleNotFoundError:
    import sqlite3 as _sqlite

LOCK_WAIT_SECONDS = 5.0
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "trusted_schema=OFF")
Busy = filelock.Timeout
HELD: dict[str, Any] = {"key_share": True}
"""How a row is held against whoever else changes it, but not against rows that refer to it: who writes one of those,
such as a mail to somebody, may hold the audit already that we are about to wait for."""
_FOLDED = r"""(SELECT lower(CASE WHEN octet_length(it) = char_length(it) THEN it
ELSE regexp_replace(normalize(it, NFKD), '[\u0300-\u036f\u00ad\u200b-\u200f]', '', 'g') END)
FROM (SELECT {} AS it OFFSET 0) AS one)"""
_HOLDS = """(SELECT bool_and(strpos(plain, word) > 0)
FROM (SELECT {} AS plain OFFSET 0) AS said, unnest(string_to_array({}, ' ')) AS word WHERE word <> '')"""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, aware UTC coming out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Holds(GenericFunction[bool]):
    """Whether all of these words occur in a text, whatever the case and the accents of either, as `text.holds` has it.

    PostgreSQL folds by itself: of letters that have capitals and no accent it knows those that its locale knows.
    """

    type = Boolean()
    name = "holds"
    inherit_cache = True


@compiles(Holds, "postgresql")
def _holds_on_postgresql(element: Holds, compiler: Any, **more: Any) -> str:
    return _HOLDS.format(*(_FOLDED.format(compiler.process(one, **more)) for one in element.clauses))


class Base(DeclarativeBase):
    """What every table shares."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        uuid.UUID: Uuid(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


def key() -> Mapped[uuid.UUID]:
    """Return a primary key column that no one can guess."""
    return mapped_column(Uuid(), primary_key=True, default=uuid.uuid4)


def choice(kind: type[StrEnum], name: str = "") -> Enum:
    """Return a text column type for an enumeration's values; `name` tells two of one table apart."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=max(len(member.value) for member in kind) + 12,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(metadata=Base.metadata)
session = db.session

_may_write: ContextVar[bool] = ContextVar("may_write", default=True)


def begin(*, write: bool) -> None:
    """End any open transaction without keeping it; the next one may write or may only read."""
    session.rollback()
    _may_write.set(write)


def may_write() -> bool:
    """Return whether the transaction that is open, or else the next one, may write."""
    return _may_write.get()


@contextmanager
def short_write() -> Iterator[None]:
    """Run one write transaction of its own between a request's reads."""
    begin(write=True)
    try:
        yield
        session.commit()
    finally:
        begin(write=False)


def run(statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> Any:
    """Run a prebuilt statement without the ORM, which costs several times as much; for what every request does.

    Nothing is flushed first, and rows come back as plain tuples.
    """
    return session.connection().execute(statement, parameters)


def touched(patient_id: uuid.UUID) -> None:
    """Note that this transaction changed something the caseload row of a patient shows."""
    session().info.setdefault("touched", set()).add(patient_id)


def take_touched() -> frozenset[uuid.UUID]:
    """Return the patients noted since the last call and forget them."""
    return frozenset(session().info.pop("touched", ()))


def engine_options(url: str) -> dict[str, Any]:
    """Return the options under which both databases keep the promise "saved".

    Args:
        url: an SQLAlchemy database URL, `sqlite:///…` or `postgresql+psycopg://…`.
    """
    common = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}
    if url.startswith("sqlite"):
        return {**common, "module": _sqlite, "pool_size": 16, "max_overflow": 16}
    timeouts = f"-c lock_timeout={int(LOCK_WAIT_SECONDS * 1000)} -c statement_timeout=30000 -c timezone=UTC"
    return {
        **common,
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": LOCK_WAIT_SECONDS,
        "connect_args": {"options": timeouts},
    }


def install(engine: Engine) -> None:
    """Teach one engine to begin reads and writes apart."""
    if engine.dialect.name == "sqlite":
        lock_path = f"{engine.url.database}.lock"
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite(lock_path))
        event.listen(engine, "checkin", _release)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def sqlite_version() -> tuple[int, ...]:
    """Return the version of the SQLite library in use."""
    found: tuple[int, ...] = _sqlite.sqlite_version_info
    return found


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    connection.create_function("holds", 2, holds, deterministic=True)
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(lock_path: str) -> Callable[[Connection], None]:
    def begin_sqlite(connection: Connection) -> None:
        info = connection.connection.info
        write = _may_write.get()
        if info.get("may_write") is not write:
            connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if write else 'ON'}")
            info["may_write"] = write
        if not write:
            connection.exec_driver_sql("BEGIN")
            return
        lock = info.setdefault("lock", filelock.FileLock(lock_path, thread_local=False))
        lock.acquire(timeout=LOCK_WAIT_SECONDS, poll_interval=0.001)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return begin_sqlite


def _release(connection: Any, record: Any) -> None:
    lock = record.info.get("lock")
    if lock is not None and lock.is_locked:
        lock.release()


def _begin_postgresql(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    read_only = not _may_write.get()
    if driver is not None and driver.read_only is not read_only:
        driver.read_only = read_only
