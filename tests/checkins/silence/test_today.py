"""What the patient's page of today says after they stopped at a question about safety."""

from datetime import date, timedelta

import time_machine

from portal.checkins.worker import LeftOpenRound
from tests.cast import NOW, Cast
from tests.checkins.sheets import Opener
from tests.checkins.silence.rounds import go_round
from tests.checkins.silence.test_left_open import UP_TO_9, begin
from tests.factories import plan_item

TODAY = date(2026, 11, 22)
SAID = "You stopped in the middle"


def page(browser: Opener, cast: Cast) -> str:
    return browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today").text


def test_whoever_stopped_there_can_go_on_and_finds_help_beside_it(
    browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    line = plan_item(cast.ada, "phq-9", 7, starts_on=TODAY)
    begin(cast.ada, line, UP_TO_9, NOW - timedelta(hours=1))
    assert SAID not in page(browser, cast)
    go_round(LeftOpenRound("one"))
    found = page(browser, cast)
    assert SAID in found
    assert "You began this. Your answers are here." in found
    for told in ("R4", "alert", "care team has been told", "abandoned"):
        assert told not in found


def test_whoever_stopped_elsewhere_is_not_asked_about_it(
    browser: Opener, cast: Cast, frozen: time_machine.Traveller
) -> None:
    begin(cast.ada, plan_item(cast.ada, "phq-9", 7, starts_on=TODAY), {"q1": 1}, NOW - timedelta(hours=1))
    go_round(LeftOpenRound("one"))
    assert SAID not in page(browser, cast)
