"""The databases that tests stand on: one test's doings never reach the next."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from tests import databases

DOINGS = [
    "DELETE FROM clinics",
    "UPDATE clinics SET display_name = 'Elsewhere'",
    "INSERT INTO heartbeats (worker, at, started_at) VALUES ('one', '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
    "CREATE TABLE extra (id integer)",
    "DROP TABLE heartbeats",
    "ALTER TABLE heartbeats ADD COLUMN extra integer",
]


def engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool)


def picture(connection: Connection) -> dict[str, dict[str, list[str]]]:
    """Return every column, and every row of every table."""
    tables = inspect(connection).get_table_names()
    columns = {table: [column["name"] for column in inspect(connection).get_columns(table)] for table in tables}
    rows = {table: sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}")))) for table in tables}  # noqa: S608
    return {"columns": columns, "rows": rows}


@pytest.mark.parametrize("doing", DOINGS)
def test_whatever_a_test_did_the_next_starts_from_the_migrated_schema(kind: str, doing: str, tmp_path: Path) -> None:
    with databases.fresh(kind, tmp_path) as url, engine(url).connect() as connection:
        at_first = picture(connection)
        connection.execute(text(doing))
        connection.commit()
    with databases.fresh(kind, tmp_path) as url, engine(url).connect() as connection:
        assert picture(connection) == at_first
    assert at_first["rows"]["clinics"]


def test_a_transaction_left_open_holds_nobody_up(kind: str, tmp_path: Path) -> None:
    with databases.fresh(kind, tmp_path) as url:
        left_open = engine(url).connect()
        left_open.execute(text("DELETE FROM clinics"))
    with databases.fresh(kind, tmp_path) as url, engine(url).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM clinics")) == 1
    left_open.invalidate()
    left_open.close()


def test_two_at_once_are_two(kind: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with databases.fresh(kind, tmp_path) as one, databases.fresh(kind, tmp_path / "other") as other:
        assert one != other
