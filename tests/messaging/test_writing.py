"""Drafts that the server keeps, and taking a message back, through the pages."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.messaging import drafts
from portal.messaging.models import Message, MessageDraft, Thread
from portal.notifications.models import OutboxMessage
from tests import factories
from tests.cast import NOW, PASSWORD, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]
MINUTE = timedelta(minutes=1)
AS_JSON = {"Accept": "application/json"}


def base_of(cast: Cast) -> str:
    return f"/patients/{cast.ada.own_id}/messages"


def count(what: type[db.Base]) -> int:
    return len(db.session.scalars(select(what)).all())


def test_a_draft_is_kept_without_a_script_and_restored_for_its_writer_only(browser: Open, cast: Cast) -> None:
    path = f"{base_of(cast)}/{factories.thread(cast.ada, cast.ada).id}"
    bea = browser(cast.bea)
    again = bea.get(path).form("Send").submit(button="Keep as draft", body="I was going to say")
    assert "Kept as a draft" in again.html
    assert again.form("Send").values["body"] == "I was going to say"
    assert "Your draft of November 22, 2026" in again.text
    assert "Draft" in bea.get(base_of(cast)).text
    for other in (cast.nia, cast.ada):
        page = browser(other).get(path)
        assert page.form("Send").values["body"] == ""
        assert "I was going to say" not in page.html
    again.form("Throw it away").submit()
    assert count(MessageDraft) == 0


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("to", ["draft", "template"])
def test_what_a_draft_cannot_keep_is_named(browser: Open, cast: Cast, to: str) -> None:
    path = f"{base_of(cast)}/new"
    bea, said = browser(cast.bea), "A draft keeps words only."
    assert said not in bea.post(f"{path}/{to}", {"subject": "Sleep", "body": "First"}).text
    for more in ({"chart": "y"}, {"files": (BytesIO(b"%PDF-"), "letter.pdf")}, {"files-brought": "one"}):
        assert said in bea.post(f"{path}/{to}", {"subject": "Sleep", "body": "First", **more}).text


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("to", ["draft", "template"])
def test_what_was_to_be_kept_when_the_session_ended_is_offered_again_and_then_kept(
    browser: Open, cast: Cast, frozen: time_machine.Traveller, to: str
) -> None:
    path, bea = f"{base_of(cast)}/new", browser(cast.bea)
    words = {**bea.get(path).form("Send").values, "subject": "Sleep", "body": "Half a thought"}
    frozen.shift(timedelta(days=1))
    sign_in = bea.post(f"{path}/{to}", words)
    again = sign_in.form("Sign in").submit(email=cast.bea.email, password=PASSWORD)
    assert (again.url, again.form("Send").values["body"]) == (path, "Half a thought")
    again.form("Send").submit(button="Keep as draft", body="A whole thought")
    assert bea.get(path).form("Send").values["body"] == "A whole thought"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("to", ["", "/draft", "/template"])
def test_from_what_was_too_large_a_link_leads_back_to_the_page(browser: Open, cast: Cast, to: str) -> None:
    path = f"{base_of(cast)}/new"
    sent = {"files": (BytesIO(bytes(25 << 20)), "film.pdf"), "body": "See here"}
    answer = browser(cast.bea).open(f"{path}{to}", "POST", data=sent)
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code == 413
    assert f'href="{path}">Go back' in answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_new", [True, False])
def test_whoever_keeps_words_of_danger_is_offered_help_and_nobody_else_hears(
    browser: Open, cast: Cast, is_new: bool
) -> None:
    path = f"{base_of(cast)}/{'new' if is_new else factories.thread(cast.ada, cast.ada).id}"
    ada = browser(cast.ada)
    kept = ada.get(path).form("Send").submit(button="Keep as draft", body="I want to kill myself")
    assert "You can talk to somebody now" in kept.text
    assert "Nobody has seen your words yet" in kept.text
    again = ada.open(f"{path}/draft", "POST", data=kept.form("Send").values)
    assert again.headers["Location"].endswith("#card")
    assert kept.by_id("card")
    assert "thread:danger-marked" not in db.session.scalars(select(AuditEvent.event)).all()
    assert count(OutboxMessage) == 0
    db.session.scalars(select(MessageDraft)).one().saved_at = NOW - timedelta(days=2)
    db.session.commit()
    harmless = ada.get(path)
    assert harmless.form("Send").values["body"] == "I want to kill myself"
    assert "You can talk to somebody now" not in harmless.text
    bea = browser(cast.bea).get(path).form("Send").submit(button="Keep as draft", body="She wants to die")
    assert "You can talk to somebody now" not in bea.text


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_a_script_keeps_brings_help_for_its_writer_alone(browser: Open, cast: Cast, is_new: bool) -> None:
    path = f"{base_of(cast)}/{'new' if is_new else factories.thread(cast.ada, cast.bea).id}"
    ada, bea = browser(cast.ada), browser(cast.bea)
    forms = {by: by.get(path).form("Send").values for by in (ada, bea)}

    def kept(by: Browser, body: str = "I want to kill myself", subject: str = "Sleep") -> str:
        words = {**forms[by], "subject": subject, "body": body}
        answer = by.open(f"{path}/draft", "POST", data=words, headers=AS_JSON).get_json()
        assert answer.pop("saved")
        return str(answer.pop("card_html", "")) + "".join(answer)

    assert "You can talk to somebody now" in kept(ada)
    assert "Nobody has seen your words yet" in kept(ada, "", subject="Quiero morir")
    assert kept(ada, "It was a long night") == ""
    assert kept(bea) == ""
    assert "thread:danger-marked" not in db.session.scalars(select(AuditEvent.event)).all()
    assert count(OutboxMessage) == 0
    assert {one.danger_at for one in db.session.scalars(select(Thread))} <= {None}
    ada.post(path, {**forms[ada], "subject": "Sleep", "body": "It was a long night"})
    assert kept(ada) == ""


def test_a_new_thread_has_a_draft_of_its_own_with_its_subject(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    form = ada.get(f"{base_of(cast)}/new").form("Send")
    form.submit(button="Keep as draft", subject="Sleep", body="First")
    form.submit(button="Keep as draft", subject="Sleep", body="First and second")
    assert count(MessageDraft) == 1
    page = ada.get(base_of(cast)).follow("Go on with your draft")
    assert page.form("Send").values["subject"] == "Sleep"
    page.form("Send").submit()
    assert db.session.scalars(select(Message.body)).all() == ["First and second"]
    assert count(MessageDraft) == 0


def test_what_a_script_keeps_after_it_was_sent_is_not_kept_again(browser: Open, cast: Cast) -> None:
    path = f"{base_of(cast)}/{factories.thread(cast.ada, cast.bea).id}"
    ada = browser(cast.ada)
    form = ada.get(path).form("Send")
    words = {**form.values, "body": "Better"}
    assert ada.open(f"{path}/draft", "POST", data=words, headers=AS_JSON).get_json() == {"saved": True}
    assert count(MessageDraft) == 1
    form.submit(body="Better")
    assert ada.open(f"{path}/draft", "POST", data=words, headers=AS_JSON).get_json() == {"saved": True}
    assert count(MessageDraft) == 0


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_one_page_sends_or_keeps_leaves_what_another_one_kept(
    browser: Open, cast: Cast, frozen: time_machine.Traveller, is_new: bool
) -> None:
    path = f"{base_of(cast)}/{'new' if is_new else factories.thread(cast.ada, cast.bea).id}"
    subject = {"subject": "Sleep"} if is_new else {}
    ada, long = browser(cast.ada), "A letter that took half an hour"

    def autosave(page: Page, body: str) -> None:
        frozen.shift(MINUTE)
        words = {**page.form("Send").values, **subject, "body": body}
        assert ada.open(f"{path}/draft", "POST", data=words, headers=AS_JSON).get_json() == {"saved": True}

    table, phone = ada.get(path), ada.get(path)
    autosave(table, long)
    autosave(phone, "ok")
    phone.form("Send").submit(**subject, body="ok")
    assert db.session.scalars(select(MessageDraft.body)).all() == [long]
    couch = ada.get(path)
    assert couch.form("Send").values["body"] == long
    autosave(couch, f"{long} and its end")
    assert count(MessageDraft) == 1
    autosave(table, "A letter")
    assert set(db.session.scalars(select(MessageDraft.body))) == {"A letter", f"{long} and its end"}
    ada.get(path).form("Throw it away").submit()
    couch.form("Send").submit(**subject, body=f"{long} and its end")
    assert count(MessageDraft) == 0


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_touched", [True, False])
def test_what_a_page_began_with_goes_when_it_is_sent_or_thrown_away(
    browser: Open, cast: Cast, is_touched: bool
) -> None:
    path = f"{base_of(cast)}/new"
    ada = browser(cast.ada)
    for button in ("Send", "Throw it away"):
        ada.get(path).form("Send").submit(button="Keep as draft", subject="Sleep", body="Half")
        page = ada.get(path)
        if is_touched:
            ada.post(f"{path}/draft", {**page.form("Send").values, "body": "Half and more"})
        page.form(button).submit()
        assert count(MessageDraft) == 0


def test_an_empty_draft_is_none_and_a_very_long_one_is_kept_whole(browser: Open, cast: Cast) -> None:
    path = f"{base_of(cast)}/new/draft"
    ada, long = browser(cast.ada), "é" * 60_000
    ada.open(path, "POST", data={"body": long}, headers=AS_JSON)
    assert db.session.scalars(select(MessageDraft.body)).all() == [long]
    ada.open(path, "POST", data={"body": " \x00 "}, headers=AS_JSON)
    assert count(MessageDraft) == 0


def test_help_is_where_the_page_begins_after_words_of_danger_and_after_others_what_was_sent(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    path = f"{base_of(cast)}/{factories.thread(cast.ada, cast.bea).id}"
    ada = browser(cast.ada)

    def send(body: str) -> str:
        values = ada.get(path).form("Send").values
        return str(ada.open(path, "POST", data={**values, "body": body}, csrf=False).headers["Location"])

    assert send("I want to kill myself").endswith("#card")
    withdrawn = ada.get(path).form("Withdraw")
    assert ada.open(withdrawn.action, "POST", data=withdrawn.values, csrf=False).headers["Location"].endswith("#card")
    assert send("I am on the bus").endswith("#latest")
    assert send("I want to die").endswith("#card")
    frozen.shift(5 * MINUTE)
    assert send("The bus is late").endswith("#latest")
    assert "You can talk to somebody now" in ada.get(path).text


def test_the_writer_takes_an_unread_message_back_and_corrects_it(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.ada, "the first")
    path = f"{base_of(cast)}/{thread.id}"
    bea = browser(cast.bea)
    sent = bea.get(path).form("Send").submit(body="Take two of them")
    back = sent.form("Withdraw").submit()
    assert "Withdrawn on November 22, 2026" in back.text
    assert back.form("Send").values["body"] == "Take two of them"
    page = browser(cast.ada).get(path)
    assert "Take two" not in page.html
    assert "Withdrawn on November 22, 2026" in page.text
    assert "Take two" not in browser(cast.nia).get(path).html
    kept = db.session.execute(select(Message.body, Message.retracted_at).where(~Message.is_from_patient)).one()
    assert tuple(kept) == ("Take two of them", NOW)
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert "message:retracted" in events


@pytest.mark.parametrize(
    ("minutes", "is_read", "said"),
    [(9, True, "Somebody has read it already"), (11, False, "more than ten minutes old")],
)
def test_what_was_read_or_is_old_stays(
    browser: Open, cast: Cast, frozen: time_machine.Traveller, minutes: int, is_read: bool, said: str
) -> None:
    path = f"{base_of(cast)}/{factories.thread(cast.ada, cast.ada).id}"
    page = browser(cast.bea).get(path).form("Send").submit(body="Take two of them")
    frozen.shift(minutes * MINUTE)
    if is_read:
        browser(cast.ada).get(path)
    again = page.form("Withdraw").submit()
    assert said in again.html
    assert "Take two of them" in again.text
    assert "Withdraw" not in [label for label, _ in again.links]
    assert db.session.scalars(select(Message.retracted_at)).all() == [None, None]


def test_nobody_takes_back_what_somebody_else_wrote(browser: Open, cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.bea)
    (message,) = db.session.scalars(select(Message.id)).all()
    for who, status in ((cast.nia, 404), (cast.ada, 404), (cast.cal, 404), (cast.bea, 303)):
        answer = browser(who).open(f"{base_of(cast)}/{thread.id}/{message}/retract", "POST")
        assert answer.status_code == status


def test_withdrawing_the_only_message_lets_its_subject_and_its_mail_go(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    sent = ada.get(f"{base_of(cast)}/new").form("Send").submit(subject="A secret", body="Another")
    assert count(OutboxMessage) == 2
    back = sent.form("Withdraw").submit()
    assert back.h1 == "Withdrawn"
    page = browser(cast.bea).get(base_of(cast))
    assert "secret" not in page.html
    thread = db.session.scalars(select(Thread)).one()
    assert (thread.unread_by_team, thread.owed_since) == (0, None)
    assert db.session.scalars(select(Message.subject)).one() == "A secret"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_withdrawn_words_come_behind_the_draft_that_stands_and_once(browser: Open, cast: Cast) -> None:
    path = f"{base_of(cast)}/{factories.thread(cast.ada, cast.ada).id}"
    bea = browser(cast.bea)
    sent = bea.get(path).form("Send").submit(body="First words")
    sent.form("Send").submit(button="Keep as draft", body="Half-typed second")
    for _ in range(2):
        back = sent.form("Withdraw").submit()
        assert back.form("Send").values["body"] == "Half-typed second\n\nFirst words"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_thread_whose_subject_was_withdrawn_has_it_back_with_the_corrected_words(browser: Open, cast: Cast) -> None:
    new = browser(cast.ada).get(f"{base_of(cast)}/new").form("Send")
    back = new.submit(subject="My sleep", body="Wrong words").form("Withdraw").submit()
    assert back.h1 == "Withdrawn"
    again = back.form("Send").submit(body="Right words")
    assert again.h1 == "My sleep"
    again.form("Withdraw").submit()
    answered = browser(cast.bea).get(back.url.partition("#")[0]).form("Send").submit(body="You wrote to us\nAnd now?")
    assert answered.h1 == "You wrote to us"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_subject_goes_with_the_words_it_came_with_though_others_stand_under_it(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    ada, bea = browser(cast.ada), browser(cast.bea)
    new = ada.get(f"{base_of(cast)}/new").form("Send").submit(subject="A secret", body="I want to kill myself")
    path = new.url.partition("#")[0]
    frozen.shift(MINUTE)
    second = new.form("Send").submit(body="Second")
    first_id = db.session.scalars(select(Message.id).order_by(Message.sent_at)).first()
    retract = f"{path}/{first_id}/retract"
    assert ada.open(retract, "POST").status_code == 303
    for page in (bea.get(base_of(cast)), bea.get("/messages"), ada.get(path)):
        assert "secret" not in page.html
    assert "A secret I want to kill myself" in " ".join(bea.get(path).text.split())
    frozen.shift(MINUTE)
    last = second.form("Send").submit(body="Third\nand more")
    assert last.h1 == "Third"
    ada.open(f"{path}/{db.session.scalars(select(Message.id).order_by(Message.sent_at)).all()[-1]}/retract", "POST")
    assert ada.get(path).h1 == "Withdrawn"
    assert set(db.session.scalars(select(Message.subject))) == {"A secret", None, "Third"}


def test_another_threads_draft_is_not_found_under_ones_own_name(browser: Open, cast: Cast) -> None:
    theirs = factories.thread(cast.dot, cast.cal).id
    assert browser(cast.ada).open(f"{base_of(cast)}/{theirs}/draft", "POST", data={"body": "x"}).status_code == 404
    assert drafts.list_places(cast.ada.own_id, user_id=cast.ada.user_id) == frozenset()
