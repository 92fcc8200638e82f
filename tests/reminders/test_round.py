"""The worker's rounds of reminders: who is written to, when, how often, and what is dropped before it is sent."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal import db
from portal.access.policy import PatientStatus
from portal.accounts import scope, tokens
from portal.accounts.models import AccountStatus, AccountToken, TokenPurpose, User
from portal.audit.models import AuditEvent
from portal.checkins import service as checkins
from portal.clinic import service as clinic
from portal.notifications import choosing
from portal.notifications.choosing import Choices, Wish
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.notifications.quiet import Hours
from portal.notifications.topics import Topic
from portal.patients.models import Patient
from portal.reminders import service
from portal.reminders.worker import CheckInRound, GetReadyRound, ReviewRound
from portal.treatment.models import Infusion, InfusionStatus
from portal.treatment.preparation.models import Adult, Preparation, Step
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import PHQ_9, ref, sheet
from tests.checkins.silence.rounds import go_round, reminders, spells
from tests.factories import check_in, plan_item
from tests.notifications.outbox import Inbox, drain, mail_server, worker
from tests.reminders.rounds import go, mails, still_wanted, walks

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NINE = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
"""Nine in the morning of Ada's today, a Sunday."""
MONDAY_NINE = NINE + DAY


def days(person: Person, kind: Kind = Kind.CHECK_IN_DUE) -> list[int]:
    """Return on which days after today somebody was written to."""
    return [(one.created_at - NINE) // DAY for one in mails(person, kind)]


def test_from_nine_on_and_once_a_day(cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada)
    frozen.move_to(NINE - timedelta(minutes=5))
    go()
    assert mails(cast.ada) == []
    for minutes in (0, 5, 60, 300):
        frozen.move_to(NINE + timedelta(minutes=minutes))
        go()
    (mail,) = mails(cast.ada)
    assert (mail.created_at, mail.patient_id, mail.is_urgent, mail.values) == (NINE, cast.ada.own_id, False, {})
    assert mails(cast.dot) == []
    event = AuditEvent.event == "check-in:reminded"
    assert db.session.scalars(select(AuditEvent.patient_id).where(event)).all() == [cast.ada.own_id]


def test_three_days_then_nothing_until_an_answer_came(cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada)
    for day in range(9):
        frozen.move_to(NINE + day * DAY)
        go()
        if day == 5:
            check_in(cast.ada, (NINE + day * DAY).date(), NINE + day * DAY + HOUR)
    assert days(cast.ada) == [0, 1, 2, 6, 7, 8]


def test_several_due_on_one_day_are_one_mail(cast: Cast, frozen: time_machine.Traveller) -> None:
    for instrument, every in (("daily", 1), ("phq-9", 7), ("gad-7", 7)):
        plan_item(cast.ada, instrument, every, starts_on=NINE.date())
    frozen.move_to(NINE)
    go()
    assert len(mails(cast.ada)) == 1


def test_three_workers_at_once_write_one_mail(
    cast: Cast, frozen: time_machine.Traveller, at_once: Callable[[Callable[[str], Any]], None]
) -> None:
    plan_item(cast.ada)
    frozen.move_to(NINE)

    def work(name: str) -> None:
        round_ = CheckInRound(name)
        while round_.step():
            pass

    at_once(work)
    assert len(mails(cast.ada)) == 1


@pytest.mark.parametrize("status", [one for one in PatientStatus if one is not PatientStatus.ACTIVE])
def test_nobody_out_of_care_is_reminded(cast: Cast, frozen: time_machine.Traveller, status: PatientStatus) -> None:
    plan_item(cast.ada)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    frozen.move_to(NINE)
    go()
    assert mails(cast.ada) == []


def not_begun(patient: Patient, user: User) -> None:
    patient.consented_at = None


def invited(patient: Patient, user: User) -> None:
    user.status = AccountStatus.INVITED


def in_kathmandu(patient: Patient, user: User) -> None:
    user.time_zone = "Asia/Kathmandu"


@pytest.mark.parametrize("change", [not_begun, invited, in_kathmandu])
def test_who_cannot_answer_yet_or_whose_day_is_elsewhere_is_not_reminded(
    cast: Cast, frozen: time_machine.Traveller, change: Callable[[Patient, User], None]
) -> None:
    plan_item(cast.ada)
    change(db.session.get_one(Patient, cast.ada.own_id), db.session.get_one(User, cast.ada.user_id))
    db.session.commit()
    frozen.move_to(NINE + 2 * HOUR)
    go()
    assert mails(cast.ada) == []


def test_the_hour_somebody_chose(cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada)
    evening = Choices({Topic.CHECK_INS: Wish(within=Hours(18, 21))})
    choosing.choose(cast.ada.user_id, evening, by=cast.ada.actor, at=NOW)
    db.session.commit()
    for hours in (0, 8, 9):
        frozen.move_to(NINE + hours * HOUR)
        go()
    assert [one.created_at for one in mails(cast.ada)] == [NINE + 9 * HOUR]


def test_who_wants_none_has_none_and_no_link_is_made_again_and_again(
    cast: Cast, frozen: time_machine.Traveller
) -> None:
    plan_item(cast.ada)
    clinic.change({"check_in_links": True}, by=cast.eve.actor, at=NOW)
    nothing = Choices({Topic.CHECK_INS: Wish(frozenset())})
    choosing.choose(cast.ada.user_id, nothing, by=cast.ada.actor, at=NOW)
    db.session.commit()
    for minutes in (0, 5, 10):
        frozen.move_to(NINE + timedelta(minutes=minutes))
        go()
    assert mails(cast.ada) == []
    assert (db.session.scalar(select(func.count()).select_from(AccountToken)) or 0) <= 1


def test_once_per_local_day_over_the_night_of_the_long_hour(cast: Cast, frozen: time_machine.Traveller) -> None:
    frozen.move_to(datetime(2026, 10, 31, 12, tzinfo=UTC))
    plan_item(cast.ada)
    at_half_past_one = Choices({Topic.CHECK_INS: Wish(within=Hours(1, 3))})
    choosing.choose(cast.ada.user_id, at_half_past_one, by=cast.ada.actor, at=NOW)
    db.session.commit()
    start = datetime(2026, 11, 1, 4, tzinfo=UTC)
    for quarter in range(20):
        frozen.move_to(start + quarter * timedelta(minutes=15))
        go()
    assert [one.created_at for one in mails(cast.ada)] == [datetime(2026, 11, 1, 5, tzinfo=UTC)]


def test_a_link_is_in_it_only_where_the_clinic_turned_that_on(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path
) -> None:
    plan_item(cast.ada, starts_on=NINE.date())
    clinic.change({"check_in_links": True}, by=cast.eve.actor, at=NOW)
    db.session.commit()
    frozen.move_to(NINE)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
        clinic.change({"check_in_links": False}, by=cast.eve.actor, at=NOW)
        db.session.commit()
        frozen.move_to(NINE + DAY)
        drain(worker(port, tmp_path))
    first, second = (one.get_body(("plain",)).get_content() for one in inbox.mails)
    token = db.session.scalars(select(AccountToken)).one()
    words = tokens.seal(token.id, TokenPurpose.CHECK_IN, keys=["for tests only, forty-eight characters or more…"])
    assert f"http://localhost/link/{words}" in "".join(first.split())
    assert (token.user_id, token.expires_at) == (cast.ada.user_id, NINE + DAY)
    assert "/link/" not in second
    assert str(cast.ada.own_id) not in first + second


def test_what_is_done_or_of_a_day_gone_by_is_dropped_at_send_time(cast: Cast, frozen: time_machine.Traveller) -> None:
    line = plan_item(cast.ada)
    frozen.move_to(NINE)
    go()
    (mail,) = mails(cast.ada)
    assert still_wanted(mail, NINE + HOUR) is None
    assert still_wanted(mail, NINE + 15 * HOUR) == "day-is-over"
    checkins.submit(ref(cast.ada), "daily", sheet(), plan_item_id=line.id, by=cast.ada.actor, at=NINE + HOUR)
    db.session.commit()
    assert still_wanted(mail, NINE + HOUR) == "done-by-now"
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.PAUSED
    db.session.commit()
    assert still_wanted(mail, NINE + HOUR) == "done-by-now"


def test_a_link_that_opens_nothing_any_more_is_left_out_and_what_else_is_due_is_told_of(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path
) -> None:
    answers = {plan_item(cast.ada, starts_on=NINE.date()).id: ("daily", sheet())}
    answers[plan_item(cast.ada, "phq-9", 7, starts_on=NINE.date()).id] = ("phq-9", sheet(PHQ_9))
    clinic.change({"check_in_links": True}, by=cast.eve.actor, at=NOW)
    db.session.commit()
    frozen.move_to(NINE)
    go()
    (mail,) = mails(cast.ada)
    assert still_wanted(mail, NINE) is None
    opens = scope.read(db.session.scalars(select(AccountToken.scope)).one() or "").plan_item_id

    def answer(line_id: uuid.UUID) -> None:
        checkins.submit(
            ref(cast.ada), *answers[line_id], plan_item_id=line_id, by=cast.ada.actor, at=NINE + timedelta(minutes=1)
        )
        db.session.commit()

    answer(opens)
    frozen.move_to(NINE + HOUR)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    (sent,) = inbox.mails
    said = sent.get_body(("plain",)).get_content()
    assert "/link/" not in said
    assert "Sign in to look at it" in said
    (left,) = answers.keys() - {opens}
    answer(left)
    assert still_wanted(mail, NINE + HOUR) == "done-by-now"


def test_what_never_went_out_on_its_day_is_none_of_the_three(cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada)
    for day in range(8):
        frozen.move_to(NINE + day * DAY)
        go()
        if day < 3:
            mail = mails(cast.ada)[-1]
            mail.state, mail.last_error = Delivery.DROPPED, "day-is-over"
            db.session.commit()
    assert days(cast.ada) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_days_on_which_somebody_wanted_none_are_none_of_the_three(cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada)
    for day in range(9):
        wanted = Choices() if day >= 4 else Choices({Topic.CHECK_INS: Wish(frozenset())})
        choosing.choose(cast.ada.user_id, wanted, by=cast.ada.actor, at=NOW)
        db.session.commit()
        frozen.move_to(NINE + day * DAY)
        go()
    assert days(cast.ada) == [4, 5, 6]


def test_past_the_hours_somebody_chose_nothing_is_written(cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada)
    choosing.choose(cast.ada.user_id, Choices({Topic.CHECK_INS: Wish(within=Hours(9, 10))}), by=cast.ada.actor, at=NOW)
    db.session.commit()
    for at in (NINE + 2 * HOUR, NINE + DAY):
        frozen.move_to(at)
        go()
    assert days(cast.ada) == [1]


def silent(person: Person) -> None:
    """Somebody who answered last four days ago, so that silence is a sign today."""
    plan_item(person)
    check_in(person, NINE.date() - 4 * DAY, NINE - 4 * DAY)


def test_on_a_day_with_a_reminder_of_silence_there_is_no_other(cast: Cast, frozen: time_machine.Traveller) -> None:
    silent(cast.ada)
    told: dict[int, int] = {}
    for day in range(4):
        for hour in (0, 1, 6):
            frozen.move_to(NINE + day * DAY + hour * HOUR)
            go_round() if hour else None
            go()
            go_round()
        told[day] = sum((one - NINE) // DAY == day for one in [*reminders(cast.ada)])
        told[day] += sum(one == day for one in days(cast.ada))
    assert max(told.values()) == 1
    assert len(days(cast.ada)) <= 3


def test_silence_that_came_first_keeps_the_other_away_that_day(cast: Cast, frozen: time_machine.Traveller) -> None:
    silent(cast.ada)
    frozen.move_to(NINE)
    go_round()
    frozen.move_to(NINE + DAY)
    go_round()
    assert len(reminders(cast.ada)) == 1
    go()
    assert mails(cast.ada) == []


def test_what_was_said_today_stands_for_the_reminder_of_silence(cast: Cast, frozen: time_machine.Traveller) -> None:
    silent(cast.ada)
    frozen.move_to(NINE)
    go_round()
    frozen.move_to(NINE + DAY)
    go()
    go_round()
    assert len(mails(cast.ada)) == 1
    assert reminders(cast.ada) == []
    assert spells(cast.ada)[0].reminded_at == NINE + DAY, "the spell goes on as if it had reminded by itself"


def test_a_look_at_many_costs_what_it_costs_for_one(
    cast: Cast, frozen: time_machine.Traveller, queries_of: Callable[..., int]
) -> None:
    frozen.move_to(NINE)
    plan_item(cast.ada)
    one = queries_of(lambda: CheckInRound("one")._look(NINE))
    plan_item(cast.dot)
    assert queries_of(lambda: CheckInRound("one")._look(NINE)) == one
    assert one <= 9


def planned(cast: Cast, at: datetime, **values: Any) -> Infusion:
    ahead = {"status": InfusionStatus.PLANNED, "planned_at": at, "started_at": None}
    return factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, at, **ahead | values)


TOMORROW = NINE + DAY
NOON = NINE + 3 * HOUR


def test_from_noon_of_the_day_before_an_infusion_and_once(cast: Cast, frozen: time_machine.Traveller) -> None:
    planned(cast, TOMORROW)
    for at in (NINE - DAY, NOON - timedelta(minutes=5), NOON, NOON + HOUR, TOMORROW - HOUR):
        frozen.move_to(at)
        go(GetReadyRound)
    (mail,) = mails(cast.ada, Kind.GET_READY)
    assert mail.created_at == NOON


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("within", "quiet", "hour"),
    [
        (None, None, 12),
        (Hours(8, 11), None, 12),
        (Hours(6, 9), None, 12),
        (None, Hours(12, 8), 12),
        (Hours(8, 14), Hours(12, 8), 12),
        (Hours(8, 11), Hours(12, 18), 18),
        (Hours(8, 22), Hours(9, 20), 20),
        (Hours(18, 21), None, 18),
        (Hours(22, 6), None, 22),
    ],
)
def test_the_hours_somebody_chose_say_when_they_are_told_of_an_infusion_and_never_whether(
    cast: Cast,
    frozen: time_machine.Traveller,
    tmp_path: Path,
    within: Hours | None,
    quiet: Hours | None,
    hour: int,
) -> None:
    planned(cast, TOMORROW)
    chosen = Choices({Topic.VISITS: Wish(within=within)}, quiet)
    choosing.choose(cast.ada.user_id, chosen, by=cast.ada.actor, at=NOW)
    db.session.commit()
    inbox, told = Inbox(), list[int]()
    with mail_server(inbox) as port:
        for clock in range(6, 30):
            frozen.move_to(NINE + (clock - 9) * HOUR)
            drain(worker(port, tmp_path))
            told += [clock] * (len(inbox.mails) - len(told))
    assert told == [hour]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_the_mail_server_refused_until_their_hours_were_over_goes_out_on_the_eve_all_the_same(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path
) -> None:
    planned(cast, TOMORROW)
    at_noon = Choices({Topic.VISITS: Wish(within=Hours(12, 13))})
    choosing.choose(cast.ada.user_id, at_noon, by=cast.ada.actor, at=NOW)
    db.session.commit()
    inbox = Inbox(rcpt=["450 later"])
    with mail_server(inbox) as port:
        for at in (NOON, NOON + 2 * HOUR):
            frozen.move_to(at)
            drain(worker(port, tmp_path))
    assert len(inbox.mails) == 1


