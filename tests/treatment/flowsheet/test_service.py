"""Taking entries: once, in true order, judged, told; refused only in words."""

import random
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.notifications.models import Kind, OutboxMessage
from portal.safety.models import Concern
from portal.treatment import queries as treatment
from portal.treatment.flowsheet import problems, queries
from portal.treatment.flowsheet.entries import Draft
from portal.treatment.flowsheet.kinds import Level, Phase
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.flowsheet.standing import standing
from portal.treatment.models import Infusion, InfusionStatus, Route
from portal.treatment.orders.models import InfusionOrder
from portal.treatment.rules.values import DEFAULTS
from tests.cast import ENROLLED, NOW, Cast
from tests.treatment.flowsheet.stories import (
    HIGH,
    TICKED,
    K,
    at,
    draft,
    kept,
    new_id,
    planned,
    taken,
    vitals,
    whole_day,
)


@pytest.fixture
def infusion(cast: Cast) -> Infusion:
    return planned(cast)


def ordered(cast: Cast, infusion: Infusion, **limits: int) -> None:
    values: dict[str, Any] = {"drug": "Ketamine", "dose_mg": 35.0, "route": Route.INTRAVENOUS, "minutes": 40}
    signed = {"signed_at": at(-60), "signed_by_id": cast.bea.user_id, "number": 1, "limits": limits}
    db.session.add(InfusionOrder(patient_id=infusion.patient_id, infusion_id=infusion.id, **values | signed))
    db.session.commit()


def rows(infusion: Infusion) -> list[FlowsheetEntry]:
    db.session.expire_all()
    return list(db.session.scalars(select(FlowsheetEntry).filter_by(infusion_id=infusion.id)))


def concerns() -> list[tuple[str, datetime]]:
    found = db.session.execute(select(Concern.rule, Concern.occurred_at).order_by(Concern.rule, Concern.occurred_at))
    return [(row.rule, row.occurred_at) for row in found]


def why(cast: Cast, infusion: Infusion, *drafts: Draft, **more: Any) -> list[str]:
    return [one.msgid for outcome in taken(cast, infusion, *drafts, **more) for one in outcome.problems]


def test_thirty_entries_replayed_five_times_in_random_order_are_thirty_rows(cast: Cast, infusion: Infusion) -> None:
    ordered(cast, infusion)
    day = whole_day()
    chance = random.Random(4)
    for _ in range(5):
        shuffled = day[:]
        chance.shuffle(shuffled)
        for start in range(0, 30, 7):
            kept(cast, infusion, *shuffled[start : start + 7])
        db.session.commit()
    assert {row.id for row in rows(infusion)} == {one.id for one in day}
    assert len(rows(infusion)) == 30
    sheet = queries.get_flowsheet(cast.ada.own_id, infusion.id)
    assert [line.id for line in sheet.lines] == [one.id for one in day]
    now = standing(sheet.entries, DEFAULTS)
    assert (now.phase, now.open_stop, now.went_on_without) == (Phase.LEFT, None, ())
    # Going on was alerted where it came before the authorisation: nobody could know then; the flowsheet says it now.
    assert [one for one in concerns() if one[0] == "V2"] == [("V2", at(15))]
    assert len(concerns()) <= 2


@pytest.mark.parametrize("seed", range(6))
def test_two_devices_in_any_order_give_the_same_flowsheet(cast: Cast, infusion: Infusion, seed: int) -> None:
    ordered(cast, infusion)
    day = [replace(one, device="b" if number % 3 else "a") for number, one in enumerate(whole_day())]
    day[1] = replace(day[1], values={**day[1].values, "systolic": 100})
    chance = random.Random(seed)
    shuffled = [*day, *chance.sample(day, 10)]
    chance.shuffle(shuffled)
    kept(cast, infusion, *shuffled)
    sheet = queries.get_flowsheet(cast.ada.own_id, infusion.id)
    assert [line.id for line in sheet.lines] == [one.id for one in day]
    levels = [line.level.value for line in sheet.lines if line.kind is K.VITALS]
    assert levels == ["none", "hard", *["soft"] * 10, *["soft"] * 4]


