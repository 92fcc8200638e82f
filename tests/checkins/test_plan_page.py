"""The pages that show and change a plan."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.accounts import keeping
from portal.audit.models import AuditEvent
from portal.checkins import planning, queries, ready_made
from portal.checkins.models import PlanItem
from portal.checkins.plan_queries import askable
from portal.checkins.ready_made import AT_ENROLMENT, Phase
from portal.checkins.rhythm import Anchor, LineDraft, Trigger, every
from portal.patients.models import Condition, PatientCondition
from portal.treatment.models import InfusionStatus
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import Opener, count
from tests.factories import course, infusion, plan_item

TODAY = date(2026, 11, 22)
WEEKLY, FORTNIGHTLY = every(7), every(14)
MORNING = Trigger(Anchor.PLANNED_INFUSION)
PHQ_9_WEEKLY = {"instrument": "phq-9", "rhythms": ["every", "morning-of"], "every_days": "7", "min_gap_days": "3"}


def asked(person: Person) -> dict[str, LineDraft]:
    db.session.rollback()
    rows = db.session.scalars(select(PlanItem).where(PlanItem.patient_id == person.own_id, PlanItem.ends_on.is_(None)))
    return {row.instrument: queries.to_line(row).draft for row in rows}


def treated_for(person: Person, *conditions: Condition) -> None:
    for condition in conditions:
        db.session.add(PatientCondition(patient_id=person.own_id, condition=condition, recorded_at=NOW))
    db.session.commit()


def wanted(*phases: Phase, conditions: Any = ("treatment-resistant-depression",)) -> dict[str, LineDraft]:
    lines = ready_made.lines(conditions, *phases, askable=askable())
    return {line.instrument: line for line in lines}


def page_of(browser: Opener, person: Person, patient: Person, more: str = "") -> Any:
    return browser(person).get(f"/patients/{patient.own_id}/plan{more}")


def save(person: Person, lines: Any, by: Person) -> None:
    planning.apply(person.own_id, lines, by=by.actor, at=NOW)
    db.session.commit()


# Looking


def test_a_provider_sees_each_line_in_plain_words_with_its_next_day(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, "daily", extra_items=["pain"])
    plan_item(cast.ada, "phq-9", triggers=(*WEEKLY, MORNING), min_gap_days=3, starts_on=TODAY + timedelta(days=2))
    page = page_of(browser, cast.bea, cast.ada)
    for said in ("Every day", "+ How strong was your pain today?", "Due now", "Every week", "At least 3 days apart"):
        assert said in page.text
    assert "Next: Tue, Nov 24" in page.text
    assert "On the day of each infusion, before it begins" in page.text
    assert "{" not in page.text


def test_the_patient_reads_what_is_asked_without_a_name_of_a_scale(browser: Opener, cast: Cast) -> None:
    save(cast.ada, wanted(*AT_ENROLMENT).values(), cast.bea)
    page = page_of(browser, cast.ada, cast.ada)
    assert page.h1 == "What we ask and when"
    assert "Two weeks: mood" in page.text
    assert not page.find("main")[0].findall(".//form")
    for word in ("PHQ", "Suicide", "Interval default", "not validated"):
        assert word not in page.text


def test_the_patient_reads_what_is_to_come_and_not_what_is_over(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, "urinary", triggers=[Trigger(Anchor.START)])
    plan_item(cast.ada, "side-effects", triggers=[Trigger(Anchor.INFUSION, hours=2)])
    plan_item(cast.ada, "gad-7", starts_on=TODAY + timedelta(days=3))
    text = page_of(browser, cast.ada, cast.ada).text
    assert "Four weeks: body" not in text
    assert "2 hours after each infusion" in text
    assert "Next: in 3 days" in text
    page = page_of(browser, cast.bea, cast.ada)
    assert "Not asked again" in page.text
    assert "With the next infusion" in page.text


def test_a_nurse_looks_and_changes_nothing(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada)
    page = page_of(browser, cast.nia, cast.ada)
    assert "Daily check-in" in page.text
    assert not page.find("main")[0].findall(".//form")
    assert not [label for label, href in page.links if "/plan/" in href]
    _refused(browser, cast.nia, cast.ada, item)


def _refused(browser: Opener, person: Person, patient: Person, item: PlanItem) -> None:
    other, path = browser(person), f"/patients/{patient.own_id}/plan"
    for more in ("/add", "/ready-made", f"/{item.id}"):
        other.get(path + more, expect=404)
        assert other.open(path + more, "POST", data=PHQ_9_WEEKLY).status_code == 404
    assert other.open(f"{path}/{item.id}/end", "POST").status_code == 404
    assert asked(patient) == {"daily": LineDraft("daily", every(1))}


@pytest.mark.parametrize("name", ["ada", "cal", "dot", "eve"])
def test_nobody_but_a_provider_of_the_team_changes_a_plan(browser: Opener, cast: Cast, name: Any) -> None:
    item = plan_item(cast.ada)
    if name != "ada":
        browser(getattr(cast, name)).get(f"/patients/{cast.ada.own_id}/plan", expect=404)
    _refused(browser, getattr(cast, name), cast.ada, item)


SERIES: list[dict[str, Any]] = [{}]
BOOSTERS = [{"series_planned": 2}]
OVER = [{"status": "ended", "ended_on": TODAY}]


@pytest.mark.parametrize(
    ("asked_before", "courses", "given", "said"),
    [
        ((), [], 0, "“Baseline and first series”"),
        ((), SERIES, 2, "“First series”"),
        (AT_ENROLMENT, BOOSTERS, 2, "“Boosters”"),
        ((Phase.BASELINE,), SERIES, 1, "“First series”"),
        ((Phase.MAINTENANCE,), OVER, 1, "“After the last infusion”"),
        (AT_ENROLMENT, [], 0, "care is now here: before the first infusion"),
        ((Phase.BASELINE,), [], 0, "care is now here: before the first infusion"),
        (AT_ENROLMENT, SERIES, 3, "care is now here: first series"),
        ((Phase.AFTER_STOPPING,), OVER, 1, "care is now here: after the last infusion"),
    ],
)
def test_the_treatment_speaks_for_another_phase_and_changes_nothing(
    browser: Opener, cast: Cast, asked_before: Any, courses: Any, given: Any, said: Any
) -> None:
    before = wanted(*asked_before)
    save(cast.ada, before.values(), cast.bea)
    for values in courses:
        row = course(cast.ada, cast.bea, **values)
        for number in range(1, given + 1):
            infusion(row, cast.bea, NOW - timedelta(days=20 - number), number)
    text = page_of(browser, cast.bea, cast.ada).text
    assert said in text
    assert ("speaks for" in text) is said.startswith("“")
    assert asked(cast.ada) == before


def test_a_plan_made_by_hand_is_left_in_peace(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 10)
    course(cast.ada, cast.bea)
    assert "speaks for" not in page_of(browser, cast.bea, cast.ada).text


def test_a_plan_that_is_the_ready_made_one_is_not_spoken_of_again(browser: Opener, cast: Cast) -> None:
    save(cast.ada, [*wanted(*AT_ENROLMENT).values(), LineDraft("peg", WEEKLY)], cast.bea)
    page = page_of(browser, cast.bea, cast.ada)
    assert "speaks for" not in page.text
    assert page.text.count("Interval default") == len(wanted(*AT_ENROLMENT))


# Ready-made plans


@pytest.mark.parametrize("conditions", [[], [Condition.BIPOLAR], [Condition.CHRONIC_PAIN, Condition.PTSD]])
def test_a_new_patient_begins_with_the_ready_made_plan(cast: Cast, conditions: Any) -> None:
    planning.start_default_plan(cast.ada.own_id, conditions, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert asked(cast.ada) == wanted(*AT_ENROLMENT, conditions=conditions)
    assert {row.starts_on for row in db.session.scalars(select(PlanItem))} == {TODAY}
    assert count(AuditEvent, event="plan:started") == 1


def test_a_new_bipolar_patient_has_a_plan_in_two_clicks(browser: Opener, cast: Cast) -> None:
    treated_for(cast.ada, Condition.BIPOLAR)
    page = page_of(browser, cast.bea, cast.ada).follow("Start from a ready-made plan")
    assert "Activation check" in page.text
    assert "Did you need much less sleep" in page.text
    page.form("Save this plan").submit()
    conditions = ("treatment-resistant-depression", "bipolar")
    assert asked(cast.ada) == wanted(*AT_ENROLMENT, conditions=conditions)
    assert count(AuditEvent, event="plan:started") == 1


@pytest.mark.parametrize("phase", Phase)
def test_another_phase_and_other_conditions_show_their_lines(browser: Opener, cast: Cast, phase: Phase) -> None:
    page = page_of(browser, cast.bea, cast.ada, "/ready-made")
    page = page.form("Show its lines").submit(phase=phase.value, conditions=["ptsd"], button="Show its lines")
    assert not asked(cast.ada)
    assert "PTSD" in page.text
    page.form("Save this plan").submit()
    assert asked(cast.ada) == wanted(phase, conditions=("ptsd",))


def test_lines_are_left_out_and_changed_before_they_are_saved(browser: Opener, cast: Cast) -> None:
    page = page_of(browser, cast.bea, cast.ada, "/ready-made")
    place = _places(page)
    changes = {f"l{place['gad-7']}-is_asked": [], f"l{place['phq-9']}-every_days": "10"}
    page = page.form("Save this plan").submit(changes, button="Show the days again")
    assert not asked(cast.ada)
    assert "Every 10 days" in page.text
    assert page.text.count("Interval default") == len(place) - 1, "not where it was changed"
    page.form("Save this plan").submit()
    found, ready = asked(cast.ada), wanted(*AT_ENROLMENT)
    assert found.keys() == ready.keys() - {"gad-7"}
    assert Trigger(Anchor.START, every_days=10) in found["phq-9"].triggers
    assert found["asq"] == ready["asq"]


def _places(page: Any) -> dict[str, int]:
    lines = [one.get("value") for one in page.find("input") if one.get("name") == "line"]
    return {instrument: place for place, instrument in enumerate(lines)}


def test_what_was_added_by_hand_stays_and_what_another_phase_asked_goes(browser: Opener, cast: Cast) -> None:
    save(cast.ada, [*wanted(Phase.BASELINE).values(), LineDraft("peg", FORTNIGHTLY)], cast.bea)
    kept = {row.instrument: row.id for row in db.session.scalars(select(PlanItem))}
    page = page_of(browser, cast.bea, cast.ada, "/ready-made")
    page = page.form("Show its lines").submit(phase="induction", button="Show its lines")
    assert "Asked now: Once, on the first day of the plan" in page.text
    page.form("Save this plan").submit()
    assert asked(cast.ada) == wanted(Phase.INDUCTION) | {"peg": LineDraft("peg", FORTNIGHTLY)}
    now = {row.instrument: row.id for row in db.session.scalars(select(PlanItem).filter_by(ends_on=None))}
    assert [one for one in kept if kept[one] == now.get(one)] == ["daily", "peg"], "an unchanged line goes on"


def test_what_a_condition_asked_goes_with_the_condition(browser: Opener, cast: Cast) -> None:
    treated_for(cast.ada, Condition.CHRONIC_PAIN, Condition.BIPOLAR)
    conditions = ("treatment-resistant-depression", "chronic-pain", "bipolar")
    save(cast.ada, wanted(*AT_ENROLMENT, conditions=conditions).values(), cast.bea)
    page = page_of(browser, cast.bea, cast.ada, "/ready-made").form("Show its lines")
    page = page.submit(conditions=["treatment-resistant-depression", "bipolar"], button="Show its lines")
    page.form("Save this plan").submit()
    assert asked(cast.ada) == wanted(*AT_ENROLMENT, conditions=conditions[::2])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"every_days": ""}, "PHQ-9: Every how many days – Enter a number here, or untick it"),
        ({"every_days": "often"}, "PHQ-9: Every how many days – Enter a whole number, like 12"),
        ({"every_days": "400"}, "PHQ-9: Every how many days – Enter 366 or less"),
        ({"rhythms": []}, "PHQ-9: Choose when to ask it"),
        ({"min_gap_days": "8"}, "PHQ-9: Days apart at least – Enter 7 or less"),
        (
            {"every_days": "2"},
            "PHQ-9: Days apart at least – It cannot be asked every 2 days and at least 3 days apart.",
        ),
    ],
)
def test_a_mistake_in_one_line_is_named_and_nothing_is_saved(
    browser: Opener, cast: Cast, changes: Any, said: Any
) -> None:
    page = page_of(browser, cast.bea, cast.ada, "/ready-made")
    place = _places(page)["phq-9"]
    typed = {f"l{place}-{name}": value for name, value in changes.items()}
    page = page.form("Save this plan").submit(typed, expect=422)
    assert page.problems == [said]
    values = page.form("Save this plan").values
    assert all(values.getlist(name) == (value if isinstance(value, list) else [value]) for name, value in typed.items())
    assert not asked(cast.ada)


def test_a_ready_made_plan_with_nothing_in_it_is_refused(browser: Opener, cast: Cast) -> None:
    page = page_of(browser, cast.bea, cast.ada, "/ready-made")
    nothing: dict[str, Any] = {f"l{place}-is_asked": [] for place in _places(page).values()}
    page = page.form("Save this plan").submit(nothing, expect=422)
    assert page.problems == ["Tick at least one line. To ask nothing, stop the lines on the plan’s page."]


@pytest.mark.parametrize("sent", [{}, {"phase": "soon"}, {"phase": "induction", "conditions": ["moon"]}])
def test_a_ready_made_plan_that_does_not_exist_is_refused(browser: Opener, cast: Cast, sent: Any) -> None:
    for more in ({"do": "show"}, {"line": "phq-9"}):
        answer = browser(cast.bea).open(f"/patients/{cast.ada.own_id}/plan/ready-made", "POST", data=sent | more)
        assert answer.status_code == 422
    assert not asked(cast.ada)


def test_the_days_ahead_show_what_hangs_on_a_planned_infusion(browser: Opener, cast: Cast) -> None:
    row = course(cast.ada, cast.bea)
    planned = {"status": InfusionStatus.PLANNED, "started_at": None}
    infusion(row, cast.bea, NOW + timedelta(days=4), **planned)
    page = page_of(browser, cast.bea, cast.ada, "/ready-made")
    days = {line.split(" min")[0].rsplit(" ", 1)[0]: line for line in _days(page)}
    assert len(days) == 30
    assert "Infusion" in days["Thu, Nov 26"]
    for title in ("ASQ", "PHQ-9", "Side effects", "Altered experience", "Daily"):
        assert title in days["Thu, Nov 26"]
    assert "Side effects" in days["Fri, Nov 27"]
    assert "Side effects" not in days["Sat, Nov 28"]
    assert "Side effects" in days["Sun, Nov 29"]


def test_the_first_day_ahead_stands_under_its_weekday(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    page = page_of(browser, cast.bea, cast.ada)
    head = next(one for one in page.find("p") if one.get("class") == "week-head")
    assert [name.text for name in head] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert any("weekday-7" in one.get("class", "") for one in page.find("ol")), "the test's today is a Sunday"


def _days(page: Any) -> list[str]:
    found = [one for one in page.find("li") if "day-ahead" in (one.get("class") or "").split()]
    short = [one for one in page.all if one.get("class") == "day-short"]
    for one in short:
        one.text = ""
    return [" ".join("".join(one.itertext()).split()) for one in found]


# One line


@pytest.mark.parametrize(
    ("typed", "triggers", "gap"),
    [
        (PHQ_9_WEEKLY, (*WEEKLY, MORNING), 3),
        (
            {"rhythms": ["hours-after", "morning-after", "days-after"], "hours_after": "2", "days_after": "3"},
            (
                Trigger(Anchor.INFUSION, hours=2),
                Trigger(Anchor.INFUSION, from_day=1),
                Trigger(Anchor.INFUSION, from_day=3),
            ),
            0,
        ),
        (
            {"rhythms": ["daily-after"], "daily_until": "7", "daily_later": "7"},
            (
                Trigger(Anchor.INFUSION, from_day=1, every_days=1, until_day=7),
                Trigger(Anchor.INFUSION, from_day=14, every_days=7),
            ),
            0,
        ),
        (
            {"rhythms": ["every-then"], "then_days": "7", "then_until": "28", "then_later": "14"},
            (
                Trigger(Anchor.START, every_days=7, until_day=27),
                Trigger(Anchor.START, from_day=28, every_days=14),
            ),
            0,
        ),
        (
            {"rhythms": ["every-then"], "then_days": "14", "then_until": "84", "then_later": ""},
            (Trigger(Anchor.START, every_days=14, until_day=83),),
            0,
        ),
        ({"rhythms": ["hours-before"], "hours_before": "72"}, (Trigger(Anchor.PLANNED_INFUSION, hours=-72),), 0),
        ({"rhythms": ["on-days"], "on_days": "3, 0"}, (Trigger(Anchor.START), Trigger(Anchor.START, from_day=3)), 0),
        (
            {"rhythms": ["times-a-week"], "times": "2", "every_days": "nonsense"},
            (*WEEKLY, Trigger(Anchor.START, from_day=3, every_days=7)),
            0,
        ),
    ],
)
def test_a_line_is_made_of_named_rhythms(browser: Opener, cast: Cast, typed: Any, triggers: Any, gap: Any) -> None:
    page = page_of(browser, cast.bea, cast.ada).follow("Ask something more")
    page = page.form("Save").submit({"instrument": "phq-9"} | typed)
    assert asked(cast.ada) == {"phq-9": LineDraft("phq-9", triggers, gap)}
    page = page.follow("Change PHQ-9")
    stands = page.form("Save").values
    for name, value in typed.items():
        if name not in ("every_days", "on_days") or "every" in typed["rhythms"]:
            assert sorted(stands.getlist(name)) == sorted(value if isinstance(value, list) else [value])
    before = count(PlanItem)
    page.form("Save").submit()
    assert asked(cast.ada) == {"phq-9": LineDraft("phq-9", triggers, gap)}
    assert count(PlanItem) == before, "saving what did not change begins no new line"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ["Choose what to ask", "Choose when to ask it"]),
        ({"instrument": "phq-9"}, ["Choose when to ask it"]),
        ({"instrument": "phq-9", "rhythms": ["every"], "every_days": ""}, ["Enter a number here, or untick it"]),
        ({"instrument": "phq-9", "rhythms": ["every"], "every_days": "0"}, ["Enter 1 or more"]),
        ({"instrument": "phq-9", "rhythms": ["every"], "every_days": "400"}, ["Enter 366 or less"]),
        ({"instrument": "phq-9", "rhythms": ["every"], "every_days": "often"}, ["Enter a whole number, like 12"]),
        ({"instrument": "phq-9", "rhythms": ["times-a-week"], "times": "5"}, ["Enter 4 or less"]),
        ({"instrument": "phq-9", "rhythms": ["hours-before"], "hours_before": "200"}, ["Enter 168 or less"]),
        ({"instrument": "phq-9", "rhythms": ["hours-after"], "hours_after": "73"}, ["Enter 72 or less"]),
        (
            {"instrument": "phq-9", "rhythms": ["on-days"], "on_days": "x"},
            ["Enter days as whole numbers, like 3 or 3, 7"],
        ),
        ({"instrument": "phq-9", "rhythms": ["on-days"], "on_days": "400"}, ["Enter days from 0 to 366"]),
        ({"instrument": "phq-9", "rhythms": ["days-after"], "days_after": "1,2,3,4,5,6,7"}, ["Enter 6 days or fewer"]),
        ({"instrument": "phq-9", "rhythms": ["days-after"], "days_after": "0"}, ["Enter days from 1 to 366"]),
        (
            {"instrument": "phq-9", "rhythms": ["every"], "extra_items": ["daily:pain"]},
            ["“How strong was your pain today?” does not belong to what you ask here"],
        ),
        (
            {"instrument": "daily", "rhythms": ["every"], "every_days": "1", "min_gap_days": "3"},
            ["It cannot be asked every 1 days and at least 3 days apart."],
        ),
    ],
)
def test_a_line_with_a_mistake_says_which_and_keeps_the_rest(
    browser: Opener, cast: Cast, change: Any, said: Any
) -> None:
    page = page_of(browser, cast.bea, cast.ada, "/add").form("Save").submit(change, expect=422)
    assert [problem.split(" – ")[-1] for problem in page.problems] == said
    values = page.form("Save").values
    for name, value in change.items():
        assert values.getlist(name) == (value if isinstance(value, list) else [value])
    assert asked(cast.ada) == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"instrument": "made-up", "rhythms": ["every"], "every_days": "7"},
        {"instrument": "epds", "rhythms": ["every"], "every_days": "7"},
        {"instrument": "phq-9", "rhythms": ["hourly"], "every_days": "7"},
        {"instrument": "phq-9", "rhythms": ["every"], "every_days": "7", "others": ["0"]},
        {"instrument": "daily", "rhythms": ["every"], "every_days": "7", "extra_items": ["daily:mood"]},
    ],
)
def test_what_the_page_does_not_offer_is_refused(browser: Opener, cast: Cast, sent: Any) -> None:
    answer = browser(cast.bea).open(f"/patients/{cast.ada.own_id}/plan/add", "POST", data=sent)
    assert answer.status_code == 422
    assert "things to check" in answer.text or "thing to check" in answer.text
    assert asked(cast.ada) == {}


def test_a_rule_without_a_name_is_kept_until_somebody_unticks_it(browser: Opener, cast: Cast) -> None:
    strange = Trigger(Anchor.ENROLMENT, from_day=450)
    save(cast.ada, [LineDraft("phq-9", (*WEEKLY, strange))], cast.bea)
    page = page_of(browser, cast.bea, cast.ada).follow("Change PHQ-9")
    assert "Once, 450 days after enrolment" in page.text
    page = page.form("Save").submit(every_days="14").follow("Change PHQ-9")
    assert asked(cast.ada)["phq-9"].triggers == (*FORTNIGHTLY, strange)
    page.form("Save").submit(others=[])
    assert asked(cast.ada)["phq-9"].triggers == FORTNIGHTLY


def test_the_days_ahead_are_shown_before_a_line_is_saved(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    page = page_of(browser, cast.bea, cast.ada, "/add").form("Save")
    page = page.submit(PHQ_9_WEEKLY, button="Show the next 30 days")
    assert next(line for line in _days(page) if "PHQ-9" in line).startswith("Sun, Nov 22 4 min")
    assert page.form("Save").values["every_days"] == "7"
    assert set(asked(cast.ada)) == {"daily"}


def test_what_cannot_be_asked_is_listed_with_the_reason(browser: Opener, cast: Cast) -> None:
    page = page_of(browser, cast.bea, cast.ada, "/add")
    assert "Edinburgh Postnatal Depression Scale (EPDS)" in page.text
    assert "put in the wording it has a licence for" in page.text
    assert "MADRS" in page.text


@pytest.mark.parametrize(("more", "button"), [("/add", "Save"), ("/ready-made", "Save this plan")])
def test_what_was_typed_as_a_session_ended_is_there_again(browser: Opener, cast: Cast, more: Any, button: Any) -> None:
    path = f"/patients/{cast.ada.own_id}/plan{more}"
    sent = page_of(browser, cast.bea, cast.ada, more).form(button).values
    name = "every_days" if more == "/add" else "l1-every_days"
    sent[name] = "23"
    keeping.keep(cast.bea.user_id, path=path, fields=sent.to_dict(flat=False), at=NOW)
    db.session.commit()
    page = page_of(browser, cast.bea, cast.ada, more)
    assert "We kept what you typed" in page.text
    assert page.form(button).values[name] == "23"
    assert not page.problems


# Two at once, and stopping


def test_the_second_of_two_providers_is_told_and_loses_nothing(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, "gad-7", 14)
    mine = page_of(browser, cast.bea, cast.ada, "/add").form("Save")
    ready = page_of(browser, cast.bea, cast.ada, "/ready-made").form("Save this plan")
    save(cast.ada, [LineDraft("peg", WEEKLY)], cast.cal)
    theirs = {"peg": LineDraft("peg", WEEKLY)}
    told = mine.submit(PHQ_9_WEEKLY, expect=409)
    assert "Somebody else changed this plan" in told.problems[0]
    assert "PEG: Every week" in told.text
    assert asked(cast.ada) == theirs
    also = ready.submit(expect=409)
    assert "Somebody else changed this plan" in also.problems[0]
    assert asked(cast.ada) == theirs
    told.form("Save").submit()
    assert asked(cast.ada) == theirs | {"phq-9": LineDraft("phq-9", (*WEEKLY, MORNING), 3)}
    also.form("Save this plan").submit(expect=409).form("Save this plan").submit()
    assert asked(cast.ada) == wanted(*AT_ENROLMENT)


def test_a_line_that_somebody_stopped_meanwhile_can_still_be_saved(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada, "phq-9", 14)
    page = page_of(browser, cast.bea, cast.ada, f"/{item.id}")
    planning.end_item(cast.ada.own_id, item.id, by=cast.cal.actor, at=NOW)
    db.session.commit()
    page = page.form("Save").submit(every_days="21", expect=409)
    page.form("Save").submit()
    assert asked(cast.ada) == {"phq-9": LineDraft("phq-9", every(21))}
    assert "changed or stopped since" in page_of(browser, cast.bea, cast.ada, f"/{item.id}").text


def test_a_line_is_stopped_once(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, "gad-7", 14)
    plan_item(cast.ada)
    page = page_of(browser, cast.bea, cast.ada)
    stop = page.form("Stop GAD-7")
    assert "It is not asked any more" in stop.submit().text
    assert set(asked(cast.ada)) == {"daily"}
    assert "Nothing was changed" in stop.submit().text
    assert "Asked before" in page_of(browser, cast.bea, cast.ada).text


def test_a_line_of_another_patient_is_not_there(browser: Opener, cast: Cast) -> None:
    theirs, bea = plan_item(cast.dot), browser(cast.bea)
    path = f"/patients/{cast.ada.own_id}/plan/{theirs.id}"
    bea.get(path, expect=404)
    assert bea.open(path, "POST", data=PHQ_9_WEEKLY).status_code == 404
    assert bea.open(f"{path}/end", "POST").status_code == 404
    assert set(asked(cast.dot)) == {"daily"}


@pytest.mark.parametrize(("more", "most"), [("", 17), ("/add", 15), ("/ready-made", 17)])
def test_a_page_of_the_plan_takes_few_queries(
    browser: Opener, cast: Cast, queries_of: Any, more: Any, most: Any
) -> None:
    save(cast.ada, wanted(*AT_ENROLMENT).values(), cast.bea)
    bea = browser(cast.bea)
    assert queries_of(lambda: bea.get(f"/patients/{cast.ada.own_id}/plan{more}")) <= most


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ((Condition.BIPOLAR,), "ASRM or PMQ-9 belongs here; this clinic has not put in its wording yet."),
        ((Condition.PTSD,), ""),
    ],
)
def test_a_scale_left_out_for_want_of_its_wording_is_named(
    browser: Opener, cast: Cast, conditions: Any, said: str
) -> None:
    treated_for(cast.ada, *conditions)
    page = page_of(browser, cast.bea, cast.ada, "/ready-made")
    assert said in page.text
    assert ("ASRM" in page.text) == bool(said)
    assert "QIDS-SR16 belongs here; this clinic has not put in its wording yet." in page.text
    assert "/clinic/questionnaires" in [href for label, href in page.links if "clinic’s" in label]