def moved(row: Infusion) -> None:
    row.planned_at = row.happens_at = TOMORROW + 3 * DAY


def cancelled(row: Infusion) -> None:
    row.status = InfusionStatus.CANCELLED


def confirmed(row: Infusion) -> None:
    said = Preparation(patient_id=row.patient_id, infusion_id=row.id, step=Step.EVENING, adult=Adult.YES)
    said.answered_at, said.answered_by_id = NOON, row.recorded_by_id
    db.session.add(said)


@pytest.mark.parametrize(
    ("change", "why"),
    [(moved, "no-longer-planned"), (cancelled, "no-longer-planned"), (confirmed, "done-by-now")],
)
def test_what_was_moved_called_off_or_got_ready_for_is_told_of_no_more(
    cast: Cast, frozen: time_machine.Traveller, change: Callable[[Infusion], None], why: str
) -> None:
    row = planned(cast, TOMORROW)
    frozen.move_to(NOON)
    go(GetReadyRound)
    (mail,) = mails(cast.ada, Kind.GET_READY)
    assert still_wanted(mail, NOON) is None
    change(db.session.get_one(Infusion, row.id))
    db.session.commit()
    assert still_wanted(mail, NOON) == why
    frozen.move_to(NOON + HOUR)
    go(GetReadyRound)
    assert len(mails(cast.ada, Kind.GET_READY)) == 1