def test_a_later_baseline_judges_the_readings_again(cast: Cast, infusion: Infusion) -> None:
    (reading,) = kept(cast, infusion, vitals(15, systolic=150))
    assert rows(infusion)[0].level is Level.NONE
    (before,) = kept(cast, infusion, vitals(-5, "before", systolic=110))
    found = {row.id: row.level for row in rows(infusion)}
    assert found == {reading: Level.SOFT, before: Level.NONE}
    right = vitals(-5, "before", systolic=140, corrects_id=before, reason="A slip")
    kept(cast, infusion, right)
    assert {row.id: row.level for row in rows(infusion)}[reading] is Level.NONE


def test_the_same_id_with_other_content_is_refused_and_changes_nothing(cast: Cast, infusion: Infusion) -> None:
    first = vitals(15)
    kept(cast, infusion, first)
    other = replace(first, values={**first.values, "systolic": 99})
    for changed in (other, replace(first, occurred_at=at(16)), replace(first, kind=K.NOTE)):
        assert why(cast, infusion, changed) == [problems.OTHER_CONTENT]
    kept(cast, infusion, first)
    assert [row.values["systolic"] for row in rows(infusion)] == [124]


def test_one_refused_entry_loses_none_of_the_others(cast: Cast, infusion: Infusion) -> None:
    found = taken(cast, infusion, vitals(15), vitals(600), vitals(30))
    assert [[one.msgid for one in outcome.problems] for outcome in found] == [[], [problems.IN_FUTURE], []]
    assert len(rows(infusion)) == 2


def test_what_is_kept_says_who_when_and_by_which_rules(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, vitals(15, sequence=7))
    (row,) = rows(infusion)
    assert (row.recorded_by_id, row.recorded_at, row.occurred_at) == (cast.nia.user_id, NOW, at(15))
    assert (row.device, row.sequence, row.was_queued, row.rules_version) == ("tablet", 7, True, 0)
    audited = db.session.scalars(select(AuditEvent).filter_by(event="flowsheet:recorded")).one()
    assert audited.details["entries"] == [str(row.id)]
    assert "systolic" not in str(audited.details)


@pytest.mark.parametrize(
    ("minutes", "refusal"),
    [
        (94.9, None),
        (95.1, problems.IN_FUTURE),
        (-29 * 24 * 60, None),
        (-31 * 24 * 60, problems.TOO_OLD),
    ],
)
def test_a_time_that_cannot_be_is_refused(cast: Cast, infusion: Infusion, minutes: float, refusal: str | None) -> None:
    assert why(cast, infusion, vitals(minutes)) == ([refusal] if refusal else [])


def test_nothing_is_recorded_before_enrolment(cast: Cast, infusion: Infusion) -> None:
    early = vitals(0, occurred_at=ENROLLED - timedelta(minutes=1))
    assert why(cast, infusion, early, now=ENROLLED + timedelta(hours=1)) == [problems.BEFORE_ENROLMENT]


@pytest.mark.parametrize("status", [InfusionStatus.CANCELLED, InfusionStatus.MISSED])
def test_nothing_is_recorded_on_one_that_was_not_given(cast: Cast, status: InfusionStatus) -> None:
    assert why(cast, planned(cast, status=status), vitals(15)) == [problems.NOT_GIVEN]


@pytest.mark.parametrize(
    ("skew", "is_typed", "minutes"),
    [(0, False, 15), (119, False, 15), (-119, False, 15), (600, False, 5), (-600, False, 25), (600, True, 15)],
)
def test_a_clock_that_is_far_off_is_put_right(
    cast: Cast, infusion: Infusion, skew: int, is_typed: bool, minutes: int
) -> None:
    sent = vitals(15, skew_seconds=skew, is_typed=is_typed)
    kept(cast, infusion, sent)
    kept(cast, infusion, replace(sent, skew_seconds=skew + 1))
    (line,) = queries.get_flowsheet(cast.ada.own_id, infusion.id).lines
    assert (line.occurred_at, line.skew_seconds) == (at(minutes), skew)
    assert line.clock_was_off is (abs(skew) > 120)


