"""The chart as files: a picture and a table of what is shown, for whoever may see the page, and nothing besides."""

import csv
import io
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.safety.models import Alert, AlertState
from portal.treatment.events import service as events
from portal.treatment.models import InfusionStatus
from tests import telling
from tests.cast import NOW, Cast, Person
from tests.factories import check_in, course, infusion, scored
from tests.page import Browser
from tests.progress.answered import all_of, answered

Opener = Callable[..., Browser]
DAY = timedelta(days=1)


def fetched(browser: Opener, reader: Person, of: Person, kind: str, query: str = "range=all") -> Any:
    return browser(reader).open(f"/patients/{of.own_id}/progress{kind}?{query}")


def rows(answer: Any) -> list[dict[str, str]]:
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def told(cast: Cast) -> Cast:
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=20, quality=["straight-lined"])
    answered(cast.ada, "gad-7", all_of("gad-7", 1) | {"q2": None}, ago=4)
    infusion(course(cast.ada, cast.bea), cast.bea, NOW - 9 * DAY)
    check_in(cast.ada, (NOW - 3 * DAY).date(), NOW - 3 * DAY)
    event = {"event_id": uuid.uuid4(), "on": (NOW - 8 * DAY).date(), "text": "=Moved house", "until": None}
    events.add_event(cast.ada.own_id, **event, by=cast.ada.actor, at=NOW)
    db.session.commit()
    alert = Alert(patient_id=cast.ada.own_id, rule="R1", severity=3, on=(NOW - 3 * DAY).date())
    alert.opened_at, alert.state_at, alert.state = NOW - 3 * DAY, NOW - DAY, AlertState.CLOSED
    db.session.add(alert)
    answered(cast.ada, "asq", {"q1": 1, "q2": 0, "q3": 0, "q4": 0, "q5": 0}, ago=2)
    return cast


def test_the_numbers_are_one_row_for_each_thing_with_iso_days(browser: Opener, told: Cast) -> None:
    found = rows(fetched(browser, told.ada, told.ada, ".csv"))
    assert [(row["Day"], row["Kind"], row["What"], row["Value"]) for row in found] == [
        ("2026-11-02", "Score", "GAD-7", "7"),
        ("2026-11-13", "Infusion", "First series, infusion 1: done", "35"),
        ("2026-11-14", "Event", "'=Moved house", ""),
        ("2026-11-18", "Score", "GAD-7", "7"),
        ("2026-11-19", "Daily answer", "Mood", "6"),
        ("2026-11-19", "Daily answer", "Anxiety", "3"),
    ]
    assert (found[0]["Time"], found[0]["Lowest"], found[0]["Highest"]) == ("2026-11-02T10:00-05:00", "0", "21")
    assert found[0]["Meaning"] == "Mild"
    assert found[3]["Details"].startswith("prorated (6 of 7 answered); 1 question left out by choice; covers")


def test_the_team_has_besides_what_only_it_sees_and_the_patient_has_none_of_it(browser: Opener, told: Cast) -> None:
    team = rows(fetched(browser, told.bea, told.ada, ".csv", "range=all&scale=1"))
    assert ("Alert", "2026-11-19", "2026-11-21") in [(row["Kind"], row["Day"], row["Until"]) for row in team]
    assert "the same answer to every question" in team[0]["Details"]
    for kind in (".csv", ".svg", ""):
        for number in range(3):
            own = fetched(browser, told.ada, told.ada, kind, f"range=all&scale={number}").get_data(as_text=True)
            for word in ("alert", "ASQ", "same answer to every", "positive"):
                assert word not in own, (kind, word)
    assert "Alert" in fetched(browser, told.bea, told.ada, ".svg").get_data(as_text=True)


def test_the_picture_is_a_file_that_stands_alone(browser: Opener, told: Cast) -> None:
    answer = fetched(browser, told.ada, told.ada, ".svg")
    assert answer.content_type == "image/svg+xml"
    root = ElementTree.fromstring(answer.get_data())  # noqa: S314 - our own drawing
    assert root.get("width")
    assert "GAD-7" in "".join(root.itertext())


def test_files_follow_what_was_chosen_on_the_page(browser: Opener, told: Cast) -> None:
    short = rows(fetched(browser, told.ada, told.ada, ".csv", "range=interval&lane=2"))
    assert {row["What"] for row in short if row["Kind"] == "Daily answer"} == {"Energy"}
    page = browser(told.ada).get(f"/patients/{told.ada.own_id}/progress?range=interval&lane=2")
    hrefs = [href for words, href in page.links if words in ("Picture (SVG)", "Numbers (CSV)")]
    assert [href.split("?")[1] for href in hrefs] == ["range=interval&lane=2"] * 2


@pytest.mark.parametrize("ending", [".svg", ".csv"])
def test_the_name_of_a_file_says_nothing_and_no_cache_keeps_it(browser: Opener, told: Cast, ending: str) -> None:
    answer = fetched(browser, told.ada, told.ada, ending)
    named = answer.headers["Content-Disposition"]
    assert named == f'attachment; filename="progress-2026-11-22{ending}"'
    assert not telling.told(telling.ON_SCREEN, named)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("ending", [".svg", ".csv"])