def test_one_that_was_moved_away_and_back_on_its_eve_is_told_of_after_all_and_once(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path
) -> None:
    row, inbox = planned(cast, TOMORROW), Inbox(rcpt=["450 later"] * 2)
    with mail_server(inbox) as port:
        for hour, planned_at in enumerate([TOMORROW, TOMORROW + 3 * DAY, TOMORROW, TOMORROW + 3 * DAY, TOMORROW]):
            infusion = db.session.get_one(Infusion, row.id)
            infusion.planned_at = infusion.happens_at = planned_at
            db.session.commit()
            for minutes in (0, 5):
                frozen.move_to(NOON + hour * HOUR + timedelta(minutes=minutes))
                drain(worker(port, tmp_path))
    assert [one.state for one in mails(cast.ada, Kind.GET_READY)] == [Delivery.DROPPED, Delivery.SENT]
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("quiet", [None, Hours(20, 8)])
def test_one_that_is_planned_late_on_its_eve_is_told_of_the_same_evening(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path, quiet: Hours | None
) -> None:
    choosing.choose(cast.ada.user_id, Choices(quiet=quiet), by=cast.ada.actor, at=NOW)
    planned(cast, TOMORROW)
    inbox, told = Inbox(), list[int]()
    with mail_server(inbox) as port:
        for hour in (12, 13, 14, 15, 16):
            frozen.move_to(NINE + hour * HOUR)
            drain(worker(port, tmp_path))
            told.append(len(inbox.mails))
    assert told == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_telling_of_one_infusion_reads_no_other_one_of_the_clinic(cast: Cast, frozen: time_machine.Traveller) -> None:
    row = planned(cast, TOMORROW)
    frozen.move_to(NOON)
    walked = walks("infusions", lambda: service.remind_to_get_ready([row.id], at=NOON))
    db.session.commit()
    (mail,) = mails(cast.ada, Kind.GET_READY)
    walked += walks("infusions", lambda: still_wanted(mail, NOON))
    assert set(walked) == {"SEARCH infusions USING INDEX sqlite_autoindex_infusions_1 (id=?)"}


