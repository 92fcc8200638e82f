"""Crisis and consent texts in another language: marked until a named reviewer signs, and again when a word changes."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from portal import db
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.languages import queries, service, texts
from portal.languages.models import ReviewedText
from portal.languages.texts import Line
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]
KNOWS = "My first language"
AWAITING = "awaiting clinical review"


def sign(client: Browser, key: str = "help", **typed: object) -> Page:
    form = client.get(f"/clinic/languages/es/{key}").form("Sign")
    return form.submit({"has_read": "yes", "knows_by": KNOWS, **typed}, expect=int(str(typed.pop("expect", 200))))


def events() -> list[tuple[str, dict[str, object]]]:
    wanted = AuditEvent.event.startswith("text:")
    return [(one.event, one.details) for one in db.session.scalars(select(AuditEvent).where(wanted))]


def test_everything_awaits_review_at_first(cast: Cast, browser: Open) -> None:
    for person in (cast.bea, cast.nia, cast.eve):
        assert browser(person).get("/clinic/languages").text.count(AWAITING) == 1 + len(texts.TEXTS)
    assert browser(cast.ada).open("/clinic/languages").status_code == 403


def test_what_is_said_beside_the_card_after_words_of_danger_is_part_of_the_text() -> None:
    drawn = (texts.ROOT / "templates" / "messaging" / "thread.html").read_text(encoding="utf-8")
    card = re.search(r'<div id="card">.*?</div>', drawn, re.DOTALL)
    assert card is not None
    beside = re.findall(r'_\("([^"]+)"', card[0])
    assert len(beside) == 3
    assert {*beside, "Nobody reads this around the clock."} <= {one.english for one in texts.lines("help", "es")}


def test_a_provider_reads_it_line_by_line_and_signs(cast: Cast, browser: Open) -> None:
    client = browser(cast.bea)
    page = client.get("/clinic/languages/es/help")
    assert "You can talk to somebody now" in page.text
    assert "Puede hablar con alguien ahora" in page.text
    done = sign(client)
    assert done.text.count(AWAITING) == len(texts.TEXTS)
    assert "by Bea Lindqvist on November 22, 2026" in done.text
    assert events() == [("text:reviewed", {"text": "help", "language": "es"})]
    assert [one.key for one in queries.list_awaiting("es")] == ["start", "plan"]
    assert KNOWS in client.get("/clinic/languages/es/help").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"knows_by": ""}, "Say how you know this language"),
        ({"knows_by": "x" * 201}, "Use 200 characters or fewer. This has 201."),
    ],
)
def test_nobody_signs_without_saying_how_they_can_judge(
    cast: Cast, browser: Open, typed: dict[str, object], said: str
) -> None:
    form = browser(cast.bea).get("/clinic/languages/es/help").form("Sign")
    assert form.submit({"has_read": "yes", **typed}, expect=422).problems == [said]
    unread = browser(cast.bea).get("/clinic/languages/es/help").form("Sign")
    assert unread.submit(knows_by=KNOWS, expect=422).problems == ["Tick this box once you have read every line"]
    assert not db.session.scalar(select(func.count()).select_from(ReviewedText))


def test_sent_twice_it_is_one_signature(cast: Cast, browser: Open) -> None:
    form = browser(cast.bea).get("/clinic/languages/es/help").form("Sign")
    for _ in range(2):
        form.submit(has_read="yes", knows_by=KNOWS)
    assert db.session.scalar(select(func.count()).select_from(ReviewedText)) == 1


def test_other_words_await_review_again(cast: Cast, browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(browser(cast.bea))
    reworded(monkeypatch, "help")
    assert [one.key for one in queries.list_awaiting("es")] == ["help", "start", "plan"]
    page = browser(cast.nia).get("/clinic/languages/es/help")
    assert AWAITING in page.text
    assert "for other words" in page.text


def test_words_that_changed_while_the_page_was_open_are_not_signed(
    cast: Cast, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = browser(cast.bea).get("/clinic/languages/es/start").form("Sign")
    reworded(monkeypatch, "start")
    page = form.submit(has_read="yes", knows_by=KNOWS, expect=409)
    assert page.problems == ["The words have changed since you opened this page. Read them again, then sign."]
    assert page.form("Sign").values["knows_by"] == KNOWS
    assert events() == []
    assert AWAITING not in page.form("Sign").submit(has_read="yes").text.split("Consent")[1].split("Safety plan")[0]


def reworded(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Let one line of a text be another one from here on."""
    lines = texts.lines
    texts.fingerprint.cache_clear()
    other = Line("Call now.", "Llame.")
    monkeypatch.setattr(texts, "lines", lambda text, code: (*lines(text, code), *([other] if text == key else [])))


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no memory of other words to the next test."""
    texts.fingerprint.cache_clear()
    monkeypatch.context()


def test_a_signature_is_taken_back_and_stays_on_record(cast: Cast, browser: Open) -> None:
    client = browser(cast.bea)
    sign(client)
    page = client.get("/clinic/languages/es/help").form("Take the signature back").submit()
    assert AWAITING in page.text
    assert "taken back on November 22, 2026" in page.text
    assert {event for event, _ in events()} == {"text:reviewed", "text:review-withdrawn"}
    assert service.withdraw("help", "es", by=cast.bea.actor, at=NOW) is False


@pytest.mark.parametrize("who", ["nia", "eve", "ada"])
def test_only_a_provider_signs(cast: Cast, browser: Open, who: str) -> None:
    client = browser(cast.everybody()[who])
    for path in ("/clinic/languages/es/help", "/clinic/languages/es/help/withdraw"):
        assert client.open(path, "POST", data={"has_read": "yes", "knows_by": KNOWS}).status_code == 403
    if who != "ada":
        assert "A provider who knows the language can sign it." in client.get("/clinic/languages/es/help").text


@pytest.mark.parametrize("path", ["en/help", "tlh/help", "es/nothing", "..%2Fes/help"])
def test_a_text_that_is_none_is_not_found(cast: Cast, browser: Open, path: str) -> None:
    assert browser(cast.bea).open(f"/clinic/languages/{path}").status_code == 404


def test_staff_see_at_the_patient_what_nobody_has_signed(cast: Cast, browser: Open) -> None:
    path, said = f"/patients/{cast.ada.own_id}", "Nobody of the clinic has signed in that language yet"
    assert said not in browser(cast.bea).get(path).text
    db.session.get_one(User, cast.ada.user_id).language = "es"
    db.session.commit()
    assert said in browser(cast.bea).get(path).text
    assert said not in browser(cast.ada).get(path).text
    for key in texts.TEXTS:
        sign(browser(cast.bea), key)
    assert said not in browser(cast.bea).get(path).text


def test_every_line_is_there_in_spanish() -> None:
    for key in texts.TEXTS:
        found = texts.lines(key, "es")
        assert len(found) > 10
        assert not [one for one in found if one.english == one.translated and " " in one.english]
