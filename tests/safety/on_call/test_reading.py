"""When an answer is read, as the patient reads it."""

import uuid
from datetime import UTC, datetime, time

import pytest

from portal.clinic.hours import WEEKDAYS, OnCall, Opening
from portal.safety.help import Help
from portal.safety.on_call.cover import Cover, Shift
from portal.safety.on_call.reading import Reading, When, when

OFFICE = Opening("America/New_York", dict.fromkeys(WEEKDAYS[:5], (time(9), time(17))))
NO_HOURS = Opening("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


SATURDAY, MONDAY = utc("2026-11-21 20:00"), utc("2026-11-23 14:00")
BEA = Shift(uuid.UUID(int=1), utc("2026-11-21 18:00"), utc("2026-11-22 18:00"))
LATER = Shift(uuid.UUID(int=2), utc("2026-11-22 18:00"), utc("2026-11-23 14:00"))
CLOSED_UNTIL_MONDAY = When(Reading.LATER, MONDAY)


@pytest.mark.parametrize(
    ("found", "shifts", "expected"),
    [
        ("R1", (BEA,), When(Reading.ON_CALL)),
        ("R3", (BEA,), When(Reading.ON_CALL)),
        ("R8", (BEA,), When(Reading.ON_CALL)),
        (Help.EMERGENCY, (BEA,), When(Reading.ON_CALL)),
        (Help.CRISIS, (BEA,), CLOSED_UNTIL_MONDAY),
        ("R2", (BEA,), CLOSED_UNTIL_MONDAY),
        ("R9", (BEA,), CLOSED_UNTIL_MONDAY),
        (Help.CLINIC, (BEA,), CLOSED_UNTIL_MONDAY),
        ("R1", (), CLOSED_UNTIL_MONDAY),
        ("R1", (LATER,), When(Reading.LATER, LATER.starts_at)),
        ("R2", (LATER,), CLOSED_UNTIL_MONDAY),
    ],
)
def test_while_the_clinic_is_closed_only_who_is_told_counts(
    found: str, shifts: tuple[Shift, ...], expected: When
) -> None:
    assert when(found, Cover(OFFICE, OnCall.WHEN_CLOSED, shifts), SATURDAY) == expected


@pytest.mark.parametrize("found", ["R1", "R2", "R4", "R9b", *Help])
def test_while_the_clinic_is_open_it_says_until_when(found: str) -> None:
    cover = Cover(OFFICE, OnCall.NEVER)
    assert when(found, cover, MONDAY) == When(Reading.OPEN, utc("2026-11-23 22:00"))


@pytest.mark.parametrize(
    ("found", "shifts", "expected"),
    [
        ("R1", (), When(Reading.NOT_SAID)),
        ("R2", (BEA,), When(Reading.NOT_SAID)),
        ("R1", (BEA,), When(Reading.ON_CALL)),
        ("R1", (LATER,), When(Reading.LATER, LATER.starts_at)),
    ],
)
def test_a_clinic_without_hours_has_not_said_when(found: str, shifts: tuple[Shift, ...], expected: When) -> None:
    assert when(found, Cover(NO_HOURS, OnCall.NEVER, shifts), SATURDAY) == expected


def test_nobody_is_said_to_have_been_told_while_mail_does_not_go_out() -> None:
    cover = Cover(OFFICE, OnCall.WHEN_CLOSED, (BEA, LATER))
    assert when("R1", cover, SATURDAY, mail_goes_out=False) == CLOSED_UNTIL_MONDAY
    assert when("R1", cover, MONDAY, mail_goes_out=False).reading is Reading.OPEN


def test_nothing_that_is_read_by_the_minute_promises_more_than_the_rota_holds() -> None:
    cover = Cover(OFFICE, OnCall.ALWAYS, (BEA,))
    assert when("R1", cover, BEA.ends_at) == CLOSED_UNTIL_MONDAY
    assert when("R1", cover, BEA.starts_at).msgid == "Somebody of the clinic who is on call has been told now."
