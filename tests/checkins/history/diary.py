"""A small diary to read, and the mapping that reads it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from portal.checkins.history.mapping import Daylio, Mapping, Scale
from portal.checkins.history.read import Reading, read

FILES = Path(__file__).parent / "files"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = "Europe/Amsterdam"

MOOD = Scale("Mood", Decimal(0), Decimal(10), higher_is_better=True, column="mood")
DOWN = Scale("Down", Decimal(-3), Decimal(3), higher_is_better=False, column="down")
PLAIN = Mapping(date_column="date", time_column="time", note_column="note", scales=(MOOD, DOWN))
HEADER = "date,time,mood,down,note"


def csv(*rows: str, header: str = HEADER) -> bytes:
    """Return a file with a header and rows."""
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


def reading(content: bytes, how: Mapping | Daylio = PLAIN, zone: str = ZONE) -> Reading:
    """Return what a file says on the day on which these tests take place."""
    return read(content, how, now=NOW, zone=zone)


def why(content: bytes, how: Mapping | Daylio = PLAIN) -> list[str]:
    """Return the reasons for which rows were refused, in English."""
    return [f"{refusal.line}: {refusal}" for refusal in reading(content, how).refused]
