"""What the care team keeps beside a thread, and that no page of the patient's can show it."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.follow_ups import service
from portal.follow_ups.about import About
from portal.follow_ups.models import State, Why
from portal.messaging import inbox
from portal.messaging.inbox import Show
from portal.messaging.models import Message, Thread, ThreadClosing, ThreadNote
from tests import factories
from tests.cast import NOW, Cast
from tests.follow_ups.planned import plan
from tests.page import Browser

Open = Callable[..., Browser]


def base_of(cast: Cast) -> str:
    return f"/patients/{cast.ada.own_id}/messages"


def owed_thread(cast: Cast, body: str = "How long?") -> Thread:
    thread = factories.thread(cast.ada, cast.ada, body)
    thread.owed_since = NOW
    db.session.commit()
    return thread


def test_a_note_its_correction_and_who_may_correct_it(browser: Open, cast: Cast) -> None:
    thread = owed_thread(cast)
    page = browser(cast.bea).get(f"{base_of(cast)}/{thread.id}").follow("Add a note")
    page.form("Save").submit(body=" \x00 ", expect=422)
    noted = page.form("Save").submit(body="Ask abuot her sleep")
    corrected = noted.follow("Correct").form("Save").submit(body="Ask about her sleep")
    assert "Ask about her sleep" in corrected.text
    assert "Before, of November 22, 2026" in corrected.text
    nia = browser(cast.nia)
    seen = nia.get(f"{base_of(cast)}/{thread.id}")
    assert "Ask about her sleep" in seen.text
    assert "Correct" not in [label for label, _ in seen.links]
    note_id = db.session.scalars(select(ThreadNote.note_id)).first()
    assert nia.open(f"{base_of(cast)}/{thread.id}/notes/{note_id}", "POST", data={"body": "x"}).status_code == 404
    rows = db.session.execute(select(ThreadNote.version, ThreadNote.body).order_by(ThreadNote.version)).all()
    assert [tuple(row) for row in rows] == [(1, "Ask abuot her sleep"), (2, "Ask about her sleep")]


def test_a_second_tap_is_one_note_and_other_words_ask_first(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get(f"{base_of(cast)}/{owed_thread(cast).id}/notes/new").form("Save")
    for _ in range(2):
        form.submit(body="Sleep")
    again = form.submit(body="Pain", expect=409)
    assert again.form("Save").values["body"] == "Pain"
    assert len(db.session.scalars(select(ThreadNote)).all()) == 1


@pytest.mark.parametrize(("action", "values"), [("contact", {"way": "telephone"}), ("resolve", {})])
def test_a_second_tap_ends_a_wait_once_and_other_words_ask_first(
    browser: Open, cast: Cast, action: str, values: dict[str, str]
) -> None:
    bea, path = browser(cast.bea), f"{base_of(cast)}/{owed_thread(cast).id}"
    bea.get(path)
    form = bea.get(f"{path}/{action}").form("Save")
    for _ in range(2):
        form.submit(words="She is well.", **values)
    again = form.submit(words="She is not.", expect=409, **values)
    assert again.form("Save").values["words"] == "She is not."
    assert len(db.session.scalars(select(ThreadClosing)).all()) == 1


def test_no_page_of_the_patient_shows_what_the_team_keeps(browser: Open, cast: Cast) -> None:
    thread = owed_thread(cast)
    path = f"{base_of(cast)}/{thread.id}"
    bea = browser(cast.bea)
    bea.get(path)
    bea.get(f"{path}/notes/new").form("Save").submit(body="unspeakable one")
    bea.get(f"{path}/contact").form("Save").submit(way="telephone", words="unspeakable two")
    thread = db.session.get_one(Thread, thread.id)
    thread.owed_since, thread.is_urgent, thread.assigned_to_id = NOW, True, cast.nia.user_id
    db.session.commit()
    bea.get(f"{path}/resolve").form("Save").submit(words="unspeakable three")
    ada = browser(cast.ada)
    for address in (path, base_of(cast), f"{path}/news", f"{base_of(cast)}/search"):
        said = ada.open(address).get_data(as_text=True)
        assert "unspeakable" not in said, address
        assert "Urgent" not in said, address
    for page in ("notes/new", "contact", "resolve"):
        assert ada.open(f"{path}/{page}").status_code == 404
    for action in ("assign", "urgent"):
        assert ada.open(f"{path}/{action}", "POST").status_code == 404
    found = ada.get(f"{base_of(cast)}/search").form("Find").submit(text="unspeakable")
    assert "Nothing found" in found.text
    packed = zipfile.ZipFile(io.BytesIO(ada.open(f"{base_of(cast)}/export").data))
    assert all(b"unspeakable" not in packed.read(name) for name in packed.namelist())


@pytest.mark.parametrize(
    ("link", "values", "said"),
    [
        ("Record a contact", {"way": "telephone", "words": "She is well."}, "By telephone"),
        ("Needs no answer", {"words": "Only a thank you."}, "Only a thank you."),
    ],
)
def test_ending_a_wait_without_a_reply(browser: Open, cast: Cast, link: str, values: dict[str, str], said: str) -> None:
    page = browser(cast.bea).get(f"{base_of(cast)}/{owed_thread(cast).id}")
    assert "Waits for an answer since November 22, 2026" in page.text
    form = page.follow(link).form("Save")
    missing = form.submit(expect=422)
    assert len(missing.problems) == len(values)
    done = missing.form("Save").submit(**values)
    assert "Nobody waits for an answer." in done.text
    assert said in done.text
    assert db.session.scalars(select(Thread.owed_since)).one() is None


def test_resolving_what_a_colleague_answered_meanwhile_says_so(browser: Open, cast: Cast) -> None:
    path = f"{base_of(cast)}/{owed_thread(cast).id}"
    form = browser(cast.bea).get(f"{path}/resolve").form("Save")
    browser(cast.nia).get(path).form("Send").submit(body="An hour")
    assert "Nobody waits for an answer here any more" in form.submit(words="Thanks").html
    assert db.session.scalars(select(ThreadClosing)).all() == []


def test_a_thread_is_given_to_one_of_the_team_and_only_of_the_team(browser: Open, cast: Cast) -> None:
    path = f"{base_of(cast)}/{owed_thread(cast).id}"
    bea = browser(cast.bea)
    given = bea.get(path).form("Assign").submit(user_id=cast.nia.user_id.hex)
    assert "Assigned to Nia Achebe" in given.text
    for wrong in (cast.cal.user_id.hex, "nobody", cast.ada.user_id.hex):
        assert "Choose somebody who is on the care team now" in bea.post(f"{path}/assign", {"user_id": wrong}).html
    db.session.get_one(User, cast.nia.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    assert "They are not on the care team any more" in bea.get(path).text
    bea.get(path).form("Assign").submit(user_id="")
    assert db.session.scalars(select(Thread.assigned_to_id)).one() is None


def test_urgent_is_marked_and_taken_off_with_the_mark_for_words(browser: Open, cast: Cast) -> None:
    thread = owed_thread(cast)
    bea = browser(cast.bea)
    marked = bea.get(f"{base_of(cast)}/{thread.id}").form("Mark as urgent").submit()
    assert "Urgent" in marked.text
    thread = db.session.get_one(Thread, thread.id)
    thread.danger_at = NOW
    db.session.commit()
    bea.get(marked.url.partition("#")[0]).form("Take the mark off").submit()
    thread = db.session.scalars(select(Thread).execution_options(populate_existing=True)).one()
    assert (thread.is_urgent, thread.danger_at) == (False, None)
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert {"thread:marked-urgent", "thread:unmarked"} <= set(events)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("link", "values"),
    [
        ("", {"body": "We called you."}),
        ("Record a contact", {"way": "telephone", "words": "She is well."}),
        ("Needs no answer", {"words": "Only a thank you."}),
    ],
)
def test_a_mark_set_by_hand_goes_with_the_wait_it_was_set_for(
    browser: Open, cast: Cast, link: str, values: dict[str, str]
) -> None:
    bea, path = browser(cast.bea), f"{base_of(cast)}/{owed_thread(cast).id}"
    page = bea.get(path).form("Mark as urgent").submit()
    (page.follow(link).form("Save") if link else page.form("Send")).submit(**values)
    browser(cast.ada).get(path).form("Send").submit(body="Thank you!")
    assert [one.is_urgent for one in inbox.list_threads(cast.bea.user_id, Show.UNANSWERED, None).lines] == [False]
    assert "thread:urgent-settled" in db.session.scalars(select(AuditEvent.event)).all()


@pytest.mark.parametrize(("who", "status"), [("ada", 404), ("cal", 404), ("dot", 404), ("eve", 404), ("nia", 200)])
def test_only_the_care_team_handles_a_thread(browser: Open, cast: Cast, who: str, status: int) -> None:
    path = f"{base_of(cast)}/{owed_thread(cast).id}/resolve"
    assert browser(getattr(cast, who)).open(path).status_code == status


def test_an_overdue_answer_is_marked_for_the_team_and_explained_to_the_patient(browser: Open, cast: Cast) -> None:
    path = f"{base_of(cast)}/{owed_thread(cast).id}"
    assert "You wrote on Sun, Nov 22" in browser(cast.ada).get(path).text
    assert "Overdue" not in browser(cast.bea).get(path).text
    db.session.scalars(select(Thread)).one().owed_since = NOW - timedelta(days=9)
    db.session.commit()
    assert "An answer takes longer than usual" in browser(cast.ada).get(path).text
    assert "Overdue" in browser(cast.bea).get(path).text


def test_words_of_danger_bring_the_card_to_the_writer_and_the_mark_to_the_team(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    form = ada.get(f"{base_of(cast)}/new").form("Send")
    sent = form.submit(subject="Tonight", body="I want to kill myself.")
    assert "You can talk to somebody now" in sent.text
    assert "Your message was sent" in sent.text
    page = browser(cast.bea).get(sent.url)
    assert "Words that may mean danger" in page.text
    assert "not validated" in page.text
    assert "I want to kill myself." in page.text
    assert "You can talk to somebody now" not in page.text
    harmless = ada.get(f"{base_of(cast)}/new").form("Send").submit(subject="Tuesday", body="At nine?")
    assert "You can talk to somebody now" not in harmless.text
    assert "Words that may mean danger" not in browser(cast.bea).get(harmless.url).text


def test_the_export_holds_everything_and_each_side_what_it_may_see(browser: Open, cast: Cast) -> None:
    thread = owed_thread(cast, "<b>How</b> long?")
    path = f"{base_of(cast)}/{thread.id}"
    bea, ada = browser(cast.bea), browser(cast.ada)
    bea.get(path).form("Send").submit(body="Take two of them").form("Withdraw").submit()
    bea.get(f"{path}/notes/new").form("Save").submit(body="Ask about sleep")

    def packed(of: Browser) -> tuple[list[dict[str, object]], str]:
        answer = of.open(f"{base_of(cast)}/export")
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
        return json.loads(archive.read("messages.json")), archive.read("messages.html").decode()

    (theirs,), page = packed(bea)
    assert [one["body"] for one in theirs["messages"]] == ["<b>How</b> long?", "Take two of them"]  # type: ignore[attr-defined]
    assert "Ask about sleep" in page
    assert "&lt;b&gt;How" in page
    (own,), page = packed(ada)
    assert [one["body"] for one in own["messages"]] == ["<b>How</b> long?", None]  # type: ignore[attr-defined]
    assert "Take two" not in page
    assert "notes" not in own
    exported = db.session.scalars(select(AuditEvent.actor_id).where(AuditEvent.event == "messages:exported")).all()
    assert exported == [cast.bea.user_id, cast.ada.user_id]
    assert browser(cast.cal).open(f"{base_of(cast)}/export").status_code == 404


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_export_says_what_the_pages_say_though_it_is_settled(browser: Open, cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=4))
    answered = factories.scored(cast.ada, "phq-9", 14, date(2026, 11, 20))
    first, second = owed_thread(cast, "I want to kill myself"), factories.thread(cast.ada, cast.bea)
    first.about_infusion_id, second.about_check_in_id, first.assigned_to_id = infusion.id, answered.id, cast.nia.user_id
    db.session.scalars(select(Message).where(Message.thread_id == first.id)).one().suggests_danger = True
    db.session.commit()
    dropped, handed_back = plan(cast, about=About(infusion_id=infusion.id)), plan(cast, subject="To decide")
    service.settle(dropped, State.DROPPED, Why.CHECK_IN_CAME, at=NOW)
    service.settle(handed_back, State.TO_DECIDE, Why.AUTHOR_LEFT, at=NOW)
    db.session.commit()

    def packed(of: Browser) -> tuple[dict[bool, Any], str, zipfile.ZipFile]:
        archive = zipfile.ZipFile(io.BytesIO(of.open(f"{base_of(cast)}/export").data))
        threads = json.loads(archive.read("messages.json"))
        page = " ".join(archive.read("messages.html").decode().split())
        return {one["about_check_in"] is None: one for one in threads}, page, archive

    threads, page, archive = packed(browser(cast.bea))
    assert threads[True]["assigned_to"] == "Nia Achebe"
    assert [one["words_of_danger"] for one in threads[True]["messages"]] == [True]
    assert "Words that may mean danger" in page
    assert "Assigned to Nia Achebe." in page
    told = [(one["state"], one["why"], one["about_infusion"]) for one in json.loads(archive.read("follow-ups.json"))]
    assert set(told) == {("dropped", "check-in-came", 1), ("to-decide", "author-left", None)}
    assert "Not sent: A check-in came first" in page
    assert "To decide: Whoever wrote it is not on the care team any more" in page
    own, own_page, archive = packed(browser(cast.ada))
    for said, words in ((threads, "About infusion 1, November 18, 2026"), (own, "About your infusion on November 18")):
        assert said[True]["about_infusion"]["number"] == 1
        assert said[False]["about_check_in"] == {"for": "2026-11-20"}
        assert words in (page if said is threads else own_page)
    assert "About the check-in of November 20, 2026" in own_page
    assert "follow-ups.json" not in archive.namelist()
    for kept in ("danger", "Assigned", "assigned_to", "Not sent"):
        assert kept not in own_page + json.dumps(own[True])


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_withdrawn_words_of_danger_are_the_teams_to_read_and_the_writer_is_told(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(f"{base_of(cast)}/new").form("Send")
    back = form.submit(subject="Tonight", body="I want to kill myself.").form("Withdraw").submit()
    assert "You withdrew your message" in back.text
    assert "Your message was sent" not in back.text
    assert "Your care team still sees it" in back.text
    assert "You wrote on" in back.text
    assert "You can talk to somebody now" in back.text
    path, bea = back.url.partition("#")[0], browser(cast.bea)
    for seen in (bea.get(path).text, bea.open(f"{path}/news").get_json()["html"]):
        assert "You see it all the same" in seen
        assert "Tonight" in seen
        assert "I want to kill myself." in seen


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_where_nothing_is_owed_any_more_no_answer_is_promised(browser: Open, cast: Cast) -> None:
    sent = browser(cast.ada).get(f"{base_of(cast)}/new").form("Send").submit(subject="Visit", body="When is it?")
    for page, is_owed in ((sent, True), (sent.form("Withdraw").submit(), False)):
        assert ("You wrote on" in page.text, ", if you write now." in page.text) == (is_owed, not is_owed)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_mark_for_words_of_danger_goes_with_the_answer_and_the_card_stays(browser: Open, cast: Cast) -> None:
    form = browser(cast.ada).get(f"{base_of(cast)}/new").form("Send")
    sent = form.submit(subject="Tonight", body="I want to kill myself.")
    answered = browser(cast.bea).get(sent.url.partition("#")[0]).form("Send").submit(body="I am calling you now.")
    assert "Words that may mean danger" not in answered.text
    events = db.session.scalars(select(AuditEvent.event)).all()
    assert {"thread:danger-marked", "thread:danger-settled"} <= set(events)
    again = answered.form("Withdraw").submit()
    assert "Words that may mean danger" in again.text
    again.form("Send").submit()
    assert "You can talk to somebody now" in browser(cast.ada).get(sent.url.partition("#")[0]).text
