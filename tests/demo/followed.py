"""What the demo clinic shows of following up: threads in every state, a questionnaire, what is planned, a language."""

from datetime import timedelta

from portal import clock
from portal.accounts.models import User
from portal.clinic import queries as clinic
from portal.db import session
from portal.follow_ups import queries as follow_ups
from portal.messaging import inbox, notes
from portal.messaging.attachments import queries as attachments
from portal.messaging.inbox import Show
from portal.messaging.models import Message
from portal.messaging.wording import fill
from portal.messaging.wording import queries as wording
from portal.patients.models import Patient


def threads_stand_in_every_state() -> None:
    bea, overdue_since = _user("bea"), clinic.current().owed_too_long(clock.now())
    assert dict(inbox.count(bea.id, overdue_since)) == {
        Show.UNANSWERED: 2,
        Show.OVERDUE: 1,
        Show.URGENT: 0,
        Show.MINE: 1,
    }
    [late] = inbox.list_threads(bea.id, Show.OVERDUE, overdue_since).lines
    [hers] = inbox.list_threads(bea.id, Show.MINE, overdue_since).lines
    assert (late.patient_name, late.assigned_to) == ("Tomás Reyes-Whitfield", None)
    assert (hers.patient_name, hers.assigned_to) == ("Jonas Brandt", "Bea Lindqvist")
    assert [note.author for note in notes.list_notes(hers.patient_id, hers.id)] == ["Bea Lindqvist"]


def a_questionnaire_was_asked_for_once_and_came_back() -> None:
    marcus = _patient("Marcus")
    messages = [row.id for row in session.query(Message).filter_by(patient_id=marcus.id)]
    [[brought]] = attachments.list_for(messages).values()
    assert brought.request is not None
    assert (brought.instrument, brought.request.score) == ("urinary", 0)
    assert brought.request.answered_on is not None
    assert brought.request.answered_on < brought.request.before_on


def one_follow_up_is_planned_and_one_is_on_the_chart() -> None:
    imani = _patient("Imani")
    [ahead] = follow_ups.list_planned_by(_user("bea").id)
    assert (ahead.patient_id, ahead.unless_check_in) == (imani.id, True)
    assert timedelta(days=1) < ahead.due_at - clock.now() < timedelta(days=8)
    assert [one.infusion for one in follow_ups.list_sent(_patient("Ada").id)] == [11]


def the_templates_fit_and_somebody_reads_spanish() -> None:
    assert [row.given_name for row in session.query(Patient).join(User).filter(User.language == "es")] == ["Tomás"]
    found = wording.list_templates()
    assert sorted(one.language for one in found) == ["en", "es"]
    tomas = _patient("Tomás")
    values = wording.list_values([tomas.id], at=clock.now())[tomas.id]
    assert not [one for one in found if fill.fill(one.body, values).missing]


def _user(key: str) -> User:
    return session.query(User).filter_by(email=f"{key}@interval.example").one()


def _patient(given_name: str) -> Patient:
    return session.query(Patient).filter_by(given_name=given_name).one()