def test_an_infusion_that_was_moved_is_told_of_on_its_new_eve(cast: Cast, frozen: time_machine.Traveller) -> None:
    row = planned(cast, TOMORROW)
    frozen.move_to(NOON)
    go(GetReadyRound)
    moved(db.session.get_one(Infusion, row.id))
    db.session.commit()
    frozen.move_to(NOON + 3 * DAY)
    go(GetReadyRound)
    assert days(cast.ada, Kind.GET_READY) == [0, 3]


def test_who_looks_after_them_hears_once_a_working_day_of_what_waits_too_long(
    cast: Cast, frozen: time_machine.Traveller
) -> None:
    row = check_in(cast.ada, NINE.date() - 6 * DAY, NINE - 6 * DAY)
    for at in (NINE, MONDAY_NINE - timedelta(minutes=5), MONDAY_NINE, MONDAY_NINE + HOUR, MONDAY_NINE + DAY):
        frozen.move_to(at)
        go(ReviewRound)
    for person in (cast.bea, cast.nia):
        assert days(person, Kind.REVIEW_WAITING) == [1, 2], "not on Sunday, when the clinic is closed"
    assert mails(cast.cal, Kind.REVIEW_WAITING) == []
    mail = mails(cast.bea, Kind.REVIEW_WAITING)[-1]
    assert still_wanted(mail, MONDAY_NINE + DAY) is None
    checkins.mark_reviewed(cast.ada.own_id, [row.id], by=cast.bea.actor, at=MONDAY_NINE + DAY)
    db.session.commit()
    assert still_wanted(mail, MONDAY_NINE + DAY) == "done-by-now"
    frozen.move_to(MONDAY_NINE + 2 * DAY)
    go(ReviewRound)
    assert len(mails(cast.bea, Kind.REVIEW_WAITING)) == 2


