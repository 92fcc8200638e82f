"""The chart as it was, and a questionnaire, in a message: sent by the team, opened and filled in by the patient."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
import time_machine
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins.requests.models import QuestionnaireRequest
from portal.messaging import retraction
from portal.messaging.attachments import store
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message
from portal.patients.models import Patient
from portal.progress import queries as progress
from tests import factories
from tests.cast import NOW, Cast
from tests.checkins.sheets import GAD_7, typed
from tests.page import Browser

Open = Callable[..., Browser]
ONE_DATABASE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ASKED = {"body": "Please fill this in", "instrument": "gad-7", "before": "2026-11-26"}


def path_of(cast: Cast) -> str:
    return f"/patients/{cast.ada.own_id}/messages/{factories.thread(cast.ada, cast.ada).id}"


def only() -> Attachment:
    db.session.rollback()
    return db.session.scalars(select(Attachment)).one()


def test_a_questionnaire_goes_out_in_a_message_and_its_answer_comes_back(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    path, bea, ada = path_of(cast), browser(cast.bea), browser(cast.ada)
    page = bea.get(path).form("Send").submit(**ASKED)
    assert "Asked for before Thu, Nov 26. Not filled in yet." in page.text
    assert "asked for before Thu, Nov 26" in ada.get(f"/patients/{cast.ada.own_id}/today").text
    state = bea.open(f"{path}/news").get_json()["state"]
    opened = ada.get(path)
    assert "Please fill this in before Thu, Nov 26." in opened.text
    assert "GAD-7" not in opened.text
    frozen.shift(timedelta(minutes=5))
    receipt = opened.follow("Fill it in").form("Send").submit(typed(GAD_7))
    assert "Saved." in receipt.html
    assert "Filled in for Sun, Nov 22" in ada.get(path).text
    assert "score" not in ada.get(path).text
    back = bea.get(path)
    assert "Filled in for Sun, Nov 22 · score 7" in back.text
    assert back.follow("Filled in for").h1
    assert bea.open(f"{path}/news").get_json()["state"] != state
    packed = zipfile.ZipFile(io.BytesIO(ada.open(f"/patients/{cast.ada.own_id}/messages/export").data))
    (kept,) = [one for message in orjson.loads(packed.read("messages.json"))[0]["messages"] for one in message["asked"]]
    expected = {"before": "2026-11-26", "filled_in_for": "2026-11-22", "withdrawn_at": None}
    assert kept == {"questionnaire": "Two weeks: worry", **expected}
    assert "Filled in for Sun, Nov 22" in packed.read("messages.html").decode()
    assert "Nothing more to do" in ada.get(f"/patients/{cast.ada.own_id}/today").text


@ONE_DATABASE
def test_its_neutral_title_is_in_the_readers_language(browser: Open, cast: Cast) -> None:
    path, ada = path_of(cast), browser(cast.ada)
    browser(cast.bea).get(path).form("Send").submit(**ASKED)
    db.session.get_one(User, cast.ada.user_id).language = "es"
    db.session.commit()
    packed = zipfile.ZipFile(io.BytesIO(ada.open(f"/patients/{cast.ada.own_id}/messages/export").data))
    for said in (ada.get(path).text, packed.read("messages.html").decode(), packed.read("messages.json").decode()):
        assert "Dos semanas: preocupación" in said
        assert "Two weeks" not in said
        assert "GAD" not in said


@ONE_DATABASE
def test_it_can_be_taken_back_by_its_button_and_with_its_message(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    path, bea = path_of(cast), browser(cast.bea)
    page = bea.get(path).form("Send").submit(**ASKED)
    assert "Not asked for any more" in page.form("Ask no more").submit().text
    assert "Fill it in" not in browser(cast.ada).get(path).html
    bea.get(path).form("Send").submit(**ASKED | {"body": "Once more"})
    message = db.session.scalars(select(Message).where(Message.body == "Once more")).one()
    retraction.retract(cast.ada.own_id, message.thread_id, message.id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert all(one.withdrawn_at for one in db.session.scalars(select(QuestionnaireRequest)))
    assert "asked for before" not in browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today").text


@ONE_DATABASE
@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"before": ""}, "Say before which day it is to be filled in"),
        ({"instrument": ""}, "Choose the questionnaire that is to be filled in before that day"),
        ({"before": "2026-11-22"}, "November 22, 2026 is too soon: choose a day after today."),
        ({"before": "2027-06-01"}, "June 1, 2027 is too far ahead. Choose December 20, 2026 or before."),
        ({"before": "someday"}, "Enter a real date: year, month, day, like 2026-03-27"),
        ({"chart": "yes"}, "There is nothing on the chart yet."),
    ],
)
def test_what_cannot_be_asked_like_this_is_said_and_everything_stays(
    browser: Open, cast: Cast, changed: dict[str, str], problem: str
) -> None:
    page = browser(cast.bea).get(path_of(cast)).form("Send").submit(ASKED | changed, expect=422)
    assert page.problems == [problem]
    values = page.form("Send").values
    expected = ASKED | changed
    assert {name: values.get(name) for name in expected} == expected
    assert page.find("details")[-1].get("open") is not None
    assert not db.session.scalars(select(QuestionnaireRequest)).all()


@ONE_DATABASE
def test_only_a_provider_asks_and_only_somebody_in_care(browser: Open, cast: Cast) -> None:
    path = path_of(cast)
    assert "instrument" not in browser(cast.nia).get(path).form("Send").names
    assert {"instrument", "chart"} & browser(cast.ada).get(path).form("Send").names == set()
    nia = browser(cast.nia)
    nia.post(path, {**nia.get(path).form("Send").values.to_dict(), **ASKED})
    assert not db.session.scalars(select(Attachment)).all()
    sent = browser(cast.bea).get(path).form("Send").submit(**ASKED).form("Ask no more")
    assert browser(cast.nia).open(sent.action, "POST").status_code == 404
    elsewhere = sent.action.replace(path.rpartition("/")[2], str(factories.thread(cast.ada, cast.bea).id))
    assert browser(cast.bea).open(elsewhere, "POST").status_code == 404
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.PAUSED
    db.session.commit()
    assert "instrument" not in browser(cast.bea).get(path).form("Send").names


@ONE_DATABASE
def test_the_chart_stays_as_it_was_and_shows_nothing_for_the_team_alone(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    read = progress.get_progress

    def noted(*patient: Any, for_team: bool, **more: Any) -> Any:
        asked.append(for_team)
        return read(*patient, for_team=for_team, **more)

    monkeypatch.setattr(progress, "get_progress", noted)
    for days in range(30):
        factories.scored(cast.ada, "phq-9", 20 - days // 3, (NOW - timedelta(days=30 - days)).date())
    path = path_of(cast)
    page = browser(cast.bea).get(path).form("Send").submit(body="Look how it went", chart="yes")
    (picture,) = [one for one in page.find("img") if "/files/" in one.get("src", "")]
    answer = browser(cast.ada).open(picture.get("src"))
    assert answer.mimetype == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    first = answer.get_data(as_text=True)
    assert "PHQ-9" in first
    assert asked == [False]
    factories.scored(cast.ada, "phq-9", 2, NOW.date())
    assert browser(cast.ada).open(picture.get("src")).get_data(as_text=True) == first
    assert store.read(only().id, only().sha256).decode() == first


@ONE_DATABASE
def test_a_second_tap_asks_once(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get(path_of(cast)).form("Send")
    for _tap in range(2):
        form.submit(**ASKED)
    assert only().request_id is not None
    assert len(db.session.scalars(select(QuestionnaireRequest)).all()) == 1
