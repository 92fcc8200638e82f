"""Taking somebody into care."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portal import db
from portal.accounts.models import AccountStatus, AccountToken, User
from portal.audit.models import AuditEvent
from portal.checkins.models import PlanItem
from portal.notifications.models import Kind, OutboxMessage
from portal.patients.models import CareTeamMember, Condition, Patient, PatientCondition
from portal.review.models import CaseloadEntry
from tests.cast import NOW, Cast
from tests.page import Browser
from tests.patients.enrolment import TYPED

Open = Callable[..., Browser]


def enrolled() -> Patient:
    return db.session.scalars(select(Patient).where(Patient.given_name == "Ida")).one()


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Patient)) or 0


def test_a_provider_takes_somebody_into_care_with_everything_that_was_typed(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/patients/new").form("invitation")
    page = form.submit(TYPED, team=[str(cast.nia.user_id)])
    patient = enrolled()
    assert page.url == f"/patients/{patient.id}"
    assert "Ida gets an invitation by email" in page.text
    assert "A plan is set up: " in page.text
    assert f"/patients/{patient.id}/plan" in [href for label, href in page.links if label == "Look at the plan"]
    user = db.session.get_one(User, patient.user_id)
    assert (user.email, user.name, user.status) == ("ida@example.org", "Ida Sørensen", AccountStatus.INVITED)
    assert (user.time_zone, user.language) == ("Europe/Copenhagen", "en")
    assert (patient.born_on, patient.country, patient.mobile_phone) == (date(1990, 2, 28), "DK", "+45 20 55 01 34")
    assert (patient.address_line_1, patient.city, patient.postal_code) == ("Strandvej 3", "Aarhus", "8000")
    assert (patient.emergency_name, patient.emergency_relationship) == ("Bo Sørensen", "brother")
    assert patient.emergency_may_call
    assert (patient.enrolled_at, patient.invited_at) == (NOW, NOW)
    assert (patient.consented_at, patient.acknowledged_at) == (None, None)
    conditions = db.session.scalars(select(PatientCondition.condition).where(PatientCondition.patient_id == patient.id))
    assert set(conditions) == {Condition.PTSD, Condition.ANXIETY}
    team = db.session.scalars(select(CareTeamMember.user_id).where(CareTeamMember.patient_id == patient.id))
    assert set(team) == {cast.bea.user_id, cast.nia.user_id}


def test_with_the_record_come_plan_invitation_caseload_and_audit(browser: Open, cast: Cast) -> None:
    browser(cast.bea).get("/patients/new").form("invitation").submit(TYPED)
    patient = enrolled()
    asked = db.session.scalars(select(PlanItem.instrument).where(PlanItem.patient_id == patient.id))
    assert "daily" in set(asked)
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient_id == patient.user_id)).one()
    assert mail.kind == Kind.INVITATION
    assert db.session.get_one(AccountToken, uuid.UUID(mail.values["token_id"])).user_id == patient.user_id
    entries = db.session.scalars(select(CaseloadEntry.user_id).where(CaseloadEntry.patient_id == patient.id))
    assert list(entries) == [cast.bea.user_id]
    events = db.session.scalars(select(AuditEvent.event).where(AuditEvent.patient_id == patient.id))
    assert "patient:enrolled" in set(events)


def test_the_clinics_country_and_time_zone_stand_in_the_form(browser: Open, cast: Cast) -> None:
    values = browser(cast.bea).get("/patients/new").form("invitation").values
    assert (values["country"], values["time_zone"]) == ("US", "America/New_York")


WRONG = [
    ("given_name", "", "Enter the given name"),
    ("family_name", "\u200b", "at least one letter"),
    ("given_name", "x" * 101, "100 characters or fewer"),
    ("born_on", "", "Enter the birth date"),
    ("born_on", "2026-11-23", "or an earlier date"),
    ("born_on", "1899-12-31", "or a later date"),
    ("born_on", "1990-02-30", "real date"),
    ("born_on", "٢٠٠٠-٠١-٠١", "real date"),
    ("email", "", "Enter the email address"),
    ("email", "ida", "like name@example.com"),
    ("email", "ida@exämple.org", "plain letters"),
    ("mobile_phone", "call me", "phone number"),
    ("emergency_phone", "", "person the clinic may call"),
]


def test_what_cannot_be_taken_is_said_at_its_field_and_everything_stays(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/patients/new").form("invitation")
    for field, typed, said in WRONG:
        page = form.submit({**TYPED, field: typed}, expect=422)
        assert any(said in problem for problem in page.problems), (field, typed, page.problems)
        kept = page.form("invitation").values
        assert kept[field] == typed
        assert kept["address_line_1"] == "Strandvej 3"
        assert kept.getlist("conditions") == ["anxiety", "ptsd"]
    assert count() == 2


NOT_OFFERED = [
    ("country", "XX"),
    ("time_zone", "Mars/Olympus"),
    ("language", "tlh"),
    ("conditions", "sadness"),
    ("team", "not-an-id"),
    ("team", str(uuid.uuid4())),
]


def test_what_no_form_of_ours_offers_is_refused(browser: Open, cast: Cast) -> None:
    bea = browser(cast.bea)
    for field, sent in NOT_OFFERED:
        page = bea.post("/patients/new", {**TYPED, "language": "en", field: sent}, expect=422)
        assert len(page.problems) == 1, field
    assert count() == 2


def test_a_patient_or_an_administrator_cannot_be_put_on_the_care_team(browser: Open, cast: Cast) -> None:
    for person in (cast.dot, cast.eve):
        sent = {**TYPED, "language": "en", "team": str(person.user_id)}
        browser(cast.bea).post("/patients/new", sent, expect=422)
    assert count() == 2


def test_an_address_that_is_taken_is_named(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/patients/new").form("invitation")
    page = form.submit({**TYPED, "email": "DOT@interval.example"}, expect=422)
    assert page.problems == ["An account with the address DOT@interval.example exists already"]
    assert count() == 2


def test_the_same_form_sent_twice_is_one_patient(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/patients/new").form("invitation")
    first, second = form.submit(TYPED), form.submit(TYPED)
    assert first.url == second.url
    assert count() == 3
    plans = db.session.scalar(select(func.count()).select_from(PlanItem))
    assert plans == db.session.scalar(
        select(func.count()).select_from(PlanItem).where(PlanItem.patient_id == enrolled().id)
    )
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_a_submission_of_one_provider_says_nothing_to_another(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/patients/new").form("invitation")
    form.submit(TYPED)
    sent = {**TYPED, "language": "en", "submission": form.values["submission"], "email": "other@example.org"}
    page = browser(cast.cal).post("/patients/new", sent)
    assert page.url != f"/patients/{enrolled_by(cast.bea.user_id)}"
    assert count() == 4


def enrolled_by(user_id: uuid.UUID) -> uuid.UUID:
    found = select(CareTeamMember.patient_id).join(Patient, Patient.id == CareTeamMember.patient_id)
    return db.session.scalars(found.where(CareTeamMember.user_id == user_id, Patient.given_name == "Ida")).one()


def test_a_namesake_in_ones_own_care_has_to_be_confirmed(browser: Open, cast: Cast) -> None:
    like_ada: dict[str, Any] = {**TYPED, "given_name": "ADA", "family_name": "Okáfor", "born_on": "1988-05-17"}
    form = browser(cast.bea).get("/patients/new").form("invitation")
    page = form.submit(like_ada, expect=422)
    assert page.problems == ["You look after somebody with this name and birth date already"]
    assert count() == 2
    page.form("invitation").submit(is_another_person="yes")
    assert count() == 3


def test_a_namesake_in_somebody_elses_care_is_not_told(browser: Open, cast: Cast) -> None:
    like_dot = {**TYPED, "given_name": "Dot", "family_name": "Vasquez", "born_on": "1988-05-17"}
    page = browser(cast.bea).get("/patients/new").form("invitation").submit(like_dot)
    assert page.url.startswith("/patients/")
    assert count() == 3


def test_somebody_under_eighteen_is_taken_in_with_a_caution(browser: Open, cast: Cast) -> None:
    page = browser(cast.bea).get("/patients/new").form("invitation").submit({**TYPED, "born_on": "2010-05-01"})
    assert "Under 18" in page.text


def test_a_name_of_any_script_comes_back_as_it_was_typed(browser: Open, cast: Cast) -> None:
    name = "Nguyễn Thị 李 <b>&amp;\u202e{{7*7}}"
    page = browser(cast.bea).get("/patients/new").form("invitation").submit({**TYPED, "family_name": name})
    shown = name.replace("\u202e", "")
    assert enrolled().family_name == shown
    assert shown in page.text


def test_only_providers_take_people_into_care(browser: Open, cast: Cast) -> None:
    for person in (cast.ada, cast.nia, cast.eve):
        somebody = browser(person)
        assert somebody.open("/patients/new").status_code == 403
        assert somebody.open("/patients/new", "POST", data=TYPED).status_code == 403
    assert count() == 2


def test_what_was_typed_is_offered_again_after_the_session_ended(browser: Open, cast: Cast, frozen: Any) -> None:
    bea = browser(cast.bea)
    form = bea.get("/patients/new").form("invitation")
    frozen.shift(16 * 60)
    answer = bea.open(form.action, form.method, data={**form.values, **TYPED}, csrf=True)
    assert answer.headers["Location"].startswith("/sign-in?next=/patients/new")
    frozen.move_to(NOW)
    page = browser(cast.bea).get("/patients/new")
    assert "We kept what you typed" in page.text
    assert page.form("invitation").values["family_name"] == "Sørensen"
    page.form("invitation").submit()
    assert count() == 3
