"""Looking for words in one's own threads."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import db
from portal.messaging import search
from portal.messaging.models import Message
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
DAY = timedelta(days=1)
SAID = [
    "Slept badly in España",
    "100% of it",
    "a_b and a-b",
    "back\\slash",
    "<script>",
    "ÉL VIENE MAÑANA",
    "sleep, SLEEP",
    "La pro\u0301xima visita: este AÑO",
]


def found(cast: Cast, text: str) -> list[str]:
    return [hit.excerpt for hit in search.of_patient(cast.ada.own_id, text).hits]


def test_what_is_found(cast: Cast) -> None:
    thread = factories.thread(cast.ada, cast.bea, "nothing of it")
    for minute, body in enumerate(SAID, start=1):
        factories.message(thread, cast.ada, cast.ada, body, NOW + timedelta(minutes=minute))
    factories.thread(cast.dot, cast.dot, "sleep")
    for text, expected in [
        ("SLEPT", [SAID[0]]),
        ("badly slept", [SAID[0]]),
        ("slept well", []),
        ("españa", [SAID[0]]),
        ("mañana", [SAID[5]]),
        ("Él", [SAID[5]]),
        ("eSPAÑa", [SAID[0]]),
        ("manana", [SAID[5]]),
        ("próxima", [SAID[7]]),
        ("proxima", [SAID[7]]),
        ("ano VISÍTA", [SAID[7]]),
        ("ßlept", []),
        ("\u0301", []),
        ("0%", [SAID[1]]),
        ("%", [SAID[1]]),
        ("a_b", [SAID[2]]),
        ("_", [SAID[2]]),
        ("\\", [SAID[3]]),
        ("<SCRIPT>", [SAID[4]]),
        ("sleep", [SAID[6]]),
        ("question badly", [SAID[0]]),
        ("'; DROP TABLE", []),
    ]:
        assert found(cast, text) == expected, text


def test_what_was_withdrawn_is_not_found(cast: Cast) -> None:
    factories.thread(cast.ada, cast.bea, "a secret")
    message = db.session.query(Message).one()
    message.retracted_at = NOW
    db.session.commit()
    assert found(cast, "secret") == []


def test_everybody_finds_what_is_theirs_and_nothing_else(browser: Open, cast: Cast) -> None:
    factories.thread(cast.ada, cast.ada, "lighthouse of Ada")
    factories.thread(cast.dot, cast.dot, "lighthouse of Dot")
    for who, seen, hidden in ((cast.bea, "Ada", "Dot"), (cast.cal, "Dot", "Ada")):
        page = browser(who).get("/messages/search").form("Find").submit(text="Lighthouse")
        assert f"lighthouse of {seen}" in page.text
        assert f"lighthouse of {hidden}" not in page.text
    assert browser(cast.ada).open("/messages/search").status_code == 403
    base = f"/patients/{cast.ada.own_id}/messages/search"
    assert browser(cast.cal).open(base).status_code == 404
    page = browser(cast.ada).get(base).form("Find").submit(text="lighthouse")
    assert "You, " in page.text
    assert "lighthouse of Ada" in page.text
    assert "lighthouse of Ada" in page.follow("A question").text


@pytest.mark.parametrize(
    ("text", "said"), [(" \x00 ", "Type a word to look for"), ("x" * 101, "Use 100 characters or fewer. This has 101.")]
)
def test_bad_input_is_said_plainly(browser: Open, cast: Cast, text: str, said: str) -> None:
    form = browser(cast.bea).get("/messages/search").form("Find")
    page = form.submit(text=text, expect=422)
    assert page.problems == [said]


def test_it_comes_in_pages_and_a_hit_far_back_opens_where_it_is(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    monkeypatch.setattr("portal.messaging.queries.MESSAGES_PAGE", 2)
    thread = factories.thread(cast.ada, cast.bea, "sail 0")
    for minute in range(1, 4):
        factories.message(thread, cast.ada, cast.bea, f"sail {minute}", NOW + timedelta(minutes=minute))
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/messages/search").form("Find").submit(text="sail")
    assert ("sail 3" in page.text, "sail 1" in page.text) == (True, False)
    older = page.form("Older ones").submit()
    assert ("sail 3" in older.text, "sail 1" in older.text, "sail 0" in older.text) == (False, True, True)
    opened = older.follow("sail 0")
    assert ("sail 0" in opened.text, "sail 2" in opened.text) == (True, False)
    assert opened.links.count(("Latest messages", f"/patients/{cast.ada.own_id}/messages/{thread.id}")) == 1


@pytest.mark.parametrize("of_team", [True, False])
def test_one_search_looks_through_so_many_and_goes_on_from_there(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch, of_team: bool
) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 2)
    thread = factories.thread(cast.ada, cast.ada, "sail 0", NOW - 5 * DAY)
    for days in (4, 3, 3, 3, 2, 1):
        factories.message(thread, cast.ada, cast.bea if days % 2 else cast.ada, f"day {days}", NOW - days * DAY)
    who, path = cast.ada, f"/patients/{cast.ada.own_id}/messages/search"
    if of_team:
        who, path = cast.bea, "/messages/search"
    page = browser(who).get(path).form("Find").submit(text="SAIL")
    said = ["Nothing found so far", "Looked back to November 20, 2026.", "sail 0", "Nothing older found", "Older ones"]
    assert [one in page.text for one in said] == [True, True, False, False, False]
    # Of those that came at one moment, all or none.
    further = page.form("Look further back").submit()
    assert ("Looked back to November 19, 2026." in further.text, "sail 0" in further.text) == (True, False)
    end = further.form("Look further back").submit()
    assert [one in end.text for one in said] == [False, False, True, False, False]
    assert "Looked back" not in end.text
    again = browser(who).get(path).form("Find").submit(text="gull")
    last = again.form("Look further back").submit().form("Look further back").submit()
    assert "Nothing older found" in last.text


def test_a_page_that_is_full_goes_on_from_its_last_message(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 3)
    monkeypatch.setattr(search, "PAGE", 2)
    thread = factories.thread(cast.ada, cast.bea, "sail", NOW - 9 * DAY)
    for days in range(8, 0, -1):
        factories.message(thread, cast.ada, cast.bea, "sail", NOW - days * DAY)
    met: list[uuid.UUID] = []
    found = search.of_patient(cast.ada.own_id, "sail")
    while found.next_after:
        met += [hit.message_id for hit in found.hits]
        found = search.of_patient(cast.ada.own_id, "sail", after=found.next_after)
    met += [hit.message_id for hit in found.hits]
    assert len(met) == len(set(met)) == 9


def test_a_search_folds_no_more_than_so_many_and_takes_two_statements(
    cast: Cast, queries_of: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one says where the stretch ends; what is older stays unread."""
    monkeypatch.setattr(search, "LOOKED_THROUGH", 5)
    thread = factories.thread(cast.ada, cast.bea, "sail", NOW - 99 * DAY)
    for days in range(40, 0, -1):
        factories.message(thread, cast.ada, cast.bea, "a word", NOW - days * DAY)
    assert queries_of(lambda: search.of_team_member(cast.bea.user_id, "sail")) == 2
    found = search.of_team_member(cast.bea.user_id, "word")
    assert [hit.sent_at for hit in found.hits] == [NOW - days * DAY for days in range(1, 6)]
    assert found.back_to == NOW - 5 * DAY


def test_a_page_after_a_message_that_is_not_there_is_the_first(cast: Cast) -> None:
    factories.thread(cast.ada, cast.bea, "sail")
    assert len(search.of_patient(cast.ada.own_id, "sail", after=uuid.uuid4()).hits) == 1


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=9), max_size=8))
def test_an_excerpt_is_a_short_line_of_the_message(body: str, words: list[str]) -> None:
    told = search.excerpt(body, words)
    assert len(told) <= 3 * search.AROUND + 2
    assert told.strip("…") in " ".join(body.split())


def test_a_word_is_shown_where_it_stands_behind_letters_that_fold_into_several_or_none() -> None:
    told = search.excerpt("ﬁ e\u0301 " * 200 + "la próxima vez " + "x " * 200, ["PROXIMA"])
    assert "la próxima vez" in told
    assert told.startswith("…")
