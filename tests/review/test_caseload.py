"""The caseload: whoever needs the team first is on top, for their own team only, at a cost that does not grow."""

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask

from portal import db
from portal.access.policy import PatientStatus
from portal.instruments import service
from portal.patients.models import CareTeamMember, Patient
from portal.review import queries
from portal.review import service as review
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import Need, need
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.instruments.clinic.scales import REST, director
from tests.page import Browser
from tests.progress.answered import all_of, answered

LOOKS = Callable[..., Browser]


@pytest.mark.parametrize(
    ("status", "worst", "unread", "unreviewed", "expected"),
    [
        (PatientStatus.ACTIVE, 3, 0, 0, Need.URGENT_ALERT),
        (PatientStatus.ACTIVE, 2, 5, 5, Need.SAME_DAY_ALERT),
        (PatientStatus.ACTIVE, 1, 5, 5, Need.ALERT),
        (PatientStatus.ACTIVE, 0, 1, 5, Need.MESSAGE),
        (PatientStatus.ACTIVE, 0, 0, 1, Need.CHECK_IN),
        (PatientStatus.ACTIVE, 0, 0, 0, Need.NOTHING_NEW),
        (PatientStatus.PAUSED, 0, 0, 4, Need.NOT_IN_CARE),
        (PatientStatus.PAUSED, 0, 1, 0, Need.MESSAGE),
        (PatientStatus.DISCHARGED, 3, 0, 0, Need.URGENT_ALERT),
        (PatientStatus.DIED, 0, 0, 0, Need.NOT_IN_CARE),
    ],
)
def test_an_alert_comes_first_then_a_message_then_unread_check_ins(
    status: PatientStatus, worst: int, unread: int, unreviewed: int, expected: Need
) -> None:
    assert need(status=status, worst_open_alert=worst, unread=unread, unreviewed=unreviewed) is expected


def test_more_of_anything_never_lowers_a_patient() -> None:
    for status, worst, unread, unreviewed in itertools.product(PatientStatus, range(4), range(2), range(2)):
        here = need(status=status, worst_open_alert=worst, unread=unread, unreviewed=unreviewed)
        more = [
            need(status=status, worst_open_alert=min(3, worst + 1), unread=unread, unreviewed=unreviewed),
            need(status=status, worst_open_alert=worst, unread=unread + 1, unreviewed=unreviewed),
            need(status=status, worst_open_alert=worst, unread=unread, unreviewed=unreviewed + 1),
        ]
        assert all(other <= here for other in more)


def line(person: Person, viewer: Person) -> queries.Line:
    """Return a patient's line in somebody's caseload."""
    pages = [queries.list_caseload(viewer.user_id, at=NOW, in_care=in_care) for in_care in (True, False)]
    return next(one for page in pages for one in page.lines if one.patient_id == person.own_id)


def test_a_line_says_the_score_its_baseline_and_what_is_new(app: Flask, cast: Cast) -> None:
    day = NOW.date()
    factories.scored(cast.ada, "phq-9", 19, day - timedelta(days=60))
    factories.scored(cast.ada, "phq-9", 17, day - timedelta(days=40))
    given = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30))
    factories.scored(cast.ada, "phq-9", 9, day - timedelta(days=10))
    factories.scored(cast.ada, "phq-9", 7, day)
    found = line(cast.ada, cast.bea)
    assert (found.latest, found.baseline, found.latest_band) == (7, 17, "mild")
    assert (found.last_infusion_at, found.infusions_done) == (given.happens_at, 1)
    assert (found.since_baseline, found.since_last) == ("reliably-improved", "no-reliable-change")
    assert (found.unreviewed, found.new_since_look, found.need) == (4, 4, Need.CHECK_IN)


def speaks_for(person: Person, instrument: str) -> None:
    db.session.get_one(Patient, person.own_id).primary_instrument = instrument
    db.session.commit()


