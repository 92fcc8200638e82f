"""The box for a follow-up is the one that messages have: a draft, templates, and what goes along."""

import io
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal import db
from portal.follow_ups.models import FollowUp, State
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message, MessageDraft
from portal.messaging.parcel import Parcel
from portal.messaging.wording import service as wording
from portal.web import enclosing
from tests import factories
from tests.cast import NOW, Cast
from tests.messaging.attachments import samples
from tests.page import Browser, Page

Open = Callable[..., Browser]
pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
AS_JSON = {"Accept": "application/json"}
WORDS = {"subject": "Sleep", "body": "How do you sleep now?"}
LATER = {"when": "days", "days": "3", "unless": "yes"}
NOT_LATER = "What goes along goes with a follow-up sent now. Choose “Now”, or take it out below."


@pytest.fixture
def about(cast: Cast) -> str:
    """Give Ada a check-in and an infusion, and return the infusion as what a follow-up can be about."""
    factories.scored(cast.ada, "phq-9", 14, date(2026, 11, 20))
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=4))
    return f"t-{infusion.id.hex}"


def new(browser: Open, cast: Cast, who: str = "bea", what: str = "follow-ups/new") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/{what}")


def letter(content: bytes = samples.PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), "letter.pdf"


def rows(of: type[Any]) -> list[Any]:
    db.session.rollback()
    return list(db.session.scalars(select(of)))


def shown(page: Page, names: dict[str, Any]) -> dict[str, Any]:
    values = page.form("Send or plan").values
    return {name: values.get(name) for name in names}


def test_a_draft_is_kept_with_all_that_is_chosen_and_stands_wherever_its_writer_goes_on(
    browser: Open, cast: Cast, about: str
) -> None:
    chosen = WORDS | LATER | {"about": about}
    kept = new(browser, cast, what="progress").form("Send or plan").submit(chosen, button="Keep as draft")
    assert "Kept as a draft. Nobody else can see it." in kept.html
    assert shown(kept, chosen) == chosen
    for where in ("progress", "review", "follow-ups/new"):
        page = new(browser, cast, what=where)
        assert shown(page, WORDS) == WORDS
        assert "Your draft of November 22, 2026" in page.text
        assert "How do you sleep now?" not in new(browser, cast, "nia", where).html
    new(browser, cast).form("Throw it away").submit()
    assert rows(MessageDraft) == []


def test_sending_one_forgets_its_own_draft_and_leaves_those_of_other_boxes(
    browser: Open, cast: Cast, about: str
) -> None:
    here, there = (new(browser, cast, what=what).form("Send or plan") for what in ("progress", "review"))
    there.submit({"subject": "", "body": "A long text for later"}, button="Keep as draft")
    here.submit(WORDS, button="Keep as draft")
    assert len(rows(MessageDraft)) == 2
    here.submit(WORDS)
    page = new(browser, cast)
    assert shown(page, WORDS) == {"subject": "", "body": "A long text for later"}
    page.form("Send or plan").submit({"subject": "Later", "body": "Now it is long enough"})
    assert rows(MessageDraft) == []
    assert {one.body for one in rows(Message)} == {WORDS["body"], "Now it is long enough"}


def test_one_draft_is_thrown_away_at_a_time(browser: Open, cast: Cast) -> None:
    for body in ("First", "Second"):
        words = {"submission_id": str(uuid.uuid4()), "subject": "", "body": body}
        path = f"/patients/{cast.ada.own_id}/follow-ups/new/draft"
        browser(cast.bea).open(path, "POST", data=words, headers=AS_JSON)
    thrown, left = new(browser, cast).form("Send or plan").values["body"], {"First", "Second"}
    new(browser, cast).form("Throw it away").submit()
    assert {one.body for one in rows(MessageDraft)} == left - {thrown}
    browser(cast.bea).post(f"/patients/{cast.ada.own_id}/follow-ups/new/draft/drop", expect=404)


def test_only_what_is_kept_is_said_to_be_kept(browser: Open, cast: Cast, about: str) -> None:
    form = new(browser, cast).form("Send or plan")
    empty = form.submit(button="Keep as draft")
    assert "There is nothing to keep yet." in empty.text
    assert "Kept as a draft." not in empty.text
    words_only = form.submit(WORDS, button="Keep as draft")
    assert "Kept as a draft." in words_only.text
    assert "A draft keeps words only." not in words_only.text
    form.submit(WORDS)
    late = form.submit(WORDS | {"body": "And another"}, button="Keep as draft", expect=409)
    assert "This page wrote a follow-up before" in late.problems[0]
    assert "Kept as a draft." not in late.text
    assert rows(MessageDraft) == []
    assert "Kept as a draft." in late.form("Send or plan").submit(button="Keep as draft").text
    assert [one.body for one in rows(MessageDraft)] == ["And another"]


@pytest.mark.parametrize("more", [{"when": "days"}, {"about": ""}, {"files": ...}, {"chart": "yes"}])
def test_it_is_said_that_a_draft_keeps_words_only(browser: Open, cast: Cast, about: str, more: dict[str, Any]) -> None:
    chosen = {"files": letter()} if "files" in more else more
    page = new(browser, cast).form("Send or plan").submit(WORDS | chosen, button="Keep as draft")
    assert "A draft keeps words only. What else you chose is on this page, and gone once you leave it." in page.text


