"""The lists of a caseload: each finds whom it says, in its order, page by page both ways, at a cost that stays."""

import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from portal import db
from portal.access.policy import PatientStatus
from portal.patients.models import Patient
from portal.review import lists, queries
from portal.review import service as review
from portal.review.lists import FILTERS, Clock, Show
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import Need
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

HERE = Clock.of(NOW.date(), NOW, silent_days=7)
LOOKS = Callable[..., Browser]


def crowd(cast: Cast, count: int) -> None:
    """Give Bea so many patients, with every mark in every mixture."""
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    for number in range(count):
        marks: dict[str, Any] = {
            "is_lead": number % 2 == 0,
            "is_worsening": number % 3 == 0,
            "in_induction": number % 5 == 0,
            "review_on": date(2026, 11, 1) + timedelta(days=number % 40) if number % 4 else None,
            "heard_at": NOW - timedelta(days=number % 15),
        }
        if number % 6 == 0:
            marks["owed_since"] = marks["waits_from"] = NOW - timedelta(days=number % 11)
        rank = number % 8 + Need.DANGER
        named = {"sort_name": f"crowd zoe{number % 50:03}"}
        shown = named | (marks if rank < Need.NOT_IN_CARE else {})
        factories.patient_row(f"Zoe{number:03}", cast.bea, rank, like=like, **shown)
    db.session.commit()


def entries(cast: Cast) -> list[CaseloadEntry]:
    return db.session.query(CaseloadEntry).filter_by(user_id=cast.bea.user_id).all()


def belongs(entry: CaseloadEntry, show: Show) -> bool:
    """Say in another way than the query whether somebody is on a list."""
    return {
        Show.IN_CARE: entry.rank != Need.NOT_IN_CARE,
        Show.OTHERS: entry.rank == Need.NOT_IN_CARE,
        Show.MINE: entry.is_lead,
        Show.WORSENING: entry.is_worsening,
        Show.INDUCTION: entry.in_induction,
        Show.UNANSWERED: entry.owed_since is not None,
        Show.DUE: entry.review_on is not None and entry.review_on <= NOW.date(),
        Show.SILENT: entry.heard_at is not None and NOW - entry.heard_at >= timedelta(days=7),
    }[show]


def place(entry: CaseloadEntry, show: Show) -> Any:
    dated = {Show.DUE: entry.review_on, Show.SILENT: entry.heard_at, Show.UNANSWERED: entry.owed_since}
    first = (dated[show],) if show in dated else (entry.rank, entry.waits_from)
    return (*first, entry.sort_name, entry.patient_id.hex)


def pages(cast: Cast, show: Show) -> Iterator[queries.Page]:
    """Walk forward through a list, and back again."""
    page = queries.list_caseload(cast.bea.user_id, show, HERE, at=NOW)
    yield page
    while page.next_after:
        page = queries.list_caseload(cast.bea.user_id, show, HERE, at=NOW, after=page.next_after)
        yield page
    while page.previous_before:
        page = queries.list_caseload(cast.bea.user_id, show, HERE, at=NOW, before=page.previous_before)
        yield page


