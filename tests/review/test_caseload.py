"""The caseload: whoever needs the team first is on top, for their own team only, at a cost that does not grow."""

import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask

from portal import db
from portal.access.policy import PatientStatus
from portal.instruments import service
from portal.instruments.change import Trend
from portal.patients.models import CareTeamMember, Patient
from portal.review import queries
from portal.review import service as review
from portal.review.lists import Clock, Show
from portal.review.models import CaseloadRow
from portal.review.need import Need, need
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.instruments.clinic.scales import REST, director
from tests.page import Browser
from tests.progress.answered import all_of, answered

LOOKS = Callable[..., Browser]


HERE = Clock.of(NOW.date(), NOW, silent_days=7)


@pytest.mark.parametrize(
    ("status", "worst", "unread", "worse", "unreviewed", "expected"),
    [
        (PatientStatus.ACTIVE, 3, 0, False, 0, Need.URGENT_ALERT),
        (PatientStatus.ACTIVE, 2, 5, True, 5, Need.SAME_DAY_ALERT),
        (PatientStatus.ACTIVE, 1, 5, False, 5, Need.ALERT),
        (PatientStatus.ACTIVE, 0, 1, True, 5, Need.MESSAGE),
        (PatientStatus.ACTIVE, 0, 0, True, 5, Need.WORSENING),
        (PatientStatus.ACTIVE, 0, 0, True, 0, Need.WORSENING),
        (PatientStatus.ACTIVE, 0, 0, False, 1, Need.CHECK_IN),
        (PatientStatus.ACTIVE, 0, 0, False, 0, Need.NOTHING_NEW),
        (PatientStatus.PAUSED, 0, 0, True, 4, Need.NOT_IN_CARE),
        (PatientStatus.PAUSED, 0, 1, False, 0, Need.MESSAGE),
        (PatientStatus.DISCHARGED, 3, 0, False, 0, Need.URGENT_ALERT),
        (PatientStatus.DIED, 0, 0, True, 0, Need.NOT_IN_CARE),
    ],
)
def test_an_alert_comes_first_then_a_message_then_worsening_then_unread_check_ins(
    status: PatientStatus, worst: int, unread: int, worse: bool, unreviewed: int, expected: Need
) -> None:
    found = need(status=status, worst_open_alert=worst, unread=unread, is_worsening=worse, unreviewed=unreviewed)
    assert found is expected


def test_more_of_anything_never_lowers_a_patient() -> None:
    kinds = itertools.product(PatientStatus, range(4), range(2), (False, True), range(2))
    for status, worst, unread, worse, unreviewed in kinds:
        base = {"worst_open_alert": worst, "unread": unread, "is_worsening": worse, "unreviewed": unreviewed}
        more: list[dict[str, Any]] = [
            base | {"worst_open_alert": min(3, worst + 1)},
            base | {"unread": unread + 1},
            base | {"is_worsening": True},
            base | {"unreviewed": unreviewed + 1},
        ]
        here = need(status=status, **base)
        assert all(need(status=status, **one) <= here for one in more)


def listed(viewer: Person, show: Show = Show.IN_CARE) -> Sequence[queries.Line]:
    """Return the lines of the first page of a list."""
    return queries.list_caseload(viewer.user_id, show, HERE, at=NOW).lines


def line(person: Person, viewer: Person) -> queries.Line:
    """Return a patient's line in somebody's caseload."""
    lines = [*listed(viewer), *listed(viewer, Show.OTHERS)]
    return next(one for one in lines if one.patient_id == person.own_id)


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
    assert (found.since_baseline, found.trend, found.best) == ("reliably-improved", Trend.STEADY, 7)
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
    assert "−2.3 −32 % reliable" in text


def test_high_is_best_where_the_scale_says_so(app: Flask, cast: Cast) -> None:
    speaks_for(cast.ada, "who-5")
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30))
    for ago, value in ((40, 1), (20, 4), (10, 3)):
        answered(cast.ada, "who-5", all_of("who-5", value), ago=ago)
    review.refresh([cast.ada.own_id], at=NOW)
    found = line(cast.ada, cast.bea)
    assert (found.best, found.trend, found.rises) == (80, Trend.WORSE, False)


COMPARED = [
    ((1, 1, 1), 3, 2, 1),
    ((1, 1, 2), None, None, 1),
    ((1, 2, 2), None, 2, 1),
    ((1, 1001, 1002), 3, 2, 1),
    ((1, 1, 2001), None, None, 1),
]


@pytest.mark.parametrize(("versions", "baseline", "previous", "best"), COMPARED)
def test_a_score_is_compared_with_scores_of_the_same_questions_only(
    app: Flask, cast: Cast, versions: tuple[int, ...], baseline: float | None, previous: float | None, best: float
) -> None:
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=30, hours=-1))
    for number, version in enumerate(versions):
        at = NOW - timedelta(days=30 - number)
        row = factories.check_in(cast.ada, at.date(), at, instrument="phq-9", answers={}, version=version)
        factories.score(row, "total", 3 - number)
    review.refresh([cast.ada.own_id], at=NOW)
    found = db.session.get_one(CaseloadRow, cast.ada.own_id)
    assert (found.latest, found.baseline, found.previous, found.best) == (1, baseline, previous, best)


def test_only_the_care_team_lists_a_patient(app: Flask, cast: Cast) -> None:
    names = {name: [found.name for found in listed(one)] for name, one in cast.everybody().items()}
    expected = {"bea": ["Ada Okafor"], "nia": ["Ada Okafor"], "cal": ["Dot Vasquez"], "ada": [], "dot": [], "eve": []}
    assert names == expected


def test_leaving_the_care_team_takes_the_patient_off_the_list(app: Flask, cast: Cast) -> None:
    member = db.session.query(CareTeamMember).filter_by(user_id=cast.bea.user_id).one()
    member.until = NOW
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    assert (listed(cast.bea), len(listed(cast.nia))) == ([], 1)


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
    # Who asks, the rules, the page, what is due, what the silent owe, alerts, words of danger, how many are on each
    # list, what waits, which follow-ups are to be decided on, who is on call, and (two) the mail.
    reads, written_by_the_look = 13, 3
    assert queries_of(lambda: bea.get("/caseload")) == one == reads + written_by_the_look


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


def test_only_who_may_enrol_is_offered_it(app: Flask, cast: Cast, browser: LOOKS) -> None:
    offered = {name: "Enrol a patient" in browser(getattr(cast, name)).get("/caseload").text for name in ("bea", "nia")}
    assert offered == {"bea": True, "nia": False}