def test_any_scale_can_speak_for_a_patient(app: Flask, cast: Cast, browser: LOOKS) -> None:
    speaks_for(cast.ada, "peg")
    answered(cast.ada, "peg", {"p": 8, "e": 7, "g": 7}, ago=40)
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30))
    answered(cast.ada, "peg", {"p": 5, "e": 5, "g": 5}, ago=10)
    answered(cast.ada, "phq-9", all_of("phq-9", 3), ago=5)
    review.refresh([cast.ada.own_id], at=NOW)
    found = line(cast.ada, cast.bea)
    assert (found.instrument_title, found.latest, found.baseline) == ("PEG", 5, 7.3)
    assert found.since_baseline == "reliably-improved"
    db.session.commit()
    text = browser(cast.bea).get("/caseload").text
    assert "5.0 PEG" in text
    assert "−2.3 (−32 %)" in text


def test_high_is_best_where_the_scale_says_so(app: Flask, cast: Cast) -> None:
    speaks_for(cast.ada, "who-5")
    for ago, value in ((40, 1), (20, 4), (10, 3)):
        answered(cast.ada, "who-5", all_of("who-5", value), ago=ago)
    review.refresh([cast.ada.own_id], at=NOW)
    assert db.session.get_one(CaseloadRow, cast.ada.own_id).best == 80
    assert line(cast.ada, cast.bea).since_last == "reliably-worse"


COMPARED = [
    ((1, 1, 1), 3, 2, 1),
    ((1, 1, 2), 1, None, 1),
    ((1, 2, 2), 2, 2, 1),
    ((1, 1001, 1002), 3, 2, 1),
    ((1, 1, 2001), 1, None, 1),
]


@pytest.mark.parametrize(("versions", "baseline", "previous", "best"), COMPARED)
def test_a_score_is_compared_with_scores_of_the_same_questions_only(
    app: Flask, cast: Cast, versions: tuple[int, ...], baseline: float, previous: float | None, best: float
) -> None:
    for number, version in enumerate(versions):
        at = NOW - timedelta(days=30 - number)
        row = factories.check_in(cast.ada, at.date(), at, instrument="phq-9", answers={}, version=version)
        factories.score(row, "total", 3 - number)
    review.refresh([cast.ada.own_id], at=NOW)
    found = db.session.get_one(CaseloadRow, cast.ada.own_id)
    assert (found.latest, found.baseline, found.previous, found.best) == (1, baseline, previous, best)


def test_only_the_care_team_lists_a_patient(app: Flask, cast: Cast) -> None:
    listed = {name: queries.list_caseload(one.user_id, at=NOW).lines for name, one in cast.everybody().items()}
    names = {name: [found.name for found in lines] for name, lines in listed.items()}
    expected = {"bea": ["Ada Okafor"], "nia": ["Ada Okafor"], "cal": ["Dot Vasquez"], "ada": [], "dot": [], "eve": []}
    assert names == expected


def test_leaving_the_care_team_takes_the_patient_off_the_list(app: Flask, cast: Cast) -> None:
    member = db.session.query(CareTeamMember).filter_by(user_id=cast.bea.user_id).one()
    member.until = NOW
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    assert queries.list_caseload(cast.bea.user_id, at=NOW).lines == []
    assert len(queries.list_caseload(cast.nia.user_id, at=NOW).lines) == 1


def test_opening_a_chart_counts_as_looking(app: Flask, cast: Cast, browser: LOOKS) -> None:
    factories.check_in(cast.ada)
    assert line(cast.ada, cast.bea).new_since_look == 1
    db.session.commit()
    browser(cast.bea).get(f"/patients/{cast.ada.own_id}/progress")
    seen = line(cast.ada, cast.nia)
    assert (seen.new_since_look, seen.looked_at, seen.unreviewed) == (0, NOW, 1)


def test_the_patient_looking_at_their_own_chart_is_not_the_team_looking(app: Flask, cast: Cast, browser: LOOKS) -> None:
    factories.check_in(cast.ada)
    browser(cast.ada).get(f"/patients/{cast.ada.own_id}/progress")
    assert line(cast.ada, cast.bea).looked_at is None