def test_every_list_is_walked_forward_and_back_and_nobody_is_lost_or_seen_twice(app: Flask, cast: Cast) -> None:
    crowd(cast, 260)
    everybody = entries(cast)
    for show in Show:
        on_it = [one for one in everybody if belongs(one, show)]
        wanted = [one.patient_id for one in sorted(on_it, key=partial(place, show=show))]
        walked = [[line.patient_id for line in page.lines] for page in pages(cast, show)]
        there = walked[: -(-len(wanted) // queries.PAGE)]
        assert [one for page in there for one in page] == wanted, show
        assert walked[len(there) :] == there[-2::-1], show
        assert [line.patient_id for line in queries.walk_caseload(cast.bea.user_id, show, HERE, at=NOW)] == wanted


def test_each_filter_counts_whom_it_finds_up_to_a_hundred(app: Flask, cast: Cast) -> None:
    crowd(cast, 260)
    found = lists.count(cast.bea.user_id, HERE)
    assert found == {show: min(100, sum(belongs(one, show) for one in entries(cast))) for show in FILTERS}
    assert set(found.values()) > {100}
    assert lists.count(cast.cal.user_id, HERE) == {**dict.fromkeys(FILTERS, 0), Show.MINE: 1, Show.SILENT: 1}


def test_a_page_after_somebody_who_left_the_list_is_the_first(app: Flask, cast: Cast) -> None:
    crowd(cast, 120)
    first = queries.list_caseload(cast.bea.user_id, Show.DUE, HERE, at=NOW)
    gone = first.lines[-1].patient_id
    db.session.query(CaseloadEntry).filter_by(patient_id=gone).update({"review_on": date(2027, 1, 1)})
    again = queries.list_caseload(cast.bea.user_id, Show.DUE, HERE, at=NOW, after=gone)
    assert again.previous_before is None
    assert [line.patient_id for line in again.lines][: queries.PAGE - 1] == [
        line.patient_id for line in first.lines[:-1]
    ]
    assert queries.list_caseload(cast.bea.user_id, Show.DUE, HERE, at=NOW, after=uuid.uuid4()).lines == again.lines


def statements(show: Show, cast: Cast) -> list[tuple[str, Any]]:
    """Return what a list asks the database about entries: both directions and the count."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "caseload_entries" in statement:
            seen.append((statement, parameters))

    page = queries.list_caseload(cast.bea.user_id, show, HERE, at=NOW)
    event.listen(db.db.engine, "before_cursor_execute", note)
    queries.list_caseload(cast.bea.user_id, show, HERE, at=NOW)
    queries.list_caseload(cast.bea.user_id, show, HERE, at=NOW, after=page.lines[-1].patient_id)
    queries.list_caseload(cast.bea.user_id, show, HERE, at=NOW, before=page.lines[-1].patient_id)
    lists.count(cast.bea.user_id, HERE)
    event.remove(db.db.engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("show", list(Show))
def test_every_list_is_read_off_its_index_in_order(app: Flask, cast: Cast, show: Show) -> None:
    crowd(cast, 130)
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    for statement, parameters in statements(show, cast):
        plan = [
            row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
        about = [line for line in plan if "caseload_entries" in line]
        assert about, plan
        assert all(re.search(r"SEARCH caseload_entries USING .*\(user_id=\?", line) for line in about), plan
        sorts = [index for index, line in enumerate(plan) if "TEMP B-TREE" in line]
        # The fifty that were picked are put in order once more, after they were joined.
        picked = next((index for index, line in enumerate(plan) if "caseload_rows" in line), -1)
        assert all(index > picked for index in sorts), plan


def test_a_patient_out_of_care_is_on_no_list_of_the_filters(app: Flask, cast: Cast) -> None:
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30))
    for ago, total in ((20, 3), (5, 20)):
        factories.scored(cast.ada, "phq-9", total, NOW.date() - timedelta(days=ago))
    later = Clock.of(NOW.date() + timedelta(days=40), NOW + timedelta(days=40), silent_days=7)
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW + timedelta(days=20), status="planned")
    found = lists.count(cast.bea.user_id, later)
    named = {Show.MINE: 1, Show.DUE: 0, Show.WORSENING: 1, Show.SILENT: 1, Show.INDUCTION: 1}
    assert found == {**named, Show.UNANSWERED: 0}
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.PAUSED
    review.refresh([cast.ada.own_id], at=NOW)
    assert set(lists.count(cast.bea.user_id, later).values()) == {0}


NAMES = ("Zoë", "Ana-María", "O'Neil", "Żółć")
FOUND = [
    ("oka", ["Ada Okafor"]),
    ("Ada Okafor", ["Ada Okafor"]),
    ("okafor   ada", ["Ada Okafor"]),
    ("zoe", ["Zoë Crowd"]),
    ("ZOË crowd", ["Zoë Crowd"]),
    ("maria", ["Ana-María Crowd"]),
    ("zółc", ["Żółć Crowd"]),
    ("o'n", ["O'Neil Crowd"]),
    ("crowd ada", []),
    ("100%", []),
    ("_", []),
]


@pytest.mark.parametrize(("typed", "expected"), FOUND)
def test_a_name_is_found_by_its_words_with_or_without_accents(
    app: Flask, cast: Cast, typed: str, expected: list[str]
) -> None:
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    ids = [factories.patient_row(name, cast.bea, 6, like=like) for name in NAMES]
    review.refresh(ids, at=NOW)
    found = queries.search_caseload(cast.bea.user_id, typed, at=NOW)
    assert [line.name for line in found.lines] == expected


def test_the_lists_are_links_with_their_counts(app: Flask, cast: Cast, browser: LOOKS) -> None:
    crowd(cast, 260)
    page = browser(cast.bea).get("/caseload")
    links = {said: href for said, href in page.links if href and href.startswith("/caseload?")}
    assert links["Mine 99+"] == "/caseload?show=mine"
    in_series = sum(one.in_induction for one in entries(cast))
    assert links[f"In the series {in_series}"] == "/caseload?show=induction"
    for said, href in links.items():
        if re.search(r"\d$|\+$", said):
            assert len(browser(cast.bea).get(href).rows()) > 1
    forward = page.follow("Next 50")
    assert forward.rows()[1:] != page.rows()[1:]
    assert forward.follow("Previous 50").rows() == page.rows()


def test_a_nurse_leads_nobody_and_has_no_list_of_it(app: Flask, cast: Cast, browser: LOOKS) -> None:
    assert not [said for said, _ in browser(cast.nia).get("/caseload").links if said.startswith("Mine")]


def test_an_unknown_list_is_everybody_in_care(app: Flask, cast: Cast, browser: LOOKS) -> None:
    for address in ("?show=everything", "?show=", "?after=x", "?before=1"):
        assert "Ada Okafor" in browser(cast.bea).get(f"/caseload{address}").text


@pytest.mark.parametrize("who", ["ada", "dot", "eve"])
def test_only_who_looks_after_patients_has_a_caseload(app: Flask, cast: Cast, browser: LOOKS, who: str) -> None:
    somebody = browser(getattr(cast, who))
    answers = [somebody.open(*one) for one in itertools.product(("/caseload", "/caseload.csv"), ("GET",))]
    answers.append(somebody.open("/caseload", "POST", data={"name": "ada"}))
    assert {answer.status_code for answer in answers} == {403}
