"""The sheet as it is gathered: the elements in order, true of every patient, and at a cost that does not grow."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal import db
from portal.access.policy import PatientStatus
from portal.patients import queries as patients
from portal.patients.models import Patient, StatusChange
from portal.patients.queries import PatientRef
from portal.review.booster.gather import get_sheet
from portal.review.booster.sheet import Element, Sheet, Tone
from portal.safety.plan.models import SafetyPlan
from portal.treatment.models import InfusionStatus
from portal.treatment.monitoring.models import Watched
from portal.treatment.screening.models import Decision
from tests import factories
from tests.cast import NOW, Cast
from tests.progress.answered import all_of, answered
from tests.review.booster import record_of
from tests.review.booster.told import lines, text, tone_of
from tests.treatment import record_rows as rows

DAY = timedelta(days=1)
STATEMENTS = 60
MOST_LINES, MOST_CHARACTERS = 62, 6_400
"""What a page of paper holds beside two pictures; dates are longer here than on the page."""


def ref(cast: Cast) -> PatientRef:
    found = patients.get_ref(cast.ada.own_id, viewer_id=cast.bea.user_id, at=NOW)
    assert found is not None
    return found


def sheet(cast: Cast) -> Sheet:
    return get_sheet(ref(cast), at=NOW).sheet


def element(cast: Cast, number: int) -> Element:
    return sheet(cast).elements[number - 1]


def test_the_sheet_of_a_patient_with_nothing_on_record_has_every_element_and_calls_nothing_well(cast: Cast) -> None:
    found = sheet(cast)
    assert [one.number for one in found.elements] == list(range(1, 13))
    assert all(one.lines for one in found.elements)
    plain = [
        said
        for one in found.elements
        for said, line in zip(lines(one), one.lines, strict=True)
        if not line.words and line.tone is Tone.PLAIN
    ]
    assert plain == [
        "No infusion has been given.",
        "No infusion is planned.",
        "No open alert.",
        "No bipolar condition on record; not asked.",
        "No infusion has been given.",
    ]


def test_every_element_of_a_patient_in_care_has_what_is_on_record(cast: Cast) -> None:
    record_of.long(cast, 8)
    found = {one.number: text(one) for one in sheet(cast).elements}
    assert "5 days since infusion 8 (booster)" in found[1]
    assert "6 of 6 of the first series · 2 boosters" in found[1]
    assert "PHQ-9 9, Mild · 20 November 2026" in found[2]
    assert "9 now, lower by 9 (50 %) · reliably improved" in found[3]
    assert "Response (50 % below the baseline): yes" in found[3]
    assert "complete score" in found[4]
    assert "Until back at 10 or above" in found[5]
    assert "PHQ-9 item 9: 1, 8 times, 2 October – 20 November 2026" in found[6]
    assert "ASQ: negative, 8 times, 2 October – 20 November 2026" in found[6]
    assert "Bea Lindqvist · Spoken with, and safe for now" in found[6]
    assert "blood pressure 124/80 before · peak 150/80 after 30 min (systolic +26)" in found[8]
    assert "Nausea (moderate, 30 min)" in found[8]
    assert "Left with every check before leaving complete." in found[8]
    assert "Urinary check on 17 November 2026: nothing to note" in found[9]
    assert "Since 17 November 2026: Medicine 8 10 mg started on 17 November 2026" in found[10]
    assert "before the infusion of 17 November 2026: test negative" in found[10]
    assert "check-ins asked since 26 October 2026 were done" in found[11]
    assert "«Week 8: better.»" in found[12]
    assert "«Goal 8»" in found[12]
    assert "Before infusion 8, the evening before, change in health: «A cold»" in found[12]


def test_the_statements_do_not_grow_with_the_record(cast: Cast, queries_of: Callable[[Callable[[], Any]], int]) -> None:
    patient = ref(cast)

    def statements() -> int:
        # Once before, because what is remembered of the instruments is read again every ten seconds.
        get_sheet(patient, at=NOW)
        return queries_of(lambda: get_sheet(patient, at=NOW))

    record_of.long(cast, 2)
    few = statements()
    record_of.long(cast, 9)
    assert statements() == few
    assert few <= STATEMENTS


def test_the_fullest_sheet_has_room_on_one_page(cast: Cast) -> None:
    record_of.bipolar(cast)
    record_of.long(cast, 12)
    groups = ("lamotrigine", "cyp-inhibitor", "maoi", "stimulant", "ssri", "opioid", "naltrexone")
    for group in groups:
        record_of.medicine(cast, f"A medicine of the group {group}", "a dose in many words " * 4, [group], ago=2)
    for number in range(20):
        record_of.alert(cast, ago=number)
        record_of.event(cast, "Something long happened. " * 12, ago=1)
        factories.check_in(cast.ada, note="Many words about a day. " * 40)
    record_of.goals(cast, "Much to hope for. " * 40, ago=1)
    found = sheet(cast)
    assert sum(len(one.lines) for one in found.elements) <= MOST_LINES
    assert sum(len(text(one)) for one in found.elements) <= MOST_CHARACTERS


def test_an_open_alert_is_never_crowded_out_by_later_ones_that_were_closed(cast: Cast) -> None:
    record_of.alert(cast, ago=300)
    for number in range(25):
        record_of.alert(cast, ago=number, closed="safe")
    assert tone_of(element(cast, 6), "Open alert: Frequent or growing thoughts") is Tone.DANGER


def test_a_rare_screen_is_not_crowded_out_by_a_frequent_scale(cast: Cast) -> None:
    answered(cast.ada, "asq", {"q1": 1, "q2": 0, "q3": 0, "q4": 0, "q5": 1}, ago=200)
    for ago in range(1, 40):
        answered(cast.ada, "phq-9", all_of("phq-9", 0), ago=ago)
    found = element(cast, 6)
    assert tone_of(found, "ASQ: acute positive on") is Tone.DANGER
    assert tone_of(found, "PHQ-9 item 9: 0, 8 times") is Tone.PLAIN


def test_a_declined_item_is_not_answered_and_takes_nothing_back(cast: Cast) -> None:
    answered(cast.ada, "phq-9", all_of("phq-9", 1), ago=9)
    answered(cast.ada, "phq-9", all_of("phq-9", 1) | {"q9": None}, ago=2)
    found = element(cast, 6)
    assert "PHQ-9 item 9: not answered on 20 November 2026 · 1 on 13 November 2026" in text(found)
    assert tone_of(found, "PHQ-9 item 9") is Tone.DANGER


def test_a_corrected_answer_replaces_the_one_before(cast: Cast) -> None:
    wrong = answered(cast.ada, "phq-9", all_of("phq-9", 3), ago=2)
    wrong.superseded_at = NOW
    answered(cast.ada, "phq-9", all_of("phq-9", 0), ago=2, corrects_id=wrong.id)
    assert "PHQ-9 item 9: 0 on 20 November 2026" in lines(element(cast, 6))


def test_the_safety_plan_is_dated_by_the_patient_s_day_and_an_empty_one_is_none(cast: Cast) -> None:
    assert "There is no safety plan." in lines(element(cast, 6))
    row = SafetyPlan(patient_id=cast.ada.own_id, submission_id=uuid.uuid4(), sections={"signs": [{"what": "a"}]})
    row.written_at, row.written_by_id, row.review_on = NOW - 100 * DAY, cast.bea.user_id, (NOW - 9 * DAY).date()
    db.session.add(row)
    said = "Safety plan of 14 August 2026 · its review was due on 13 November 2026"
    assert tone_of(element(cast, 6), said) is Tone.ATTENTION
    empty = SafetyPlan(patient_id=cast.ada.own_id, submission_id=uuid.uuid4(), sections={})
    empty.written_at, empty.written_by_id = NOW, cast.bea.user_id
    db.session.add(empty)
    assert "There is no safety plan." in lines(element(cast, 6))


def test_not_feeling_safe_on_a_daily_check_in_stands_beside_the_scales(cast: Cast) -> None:
    factories.check_in(cast.ada, answers=factories.DAILY | {"safe": 2})
    factories.check_in(cast.ada, (NOW - DAY).date(), NOW - DAY)
    said = "yes in 1 of 2 daily check-ins · “No” on 22 November 2026"
    assert tone_of(element(cast, 6), said) is Tone.DANGER


def test_a_bipolar_patient_has_their_indicators(cast: Cast) -> None:
    record_of.bipolar(cast)
    answered(cast.ada, "activation", all_of("activation", 2), ago=1)
    for ago in (1, 2):
        answers = factories.DAILY | {"sleep_need": 1, "sleep_h": 3, "energy": 9}
        factories.check_in(cast.ada, (NOW - ago * DAY).date(), NOW - ago * DAY, answers=answers)
    found = element(cast, 7)
    assert {line.tone for line in found.lines} == {Tone.ATTENTION}
    assert "6 of 6 “clearly” on 21 November 2026" in text(found)
    assert "Mood stabiliser in bipolar: none listed" in text(element(cast, 10))


def test_a_hard_stop_at_the_last_infusion_must_be_seen(cast: Cast) -> None:
    record_of.infusion(cast, factories.course(cast.ada, cast.bea), 1, NOW - 5 * DAY, pressure=185)
    assert tone_of(element(cast, 8), "1 hard stop · no authorisation to go on is on record") is Tone.DANGER


def test_an_infusion_under_way_is_said_and_does_not_count_as_given(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    record_of.infusion(cast, course, 1, NOW - 9 * DAY)
    running = factories.infusion(course, cast.nia, NOW, 2, status=InfusionStatus.PLANNED, started_at=None)
    rows.entry(running, cast.nia, "started", NOW)
    found = lines(element(cast, 1))
    assert found[0] == "Infusion 2 was started on 22 November 2026 and has not ended."
    assert found[1].startswith("9 days since infusion 1")
    assert lines(element(cast, 8))[0].startswith("Infusion 1,")


def test_a_stop_of_the_screening_must_be_seen(cast: Cast) -> None:
    items = {"pregnancy": {"answer": "yes", "note": ""}, "breastfeeding": {"answer": "no", "note": ""}}
    levels = {"pregnancy": {"level": "stop", "default": "stop"}}
    answers = {"items": items, "conditions": ["treatment-resistant-depression"]}
    rows.screening(cast.ada, cast.bea, Decision.NOT_NOW, answers=answers, classes=levels)
    found = element(cast, 10)
    assert tone_of(found, "Pregnant: yes, breastfeeding: no (asked on 2 November 2026)") is Tone.DANGER
    assert tone_of(found, "stop: Pregnant · decided: not now · Bea Lindqvist") is Tone.DANGER


@pytest.mark.parametrize("status", [PatientStatus.PAUSED, PatientStatus.DISCHARGED, PatientStatus.DIED])
def test_of_a_patient_who_is_not_in_care_nothing_is_overdue(cast: Cast, status: PatientStatus) -> None:
    record_of.long(cast, 2)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    found = element(cast, 11)
    assert lines(found)[0] == "Not in care now: nothing is asked."
    assert "verdue" not in text(found)


def test_only_days_in_care_count(cast: Cast) -> None:
    factories.plan_item(cast.ada)
    days = (NOW - 5 * DAY).date()
    change = {"before": PatientStatus.PAUSED, "after": PatientStatus.ACTIVE, "reason": "Back.", "effective_on": days}
    record_of.kept(StatusChange(patient_id=cast.ada.own_id, changed_at=NOW, changed_by_id=cast.bea.user_id, **change))
    factories.check_in(cast.ada, days, NOW - 5 * DAY)
    assert "20 % of the check-ins asked since 17 November 2026 were done: 1 of 5" in text(element(cast, 11))


def test_a_corrected_check_in_was_done_once_and_on_its_day(cast: Cast) -> None:
    factories.plan_item(cast.ada, starts_on=(NOW - 3 * DAY).date())
    first = factories.check_in(cast.ada, (NOW - 2 * DAY).date(), NOW - 2 * DAY, superseded_at=NOW)
    factories.check_in(cast.ada, (NOW - 2 * DAY).date(), NOW, corrects_id=first.id)
    assert "33 % of the check-ins asked since 26 October 2026 were done: 1 of 3" in text(element(cast, 11))


def test_changes_count_from_the_last_review_where_that_was_before_the_last_infusion(cast: Cast) -> None:
    record_of.long(cast, 2)
    record_of.medicine(cast, "Lithium", "300 mg", ["lithium"], ago=8)
    assert "Lithium 300 mg started" not in text(element(cast, 10))
    record_of.review(cast, ago=9)
    assert "Since 13 November 2026: " in text(element(cast, 10))
    assert "Lithium 300 mg started on 14 November 2026" in text(element(cast, 10))


def test_a_check_that_only_said_nothing_is_no_result(cast: Cast) -> None:
    answered(cast.ada, "urinary", dict.fromkeys(all_of("urinary", 0)), ago=2)
    record_of.check(cast, Watched.MISUSE, ago=3)
    found = element(cast, 9)
    assert tone_of(found, "Urinary check: no result on record · left open on 20 November 2026") is Tone.MISSING
    assert tone_of(found, "Misuse check on 19 November 2026: nothing to note") is Tone.PLAIN


def test_a_screen_alone_is_drawn_no_more_than_it_is_said(cast: Cast) -> None:
    answered(cast.ada, "asq", {"q1": 0, "q2": 0, "q3": 0, "q4": 0}, ago=2)
    found = get_sheet(ref(cast), at=NOW)
    assert found.timeline.instrument is None
    assert not found.timeline.scores
    answered(cast.ada, "phq-9", all_of("phq-9", 1), ago=2)
    assert get_sheet(ref(cast), at=NOW).timeline.instrument is not None


def test_nobody_elses_record_is_on_the_sheet(cast: Cast) -> None:
    record_of.long(cast, 2)
    dot = patients.get_ref(cast.dot.own_id, viewer_id=cast.cal.user_id, at=NOW)
    assert dot is not None
    found = "\n".join(text(one) for one in get_sheet(dot, at=NOW).sheet.elements)
    assert "Week" not in found
    assert "PHQ-9 9" not in found
    assert "Medicine 1" not in found
