import io
from dataclasses import replace

import pytest

from portal.checkins.history.encoding import Limits, examine
from portal.checkins.history.problems import HistoryError
from portal.checkins.history.read import read
from tests.checkins.history.diary import NOW, PLAIN, ZONE, csv, reading, why

ROW = "2026-01-05,21:00,7,0,Grüße – 😀"


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_every_unicode_encoding_is_found_and_reported(stored: str, found: str) -> None:
    result = reading(csv(ROW).decode().encode(stored))
    assert (result.encoding, result.entries[0].note) == (found, "Grüße – 😀")


def test_windows_letters_are_found() -> None:
    result = reading(csv("2026-01-05,21:00,7,0,Grüße – it’s fine").decode().encode("cp1252"))
    assert (result.encoding, result.entries[0].note) == ("cp1252", "Grüße – it’s fine")


def test_a_person_may_say_how_letters_are_stored() -> None:
    content = csv("2026-01-05,21:00,7,0,Łódź").decode().encode("cp1250")
    told = replace(PLAIN, encoding="cp1250")
    assert reading(content, told).entries[0].note == "Łódź"


def test_an_encoding_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(HistoryError, match="not stored as utf-16"):
        examine(b"odd", Limits(), "utf-16")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xef\xbb", "empty"),
        (b"PK\x03\x04rest of a spreadsheet", "spreadsheet"),
        (b"%PDF-1.7", "spreadsheet"),
        (b"a,b\n\x00\x01\x02\x00,3\n", "not text"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "not text"),
        (b"\xff\xfea\x00,", "not text"),
        (b"\x01\x02\x03\x04,\x05\n" * 9, "not text"),
        (b"date,mood\n2026-01-05,\x81\x8d\n", "how the letters"),
    ],
)
def test_what_is_not_text_is_refused_in_plain_words(content: bytes, words: str) -> None:
    with pytest.raises(HistoryError, match=words):
        reading(content)


def test_a_large_file_is_refused_with_its_size_and_the_limit() -> None:
    with pytest.raises(HistoryError) as caught:
        examine(b"a" * (50 << 20), Limits())
    assert str(caught.value) == "This file is too large: 50 MB. The limit is 20 MB."


def test_a_file_just_over_the_limit_is_not_said_to_be_as_large_as_the_limit() -> None:
    with pytest.raises(HistoryError, match=r"1\.1 MB. The limit is 1 MB"):
        examine(b"a" * ((1 << 20) + 1), Limits(megabytes=1))


def test_a_stream_that_cannot_be_rewound_is_held_to_the_limit() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert len(read(Pipe(csv(ROW)), PLAIN, now=NOW, zone=ZONE).entries) == 1
    with pytest.raises(HistoryError, match="too large"):
        read(Pipe(b"a" * (3 << 20)), PLAIN, now=NOW, zone=ZONE, limits=Limits(megabytes=2))


def test_the_callers_stream_stays_open() -> None:
    stream = io.BytesIO(csv(ROW))
    read(stream, PLAIN, now=NOW, zone=ZONE)
    assert not stream.closed


def test_a_file_cut_inside_a_letter_loses_that_row_only() -> None:
    content = csv("2026-01-04,21:00,6,0,Grüße", ROW).rstrip(b"\n")[:-1]
    assert why(content) == ["3: This row has letters that cannot be read."]
    assert len(reading(content).entries) == 1


def test_one_bad_byte_does_not_turn_good_unicode_into_windows_letters() -> None:
    content = csv(*(f"2026-01-{day:02},21:00,6,0,Grüße é" for day in range(1, 10)), "2026-01-10,9:00,1,0,ba")
    result = reading(content.replace(b"ba\n", b"b\xe9\n"))
    assert (result.encoding, len(result.entries), len(result.refused)) == ("utf-8", 9, 1)
    assert result.entries[0].note == "Grüße é"
