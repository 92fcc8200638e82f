"""Adding a scale of one's own: typed or as a file, shown, tried, proposed; refused with its line and the reason."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from portal import db
from portal.instruments import catalogue, queries, scoring, service
from portal.instruments.queries import State
from tests.cast import NOW, PASSWORD, Cast
from tests.instruments.clinic.scales import REST, TYPED, director, rows
from tests.page import Browser, Page

Open = Callable[..., Browser]
NEW, FILE = "/clinic/questionnaires/new", "/clinic/questionnaires/new/file"


def typed(client: Browser, expect: int = 200, button: str = "Show it", **changed: Any) -> Page:
    return client.get(NEW).form("Show it").submit(TYPED | changed, button=button, expect=expect)


def test_a_typed_scale_is_shown_tried_and_proposed(cast: Cast, browser: Open) -> None:
    page = typed(browser(cast.eve))
    assert "0–3little rest" in page.text
    assert "Did you worry? safety question" in page.text
    assert not rows()
    page = page.form("Show it").submit(try_q1="2", try_q2="0", try_q3="2", button="Work out the score")
    assert "REST: 6, much rest (3 of 3 answered)" in page.text
    assert "Nights: 4 (2 of 2 answered)" in page.text
    assert "Safety question 3: Positive" in page.text
    assert not rows()
    page = page.form("Show it").submit(button="Save for approval")
    assert "Saved. It is asked once the medical director has approved it." in page.text
    assert "Waiting for approval" in page.text
    found = queries.list_versions()[0]
    assert (found.state, found.instrument, found.version) == (State.WAITING, "own-rest", 1)
    assert "own-rest" not in catalogue.current()


def test_once_approved_it_is_asked_and_scored(cast: Cast, browser: Open) -> None:
    typed(browser(cast.cal)).form("Show it").submit(button="Save for approval")
    found = queries.list_versions()[0]
    service.approve(found.id, found.digest, by=director(cast.bea), at=NOW)
    db.session.commit()
    one = catalogue.current().get("own-rest")
    assert one in catalogue.current().askable()
    assert (one.recall_days, one.primary.missing_allowed, one.items[2].positive_values) == (7, 1, (2,))
    assert [(scale.code, scale.value) for scale in scoring.score(one, {"q1": 1, "q2": 1, "q3": 1}).scales] == [
        ("total", 3),
        ("s_nights", 2),
    ]
    typed(browser(cast.cal)).form("Show it").submit(button="Save for approval")
    assert [(one.version, one.state) for one in queries.list_versions()] == [(1, State.IN_FORCE), (2, State.WAITING)]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title": ""}, "Enter the scale’s title"),
        ({"short_title": "…"}, "Use at least one letter from A to Z or a digit"),
        ({"minutes": "no"}, "Enter a whole number, like 12"),
        ({"language": "English"}, "Enter a language as a code, like en, es or pt-BR"),
        ({"better": []}, "Choose which end is better"),
        ({"license_status": ""}, "Choose what its owner allows"),
        ({"answers": "0 = Never\n\nOften"}, "Line 3, “Often”, needs a whole number, “=” and words, like: 0 = Never"),
        ({"answers": "0 = Never\n\n1 = Never"}, "Line 3: 'Never' is used twice"),
        ({"bands": "0-3 little\n5-6 much"}, "Line 2: bands leave no gap and do not overlap"),
        ({"reversed": "7"}, "Line 1 names question 7, but there are 3 questions."),
        ({"safety": "3: 9"}, "needs to be some, and not all, of the answers"),
        ({"method": "maximum"}, "Say which questions make up each group, one group a line, like 1, 2, 3"),
        ({"missing_allowed": "3"}, "needs a whole number from 0 to 2"),
    ],
)
def test_a_typed_scale_that_cannot_be_is_refused_and_everything_typed_stays(
    cast: Cast, browser: Open, changed: dict[str, Any], problem: str
) -> None:
    page = typed(browser(cast.eve), 422, **changed)
    assert len(page.problems) == 1
    assert page.problems[0].startswith(problem)
    kept = page.form("Show it").values
    assert {name: kept.get(name, []) for name in TYPED} == TYPED | changed
    assert not rows()


def test_a_trial_with_an_answer_that_cannot_be_keeps_the_scale(cast: Cast, browser: Open) -> None:
    page = typed(browser(cast.eve))
    sent = page.form("Show it").values
    answer = page.browser.post(NEW, data=sent | {"deed": "try", "try_q1": "17"})
    assert "Choose one of the answers shown" in answer.text
    assert answer.form("Show it").values["questions"] == TYPED["questions"]


def file_page(client: Browser, text: str, button: str = "Show it", expect: int = 200) -> Page:
    return client.get(FILE).form("Show it").submit(toml=text, button=button, expect=expect)


def test_a_pasted_definition_is_shown_tried_and_proposed(cast: Cast, browser: Open) -> None:
    page = file_page(browser(cast.cal), REST)
    assert "Did you wake?" in page.text
    page = page.form("Show it").submit(try_q1="2", try_q2="0", button="Work out the score")
    assert "REST: 4 (2 of 2 answered)" in page.text
    page.form("Show it").submit(button="Save for approval")
    assert [row.source for row in rows()] == [REST]


def test_the_example_on_the_page_can_be_used_as_it_stands(cast: Cast, browser: Open) -> None:
    page = browser(cast.cal).get(FILE)
    shown = "".join(page.find("pre")[0].itertext())
    tried = file_page(browser(cast.cal), shown).form("Show it")
    found = tried.submit(try_calm="0", try_restless="2", try_alone="1", button="Work out the score")
    assert "EVE: 5, unquiet (3 of 3 answered)" in found.text
    assert "Tiredness: no score (0 of 1 answered)" in found.text


def test_a_file_shows_its_text_in_the_box(cast: Cast, browser: Open) -> None:
    client = browser(cast.cal)
    sent = {"file": (io.BytesIO(b"\xef\xbb\xbf" + REST.replace("\n", "\r\n").encode()), "own-rest.toml"), "toml": ""}
    page = client.land(client.open(FILE, "POST", data=sent, content_type="multipart/form-data"))
    assert page.form("Show it").values["toml"] == REST
    assert "Did you wake?" in page.text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Choose a file, or paste its text."),
        ("id = ", "Line 1: is not valid TOML"),
        (REST.replace("version = 1", "version = 0"), "Line 2: version: needs a whole number from 1"),
        (
            REST.replace('"often"\n\n[[scales', '"never"\n\n[[scales'),
            "Line 27: items[1].answers: there is no list of answers",
        ),
        (REST.replace("minutes", "minuets = 1\nminutes"), "Line 7: minuets: this key is not known here"),
        (
            REST.replace('id = "own-rest"', 'id = "gad-7"'),
            "Line 1: id: a scale of the clinic's own has an id that begins with own-",
        ),
    ],
)
def test_a_wrong_definition_is_refused_with_its_line_and_stays_in_the_box(
    cast: Cast, browser: Open, text: str, problem: str
) -> None:
    page = file_page(browser(cast.eve), text, "Save for approval", 422)
    assert page.problems[0].startswith(problem)
    assert page.form("Show it").values["toml"].strip() == text.strip()
    assert not rows()


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"\xff\xfe\x00\x01", "This file is not a text in UTF-8."), (b"#" * 200_001, "This file is too large")],
)
def test_a_file_that_is_no_definition_is_refused(cast: Cast, browser: Open, content: bytes, problem: str) -> None:
    client = browser(cast.cal)
    sent = {"file": (io.BytesIO(content), "own-rest.toml"), "toml": "kept"}
    page = client.land(client.open(FILE, "POST", data=sent, content_type="multipart/form-data"), 422)
    assert page.problems[0].startswith(problem)


def test_a_changed_scale_needs_a_new_version(cast: Cast, browser: Open) -> None:
    definition_id = service.propose_scale(REST, by=cast.cal.actor, at=NOW)
    found = queries.get_version(definition_id)
    assert found
    service.approve(definition_id, found.digest, by=director(cast.bea), at=NOW)
    db.session.commit()
    client = browser(cast.cal)
    page = client.get(f"/clinic/questionnaires/versions/{definition_id}").follow("Make a new version of it")
    assert page.form("Show it").values["toml"] == REST
    changed = REST.replace("Did you wake", "Did you doze")
    shown = page.form("Show it").submit(toml=changed)
    refused = shown.form("Show it").submit(button="Save for approval", expect=409)
    assert refused.problems == ["This version was approved, and that never changes. Make it version 2."]
    assert refused.form("Show it").values["toml"] == changed
    refused.form("Show it").submit(toml=changed.replace("version = 1", "version = 2"), button="Show it").form(
        "Show it"
    ).submit(button="Save for approval")
    assert [(row.version, row.source == REST) for row in rows()] == [(1, True), (2, False)]


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(
    cast: Cast, browser: Open, frozen: time_machine.Traveller
) -> None:
    client = browser(cast.eve)
    form = client.get(NEW).form("Show it")
    frozen.shift(timedelta(hours=13))
    page = form.submit(TYPED)
    page = page.form("Sign in").submit(email=cast.eve.email, password=PASSWORD)
    assert "We kept what you typed." in page.text
    kept = page.form("Show it").values
    assert {name: kept.get(name) for name in TYPED} == TYPED
