"""Promise 3: with no worker the desk and the crisis card do their work, and staff see that nothing goes out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.notifications import queries
from portal.safety.models import AlertState
from tests.cast import NOW, Cast
from tests.checkins.sheets import typed
from tests.factories import plan_item
from tests.notifications.outbox import Inbox, drain, mail_server, worker
from tests.page import Browser
from tests.safety.escalation.stage import MONDAY, alerts, answer, reload

Opener = Callable[..., Browser]
WARNING = "Mail is not going out"


def test_a_positive_answer_is_on_the_desk_and_is_taken_on_though_nothing_goes_out(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada, "daily", 1)
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    form.submit(typed({"mood": 6, "anxiety": 3, "energy": 5, "sleep_h": 7, "safe": 2}))
    (alert,) = alerts()
    desk = browser(cast.bea).get("/alerts")
    assert "Ada Okafor" in desk.text
    page = browser(cast.bea).get(f"/patients/{alert.patient_id}/alerts/{alert.id}")
    page.form("I take this on").submit({})
    alert = reload(alert)
    assert (alert.state, alert.escalate_at) == (AlertState.ACKNOWLEDGED, None)


def test_the_crisis_card_waits_for_the_patient_and_lets_them_on(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    ada = browser(cast.ada)
    card = ada.get(f"/patients/{cast.ada.own_id}/today")
    assert card.url.partition("?")[0].endswith("/card")
    assert "988" in card.text
    assert "988" in browser().get("/help").text, "and whoever is not signed in"


@pytest.mark.parametrize("path", ["/alerts", "/caseload", "/patients/{}/alerts/{}"])
def test_staff_are_warned_on_the_desk_and_on_every_page_while_no_worker_lives(
    browser: Opener, cast: Cast, tmp_path: Path, frozen: Any, path: str
) -> None:
    alert = answer(cast.ada)
    page = path.format(alert.patient_id, alert.id)
    assert WARNING in browser(cast.bea).get(page).html
    with mail_server(Inbox()) as port:
        drain(worker(port, tmp_path))
    assert WARNING not in browser(cast.bea).get(page).html
    frozen.move_to(NOW + timedelta(seconds=61))
    assert WARNING in browser(cast.bea).get(page).html, "it has not been heard of for a minute"


def test_what_did_not_go_out_is_known_from_the_rows_alone(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    assert queries.undelivered_alerts([alert.id], at=MONDAY + timedelta(seconds=61)) == {alert.id}
