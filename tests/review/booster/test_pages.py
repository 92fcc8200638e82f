"""The review before a booster: read, decided, signed, kept."""

from collections.abc import Callable
from datetime import date

from portal.review.booster import queries
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]
DECIDED = {"decision": "wait", "reason": "Still well at day 30.", "next_review_on": "2026-12-06"}


def sheet(browser: Open, cast: Cast, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/review")


def test_a_provider_signs_a_review_and_the_sheet_is_kept(browser: Open, cast: Cast) -> None:
    factories.scored(cast.ada, "phq-9", 12, date(2026, 11, 20))
    kept = sheet(browser, cast).form("Sign the review").submit(DECIDED)
    assert "The review is signed." in kept.text
    review = queries.last_standing(cast.ada.own_id)
    assert review is not None
    assert (review.decision, review.reason, review.next_review_on) == (
        "wait",
        "Still well at day 30.",
        date(2026, 12, 6),
    )
    assert (review.signed_by, review.signed_at, review.as_of) == ("Bea Lindqvist", NOW, NOW)
