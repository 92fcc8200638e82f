"""The first page: what is here, and the file to bring in."""

import io
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.access.policy import PatientStatus
from portal.accounts.models import KeptForm
from portal.checkins.history import queries, uploads
from portal.checkins.models import HistoryUpload
from portal.patients.models import Patient
from tests.cast import NOW, Cast
from tests.checkins.history.diary import FILES, csv
from tests.checkins.history.sending import brought, home, send
from tests.page import Browser

Open = Callable[..., Browser]
ONE = csv("2026-01-05,9:00,7,0,Grey")


def test_a_patient_is_told_the_limits_before_choosing_a_file(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(home(cast.ada))
    assert "at most 20 MB and 50,000 rows" in page.text
    assert "your care team can see it" in page.text
    assert page.by_id("file").get("data-limit") == "20"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04" + bytes(60), "This is a spreadsheet, a backup or a PDF, not a CSV file."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "This file is not text"),
        ("date,mood\n2026-01-05,7\n".encode("utf-32"), "This file is not text"),
        (b"date,mood\n2026-01-05,\x81\x8d\x8f\n", "We cannot tell how the letters in this file are stored."),
        (b"date,time,mood\n", "This file names its columns but has no entries."),
        (b"just words\nmore words\n", "We found only one column."),
        (b"date,mood\n" + b"2026-01-05,7\n" * 50_001, "This file has more than 50000 rows."),
        (
            b"date,mood\n" + b"2026-01-05,7" + b" " * (21 << 20) + b"\n",
            "This file is too large: 21.1 MB. The limit is 20",
        ),
    ],
    ids=["empty", "spreadsheet", "picture", "utf-32", "unknown letters", "only a header", "words", "long", "large"],
)
def test_a_file_that_is_no_diary_is_refused_with_the_reason(
    browser: Open, cast: Cast, content: bytes, reason: str
) -> None:
    page = send(browser(cast.ada), cast.ada, content, expect=422)
    assert reason in page.problems[0]
    assert not db.session.scalar(select(func.count()).select_from(HistoryUpload))


