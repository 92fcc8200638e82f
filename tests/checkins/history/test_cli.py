"""`flask history`: an operator brings a diary in."""

from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from portal import db
from portal.audit.models import AuditEvent
from portal.checkins.history import queries
from portal.checkins.models import HistoryEntry
from portal.review.models import CaseloadRow
from tests.cast import Cast
from tests.checkins.history.diary import FILES, csv

MAP = str(FILES / "momentary.toml")
DIARY = str(FILES / "momentary.csv")
PICTURE = str(ROOT / "static" / "img" / "mark.svg")
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run `flask history …`, ready to be asked what it said and how it ended."""
    runner = app.test_cli_runner()

    def invoke(*words: object, typed: str = "") -> Result:
        return copy_context().run(lambda: runner.invoke(args=["history", *map(str, words)], input=typed))

    return invoke


def count_entries() -> int:
    return db.session.scalar(select(func.count()).select_from(HistoryEntry)) or 0


def test_a_diary_comes_in_and_a_second_time_changes_nothing(run: Run, cast: Cast) -> None:
    first = run("import", DIARY, "--patient", cast.ada.email, "--map", MAP)
    assert (first.exit_code, "5 came in" in first.stdout) == (0, True)
    assert "momentary.csv: 5 rows, time zone Europe/Amsterdam, for Ada Okafor." in first.stdout
    assert len(queries.list_scales(cast.ada.own_id)) == 8
    again = run("import", DIARY, "--patient", cast.ada.own_id, "--map", MAP)
    assert again.exit_code == 0
    assert "0 came in" in again.stdout
    assert "5 were here already" in again.stdout
    assert count_entries() == 5
    assert len(queries.list_imports(cast.ada.own_id)) == 1


def test_refused_rows_are_printed_with_line_and_reason(run: Run, cast: Cast, tmp_path: Path) -> None:
    told = Path(MAP).read_text().replace("maximum = 7", "maximum = 4", 1)
    (tmp_path / "map.toml").write_text(told)
    result = run("import", DIARY, "--patient", cast.ada.email, "--map", tmp_path / "map.toml")
    assert result.exit_code == 3
    assert "line 2 refused: 5 in column “cheerful” is outside 1 to 4." in result.stderr
    assert "line 3: The clocks went back that night" in result.stderr
    assert count_entries() == 4


def test_a_dry_run_brings_in_nothing(run: Run, cast: Cast) -> None:
    result = run("import", DIARY, "--patient", cast.ada.email, "--map", MAP, "--dry-run")
    assert (result.exit_code, "5 would come in" in result.stdout, count_entries()) == (0, True, 0)


def test_a_daylio_export_needs_no_map(run: Run, cast: Cast) -> None:
    result = run("import", FILES / "daylio-12-hours.csv", "--patient", cast.ada.email, "--zone", "Europe/Berlin")
    assert (result.exit_code, count_entries()) == (0, 3)
    assert "time zone Europe/Berlin" in result.stdout


def test_the_zone_that_is_given_wins_over_the_map(run: Run, cast: Cast) -> None:
    result = run("import", DIARY, "--patient", cast.ada.email, "--map", MAP, "--zone", "Asia/Tokyo")
    assert "time zone Asia/Tokyo" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ([DIARY, "--patient", "ada@interval.example"], 2, "flask history map FILE"),
        ([DIARY, "--patient", "nobody@interval.example", "--map", MAP], 2, "There is no patient nobody"),
        ([DIARY, "--patient", "bea@interval.example", "--map", MAP], 2, "There is no patient bea"),
        ([DIARY, "--patient", "ada@interval.example", "--map", MAP, "--zone", "Mars"], 2, "no time zone named “Mars”"),
        ([DIARY, "--patient", "ada@interval.example", "--map", DIARY], 2, "The map file cannot be read"),
        ([PICTURE, "--patient", "ada@interval.example", "--map", MAP], 1, "We found only one column."),
        (["nothing.csv", "--patient", "ada@interval.example"], 2, "does not exist"),
    ],
)
def test_what_is_not_understood_is_explained(run: Run, cast: Cast, words: list[str], code: int, why: str) -> None:
    result = run("import", *words)
    assert (result.exit_code, why in result.stderr, count_entries()) == (code, True, 0)


def test_a_file_of_which_nothing_can_be_read_ends_with_an_error(run: Run, cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "future.csv").write_bytes(csv("2030-01-05,9:00,7,0,"))
    (tmp_path / "map.toml").write_text(
        'date = "date"\n[[scale]]\ncolumn = "mood"\nname = "Mood"\nminimum = 0\nmaximum = 10\nbetter = "higher"\n'
    )
    result = run("import", tmp_path / "future.csv", "--patient", cast.ada.email, "--map", tmp_path / "map.toml")
    assert (result.exit_code, "in the future" in result.stderr) == (1, True)


def test_a_map_to_fill_in_is_printed_and_names_what_is_missing(run: Run, cast: Cast, tmp_path: Path) -> None:
    result = run("map", DIARY, "--zone", "Europe/Amsterdam")
    assert result.exit_code == 0
    assert 'time_zone = "Europe/Amsterdam"' in result.stdout
    (tmp_path / "map.toml").write_text(result.stdout)
    filled = run("import", DIARY, "--patient", cast.ada.email, "--map", tmp_path / "map.toml")
    assert filled.exit_code == 2
    assert "scale 1 minimum: This is needed." in filled.stderr


def test_a_file_can_be_taken_back(run: Run, cast: Cast) -> None:
    run("import", DIARY, "--patient", cast.ada.email, "--map", MAP)
    listed = run("list", "--patient", cast.ada.email).stdout
    assert "momentary.csv: 5 entries, 0 rows refused" in listed
    import_id = listed.split()[0]
    assert run("undo", import_id, "--patient", cast.ada.email, typed="n\n").exit_code == 1
    assert run("undo", import_id, "--patient", cast.dot.email, "--yes").exit_code == 1
    assert count_entries() == 5
    result = run("undo", import_id, "--patient", cast.ada.email, "--yes")
    assert (result.exit_code, result.stdout, count_entries()) == (0, "Took back 5 entries.\n", 0)
    assert "taken back" in run("list", "--patient", cast.ada.email).stdout


def test_it_is_written_down_and_the_caseload_stays_whole(run: Run, cast: Cast) -> None:
    run("import", DIARY, "--patient", cast.ada.email, "--map", MAP)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "history:imported")).one()
    assert (event.actor_id, event.details["imported"]) == (None, 5)
    assert db.session.get_one(CaseloadRow, cast.ada.own_id).patient_id == cast.ada.own_id


def test_help_tells_how_to_begin(run: Run) -> None:
    assert "flask history map diary.csv > map.toml" in run("import", "--help").stdout