def test_a_file_that_goes_before_it_is_sent_is_said_and_everything_else_is_kept(
    browser: Open, cast: Cast, about: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new(browser, cast).form("Send or plan").submit(WORDS, button="Keep as draft")
    gather = enclosing.parcel_of

    def swept(form: Any) -> Parcel:
        parcel = gather(form)
        db.session.execute(update(Attachment).values(swept_at=NOW))
        return parcel

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(enclosing, "parcel_of", swept)
        form = new(browser, cast).form("Send or plan")
        page = form.submit(WORDS | {"about": about, "files": letter()}, expect=422)
    assert page.problems[0].startswith("A file that you attached before is not there any more.")
    assert shown(page, WORDS | {"about": about}) == WORDS | {"about": about}
    assert "letter.pdf" not in page.text
    assert (rows(FollowUp), rows(Message), len(rows(MessageDraft))) == ([], [], 1)
    page.form("Send or plan").submit({"files": letter()})
    assert [one.name for one in rows(Attachment) if one.message_id] == ["letter.pdf"]
    assert rows(MessageDraft) == []


@pytest.mark.parametrize("when", [{}, LATER])
def test_an_autosave_that_comes_after_it_was_sent_or_planned_is_not_kept(
    browser: Open, cast: Cast, when: dict[str, str]
) -> None:
    form = new(browser, cast).form("Send or plan")
    words = {**form.values, **WORDS, **when}
    path = f"/patients/{cast.ada.own_id}/follow-ups/new"
    for counted in (1, 0):
        kept = form.page.browser.open(f"{path}/draft", "POST", data=words, headers=AS_JSON).get_json()
        assert kept == {"saved": counted == 1}
        assert len(rows(MessageDraft)) == counted
        sent = form.page.browser.open(path, "POST", data=words, headers=AS_JSON).get_json()
        assert sent["place"].startswith(f"/patients/{cast.ada.own_id}/{'follow-ups' if when else 'messages'}")
    assert len(rows(FollowUp)) == 1


def test_a_template_is_put_behind_what_was_typed_and_nothing_that_was_chosen_is_lost(
    browser: Open, cast: Cast, about: str
) -> None:
    texts: dict[str, Any] = {"title": "Hello", "body": "Dear {first_name}, until {next_visit}."}
    template = wording.add_template("en", **texts, submission_id=uuid.uuid4(), by=cast.eve.actor, at=NOW)
    db.session.commit()
    chosen = WORDS | LATER | {"about": about, "template": str(template), "files": letter()}
    form = new(browser, cast).form("Send or plan")
    assert next(form.form.iter("button")).get("formaction") is None, "Enter would put a template into the box"
    page = form.submit(chosen, button="Put it into the box")
    assert "There is nothing to fill in for {next_visit}." in page.text
    filled = f"{WORDS['body']}\n\nDear Ada, until {{next_visit}}."
    expected = {"subject": "Sleep", "body": filled, "about": about} | LATER
    assert shown(page, expected) == expected
    assert "letter.pdf" in page.text
    assert [one.body for one in rows(MessageDraft)] == [filled]
    refused = page.form("Send or plan").submit({"when": "now"}, expect=422)
    assert refused.problems == ["{next_visit} is still to be filled in: write what belongs there."]
    refused.form("Send or plan").submit({"when": "now", "body": "Until Thursday."})
    assert [one.body for one in rows(Message)] == ["Until Thursday."]
    assert [one.name for one in rows(Attachment)] == ["letter.pdf"]


def test_files_the_chart_and_a_questionnaire_go_with_one_that_is_sent_now(
    browser: Open, cast: Cast, about: str
) -> None:
    page = new(browser, cast, what="progress")
    assert "can go with a follow-up that is sent now, not with one for later." in page.text
    along = {"files": letter(), "chart": "yes", "instrument": "gad-7", "before": "2026-11-26"}
    thread = page.form("Send or plan").submit(WORDS | along)
    assert "letter.pdf" in thread.text
    assert "Asked for before Thu, Nov 26. Not filled in yet." in thread.text
    (message,) = rows(Message)
    found = rows(Attachment)
    assert {one.message_id for one in found} == {message.id}
    assert sorted(one.kind for one in found) == ["chart", "pdf", "questionnaire"]


@pytest.mark.parametrize("one", ["files", "chart", "questionnaire"])
def test_what_goes_along_is_refused_for_later_and_everything_is_kept(
    browser: Open, cast: Cast, about: str, one: str
) -> None:
    along: dict[str, Any] = {"instrument": "gad-7", "before": "2026-11-26"} if one == "questionnaire" else {}
    along |= {"chart": "yes"} if one == "chart" else {}
    files = {"files": letter()} if one == "files" else {}
    page = new(browser, cast).form("Send or plan").submit(WORDS | LATER | along | files, expect=422)
    assert page.problems == [NOT_LATER]
    assert shown(page, WORDS | LATER | along) == WORDS | LATER | along
    assert rows(FollowUp) == []
    form = page.form("Send or plan")
    if one == "files":
        (brought,) = form.values.getlist("files-brought")
        form.submit({"files-remove": brought})
    else:
        form.submit({name: [] for name in along})
    assert [found.state for found in rows(FollowUp)] == [State.PLANNED]


def test_a_second_tap_with_a_file_is_one_and_another_file_asks_first(browser: Open, cast: Cast) -> None:
    form = new(browser, cast).form("Send or plan")
    for _ in range(2):
        form.submit(WORDS | {"files": letter()})
    other = form.submit(WORDS | {"files": letter(samples.PDF + b"%")}, expect=409)
    assert "This page wrote a follow-up before" in other.problems[0]
    assert "letter.pdf" in other.text
    assert (len(rows(FollowUp)), len(rows(Message))) == (1, 1)


def test_what_is_too_large_altogether_is_said_on_a_page(browser: Open, cast: Cast) -> None:
    path = f"/patients/{cast.ada.own_id}/follow-ups/new"
    answer = browser(cast.bea).open(path, "POST", data=WORDS | {"files": letter(bytes(25 << 20))})
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code == 413
    assert "The files of one message may have at most 20 MB together." in answer.text
