"""From which day on a review is due."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.review.booster.due import review_due_on

GIVEN = datetime(2026, 10, 1, 15, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 9, 1, 15, tzinfo=UTC), datetime(2026, 11, 1, 15, tzinfo=UTC)
CASES: dict[str, tuple[dict[str, Any], date | None]] = {
    "nothing decided and nothing planned": ({}, None),
    "nothing planned, nothing decided since the infusion": ({"last_given_at": GIVEN}, None),
    "three days before a booster": ({"last_given_at": GIVEN, "next_booster_on": date(2026, 12, 10)}, date(2026, 12, 7)),
    "before a first booster too": ({"next_booster_on": date(2026, 12, 10)}, date(2026, 12, 7)),
    "as the last decision says": ({"next_review_on": date(2026, 12, 1), "decided_at": AFTER}, date(2026, 12, 1)),
    "decided since the infusion, so the booster asks for nothing": (
        {
            "next_review_on": date(2027, 1, 8),
            "decided_at": AFTER,
            "last_given_at": GIVEN,
            "next_booster_on": date(2026, 12, 10),
        },
        date(2027, 1, 8),
    ),
    "decided before any infusion counts": (
        {"next_review_on": date(2027, 1, 8), "decided_at": BEFORE, "next_booster_on": date(2026, 12, 10)},
        date(2027, 1, 8),
    ),
    "decided before the infusion, so the booster asks for it": (
        {
            "next_review_on": date(2027, 1, 8),
            "decided_at": BEFORE,
            "last_given_at": GIVEN,
            "next_booster_on": date(2026, 12, 10),
        },
        date(2026, 12, 7),
    ),
    "decided at the very moment of the infusion is not since it": (
        {
            "next_review_on": date(2027, 1, 8),
            "decided_at": GIVEN,
            "last_given_at": GIVEN,
            "next_booster_on": date(2026, 12, 10),
        },
        date(2026, 12, 7),
    ),
    "the earlier one of both": (
        {
            "next_review_on": date(2026, 11, 20),
            "decided_at": BEFORE,
            "last_given_at": GIVEN,
            "next_booster_on": date(2026, 12, 10),
        },
        date(2026, 11, 20),
    ),
}
NOTHING: dict[str, Any] = dict.fromkeys(("next_review_on", "decided_at", "last_given_at", "next_booster_on"))


@pytest.mark.parametrize("name", CASES)
def test_a_review_is_due(name: str) -> None:
    given, expected = CASES[name]
    assert review_due_on(**NOTHING | given) == expected