def test_a_fast_clock_does_not_make_the_present_the_future(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, vitals(0, occurred_at=NOW + timedelta(hours=3), skew_seconds=3 * 60 * 60))
    assert rows(infusion)[0].occurred_at == NOW


def test_a_correction_keeps_the_first_version_and_the_time(cast: Cast, infusion: Infusion) -> None:
    (first,) = kept(cast, infusion, vitals(15, systolic=142))
    right = vitals(80, systolic=124, corrects_id=first, reason="Typed the wrong number")
    kept(cast, infusion, right)
    (line,) = queries.get_flowsheet(cast.ada.own_id, infusion.id).lines
    assert (line.id, line.values["systolic"], line.occurred_at) == (right.id, 124, at(15))
    assert [(one.id, one.values["systolic"]) for one in line.earlier] == [(first, 142)]
    assert line.reason == "Typed the wrong number"


def test_a_typed_time_corrects_the_time(cast: Cast, infusion: Infusion) -> None:
    (first,) = kept(cast, infusion, vitals(15))
    kept(cast, infusion, vitals(12, corrects_id=first, reason="It was sooner", is_typed=True))
    (line,) = queries.get_flowsheet(cast.ada.own_id, infusion.id).lines
    assert line.occurred_at == at(12)


def test_a_correction_needs_its_reason_its_kind_and_the_latest_version(cast: Cast, infusion: Infusion) -> None:
    (first,) = kept(cast, infusion, vitals(15))
    assert why(cast, infusion, vitals(15, corrects_id=first)) == [problems.NO_REASON]
    note = draft(K.NOTE, 15, {"text": "x"}, corrects_id=first, reason="y")
    assert why(cast, infusion, note) == [problems.OTHER_KIND]
    assert why(cast, infusion, vitals(15, corrects_id=new_id(), reason="y")) == [problems.NOTHING_TO_CORRECT]
    (second,) = kept(cast, infusion, vitals(15, corrects_id=first, reason="y"))
    assert why(cast, infusion, vitals(15, corrects_id=first, reason="z")) == [problems.CORRECTED_ALREADY]
    kept(cast, infusion, vitals(15, corrects_id=second, reason="z"))
    assert len(queries.get_flowsheet(cast.ada.own_id, infusion.id).lines[0].earlier) == 2


def test_what_was_entered_by_mistake_counts_no_more_and_stays(cast: Cast, infusion: Infusion) -> None:
    (first,) = kept(cast, infusion, draft(K.STARTED, 0))
    kept(cast, infusion, draft(K.STARTED, 0, {"mistaken": True}, corrects_id=first, reason="Not yet"))
    sheet = queries.get_flowsheet(cast.ada.own_id, infusion.id)
    assert (sheet.lines, len(sheet.mistaken)) == ((), 1)
    assert standing(sheet.entries, DEFAULTS).phase is Phase.BEFORE


def test_a_hard_stop_tells_the_team_once_with_its_true_time(cast: Cast, infusion: Infusion) -> None:
    high = vitals(15, **HIGH)
    for _ in range(3):
        kept(cast, infusion, high)
    assert concerns() == [("V2", at(15))]
    said = db.session.scalars(select(Concern)).one()
    assert said.said == "186/112 mmHg, heart rate 96, SpO2 97 %, 16 breaths a minute (during)"
    mails = db.session.scalars(select(OutboxMessage).filter_by(kind=Kind.ALERT_WAITING)).all()
    assert {mail.recipient_id for mail in mails} == {cast.bea.user_id, cast.nia.user_id}


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (draft(K.EMERGENCY, 15, {"signs": ["chest-pain"], "called": "no"}), "V1"),
        (draft(K.STATE, 15, {"alertness": "none"}), "V1"),
        (draft(K.SIDE_EFFECT, 15, {"effect": "chest_pain", "strength": "mild"}), "V1"),
        (vitals(15, spo2=89), "V2"),
        (vitals(15, systolic=179, diastolic=109), None),
        (draft(K.STATE, 15, {"alertness": "touch"}), None),
    ],
)
def test_what_the_team_is_told(cast: Cast, infusion: Infusion, entry: Draft, rule: str | None) -> None:
    kept(cast, infusion, replace(entry, id=new_id()))
    assert concerns() == ([(rule, at(15))] if rule else [])