def test_the_page_pages_and_loses_nobody(app: Flask, cast: Cast) -> None:
    total = queries.PAGE * 2 + 7
    for number in range(total):
        row = db.session.get_one(CaseloadRow, cast.ada.own_id)
        copy = factories.patient_row(f"Zoe{number:03}", cast.bea, number % 7 + 1, like=row)
        assert copy
    db.session.commit()
    seen, after = [], None
    while True:
        page = queries.list_caseload(cast.bea.user_id, at=NOW, after=after)
        seen += [found.patient_id for found in page.lines]
        after = page.next_after
        if after is None:
            break
    wanted = db.session.query(CaseloadEntry).filter(CaseloadEntry.user_id == cast.bea.user_id, CaseloadEntry.rank < 7)
    assert len(seen) == len(set(seen)) == wanted.count()


def test_finding_by_name_is_not_in_the_address(app: Flask, cast: Cast, browser: LOOKS) -> None:
    page = browser(cast.bea).get("/caseload").form("Find").submit(name="oka")
    assert "Ada Okafor" in page.text
    assert "oka" not in page.url
    none = page.form("Find").submit(name="100%")
    assert "Nobody on your caseload" in none.text


def test_the_caseload_costs_the_same_for_many(
    app: Flask, cast: Cast, browser: LOOKS, queries_of: Callable[..., int]
) -> None:
    bea = browser(cast.bea)
    bea.get("/caseload")
    one = queries_of(lambda: bea.get("/caseload"))
    row = db.session.get_one(CaseloadRow, cast.ada.own_id)
    for number in range(40):
        factories.patient_row(f"Zoe{number}", cast.bea, 5, like=row)
    db.session.commit()
    reads, written_by_the_look = 6, 3
    assert queries_of(lambda: bea.get("/caseload")) == one <= reads + written_by_the_look


def test_the_medical_director_sees_at_one_query_what_waits_and_nobody_else_pays(
    app: Flask, cast: Cast, browser: LOOKS, queries_of: Callable[..., int]
) -> None:
    people = {name: browser(getattr(cast, name)) for name in ("bea", "nia")}
    costs = {name: partial(queries_of, partial(one.get, "/caseload")) for name, one in people.items()}
    for one in people.values():
        one.get("/caseload")
    before = {name: cost() for name, cost in costs.items()}
    service.propose_scale(REST, by=cast.cal.actor, at=NOW)
    db.session.commit()
    said = "1 scale waits for your approval"
    assert all(said not in one.get("/caseload").text for one in people.values())
    assert {name: cost() for name, cost in costs.items()} == before
    director(cast.bea)
    assert f'<a href="/clinic/questionnaires">{said}</a>' in people["bea"].get("/caseload").html
    assert costs["bea"]() == before["bea"] + 1


def test_a_row_rewritten_is_the_row_recomputed(app: Flask, cast: Cast) -> None:
    factories.scored(cast.ada, "phq-9", 12, date(2026, 11, 1))
    factories.thread(cast.ada, cast.ada)
    before = {
        column.name: getattr(db.session.get_one(CaseloadRow, cast.ada.own_id), column.name)
        for column in CaseloadRow.__table__.columns
    }
    db.session.query(CaseloadRow).filter_by(patient_id=cast.ada.own_id).delete()
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    after = {
        column.name: getattr(db.session.get_one(CaseloadRow, cast.ada.own_id), column.name)
        for column in CaseloadRow.__table__.columns
    }
    assert before == after


def test_only_who_may_enrol_is_offered_it(app: Flask, cast: Cast, browser: LOOKS) -> None:
    offered = {name: "Enrol a patient" in browser(getattr(cast, name)).get("/caseload").text for name in ("bea", "nia")}
    assert offered == {"bea": True, "nia": False}