def test_whoever_sees_the_page_gets_its_files_and_nobody_else(browser: Opener, told: Cast, ending: str) -> None:
    for name in ("ada", "bea", "nia", "cal", "dot", "eve"):
        reader = getattr(told, name)
        page, file = fetched(browser, reader, told.ada, ""), fetched(browser, reader, told.ada, ending)
        assert file.status_code == page.status_code
    assert fetched(browser, told.bea, told.ada, ending).status_code == 200
    assert fetched(browser, told.dot, told.ada, ending).status_code == 404


@pytest.mark.parametrize(("ending", "name"), [(".svg", "progress.picture"), (".csv", "progress.numbers")])
def test_a_file_is_a_look_at_the_record(browser: Opener, told: Cast, ending: str, name: str) -> None:
    fetched(browser, told.bea, told.ada, ending)
    looked = select(AuditEvent).where(AuditEvent.event == "record:looked-at", AuditEvent.actor_id == told.bea.user_id)
    db.session.rollback()
    (row,) = db.session.scalars(looked).all()
    assert row.details["page"] == name


def at(ago: float) -> datetime:
    return NOW - ago * DAY


def one_point(cast: Cast) -> None:
    scored(cast.ada, "phq-9", 9, at(2).date())


def only_declined(cast: Cast) -> None:
    for ago in (9, 2):
        answered(cast.ada, "phq-9", dict.fromkeys(all_of("phq-9", 0)), ago=ago)


def two_on_one_day(cast: Cast) -> None:
    for instrument, value in (("phq-9", 9), ("gad-7", 8)):
        scored(cast.ada, instrument, value, at(2).date())


def exactly_on_an_infusion(cast: Cast) -> None:
    moment = datetime(2026, 11, 12, 15, tzinfo=UTC)
    scored(cast.ada, "phq-9", 20, moment.date(), moment)
    scored(cast.ada, "phq-9", 8, at(2).date())
    infusion(course(cast.ada, cast.bea), cast.bea, moment)


def nothing_before(cast: Cast) -> None:
    infusion(course(cast.ada, cast.bea), cast.bea, at(9), status=InfusionStatus.STOPPED_EARLY)
    scored(cast.ada, "phq-9", 8, at(2).date())


def ten_years_with_a_gap(cast: Cast) -> None:
    on = course(cast.ada, cast.bea)
    for number, ago in enumerate(range(3_650, 0, -150), start=1):
        if not 1_200 < ago < 1_950:
            scored(cast.ada, "phq-9", ago % 27, at(ago).date())
            infusion(on, cast.bea, at(ago + 3), number)


@pytest.mark.parametrize(
    ("tell", "scores", "says"),
    [
        (one_point, 1, "PHQ-9 was 9"),
        (only_declined, 2, "too few answers for a score"),
        (two_on_one_day, 1, "PHQ-9 was 9"),
        (exactly_on_an_infusion, 2, "20"),
        (nothing_before, 1, "PHQ-9 was 8"),
        (ten_years_with_a_gap, 20, "PHQ-9"),
    ],
)
def test_every_edge_has_its_page_and_its_files(
    browser: Opener, cast: Cast, tell: Callable[[Cast], None], scores: int, says: str
) -> None:
    tell(cast)
    for reader in (cast.ada, cast.bea):
        page = browser(reader).get(f"/patients/{cast.ada.own_id}/progress?range=all")
        assert says in page.text
        found = rows(fetched(browser, reader, cast.ada, ".csv"))
        assert len([row for row in found if row["Kind"] == "Score"]) == scores
        ElementTree.fromstring(fetched(browser, reader, cast.ada, ".svg").get_data())  # noqa: S314 - our own drawing


def test_with_nothing_on_record_there_is_no_picture_and_the_table_is_empty(browser: Opener, cast: Cast) -> None:
    assert "Nothing to show yet" in browser(cast.ada).get(f"/patients/{cast.ada.own_id}/progress").text
    assert fetched(browser, cast.ada, cast.ada, ".svg").status_code == 404
    assert rows(fetched(browser, cast.ada, cast.ada, ".csv")) == []


NONSENSE = ["range=zzqx", "scale=zzqx", "lane=zzqx", "page=zzqx", "zzqx=1", "part=-77731", "scale=77731", "lane=77731"]


@pytest.mark.parametrize("ending", ["", ".svg", ".csv"])
def test_nothing_of_an_address_comes_back_so_that_the_answer_may_be_compressed(
    browser: Opener, told: Cast, ending: str
) -> None:
    for query in NONSENSE:
        answer = fetched(browser, told.ada, told.ada, ending, query)
        assert answer.status_code == 200
        assert not any(word in answer.get_data(as_text=True) for word in ("zzqx", "77731"))
    headers = {"Accept-Encoding": "br"}
    path = f"/patients/{told.ada.own_id}/progress{ending}?range=all"
    assert browser(told.ada).open(path, headers=headers).headers["Content-Encoding"] == "br"
