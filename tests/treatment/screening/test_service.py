"""What recording, correcting and deciding write, and where a screening stands in the record as it really is."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditEvent
from portal.patients.models import Condition, PatientCondition
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.medication import queries as medication
from portal.treatment.medication.models import Allergy, Medicine
from portal.treatment.preparation.models import Adult, Preparation, Step
from portal.treatment.problems import SENT_ALREADY, Refused
from portal.treatment.rules import values
from portal.treatment.rules.models import TreatmentRulesVersion
from portal.treatment.rules.values import Class
from portal.treatment.screening import checks, lists, queries
from portal.treatment.screening import standing as why
from portal.treatment.screening.items import Answer
from portal.treatment.screening.models import Decision, Screening, ScreeningDecision
from portal.treatment.screening.standing import Standing, State
from portal.treatment.screening.standings import list_standings
from tests import factories
from tests.cast import NOW, Cast
from tests.treatment.screening.asking import correct, decide, entry, record

DAY = timedelta(days=1)


def standing(cast: Cast) -> Standing:
    db.session.rollback()
    found = queries.standing(cast.ada.own_id)
    assert list_standings([cast.ada.own_id])[cast.ada.own_id] == found
    return found


def count(table: type[db.Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def medicine(cast: Cast, **changed: Any) -> Medicine:
    usual: dict[str, Any] = {"name": "Lithium", "dose": "450 mg", "groups": [], "recorded_at": NOW - DAY}
    row = Medicine(patient_id=cast.ada.own_id, recorded_by_id=cast.bea.user_id, **usual | changed)
    db.session.add(row)
    db.session.commit()
    return row


def pre_check(cast: Cast, infusion_id: uuid.UUID, **said: Any) -> FlowsheetEntry:
    row = FlowsheetEntry(patient_id=cast.ada.own_id, infusion_id=infusion_id, kind=EntryKind.PRE_CHECK)
    row.values, row.rules_version, row.occurred_at, row.recorded_at = said, 0, NOW, NOW
    row.recorded_by_id = cast.nia.user_id
    db.session.add(row)
    db.session.flush()
    return row


def prepared(cast: Cast, infusion_id: uuid.UUID) -> Preparation:
    row = Preparation(patient_id=cast.ada.own_id, infusion_id=infusion_id, step=Step.EVENING, adult=Adult.YES)
    row.has_health_change, row.health_change, row.has_medicine_change = True, "a cold", False
    row.answered_at, row.answered_by_id = NOW, cast.ada.user_id
    return row


def rules(cast: Cast, **classes: Class) -> TreatmentRulesVersion:
    named = {name.replace("__", ":").replace("_", "-"): level for name, level in classes.items()}
    kept = values.to_json(replace(values.DEFAULTS, classes=named))
    return TreatmentRulesVersion(version=1, values=kept, changed_at=NOW, changed_by_id=cast.bea.user_id)


def test_the_lists_and_the_conditions_of_then_are_kept(app: Flask, cast: Cast) -> None:
    medicine(cast)
    medicine(cast, name="Aspirin", dose="")
    medicine(cast, name="Codeine", stopped_on=(NOW - DAY).date())
    medicine(cast, name="Typo", withdrawn_at=NOW - DAY)
    db.session.add(
        Allergy(
            patient_id=cast.ada.own_id,
            substance="Latex",
            reaction="hives",
            recorded_at=NOW - DAY,
            recorded_by_id=cast.bea.user_id,
        )
    )
    db.session.commit()
    row = record(cast)
    assert row.medicines == ["Aspirin", "Lithium, 450 mg"]
    assert row.allergies == ["Latex, hives"]
    assert row.answers["conditions"] == ["treatment-resistant-depression"]
    assert row.classes["mania"] == {"level": "clear", "default": "clear"}
    medicine(cast, name="Naltrexone")
    assert row.medicines == ["Aspirin", "Lithium, 450 mg"]


def test_the_audit_has_ids_and_counts_and_nothing_clinical(app: Flask, cast: Cast) -> None:
    row = record(cast, entry({"pregnancy": Answer.YES}, notes={"pregnancy": "week nine"}))
    decide(cast, row, overrides={"pregnancy": "not pregnant after all"})
    correct(cast, row, entry())
    rows = list(db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)))
    assert [one.event for one in rows][-3:] == ["screening:recorded", "screening:decided", "screening:corrected"]
    told = " ".join(str([getattr(one, column.key) for column in one.__mapper__.column_attrs]) for one in rows[-3:])
    for word in ("pregnan", "week nine", "misheard", "Seen in person"):
        assert word not in told


def test_the_same_id_twice_is_one_and_with_other_content_is_refused(app: Flask, cast: Cast) -> None:
    row = record(cast)
    assert record(cast, screening_id=row.id).id == row.id
    with pytest.raises(Refused) as refusal:
        record(cast, entry(weight_kg=71.0), screening_id=row.id)
    assert refusal.value.problems[0].msgid == SENT_ALREADY
    made = decide(cast, row)
    assert decide(cast, row, decision_id=made.id).id == made.id
    with pytest.raises(Refused):
        decide(cast, row, Decision.NOT_NOW, decision_id=made.id)
    assert (count(Screening), count(ScreeningDecision)) == (1, 1)


def test_a_version_is_corrected_once_and_its_correction_can_be_corrected(app: Flask, cast: Cast) -> None:
    row = record(cast, at=NOW - DAY)
    second = correct(cast, row, entry(weight_kg=71.0))
    with pytest.raises(Refused) as refusal:
        correct(cast, row, entry(weight_kg=72.0))
    assert refusal.value.problems[0].msgid == checks.ALREADY_CORRECTED
    third = correct(cast, second, entry(weight_kg=73.0), at=NOW + DAY)
    counts = queries.latest(queries.list_screenings(cast.ada.own_id))
    assert counts is not None
    assert (counts.id, counts.first_id, counts.asked_at) == (third.id, row.id, NOW - DAY)


def test_correcting_an_older_asking_does_not_make_it_the_latest(app: Flask, cast: Cast) -> None:
    old, new = record(cast, at=NOW - 2 * DAY), record(cast, at=NOW - DAY)
    decide(cast, new)
    correct(cast, old, entry({"mania": Answer.YES}))
    assert (standing(cast).screening_id, standing(cast).state) == (new.id, State.STANDS)
    with pytest.raises(Refused) as refusal:
        decide(cast, old)
    assert refusal.value.problems[0].msgid == checks.SUPERSEDED


def test_a_correction_keeps_the_lists_of_then_and_is_no_new_asking(app: Flask, cast: Cast) -> None:
    row = record(cast, at=NOW - DAY)
    medicine(cast, recorded_at=NOW - DAY / 2)
    fixed = correct(cast, row, entry(weight_kg=71.0))
    assert fixed.medicines == []
    assert standing(cast).state is State.UNDECIDED
    assert standing(cast).reasons == (why.MEDICATION,)
    with pytest.raises(Refused) as refusal:
        decide(cast, fixed)
    assert refusal.value.problems[0].msgid == checks.ASK_AGAIN_FIRST
    decide(cast, fixed, Decision.NOT_NOW)
    assert standing(cast).state is State.NOT_NOW


def test_without_a_screening_nothing_stands(app: Flask, cast: Cast) -> None:
    assert standing(cast) == Standing()


def _medicine_since(cast: Cast) -> None:
    medicine(cast, recorded_at=NOW)


def _condition_since(cast: Cast) -> None:
    db.session.add(PatientCondition(patient_id=cast.ada.own_id, condition=Condition.BIPOLAR, recorded_at=NOW))


def _weight_given(cast: Cast) -> None:
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW, weight_kg=60.0)


def _weight_at_bedside(cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - DAY / 4)
    pre_check(cast, infusion.id, weight_kg="62.9", health_change="", pregnancy="negative")


def _told_at_bedside(cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - DAY / 4)
    pre_check(cast, infusion.id, weight_kg="70", health_change="fell on Monday")


def _pregnant_at_bedside(cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - DAY / 4)
    pre_check(cast, infusion.id, pregnancy="positive")


def _told_by_the_patient(cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - DAY / 4)
    db.session.add(prepared(cast, infusion.id))


def _stricter(cast: Cast) -> None:
    db.session.add(rules(cast, heart__yes=Class.STOP))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_medicine_since, why.MEDICATION),
        (_condition_since, why.CONDITIONS),
        (_weight_given, why.WEIGHT),
        (_weight_at_bedside, why.WEIGHT),
        (_told_at_bedside, why.BEDSIDE),
        (_pregnant_at_bedside, why.BEDSIDE),
        (_told_by_the_patient, why.REPORTED),
        (_stricter, why.STRICTER),
    ],
)
def test_what_happens_since_calls_for_asking_again(
    app: Flask, cast: Cast, happens: Callable[[Cast], None], reason: str
) -> None:
    row = record(cast, entry({"heart": Answer.YES}), NOW - DAY)
    decide(cast, row, at=NOW - DAY)
    assert standing(cast).state is State.STANDS
    happens(cast)
    db.session.commit()
    found = standing(cast)
    assert (found.state, found.reasons) == (State.AGAIN, (reason,))
    record(cast, entry({"heart": Answer.YES}, weight_kg=61.0), NOW + DAY)
    assert standing(cast).state is State.UNDECIDED
    assert why.WEIGHT not in standing(cast).reasons


@pytest.mark.parametrize(
    "classes", [{"heart__yes": Class.CLEAR}, {"pregnancy__unknown": Class.STOP}, {"mania__yes": Class.STOP}]
)
def test_a_class_that_got_milder_or_concerns_nobody_here_changes_nothing(
    app: Flask, cast: Cast, classes: dict[str, Class]
) -> None:
    decide(cast, record(cast, entry({"heart": Answer.YES}), NOW - DAY), at=NOW - DAY)
    db.session.add(rules(cast, **classes))
    db.session.commit()
    assert standing(cast).state is State.STANDS


def test_the_class_of_then_stays_with_the_screening(app: Flask, cast: Cast) -> None:
    db.session.add(rules(cast, mania__yes=Class.STOP))
    db.session.commit()
    row = record(cast, entry({"mania": Answer.YES}))
    kept = queries.get_screening(cast.ada.own_id, row.id)
    assert kept is not None
    assert row.rules_version == 1
    assert [(one.item.code, one.default) for one in kept.judgement.stops] == [("mania", Class.CAUTION)]


def test_a_bedside_check_that_was_corrected_counts_as_corrected(app: Flask, cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - 2 * DAY)
    decide(cast, record(cast, at=NOW - DAY), at=NOW - DAY)
    wrong = pre_check(cast, infusion.id, weight_kg="7")
    slipped = pre_check(cast, infusion.id, weight_kg="107")
    pre_check(cast, infusion.id, weight_kg="70.7").corrects_id = slipped.id
    db.session.commit()
    assert wrong.id
    assert standing(cast).state is State.STANDS


def test_a_bedside_check_that_was_taken_back_calls_for_nothing(app: Flask, cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=1))
    decide(cast, record(cast, at=NOW - DAY), at=NOW - DAY)
    wrong = pre_check(cast, infusion.id, health_change="yes", weight_kg=154.0)
    db.session.commit()
    assert standing(cast).state is State.AGAIN
    gone = pre_check(cast, infusion.id, health_change="yes", weight_kg=154.0, mistaken=True)
    gone.corrects_id, gone.reason = wrong.id, "another patient's"
    db.session.commit()
    assert standing(cast).state is State.STANDS


def test_the_mark_of_the_lists_follows_every_change(app: Flask, cast: Cast) -> None:
    before = lists.find(cast.ada.own_id).mark
    medicine(cast)
    assert lists.find(cast.ada.own_id).mark != before


def test_lists_count_as_confirmed_as_of_the_asking_and_not_of_its_correction(app: Flask, cast: Cast) -> None:
    row = record(cast, at=NOW - DAY)
    assert medication.confirmed_at(cast.ada.own_id) == NOW - DAY
    second = correct(cast, row, entry(lists_checked=False), at=NOW - DAY / 2)
    assert medication.confirmed_at(cast.ada.own_id) is None
    third = correct(cast, second, entry(), at=NOW - DAY / 3)
    assert medication.confirmed_at(cast.ada.own_id) == NOW - DAY
    medicine(cast, recorded_at=NOW - DAY / 2)
    assert third.lists_checked
    assert medication.confirmed_at(cast.ada.own_id) is None