def test_going_on_without_the_provider_is_kept_and_told(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, draft(K.STARTED, 0), vitals(15, **HIGH), vitals(20), vitals(32), vitals(47))
    assert concerns() == [("V2", at(15)), ("V3", at(32))]


def test_an_authorisation_in_time_is_no_going_on_without_it(cast: Cast, infusion: Infusion) -> None:
    high = vitals(15, **HIGH)
    spoken = draft(K.AUTHORISATION, 16, {"stop_id": str(high.id), "how": "spoken", "provider": "B", "said": "Go on"})
    kept(cast, infusion, draft(K.STARTED, 0), high, spoken, vitals(32))
    assert concerns() == [("V2", at(15))]


def test_an_order_s_own_limit_stops(cast: Cast, infusion: Infusion) -> None:
    ordered(cast, infusion, systolic=150)
    kept(cast, infusion, vitals(15, systolic=150))
    assert rows(infusion)[0].level is Level.HARD


def test_only_a_provider_signs_and_under_their_own_name(cast: Cast, infusion: Infusion) -> None:
    (high,) = kept(cast, infusion, vitals(15, **HIGH))
    signed = draft(K.AUTHORISATION, 16, {"stop_id": str(high), "how": "signed", "said": "Go on"})
    assert why(cast, infusion, signed) == [problems.PROVIDER_SIGNS]
    kept(cast, infusion, signed, by=cast.bea)
    assert rows(infusion)[-1].values["provider"] == "Bea Lindqvist"


def live(kind: Any, minutes: float, values: dict[str, Any] | None = None, **more: Any) -> Draft:
    return draft(kind, minutes, values, was_queued=False, **more)


def test_somebody_in_front_of_the_page_is_asked_and_a_queue_is_not(cast: Cast, infusion: Infusion) -> None:
    unordered = live(K.STARTED, 0)
    assert why(cast, infusion, unordered) == [problems.NO_ORDER]
    kept(cast, infusion, live(K.STARTED, 0, {"unordered_reason": "The provider is here and signs now"}))
    assert why(cast, infusion, live(K.STARTED, 3, {"unordered_reason": "x"})) == [problems.STARTED_ALREADY]
    kept(cast, infusion, draft(K.STARTED, 3))
    assert standing([], DEFAULTS).phase is Phase.BEFORE


def test_it_cannot_start_while_a_stop_is_open(cast: Cast, infusion: Infusion) -> None:
    ordered(cast, infusion)
    (high,) = kept(cast, infusion, vitals(-5, "before", **HIGH))
    assert why(cast, infusion, live(K.STARTED, 0)) == [problems.STOP_IS_OPEN]
    said = {"stop_id": str(high), "how": "spoken", "provider": "Bea", "said": "Start"}
    kept(cast, infusion, live(K.AUTHORISATION, -1, said), live(K.STARTED, 0))
    assert concerns() == [("V2", at(-5))]


def test_the_end_lies_after_the_start_whichever_comes_first(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, draft(K.STARTED, 10))
    assert why(cast, infusion, draft(K.ENDED, 5, {"outcome": "completed"})) == [problems.END_BEFORE_START]
    kept(cast, infusion, draft(K.ENDED, 40, {"outcome": "completed"}))
    assert why(cast, infusion, draft(K.STARTED, 41)) == [problems.START_AFTER_END]