def test_the_form_sends_the_file(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(home(cast.ada)).form("Read the file")
    assert form.submit(file=(io.BytesIO(ONE), "diary.csv")).h1 == "What the columns mean"


def test_sending_no_file_says_so(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(home(cast.ada)).form("Read the file").submit(expect=422)
    assert page.problems == ["Choose a file first"]


def test_fifty_megabytes_are_refused_with_their_size_and_the_limit(browser: Open, cast: Cast) -> None:
    large = io.BytesIO(bytes(50 << 20))
    answer = browser(cast.ada).open(home(cast.ada), "POST", data={"file": (large, "diary.csv")}, csrf=False)
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code == 413
    said = answer.get_data(as_text=True)
    assert "has 51 MB. A diary may have at most 20 MB." in said
    assert f'href="{home(cast.ada)}"' in said


def test_a_file_that_arrives_only_half_changes_nothing(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    body = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="diary.csv"\r\n\r\n' + ONE
    environ = {"CONTENT_LENGTH": str(len(body) + 5000), "wsgi.input": io.BytesIO(body)}
    kind = "multipart/form-data; boundary=cut"
    assert ada.open(home(cast.ada), "POST", content_type=kind, environ_overrides=environ).status_code == 400
    assert not db.session.scalar(select(func.count()).select_from(HistoryUpload))
    assert ada.get(home(cast.ada)).h1 == "Diary from before"


def test_an_unfinished_file_waits_for_its_owner_for_a_day(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    ada = browser(cast.ada)
    send(ada, cast.ada, ONE, "/home/ada/my diary.csv")
    page = ada.get(home(cast.ada))
    assert "You have not finished bringing in “my diary.csv”." in page.text
    assert page.follow("Go on with it").h1 == "What the columns mean"
    assert "not finished" not in browser(cast.bea).get(home(cast.ada)).text
    assert queries.find_upload(cast.ada.own_id, user_id=cast.ada.user_id, at=NOW + timedelta(hours=23))
    assert not queries.find_upload(cast.ada.own_id, user_id=cast.ada.user_id, at=NOW + timedelta(hours=25))


def test_a_file_is_swept_after_a_day_and_replaced_by_the_next(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    send(ada, cast.ada, ONE, "one.csv")
    send(ada, cast.ada, ONE, "two.csv")
    assert db.session.scalars(select(HistoryUpload.file_name)).all() == ["two.csv"]
    uploads.sweep(NOW + timedelta(hours=23))
    assert db.session.scalar(select(func.count()).select_from(HistoryUpload)) == 1
    uploads.sweep(NOW + timedelta(hours=24))
    assert not db.session.scalar(select(func.count()).select_from(HistoryUpload))


def test_the_worker_sweeps_what_nobody_finished(
    app: Flask, browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    send(browser(cast.ada), cast.ada, ONE)
    frozen.shift(timedelta(hours=24))
    db.session.rollback()
    assert copy_context().run(lambda: app.test_cli_runner().invoke(args=["worker", "--once"])).exit_code == 0
    assert not db.session.scalar(select(func.count()).select_from(HistoryUpload))


def test_a_file_can_be_deleted_before_it_is_brought_in(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    columns = send(ada, cast.ada, ONE)
    page = columns.form("Stop and delete").submit()
    assert "The file is deleted. Nothing of it was brought in." in page.text
    assert "not finished" not in page.text
    assert "no longer here" in ada.get(columns.url).text


def test_what_is_here_is_listed_for_patient_and_team(browser: Open, cast: Cast) -> None:
    brought(browser(cast.ada), cast.ada, ONE)
    for person in (cast.ada, cast.bea, cast.nia):
        page = browser(person).get(home(cast.ada))
        assert "Mood 0 to 10, high is good one number, January 5, 2026" in page.text
        assert ("diary.csv", True) in [(label[:9], bool(href)) for label, href in page.links]


@pytest.mark.parametrize("who", ["bea", "nia"])
def test_the_care_team_looks_and_brings_nothing_in(browser: Open, cast: Cast, who: str) -> None:
    member = browser(getattr(cast, who))
    page = member.get(home(cast.ada))
    assert "No diary was brought in" in page.text
    assert not page.root.findall(".//input[@type='file']")
    assert member.open(home(cast.ada), "POST", data={"file": (io.BytesIO(ONE), "x.csv")}).status_code == 404


@pytest.mark.parametrize("who", ["cal", "dot", "eve"])
def test_nobody_else_learns_that_there_is_a_diary(browser: Open, cast: Cast, who: str) -> None:
    assert browser(getattr(cast, who)).open(home(cast.ada)).status_code == 404


def test_a_patient_who_left_can_look_and_no_longer_bring_in(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    brought(ada, cast.ada, ONE)
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.DISCHARGED
    db.session.commit()
    page = ada.get(home(cast.ada))
    assert "Mood 0 to 10" in page.text
    assert not page.root.findall(".//input[@type='file']")


def test_a_file_chosen_when_the_session_had_ended_is_asked_for_again(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    ada = browser(cast.ada)
    token = ada.csrf_token()
    frozen.shift(timedelta(hours=13))
    data = {"file": (io.BytesIO(ONE), "x.csv"), "csrf_token": token}
    answer = ada.open(home(cast.ada), "POST", data=data, csrf=False)
    assert (answer.status_code, "/sign-in" in answer.headers["Location"]) == (303, True)
    assert not db.session.scalar(select(func.count()).select_from(HistoryUpload))
    assert not any("file" in kept for kept in db.session.scalars(select(KeptForm.fields)))


def test_windows_letters_and_semicolons_are_read(browser: Open, cast: Cast) -> None:
    page = send(browser(cast.ada), cast.ada, (FILES / "semicolons-windows.csv").read_bytes())
    assert "Windows, Western Europe" in page.text
    assert page.rows()[1][4].startswith("Grüße")
