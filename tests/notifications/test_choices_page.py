"""The page on which somebody chooses how they are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db, doctor
from portal.audit.models import AuditEvent
from portal.doctor import Level
from portal.notifications import choosing, vapid, ways
from portal.notifications.choosing import Wish
from portal.notifications.models import Channel, ContactWay, OutboxMessage
from portal.notifications.quiet import Hours
from portal.notifications.topics import Topic
from tests.cast import NOW, Cast
from tests.notifications.carried import BROWSER_KEYS, KEYS, PHONE, browser_of, confirmed_phone
from tests.page import Browser

Open = Callable[..., Browser]
PAGE = "/account/notices"
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/opaque"
EMAIL, SMS, PUSH = Channel.EMAIL, Channel.SMS, Channel.PUSH


@pytest.fixture
def everything(app: Flask) -> Flask:
    """The portal with a gateway for text messages and a push key."""
    app.config["INTERVAL"] = replace(app.config["INTERVAL"], sms_url="console:")
    vapid.make(app.config["INTERVAL"].instance_path)
    return app


def chosen(person: Any) -> choosing.Choices:
    db.session.rollback()
    db.session.expire_all()
    return choosing.get(person.user_id)


def test_everybody_finds_the_page_from_where_they_are(cast: Cast, browser: Open) -> None:
    for who, start in ((cast.ada, f"/patients/{cast.ada.own_id}"), (cast.bea, "/messages"), (cast.eve, "/clinic")):
        page = browser(who).get(start).follow("How we tell you")
        assert (page.url, page.h1) == (PAGE, "How we tell you")


def test_a_patient_chooses_ways_and_hours(everything: Flask, cast: Cast, browser: Open) -> None:
    confirmed_phone(cast.ada)
    page = browser(cast.ada).get(PAGE)
    values = {"messages_channels": ["sms"], "check_ins_channels": [], "check_ins_from": "", "quiet_from": "22"}
    page = page.form("").submit(**values, quiet_until="7", visits_from="8", visits_until="12")
    assert "Saved." in page.text
    found = chosen(cast.ada)
    assert found.of(Topic.MESSAGES) == Wish(frozenset({SMS}))
    assert found.of(Topic.CHECK_INS).channels == frozenset()
    assert found.of(Topic.VISITS) == Wish(frozenset({EMAIL}), Hours(8, 12))
    assert found.quiet == Hours(22, 7)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"quiet_from": "21"}, "Choose both hours, or neither"),
        ({"quiet_from": "21", "quiet_until": "21"}, "Choose two different hours"),
        ({"messages_from": "9"}, "Choose both hours, or neither"),
        (
            {"quiet_from": "21", "quiet_until": "9", "messages_from": "5", "messages_until": "8"},
            "The quiet hours leave no time for this",
        ),
    ],
)
def test_hours_that_make_no_sense_are_named_and_kept(
    everything: Flask, cast: Cast, browser: Open, values: dict[str, str], said: str
) -> None:
    page = browser(cast.ada).get(PAGE).form("").submit(**values, expect=422)
    assert said in page.text
    assert values.items() <= dict(page.form("").values.items()).items()
    assert chosen(cast.ada) == choosing.Choices()


def test_staff_cannot_switch_alerts_off(everything: Flask, cast: Cast, browser: Open) -> None:
    confirmed_phone(cast.bea)
    bea = browser(cast.bea)
    form = bea.get(PAGE).form("")
    assert "alerts_from" not in form.names
    form.submit(alerts_channels=[], messages_channels=[])
    assert chosen(cast.bea).of(Topic.ALERTS).channels == {EMAIL}
    bea.post(PAGE, {**form.values, "alerts_channels": "email"}, expect=422)
    bea.get(PAGE).form("").submit(alerts_channels=["sms"])
    assert chosen(cast.bea).of(Topic.ALERTS).channels == {EMAIL, SMS}
    assert chosen(cast.bea).of(Topic.MESSAGES).channels == frozenset()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(lambda key: key.chmod(0o644), "can be read by others. Run: chmod 600"), (Path.unlink, "")],
)
def test_without_a_key_that_is_kept_well_no_device_is_offered_and_the_doctor_says_why(
    everything: Flask, cast: Cast, browser: Open, spoil: Callable[[Path], object], why: str
) -> None:
    config = everything.config["INTERVAL"]
    assert "Add this device" in browser(cast.ada).get(PAGE).text
    spoil(Path(config.instance_path) / vapid.FILE)
    assert "Add this device" not in browser(cast.ada).get(PAGE).text
    said = [one.what for one in doctor.examine(config, at=NOW) if one.level is Level.WRONG and "device" in one.what]
    assert len(said) == bool(why)
    assert all(why in one for one in said)


def test_each_role_is_asked_about_its_own(everything: Flask, cast: Cast, browser: Open) -> None:
    ada, nia = browser(cast.ada).get(PAGE).form("").names, browser(cast.nia).get(PAGE).form("").names
    assert {name for name in ada if name.endswith("_from")} == {
        *("check_ins_from", "messages_from", "visits_from", "quiet_from")
    }
    assert {name for name in nia if name.endswith("_from")} == {"messages_from", "reviews_from", "quiet_from"}
    assert "nothing else for you to choose" in browser(cast.eve).get(PAGE).text


def test_who_can_untick_messages_reads_that_words_of_danger_come_anyway(cast: Cast, browser: Open) -> None:
    said = "messages whose words suggest danger, come by email at once, whatever you choose here"
    told = {person.email for person in cast.everybody().values() if said in browser(person).get(PAGE).text}
    assert told == {cast.bea.email, cast.cal.email, cast.nia.email}


def test_a_phone_is_confirmed_by_the_code_it_was_sent(
    everything: Flask, cast: Cast, browser: Open, frozen: Any
) -> None:
    ada = browser(cast.ada)
    page = ada.get(PAGE).form("Send a code").submit(number="(212) 555-0134")
    assert "+1 212-555-0134" in page.text
    assert "sms" not in {one.get("value") for one in page.find("input")}, "it is not offered before it is confirmed"
    page = page.form("Confirm").submit(code="no code", expect=422)
    assert "You can try 4 more times" in page.text
    code = ways.code(way().id, NOW, keys=KEYS)
    page = page.form("Confirm").submit(code=f"{code[:3]} {code[3:]}")
    assert "Your phone is confirmed" in page.text
    assert "sms" in {one.get("value") for one in page.find("input")}
    assert chosen(cast.ada).quiet == ways.NIGHT


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("hello", "Enter a phone number"),
        ("+1 212 555 013", "This is no phone number"),
        ("+1 800 555 1234", "Text messages do not reach this number"),
        ("+1 900 555 1234", "Text messages do not reach this number"),
        ("911", "This is no phone number"),
    ],
)
def test_a_phone_number_that_is_none_is_said_and_kept(
    everything: Flask, cast: Cast, browser: Open, typed: str, said: str
) -> None:
    page = browser(cast.ada).get(PAGE).form("Send a code").submit(number=typed, expect=422)
    assert said in page.text
    assert page.form("Send a code").values["number"] == typed
    assert db.session.scalars(select(ContactWay)).all() == []


def test_codes_are_few_short_lived_and_cannot_be_guessed(
    everything: Flask, cast: Cast, browser: Open, frozen: Any
) -> None:
    ada = browser(cast.ada)
    for _ in range(ways.MOST_CODES):
        ada.post(f"{PAGE}/phone", {"number": PHONE})
    assert "five codes within a day" in ada.post(f"{PAGE}/phone", {"number": PHONE}, expect=422).text
    right = ways.code(way().id, NOW, keys=KEYS)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for left in ("4", "3", "2"):
        assert left in ada.post(f"{PAGE}/phone/code", {"code": wrong}, expect=422).text
    assert "once more" in ada.post(f"{PAGE}/phone/code", {"code": wrong}, expect=422).text
    assert "does not work any more" in ada.post(f"{PAGE}/phone/code", {"code": wrong}).text
    assert "is confirmed" not in ada.post(f"{PAGE}/phone/code", {"code": right}).text


def test_a_code_that_comes_too_late_confirms_nothing(everything: Flask, cast: Cast, browser: Open, frozen: Any) -> None:
    ada = browser(cast.ada)
    ada.post(f"{PAGE}/phone", {"number": PHONE})
    right = ways.code(way().id, NOW, keys=KEYS)
    frozen.shift(ways.CODE_LASTS + timedelta(seconds=1))
    assert "does not work any more" in ada.post(f"{PAGE}/phone/code", {"code": right}).text
    assert db.session.scalars(select(ContactWay).where(ContactWay.confirmed_at.is_not(None))).all() == []


def test_a_browser_is_added_and_moves_to_whoever_adds_it_last(everything: Flask, cast: Cast, browser: Open) -> None:
    sent = {"endpoint": ENDPOINT, **BROWSER_KEYS}
    assert "Added." in browser(cast.ada).post(f"{PAGE}/browser", sent).text
    assert "Added." in browser(cast.dot).post(f"{PAGE}/browser", sent).text
    assert [one.user_id for one in db.session.scalars(select(ContactWay).where(ContactWay.gone_at.is_(None)))] == [
        cast.dot.user_id
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"endpoint": "http://updates.push.services.mozilla.com/x"}, "that we do not know"),
        ({"endpoint": "https://updates.push.services.mozilla.com.evil.example/x"}, "that we do not know"),
        ({"endpoint": "https://updates.push.services.mozilla.com:8443/x"}, "that we do not know"),
        ({"endpoint": "https://me@updates.push.services.mozilla.com/x"}, "that we do not know"),
        ({"endpoint": "https://evilpush.apple.com/x"}, "that we do not know"),
        ({"endpoint": "http://127.0.0.1:5432/"}, "that we do not know"),
        ({"endpoint": "https://[::1"}, "that we do not know"),
        ({"endpoint": ENDPOINT + "x" * 1000}, "that we do not know"),
        ({"endpoint": ""}, "that we do not know"),
        ({"p256dh": "AAAA"}, "nothing to reach it by"),
        ({"auth": "AAAA"}, "nothing to reach it by"),
        ({"auth": "é"}, "nothing to reach it by"),
    ],
)
def test_a_browser_that_names_another_host_or_no_keys_is_refused(
    everything: Flask, cast: Cast, browser: Open, changed: dict[str, str], said: str
) -> None:
    sent = {"endpoint": ENDPOINT, **BROWSER_KEYS} | changed
    assert said in browser(cast.ada).post(f"{PAGE}/browser", sent).text
    assert db.session.scalars(select(ContactWay)).all() == []


def test_what_is_somebody_elses_cannot_be_removed(everything: Flask, cast: Cast, browser: Open) -> None:
    way_id = browser_of(cast.ada, ENDPOINT).id
    assert browser(cast.dot).open(f"{PAGE}/{way_id}/remove", "POST").status_code == 404
    page = browser(cast.ada).get(PAGE).form(f"{way_id}/remove").submit()
    assert "Nothing more is sent there" in page.text
    assert browser(cast.ada).open(f"{PAGE}/{way_id}/remove", "POST").status_code == 404


def test_without_a_gateway_and_a_key_only_mail_is_offered(cast: Cast, browser: Open) -> None:
    page = browser(cast.ada).get(PAGE)
    assert "Your phone" not in page.text
    assert "Your devices" not in page.text
    browser(cast.ada).post(f"{PAGE}/phone", {"number": PHONE}, expect=422)


def test_the_audit_says_that_and_never_what(everything: Flask, cast: Cast, browser: Open) -> None:
    confirmed_phone(cast.ada)
    browser(cast.ada).get(PAGE).form("").submit(messages_channels=["sms"])
    events = db.session.scalars(select(AuditEvent)).all()
    assert [one.event for one in events] == [*("contact-way:added", "contact-way:confirmed", "contact-choices:changed")]
    assert "555" not in repr([one.details for one in events])
    assert db.session.scalars(select(OutboxMessage)).all() == []


def way() -> ContactWay:
    db.session.rollback()
    found = db.session.scalar(select(ContactWay).where(ContactWay.gone_at.is_(None)))
    assert found is not None
    return found
