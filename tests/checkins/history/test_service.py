"""Bringing a diary in twice changes nothing, and taking it back leaves nothing of it."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins.history import build, map_file, queries, service
from portal.checkins.history.comparison import compare
from portal.checkins.history.mapping import Mapping
from portal.checkins.models import HistoryEntry, HistoryImport, HistoryScale, HistoryValue, ScoreRow
from tests.cast import NOW, Cast, Person
from tests.checkins.history.diary import DOWN, FILES, MOOD, PLAIN, csv, reading

ROWS = ("2026-01-05,9:00,7,0,Grey", "2026-01-06,9:00,6.5,-1,", "2026-01-07,9:00,3,2,")
ONLY_MOOD = replace(PLAIN, scales=(MOOD,), note_column=None)
LATER = NOW + timedelta(hours=1)


def bring(person: Person, content: bytes, how: Mapping = PLAIN, **more: Any) -> service.Outcome:
    """Bring in a file and commit."""
    file = service.File("csv", "diary.csv", build.raw(how))
    done = service.import_reading(person.own_id, reading(content, how), file, by=person.actor, at=NOW, **more)
    db.session.commit()
    return done


def counted() -> dict[str, int]:
    """Return how many rows every table of imported diaries has."""
    tables = (HistoryImport, HistoryScale, HistoryEntry, HistoryValue, AuditEvent)
    return {one.__tablename__: db.session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


def values(person: Person) -> dict[str, list[float]]:
    """Return the numbers of each scale, in the order of time."""
    found = queries.list_scales(person.own_id)
    return {scale.name: [row.value for row in queries.points(person.own_id, scale.id)] for scale in found}


def test_every_row_is_accounted_for(app: Flask, cast: Cast) -> None:
    done = bring(cast.ada, csv(*ROWS, ROWS[0], "2026-01-08,9:00,99,0,"))
    assert (done.rows, done.imported, done.merged, done.refused) == (5, 3, 1, 1)
    kept = queries.list_imports(cast.ada.own_id)[0]
    assert kept.imported + kept.merged + kept.refused == kept.rows == 5
    assert kept.refusals == [
        {
            "line": 6,
            "message": "%(value)s in column “%(column)s” is outside %(minimum)s to %(maximum)s.",
            "values": {"value": "99", "column": "mood", "minimum": "0", "maximum": "10"},
        }
    ]
    assert values(cast.ada) == {"Mood": [7, 6.5, 3], "Down": [0, -1, 2]}


def test_a_second_time_changes_nothing(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS))
    before = counted()
    again = bring(cast.ada, csv(*reversed(ROWS)), import_id=uuid.uuid4())
    assert (again.import_id, again.imported, again.merged, again.added) == (None, 0, 3, 0)
    assert counted() == before


def test_a_longer_export_of_the_same_diary_brings_only_what_is_new(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS))
    done = bring(cast.ada, csv("2026-01-08,9:00,4,0,", *ROWS))
    assert (done.imported, done.merged) == (1, 3)
    assert values(cast.ada)["Mood"] == [7, 6.5, 3, 4]


def test_a_diary_may_predate_enrolment_and_keeps_its_own_scales(app: Flask, cast: Cast) -> None:
    how = map_file.parse((FILES / "momentary.toml").read_bytes())
    assert isinstance(how, Mapping)
    assert bring(cast.ada, (FILES / "momentary.csv").read_bytes(), how).imported == 5
    measured = queries.measure_scales(cast.ada.own_id)
    assert [one.scale.name for one in measured][:2] == ["Anxious", "Cheerful"]
    assert sum(one.count for one in measured) == 39
    assert (measured[1].first_on, measured[1].last_on) == (date(2012, 10, 27), date(2013, 3, 31))
    assert len(measured) == 8
    assert not db.session.scalar(select(func.count()).select_from(ScoreRow))


def test_the_same_diary_of_two_patients_stays_apart(app: Flask, cast: Cast) -> None:
    assert bring(cast.ada, csv(*ROWS)).imported == bring(cast.dot, csv(*ROWS)).imported == 3
    (scale,) = [one for one in queries.list_scales(cast.ada.own_id) if one.name == "Mood"]
    assert len(queries.points(cast.ada.own_id, scale.id)) == 3
    assert not queries.points(cast.dot.own_id, scale.id)


def test_columns_described_later_complete_the_entries_that_are_there(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS), ONLY_MOOD)
    done = bring(cast.ada, csv(*ROWS))
    assert (done.imported, done.merged, done.added) == (0, 3, 4)
    assert values(cast.ada) == {"Mood": [7, 6.5, 3], "Down": [0, -1, 2]}
    assert db.session.scalars(select(HistoryEntry.note).order_by(HistoryEntry.occurred_at)).all() == ["Grey", "", ""]
    assert bring(cast.ada, csv(*ROWS)).import_id is None


def test_a_column_under_another_name_does_not_come_in_twice(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS))
    renamed = replace(PLAIN, scales=(replace(MOOD, name="How I felt"), DOWN))
    change = compare(cast.ada.own_id, reading(csv(*ROWS), renamed))
    assert (change.changes_nothing, change.renamed) == (True, (("How I felt", "Mood"),))
    assert bring(cast.ada, csv(*ROWS), renamed).import_id is None
    assert values(cast.ada).keys() == {"Mood", "Down"}


def test_capitals_do_not_make_another_scale_but_another_range_does(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS))
    bring(cast.ada, csv("2026-02-01,9:00,3,0,"), replace(PLAIN, scales=(replace(MOOD, name="MOOD"),)))
    assert values(cast.ada)["Mood"] == [7, 6.5, 3, 3]
    bring(cast.ada, csv("2026-02-02,9:00,3,0,"), replace(PLAIN, scales=(replace(MOOD, maximum=Decimal(5)),)))
    assert [one.maximum for one in queries.list_scales(cast.ada.own_id) if one.name == "Mood"] in ([10, 5], [5, 10])


def test_new_rows_at_the_time_of_others_are_pointed_out(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS, "2026-01-09,,5,0,"))
    edited = csv("2026-01-05,9:00,7,0,Grey and wet", "2026-01-09,8:00,5,0,", "2026-01-20,9:00,1,0,")
    assert compare(cast.ada.own_id, reading(edited)).beside == 2


def test_taking_back_leaves_nothing_but_the_record_of_it(app: Flask, cast: Cast) -> None:
    done = bring(cast.ada, csv(*ROWS, "2026-01-08,9:00,private words,0,"))
    bring(cast.dot, csv(*ROWS))
    assert done.import_id
    assert service.undo(cast.ada.own_id, done.import_id, by=cast.ada.actor, at=LATER) == 3
    assert service.undo(cast.ada.own_id, done.import_id, by=cast.ada.actor, at=LATER) is None
    db.session.commit()
    assert values(cast.ada) == {}
    assert values(cast.dot) == {"Mood": [7, 6.5, 3], "Down": [0, -1, 2]}
    assert counted()["history_entries"] == 3
    (kept,) = queries.list_imports(cast.ada.own_id)
    assert (kept.undone_at, kept.undone_by_id, kept.imported) == (LATER, cast.ada.user_id, 3)
    assert (kept.refused, kept.refusals) == (1, [])
    assert bring(cast.ada, csv(*ROWS)).imported == 3


def test_taking_back_a_file_that_completed_entries_leaves_the_entries(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS), ONLY_MOOD)
    done = bring(cast.ada, csv(*ROWS))
    assert done.import_id
    assert service.undo(cast.ada.own_id, done.import_id, by=cast.ada.actor, at=LATER) == 0
    assert values(cast.ada) == {"Mood": [7, 6.5, 3]}


def test_taking_back_the_first_file_takes_what_later_ones_added_to_its_entries(app: Flask, cast: Cast) -> None:
    first = bring(cast.ada, csv(*ROWS), ONLY_MOOD)
    bring(cast.ada, csv(*ROWS))
    assert first.import_id
    service.undo(cast.ada.own_id, first.import_id, by=cast.ada.actor, at=LATER)
    assert values(cast.ada) == {}


def test_nobody_takes_back_the_file_of_another_patient(app: Flask, cast: Cast) -> None:
    done = bring(cast.ada, csv(*ROWS))
    assert done.import_id
    assert service.undo(cast.dot.own_id, done.import_id, by=cast.dot.actor, at=LATER) is None
    assert values(cast.ada).keys() == {"Mood", "Down"}


def test_the_audit_knows_how_much_and_not_what(app: Flask, cast: Cast) -> None:
    bring(cast.ada, csv(*ROWS, "2026-01-08,9:00,99,0,secret words"))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "history:imported")).one()
    assert event.patient_id == cast.ada.own_id
    assert event.details == {"rows": 4, "imported": 3, "merged": 0, "refused": 1, "added": 0}


def test_of_many_refused_rows_all_are_counted_and_a_thousand_reasons_kept(app: Flask, cast: Cast) -> None:
    done = bring(cast.ada, csv(ROWS[0], *("2026-01-08,9:00,99,0,",) * 1_100))
    assert done.refused == 1_100
    assert len(queries.list_imports(cast.ada.own_id)[0].refusals) == 1_000


def test_a_second_tap_is_the_same_import(app: Flask, cast: Cast) -> None:
    wanted = uuid.uuid4()
    assert bring(cast.ada, csv(*ROWS), import_id=wanted).import_id == wanted
    assert bring(cast.ada, csv(*ROWS), import_id=wanted).import_id is None
    assert len(queries.list_imports(cast.ada.own_id)) == 1


def test_writing_tells_how_far_it_is(app: Flask, cast: Cast) -> None:
    told: list[int] = []
    bring(cast.ada, csv(*ROWS), step=told.append)
    assert sum(told) == 3 + 6


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, [7, 6.5, 3]),
        (datetime(2026, 1, 5, 8), None, [7, 6.5, 3]),
        (datetime(2026, 1, 5, 8, 1), None, [6.5, 3]),
        (None, datetime(2026, 1, 6, 8), [7]),
    ],
)
def test_points_are_cut_out_by_time(
    app: Flask, cast: Cast, start: datetime | None, end: datetime | None, expected: list[float]
) -> None:
    bring(cast.ada, csv(*ROWS))
    scale = next(one for one in queries.list_scales(cast.ada.own_id) if one.name == "Mood")
    bounds = [moment and moment.replace(tzinfo=NOW.tzinfo) for moment in (start, end)]
    rows = queries.points(cast.ada.own_id, scale.id, start=bounds[0], end=bounds[1])
    assert [row.value for row in rows] == expected
    assert all(row.for_on == row.occurred_at.date() for row in rows)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(-1, 11), st.sampled_from(["", "a", "b"])), max_size=20),
    st.integers(0, 20),
    st.booleans(),
)
def test_whatever_the_order_and_the_overlap_each_entry_is_there_once(
    app: Flask, cast: Cast, rows: list[tuple[int, int, str]], at: int, only_mood: bool
) -> None:
    lines = [f"2026-01-{1 + day:02},9:00,{mood},0,{note}" for day, mood, note in rows]
    parts = [part for part in (lines[:at], lines[at // 2 :], lines) if part]
    how = [ONLY_MOOD if only_mood else PLAIN, PLAIN, PLAIN]
    done = [bring_apart(cast.ada, csv(*part), one) for part, one in zip(parts, how, strict=False)]
    assert all(one.imported + one.merged + one.refused == one.rows for one in done)
    expected = {line for line, (_, mood, _) in zip(lines, rows, strict=True) if 0 <= mood <= 10}
    assert sum(one.imported for one in done) == len(expected)
    found = values(cast.ada)
    assert sorted(found.get("Mood", [])) == sorted(float(line.split(",")[2]) for line in expected)
    assert len(found.get("Down", [])) == len(expected)
    db.session.rollback()


def bring_apart(person: Person, content: bytes, how: Mapping) -> service.Outcome:
    """Bring in a file without committing."""
    file = service.File("csv", "diary.csv", build.raw(how))
    return service.import_reading(person.own_id, reading(content, how), file, by=None, at=NOW)
