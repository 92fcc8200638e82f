"""The caseload, its file, the chart and the review sheet of a patient who stopped answering."""

from datetime import date, timedelta

import pytest

from portal import db
from portal.checkins.silence_queries import get_unheard
from portal.review.models import CaseloadRow
from tests.cast import NOW, Cast
from tests.checkins.sheets import Opener, ref
from tests.checkins.silence.rounds import go_round, spells
from tests.factories import check_in, course, infusion, plan_item, scored

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
SAID = "ot heard of for 5 days"


@pytest.fixture
def stopped(cast: Cast) -> Cast:
    """Ada's scores have hardly moved, and five days ago she stopped answering."""
    plan_item(cast.ada)
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - 61 * DAY)
    of_ada = course(cast.ada, cast.bea, started_on=TODAY - 40 * DAY)
    infusion(of_ada, cast.bea, NOW - 40 * DAY)
    for days, total in ((47, 15), (33, 14), (19, 14), (5, 14)):
        scored(cast.ada, "phq-9", total, TODAY - days * DAY)
    check_in(cast.ada, TODAY - 5 * DAY, NOW - 5 * DAY)
    return cast


def test_before_the_round_it_is_steady_and_afterwards_not_heard_of(stopped: Cast, browser: Opener) -> None:
    bea = browser(stopped.bea)
    before = bea.get("/caseload").text
    assert "Steady" in before
    assert SAID not in before
    go_round()
    assert len(spells(stopped.ada)) == 1
    after = bea.get("/caseload").text.partition("How this list is made")[0]
    assert SAID in after
    assert "Steady" not in after


def test_what_is_kept_in_the_row_depends_on_no_clock(stopped: Cast) -> None:
    before = db.session.get_one(CaseloadRow, stopped.ada.own_id).trend
    go_round()
    assert db.session.get_one(CaseloadRow, stopped.ada.own_id).trend == before == "steady"


def test_the_file_of_the_caseload_says_so_too(stopped: Cast, browser: Opener) -> None:
    go_round()
    found = browser(stopped.bea).client.get("/caseload.csv").text
    db.begin(write=True)
    assert SAID in found
    assert "Steady" not in found


def test_the_chart_says_since_when_nothing_is_known(stopped: Cast, browser: Opener) -> None:
    address = f"/patients/{stopped.ada.own_id}/progress"
    assert "no reliable change" in browser(stopped.bea).get(address).text
    go_round()
    for person in (stopped.bea, stopped.ada):
        page = browser(person).get(address).text
        assert "No check-in has come for 5 days; how it has been since then is not known." in page
        assert "no reliable change (that takes" not in page


def test_the_review_sheet_says_it_in_place_of_steady(stopped: Cast, browser: Opener) -> None:
    address = f"/patients/{stopped.ada.own_id}/review"
    before = browser(stopped.bea).get(address).text
    assert "Trend: steady" in before
    go_round()
    after = browser(stopped.bea).get(address).text
    assert "Trend: not heard of for 5 days" in after
    assert "Not heard of for 5 days; where it stands now is not known." in after
    assert "no reliable change (that takes" not in after


def test_a_check_in_lets_the_scores_speak_again(stopped: Cast) -> None:
    go_round()
    patient = ref(stopped.ada)
    assert get_unheard(patient, "phq-9", at=NOW, silent_days=7) is not None
    check_in(stopped.ada, TODAY, NOW)
    assert get_unheard(patient, "phq-9", at=NOW, silent_days=7) is None
