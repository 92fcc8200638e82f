"""Whatever is in a file, every row of it is accounted for, and nothing but a HistoryError comes out."""

import csv
import io
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from portal.checkins.history import map_file
from portal.checkins.history.look import look
from portal.checkins.history.mapping import Daylio, Mapping
from portal.checkins.history.problems import HistoryError
from tests.checkins.history.diary import DOWN, HEADER, MOOD, PLAIN, reading

ODD = st.sampled_from(
    [
        '"',
        '""',
        "\n",
        "\r",
        ",",
        ";",
        "\t",
        "\x00",
        "\ufeff",
        "2026-01-05",
        "9:00",
        "7",
        "-3",
        "11",
        "03/04/2026",
        "é",
        " ",
    ]
)
CELL = st.one_of(ODD, st.text(max_size=12))
LINES = st.lists(st.lists(CELL, max_size=7).map(",".join), max_size=12).map("\n".join)
HOWS = st.sampled_from([PLAIN, replace(PLAIN, date_order="dmy"), Daylio()])
HEADERS = st.sampled_from(
    [HEADER, "full_date,date,weekday,time,mood,activities,scales,note_title,note", "date;mood", ""]
)

PRINTED = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=30)
NUMBER = st.decimals(-3, 3, places=2)
WALL = st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 21)).map(lambda at: at.replace(second=0, microsecond=0))
ROW = st.tuples(WALL, st.one_of(st.none(), NUMBER.map(abs)), NUMBER, PRINTED)


def said(error: HistoryError) -> None:
    assert str(error)


def accounted(content: bytes, how: Mapping | Daylio) -> None:
    try:
        result = reading(content, how)
    except HistoryError as error:
        said(error)
        return
    lines = [item.line for heap in (result.entries, result.merged, result.refused) for item in heap]
    assert len(lines) == len(set(lines)) == result.rows
    assert len({entry.fingerprint for entry in result.entries}) == len(result.entries)
    assert all(str(refusal) for refusal in result.refused)
    assert all(earlier.line < later.line for earlier, later in pairwise(result.entries))


@given(st.binary(max_size=300), HOWS)
@example(b"date,time,mood,down,note\n2026-01-05,9:00,7,0,\xf0\x9f", PLAIN)
def test_any_bytes_are_read_or_refused_in_words(content: bytes, how: Mapping | Daylio) -> None:
    accounted(content, how)


@given(HEADERS, LINES, HOWS, st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_every_row_is_accounted_for(header: str, lines: str, how: Mapping | Daylio, encoding: str) -> None:
    accounted(f"{header}\n{lines}".encode(encoding, "replace"), how)


@given(st.one_of(st.binary(max_size=200), LINES.map(str.encode)))
def test_a_look_at_any_bytes_ends_in_a_look_or_in_words(content: bytes) -> None:
    try:
        seen = look(content)
    except HistoryError:
        return
    assert map_file.template(seen, "UTC")


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_map_file_is_read_or_refused_in_words(content: bytes) -> None:
    try:
        map_file.parse(content)
    except HistoryError as error:
        said(error)


@given(st.lists(ROW, min_size=1, max_size=20), st.sampled_from([",", ";", "\t"]))
def test_a_diary_that_was_written_is_read_back(
    rows: list[tuple[datetime, Decimal | None, Decimal, str]], delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(HEADER.split(","))
    for wall, mood, down, note in rows:
        writer.writerow([wall.date(), wall.strftime("%H:%M"), "" if mood is None else mood, down, note])
    result = reading(text.getvalue().encode(), PLAIN, zone="UTC")
    assert (result.refused, len(result.entries) + len(result.merged)) == ((), len(rows))
    for entry in result.entries:
        wall, mood, down, note = rows[entry.line - 2]
        expected = {DOWN.name: down} | ({} if mood is None else {MOOD.name: mood})
        assert (entry.occurred_at.replace(tzinfo=None), entry.values) == (wall, expected)
        assert entry.note == unicodedata.normalize("NFC", note)


@given(st.lists(ROW, min_size=1, max_size=8), st.integers(0, 400))
def test_a_file_cut_off_anywhere_loses_at_most_what_was_cut(
    rows: list[tuple[datetime, Decimal | None, Decimal, str]], at: int
) -> None:
    lines = [f"{wall:%Y-%m-%d,%H:%M},{mood or ''},{down}," for wall, mood, down, _ in rows]
    whole = "\n".join([HEADER, *lines, ""]).encode()
    cut = whole[:at]
    complete = max(0, cut.count(b"\n") - 1)
    try:
        result = reading(cut, PLAIN)
    except HistoryError:
        assert complete == 0
        return
    before = reading(whole, PLAIN)
    kept = [entry.fingerprint for entry in result.entries if entry.line <= complete + 1]
    assert kept == [entry.fingerprint for entry in before.entries if entry.line <= complete + 1]


@given(WALL)
def test_the_day_and_the_instant_agree(wall: datetime) -> None:
    (entry,) = reading(f"{HEADER}\n{wall:%Y-%m-%d,%H:%M},1,1,\n".encode()).entries
    assert abs(entry.occurred_at.replace(tzinfo=None) - wall) <= timedelta(hours=2)
    assert entry.on in (wall.date(), wall.date() + timedelta(days=1))
