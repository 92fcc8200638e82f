"""Totals that the care team enters stand in the plan: due for the team, and nothing that the patient owes or sees."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from portal import db
from portal.access.policy import PatientStatus
from portal.checkins import due, planning
from portal.checkins.models import CheckIn, Mode
from portal.checkins.plan import Anchor, Trigger
from portal.checkins.preview import preview
from portal.checkins.rhythm import LineDraft, every
from portal.instruments import catalogue
from portal.instruments.definition import key_of
from portal.patients.models import Patient
from tests.cast import NOW, Cast, Person
from tests.checkins.rhythms import DAY, EVERY_DAY, WEEKLY, ZONE, anchors, line
from tests.checkins.sheets import Opener, count, everything, only, ref
from tests.factories import course, infusion, plan_item, scored

TODAY = date(2026, 11, 22)
TOTALS = ("cadss", "ham-d", "isi", "kset-r", "madrs", "ymrs")
OVERDUE = "MADRS, overdue since Thu, Nov 19"


def to_enter(person: Person, at: datetime = NOW) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.line.instrument, one.standing.value) for one in due.to_enter(ref(person), at)]


def check_ins(person: Person) -> str:
    return f"/patients/{person.own_id}/check-ins"


def madrs(person: Person, days_ago: int = 0, **values: Any) -> Any:
    return plan_item(person, "madrs", 14, starts_on=TODAY - timedelta(days=days_ago), **values)


# Planning


@pytest.mark.parametrize("instrument", TOTALS)
def test_every_total_of_the_catalogue_can_stand_in_a_plan_and_is_due(cast: Cast, instrument: str) -> None:
    assert tuple(one.id for one in catalogue.current().team_rated()) == TOTALS
    planning.apply(cast.ada.own_id, [LineDraft(instrument, every(14))], by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert to_enter(cast.ada) == [(instrument, "due")]


def test_a_total_alone_replaces_its_line_like_any_other(cast: Cast) -> None:
    old = madrs(cast.ada, 3)
    planning.ask(cast.ada.own_id, "madrs", triggers=every(7), by=cast.bea.actor, at=NOW)
    db.session.commit()
    db.session.refresh(old)
    assert old.ends_on == TODAY
    assert to_enter(cast.ada) == [("madrs", "due")]


def test_time_that_the_team_needs_is_not_the_patients(cast: Cast) -> None:
    lines = [line(EVERY_DAY, "daily"), line(WEEKLY, "madrs", is_for_team=True)]
    found = preview(lines, anchors(), DAY, ZONE)
    assert [one.instrument for one in found.days[0].lines] == ["daily", "madrs"]
    assert (found.longest, found.minutes) == (1, 30)


# Due and done


def test_it_is_due_late_and_missed_by_the_same_windows_until_it_is_entered(cast: Cast) -> None:
    madrs(cast.ada)
    seen = [[how for _, how in to_enter(cast.ada, NOW + timedelta(days=days))] for days in (0, 1, 6, 8, 14)]
    assert seen == [["due"], ["overdue"], ["overdue"], ["missed"], ["due"]]
    scored(cast.ada, "madrs", 20, TODAY + timedelta(days=8), NOW + timedelta(days=8))
    assert to_enter(cast.ada, NOW + timedelta(days=8)) == []
    assert to_enter(cast.ada, NOW + timedelta(days=14)) == [("madrs", "due")]


def test_a_total_from_before_the_window_does_not_count(cast: Cast) -> None:
    madrs(cast.ada, 3)
    scored(cast.ada, "madrs", 20, TODAY - timedelta(days=4))
    assert to_enter(cast.ada) == [("madrs", "overdue")]


def test_it_hangs_on_infusions_too(cast: Cast) -> None:
    plan_item(cast.ada, "cadss", triggers=[Trigger(Anchor.INFUSION, hours=1)])
    assert to_enter(cast.ada) == []
    infusion(course(cast.ada, cast.bea), cast.bea, NOW - timedelta(hours=2))
    assert to_enter(cast.ada) == [("cadss", "due")]


def test_nothing_is_to_be_entered_out_of_care(cast: Cast) -> None:
    madrs(cast.ada, 3)
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.PAUSED
    db.session.commit()
    assert to_enter(cast.ada) == []


def test_the_caseload_counts_what_the_patient_owes_and_no_work_of_the_team(browser: Opener, cast: Cast) -> None:
    madrs(cast.ada, 3)
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - timedelta(days=3))
    assert due.count_late([ref(cast.ada)], NOW) == {cast.ada.own_id: 1}
    head, ada = browser(cast.bea).get("/caseload").rows()
    assert ada[head.index("Overdue")] == "1"


# The team's pages


@pytest.mark.parametrize("name", ["bea", "nia"])
def test_the_team_is_told_goes_to_the_page_enters_it_and_is_done(browser: Opener, cast: Cast, name: Any) -> None:
    madrs(cast.ada, 3)
    by = browser(getattr(cast, name))
    assert OVERDUE in by.get(f"/patients/{cast.ada.own_id}/plan").text
    page = by.get(check_ins(cast.ada))
    assert "For you to enter" in page.text
    assert OVERDUE in page.text
    page.follow("MADRS").form("Save").submit({"item_total": "21"})
    row = only(CheckIn)
    assert (row.instrument, row.mode, row.answers) == ("madrs", Mode.CLINICIAN, {"total": 21})
    assert to_enter(cast.ada) == []
    assert "For you to enter" not in by.get(check_ins(cast.ada)).text
    plan = by.get(f"/patients/{cast.ada.own_id}/plan").text
    assert "For you to enter" not in plan
    assert "Next: Thu, Dec 3" in plan


def test_what_is_due_today_says_so_and_leads_to_its_own_page(browser: Opener, cast: Cast) -> None:
    madrs(cast.ada)
    page = browser(cast.nia).get(check_ins(cast.ada))
    assert "MADRS, due today" in page.text
    assert ("MADRS", f"{check_ins(cast.ada)}/enter/{key_of('madrs')}") in page.links


def test_a_provider_puts_a_total_into_the_plan(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/plan").follow("Ask something more")
    groups = {one.get("label"): [option.get("value") for option in one] for one in page.find("optgroup")}
    assert sorted(groups["Entered by the care team"]) == list(TOTALS)
    page = page.form("Save").submit({"instrument": "madrs", "rhythms": ["every"], "every_days": "14"})
    assert "It is due for the care team like this from today on; the patient is not asked." in page.text
    assert "Every two weeks" in page.text
    assert "For you to enter: due today" in page.text
    assert to_enter(cast.ada) == [("madrs", "due")]
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/plan/add")
    assert "madrs" in [one.get("value") for one in page.find("optgroup")[-1]]


def test_a_ready_made_plan_leaves_a_total_in_the_plan(browser: Opener, cast: Cast) -> None:
    madrs(cast.ada, 3)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/plan/ready-made")
    assert "Entered by the care team; not asked of the patient" in page.text
    page.form("Save this plan").submit()
    assert to_enter(cast.ada) == [("madrs", "overdue")]


def test_the_list_costs_the_team_two_queries_and_the_patient_none(browser: Opener, cast: Cast, queries_of: Any) -> None:
    pages = [browser(one) for one in (cast.ada, cast.bea)]
    for page in pages:
        page.get(check_ins(cast.ada))
    before = [queries_of(lambda page=page: page.get(check_ins(cast.ada))) for page in pages]
    for instrument in TOTALS:
        plan_item(cast.ada, instrument, triggers=[Trigger(Anchor.START), Trigger(Anchor.INFUSION, from_day=1)])
    after = [queries_of(lambda page=page: page.get(check_ins(cast.ada))) for page in pages]
    infusions = 1
    assert after == [before[0], before[1] + infusions]


# The patient's pages


def test_the_patient_never_sees_it(browser: Opener, cast: Cast) -> None:
    madrs(cast.ada, 3)
    plan_item(cast.ada, "cadss", triggers=[Trigger(Anchor.INFUSION, hours=1)])
    neutral = [catalogue.current().get(one).neutral_title for one in ("madrs", "cadss")]
    ada = browser(cast.ada)
    for more in ("today", "plan", "check-ins"):
        text = ada.get(f"/patients/{cast.ada.own_id}/{more}").text
        for said in (*neutral, "MADRS", "CADSS", "For you to enter", "overdue"):
            assert said not in text, (more, said)
    assert "Nothing is asked at the moment" in ada.get(f"/patients/{cast.ada.own_id}/plan").text
    found = due.get_today(ref(cast.ada), at=NOW, past_days=7)
    assert (found.due, found.missed, found.next) == ([], [], None)


def test_a_total_entered_today_is_nothing_the_patient_did_today(cast: Cast) -> None:
    madrs(cast.ada)
    scored(cast.ada, "madrs", 20, TODAY)
    assert due.get_today(ref(cast.ada), at=NOW, past_days=7).done == []


def test_the_patient_cannot_answer_it_by_its_address(browser: Opener, cast: Cast) -> None:
    item: uuid.UUID = madrs(cast.ada).id
    ada, address = browser(cast.ada), f"{check_ins(cast.ada)}/new/{item}"
    before = everything()
    ada.get(address, expect=404)
    for more in ("", "/draft"):
        sent = {"item_total": "3", "on": str(TODAY), "submission_id": str(uuid.uuid4())}
        assert ada.open(address + more, "POST", data=sent).status_code == 404
    assert everything() == before
    assert count(CheckIn) == 0