def test_what_came_within_the_promised_hours_is_no_reason(cast: Cast, frozen: time_machine.Traveller) -> None:
    check_in(cast.ada, NINE.date(), NINE)
    frozen.move_to(MONDAY_NINE + HOUR)
    go(ReviewRound)
    assert mails(cast.bea, Kind.REVIEW_WAITING) == []
    frozen.move_to(MONDAY_NINE + 2 * DAY)
    go(ReviewRound)
    assert len(mails(cast.bea, Kind.REVIEW_WAITING)) == 1


def test_on_a_holiday_nobody_of_the_team_is_reminded(cast: Cast, frozen: time_machine.Traveller) -> None:
    check_in(cast.ada, NINE.date() - 6 * DAY, NINE - 6 * DAY)
    clinic.add_holiday(MONDAY_NINE.date(), "A day off", by=cast.eve.actor, at=NOW)
    db.session.commit()
    frozen.move_to(MONDAY_NINE)
    go(ReviewRound)
    assert mails(cast.bea, Kind.REVIEW_WAITING) == []


def test_the_round_is_the_worker_s_own(cast: Cast, frozen: time_machine.Traveller, tmp_path: Path) -> None:
    plan_item(cast.ada, starts_on=NINE.date())
    planned(cast, TOMORROW)
    frozen.move_to(NOON)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
        drain(worker(port, tmp_path))
    sent = select(OutboxMessage.kind).where(OutboxMessage.recipient_id == cast.ada.user_id)
    assert sorted(db.session.scalars(sent)) == ["check-in-due", "get-ready"]
    assert len(inbox.mails) == 2
    assert {one["To"] for one in inbox.mails} == {cast.ada.email}