def test_what_an_entry_is_about_must_be_there(cast: Cast, infusion: Infusion) -> None:
    nowhere = str(uuid.uuid4())
    assert why(cast, infusion, live(K.SIDE_EFFECT_ENDED, 20, {"of": nowhere})) == [problems.NO_SUCH_EFFECT]
    assert why(cast, infusion, live(K.AUTHORISATION, 20, {"stop_id": nowhere})) == [problems.NO_SUCH_STOP]
    kept(cast, infusion, draft(K.SIDE_EFFECT_ENDED, 20, {"of": nowhere}))
    calm, nausea = kept(cast, infusion, vitals(15), draft(K.SIDE_EFFECT, 16, {"effect": "nausea", "strength": "mild"}))
    assert why(cast, infusion, draft(K.AUTHORISATION, 20, {"stop_id": str(calm)})) == [problems.NO_SUCH_STOP]
    assert why(cast, infusion, draft(K.SIDE_EFFECT_ENDED, 20, {"of": str(calm)})) == [problems.NO_SUCH_EFFECT]
    assert why(cast, infusion, draft(K.SIDE_EFFECT_ENDED, 15, {"of": str(nausea)})) == [problems.EFFECT_ENDS_BEFORE]


def test_leaving_with_something_open_needs_a_reason(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, draft(K.STARTED, 0), draft(K.ENDED, 40, {"outcome": "completed", "given_mg": 35.0}))
    assert why(cast, infusion, live(K.DISCHARGE, 80, TICKED)) == [problems.NEEDS_REASON_TO_LEAVE]
    kept(cast, infusion, live(K.DISCHARGE, 80, TICKED | {"reason": "The cuff broke"}))


def test_the_infusion_s_own_row_says_what_the_bedside_says(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, *whole_day())
    row = treatment.get_infusion(cast.ada.own_id, infusion.id)
    assert row is not None
    assert (row.status, row.started_at, row.minutes) == (InfusionStatus.COMPLETED, at(0), 40)
    assert (row.dose_mg, row.weight_kg, row.dose_mg_per_kg) == (35.0, 70.0, 0.5)
    assert (row.at_bedside, row.given_by) == ("Ike Okafor", "Nia Achebe")


def test_stopping_early_says_why_on_the_infusion_s_own_row(cast: Cast, infusion: Infusion) -> None:
    ended = draft(K.ENDED, 12, {"outcome": "stopped-early", "reason": "Chest tightness", "given_mg": 10.0})
    kept(cast, infusion, draft(K.STARTED, 0), ended)
    row = treatment.get_infusion(cast.ada.own_id, infusion.id)
    assert row is not None
    assert (row.status, row.dose_mg, row.outcome_note) == (InfusionStatus.STOPPED_EARLY, 10.0, "Chest tightness")
    kept(
        cast,
        infusion,
        replace(
            ended, id=new_id(), values={**ended.values, "given_mg": 12.0}, corrects_id=ended.id, reason="Pump says 12"
        ),
    )
    row = treatment.get_infusion(cast.ada.own_id, infusion.id)
    assert row is not None
    assert row.dose_mg == 12.0
    assert treatment.list_versions(cast.ada.own_id, infusion.id)[0].reason == "Pump says 12"


def test_where_the_row_cannot_be_written_the_entries_stand(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, draft(K.STARTED, 0), draft(K.ENDED, 40, {"outcome": "completed"}))
    row = treatment.get_infusion(cast.ada.own_id, infusion.id)
    assert row is not None
    assert row.status is InfusionStatus.PLANNED
    assert len(rows(infusion)) == 2


def test_a_planned_dose_is_never_taken_for_the_given_one(cast: Cast) -> None:
    infusion = planned(cast, dose_mg=35.0)
    kept(cast, infusion, draft(K.STARTED, 0), draft(K.ENDED, 40, {"outcome": "completed"}))
    row = treatment.get_infusion(cast.ada.own_id, infusion.id)
    assert row is not None
    assert row.status is InfusionStatus.PLANNED


def test_an_entry_of_another_patient_is_not_touched(cast: Cast, infusion: Infusion) -> None:
    first = vitals(15)
    kept(cast, infusion, first)
    other = planned(cast, NOW + timedelta(days=1), number=2)
    assert why(cast, other, first) == [problems.OTHER_CONTENT]
    assert len(rows(infusion)) == 1
    assert rows(other) == []
