"""Files in a thread: sent with the form, kept where it is wrong, opened by the thread's readers and by nobody else."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from PIL import Image
from sqlalchemy import event, select

from portal import db
from portal.audit.models import AuditEvent
from portal.messaging import retraction
from portal.messaging.attachments import kinds, queries, store
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.messaging.attachments import samples
from tests.page import Browser, Page

Open = Callable[..., Browser]
ONE_DATABASE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def file(content: bytes = samples.PDF, name: str = "letter.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def path_of(cast: Cast, by: Person | None = None) -> str:
    return f"/patients/{cast.ada.own_id}/messages/{factories.thread(cast.ada, by or cast.bea).id}"


def files() -> list[Attachment]:
    db.session.rollback()
    return list(db.session.scalars(select(Attachment).order_by(Attachment.position)))


def sent(page: Page, *chosen: Any, expect: int = 200, **values: Any) -> Page:
    found = page.form("Send").submit(files=list(chosen), expect=expect, **{"body": "See here", **values})
    found.response.request.environ["wsgi.input"].close()
    return found


def links(page: Page) -> list[str]:
    return list(dict.fromkeys(href for _text, href in page.links if "/files/" in href))


@ONE_DATABASE
def test_words_of_danger_are_found_in_the_name_of_what_is_sent_along(browser: Open, cast: Cast) -> None:
    path, ada = path_of(cast), browser(cast.ada)
    for name, is_found in (("sleep.pdf", False), ("I_want_to_die.pdf", True)):
        page = sent(ada.get(path), file(name=name))
        assert ("You can talk to somebody now" in page.text) is is_found
    page.form("Withdraw").submit()
    seen = browser(cast.bea).get(path).text
    assert "Words that may mean danger" in seen
    assert "I_want_to_die.pdf" in seen


def test_a_patient_sends_a_picture_and_a_letter_and_the_team_opens_both(browser: Open, cast: Cast) -> None:
    path = path_of(cast)
    page = sent(browser(cast.ada).get(path), file(samples.heic(), "../my arm.HEIC"), file())
    assert "Sent. Not read yet." in page.text
    seen = browser(cast.bea).get(path)
    assert "my arm.jpg" in seen.text
    assert "letter.pdf" in seen.text
    bea = browser(cast.bea)
    picture, letter = (bea.open(href) for href in links(seen))
    assert Image.open(io.BytesIO(picture.data)).format == "JPEG"
    assert samples.PLACE not in picture.data
    assert letter.data == samples.PDF
    for answer, kind, name in ((picture, "image/jpeg", '"my arm.jpg"'), (letter, "application/pdf", "letter.pdf")):
        assert answer.mimetype == kind
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    audited = {one.event: one.details for one in db.session.scalars(select(AuditEvent))}
    assert audited["file:sent"]["kinds"] == ["jpeg", "pdf"]
    assert "arm" not in str([one.details for one in db.session.scalars(select(AuditEvent))])


@ONE_DATABASE
def test_a_new_thread_brings_a_file_too(browser: Open, cast: Cast) -> None:
    new = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/messages/new")
    page = sent(new, file(samples.png(), "plan.png"), subject="Your plan")
    assert links(page)
    assert browser(cast.ada).open(links(page)[0]).mimetype == "image/png"


@ONE_DATABASE
def test_nobody_else_opens_a_file_and_not_by_another_address(browser: Open, cast: Cast) -> None:
    path = path_of(cast)
    (href,) = links(sent(browser(cast.ada).get(path), file()))
    file_id = href.rpartition("/")[2]
    other = factories.thread(cast.ada, cast.bea)
    dots = factories.thread(cast.dot, cast.cal)
    for name, person in cast.everybody().items():
        expected = 200 if name in {"ada", "bea", "nia"} else 404
        assert browser(person).open(href).status_code == expected, name
    smuggled = [
        (cast.bea, f"/patients/{cast.ada.own_id}/messages/{other.id}/files/{file_id}"),
        (cast.cal, f"/patients/{cast.dot.own_id}/messages/{dots.id}/files/{file_id}"),
        (cast.cal, f"/patients/{cast.dot.own_id}/messages/{path.rpartition('/')[2]}/files/{file_id}"),
    ]
    assert {browser(who).open(where).status_code for who, where in smuggled} == {404}


def test_a_form_that_is_wrong_keeps_the_files_that_can_be_taken(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(path_of(cast))
    wrong = sent(page, file(), file(b"MZ\x90", "game.exe"), expect=422)
    (problem,) = wrong.problems
    assert problem == "“game.exe” is not a file that can be sent here. Send a PDF, or a picture as JPEG, PNG or HEIC."
    assert wrong.form("Send").values["body"] == "See here"
    assert "letter.pdf" in wrong.text
    done = sent(wrong)
    assert [row.name for row in files()] == ["letter.pdf"]
    assert len(links(done)) == 1


@ONE_DATABASE
def test_a_file_without_words_is_kept_and_can_be_removed(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(path_of(cast))
    wrong = sent(page, file(), file(samples.jpeg(), "arm.jpg"), body="", expect=422)
    assert wrong.problems == ["Write your message first"]
    (letter,) = [row for row in files() if row.name == "letter.pdf"]
    done = wrong.form("Send").submit({"files-remove": str(letter.id)}, body="Only one")
    assert [row.name for row in files() if row.swept_at is None] == ["arm.jpg"]
    assert len(links(done)) == 1


@ONE_DATABASE
def test_what_is_taken_back_leaves_no_room_for_more_while_it_lies_on_disk(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(queries, "QUOTA_BYTES", 3 * len(samples.PDF))
    page = browser(cast.ada).get(path_of(cast))
    for number in range(3):
        page = sent(page, file(samples.PDF + bytes([number])), body="", expect=422)
        if brought := page.form("Send").values.get("files-brought"):
            page = page.form("Send").submit({"files-remove": brought}, body="", expect=422)
    assert len(list((tmp_path / "attachments").glob("??/??/*"))) == 2
    assert "You have sent as many files as there is room for." in sent(page, file(), expect=422).problems[0]


@ONE_DATABASE
def test_what_was_taken_back_can_be_brought_again(browser: Open, cast: Cast) -> None:
    wrong = sent(browser(cast.ada).get(path_of(cast)), file(), body="", expect=422)
    (row,) = files()
    without = wrong.form("Send").submit({"files-remove": str(row.id)}, body="", expect=422)
    assert "letter.pdf" not in without.text
    assert len(links(sent(without, file()))) == 1
    assert len(files()) == 1


def test_a_second_tap_sends_one_message_with_one_file(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(path_of(cast))
    for _tap in range(2):
        sent(page, file(samples.jpeg(), "arm.jpg"))
    assert len(files()) == 1
    assert len(db.session.scalars(select(Message).where(Message.body == "See here")).all()) == 1
    other = sent(page, file(), expect=409)
    assert "This page sent a message before" in other.problems[0]
    assert "letter.pdf" in other.text


@ONE_DATABASE
def test_a_file_that_went_with_the_first_message_is_said_to_have_gone_with_it(browser: Open, cast: Cast) -> None:
    page = browser(cast.ada).get(path_of(cast))
    sent(page, file())
    asked = sent(page, file(), file(samples.jpeg(), "arm.jpg"), body="Other words", expect=409)
    assert "Went with the message that was sent before: letter.pdf." in asked.problems[1]
    assert "arm.jpg" in asked.text
    done = sent(asked, body="Other words")
    assert len(links(done)) == 2
    assert [row.name for row in files() if row.message_id is None] == []


@ONE_DATABASE
def test_what_is_too_much_is_said_with_its_numbers(browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    page = browser(cast.ada).get(path_of(cast))
    six = [file(samples.PDF + bytes([n]), f"{n}.pdf") for n in range(6)]
    assert sent(page, *six, expect=422).problems == ["These are 6 files. One message may bring up to 5."]
    large = bytes(kinds.MOST_TOGETHER // 3 + 1)
    three = [file(samples.PDF[:9] + bytes([n]) + large + b"%%EOF", f"{n}.pdf") for n in range(3)]
    assert "may bring up to 20 MB" in sent(page, *three[:3], expect=422).problems[0]
    assert (
        "is too large: 11 MB. A file may have up to 10 MB"
        in sent(page, file(samples.PDF + bytes(kinds.MOST_BYTES)), expect=422).problems[0]
    )
    monkeypatch.setattr(queries, "QUOTA_BYTES", 10)
    assert sent(page, file(), expect=422).problems[0].startswith("You have sent as many files as there is room for.")
    assert not files()


@ONE_DATABASE
def test_more_than_any_form_may_send_is_answered_with_a_page(browser: Open, cast: Cast) -> None:
    ada, path = browser(cast.ada), path_of(cast)
    answer = ada.open(path, "POST", data={"files": (io.BytesIO(bytes(25 << 20)), "film.pdf"), "body": "See here"})
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code == 413
    assert "What you sent has 26 MB. The files of one message may have at most 20 MB together." in answer.text


@ONE_DATABASE
def test_nobody_sends_what_somebody_else_brought(browser: Open, cast: Cast) -> None:
    path = path_of(cast)
    wrong = sent(browser(cast.ada).get(path), file(), body="", expect=422)
    smuggled = str(wrong.form("Send").values["files-brought"])
    nia = browser(cast.nia)
    form = nia.get(path).form("Send")
    page = nia.post(path, {**form.values.to_dict(), "body": "Mine now", "files-brought": smuggled}, expect=422)
    assert not links(page)
    nia.post(path, {**form.values.to_dict(), "body": "", "files-remove": smuggled}, expect=422)
    (row,) = files()
    assert (row.message_id, row.brought_by_id) == (None, cast.ada.user_id)


@ONE_DATABASE
def test_a_file_that_was_swept_away_meanwhile_is_missed_before_the_message_goes(browser: Open, cast: Cast) -> None:
    wrong = sent(browser(cast.ada).get(path_of(cast)), file(), body="", expect=422)
    (row,) = files()
    row.swept_at = NOW
    db.session.commit()
    missed = sent(wrong, file(samples.jpeg(), "arm.jpg"), expect=422)
    assert missed.problems[0].startswith("A file that you attached before is not there any more.")
    assert "arm.jpg" in missed.text
    assert len(links(sent(missed))) == 1


@ONE_DATABASE
def test_the_team_may_bring_more_than_a_patient(browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "QUOTA_BYTES", len(samples.PDF) - 1)
    for person, status in ((cast.ada, 422), (cast.bea, 200)):
        sent(browser(person).get(path_of(cast)), file(), expect=status)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_who_brings_a_file_holds_the_patient_and_the_files_before_the_record(browser: Open, cast: Cast) -> None:
    page, said = sent(browser(cast.ada).get(path_of(cast)), file(), body="", expect=422), list[str]()
    (letter,) = files()

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(db.db.engine, "before_cursor_execute", keep)
    sent(page, file(samples.jpeg(), "arm.jpg"), **{"files-remove": str(letter.id)})
    event.remove(db.db.engine, "before_cursor_execute", keep)
    held = max(
        next(place for place, one in enumerate(said) if f"FROM {name}" in one and "FOR NO KEY UPDATE" in one)
        for name in ("patients", "attachments")
    )
    recorded = next(place for place, one in enumerate(said) if "INSERT INTO audit_events" in one)
    assert held < recorded


@ONE_DATABASE
def test_what_was_taken_back_is_out_of_the_other_sides_reach(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    path = path_of(cast)
    (href,) = links(sent(browser(cast.bea).get(path), file()))
    message = db.session.scalars(select(Message).where(Message.body == "See here")).one()
    retraction.retract(cast.ada.own_id, message.thread_id, message.id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert not links(browser(cast.ada).get(path))
    assert browser(cast.ada).open(href).status_code == 404
    assert browser(cast.bea).open(href).status_code == 200


@ONE_DATABASE
def test_a_file_that_is_gone_or_was_changed_is_not_served(browser: Open, cast: Cast, tmp_path: Path) -> None:
    (href,) = links(sent(browser(cast.ada).get(path_of(cast)), file()))
    (row,) = files()
    path = next((tmp_path / "attachments").glob(f"??/??/{row.id.hex}"))
    path.write_bytes(b"%PDF-1.4 something else %%EOF")
    assert browser(cast.bea).open(href).status_code == 404
    path.unlink()
    assert browser(cast.bea).open(href).status_code == 404


@ONE_DATABASE
def test_a_full_disk_refuses_the_file_and_keeps_the_words(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write", full)
    wrong = sent(browser(cast.ada).get(path_of(cast)), file(), expect=422)
    assert "could not be kept just now" in wrong.problems[0]
    assert wrong.form("Send").values["body"] == "See here"
    assert not files()


@ONE_DATABASE
def test_a_hostile_name_is_shown_as_text_and_sent_as_one_header(browser: Open, cast: Cast) -> None:
    page = sent(browser(cast.ada).get(path_of(cast)), file(name="'><img src=x onerror=alert(1)>\u202efdp.pdf"))
    assert not re.search(r"<img src=x", page.html)
    (href,) = links(page)
    answer = browser(cast.bea).open(href)
    assert answer.status_code == 200
    assert "\n" not in answer.headers["Content-Disposition"]
    assert urlsplit(href).path.count("/") == 6
