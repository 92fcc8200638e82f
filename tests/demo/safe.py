"""What the demo clinic shows of signs of danger: alerts in every state, the rota, plans, baselines, silence."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from portal import clock
from portal.accounts.models import User
from portal.clinic import queries as clinic
from portal.clinic.hours import OnCall
from portal.db import session
from portal.patients.models import CalledIn, Patient
from portal.safety import rules
from portal.safety.chronic import queries as chronic
from portal.safety.models import Alert, AlertState, AlertTransition, Closing, Contact, Event
from portal.safety.on_call import queries as on_call
from portal.safety.plan.models import SafetyPlan
from portal.safety.ruleset import queries as ruleset
from portal.safety.silence.models import Silence

RECENT = timedelta(days=5)


def alerts_stand_in_every_state() -> None:
    names = {row.id: row.given_name for row in session.scalars(select(Patient))}
    recent = session.scalars(select(Alert).where(Alert.opened_at > clock.now() - RECENT)).all()
    found = {(names[row.patient_id], row.rule, row.state, row.on_worklist) for row in recent}
    assert found >= {
        ("Ruth", "R1", AlertState.OPEN, False),
        ("Ruth", "R2", AlertState.OPEN, True),
        ("Marcus", "R2", AlertState.ACTED_ON, False),
        ("Dot", "R2", AlertState.ACKNOWLEDGED, False),
        ("Noor", "R2", AlertState.OPEN, False),
    }
    silent = session.scalars(select(Alert).where(Alert.rule == "R11", Alert.state == AlertState.OPEN)).all()
    assert [names[row.patient_id] for row in silent] == ["Imani"]
    urgent = [row for row in recent if row.state is AlertState.OPEN and row.severity == rules.Severity.URGENT]
    assert [(names[row.patient_id], row.rule) for row in urgent] == [("Ruth", "R1")]
    assert urgent[0].due_at
    assert urgent[0].due_at > clock.now()


def every_kind_of_step_was_taken() -> None:
    steps = Counter(session.scalars(select(AlertTransition.how)))
    wanted = {Event.REOPENED, Event.CALLED, Event.ESCALATED, Event.CARD_READ, Event.HEARD_AGAIN, Closing.SAFE}
    wanted |= {Contact.SPOKE, Contact.NO_ANSWER}
    assert not [how for how in wanted if not steps[how.value]]
    assert {row.rule for row in session.scalars(select(Alert))} >= {"R1", "R2", "R3", "R5", "R6", "R11", "V2"}


def people_were_called_in() -> None:
    names = {row.id: row.name for row in session.scalars(select(User))}
    called = {(names[row.user_id], row.why.value) for row in session.scalars(select(CalledIn))}
    assert called >= {("Bea Lindqvist", "on-call"), ("Cal Moreno", "escalated")}


def the_rota_has_one_hole_in_the_coming_weeks() -> None:
    now = clock.now()
    assert clinic.get().on_call is OnCall.WHEN_CLOSED
    assert len(on_call.list_holes(now)) == 1
    assert len(on_call.list_shifts(now, now + timedelta(days=30))) >= 4


def plans_rules_and_baselines_are_there() -> None:
    people = {row.given_name: row.id for row in session.scalars(select(Patient))}
    written = Counter(session.scalars(select(SafetyPlan.patient_id)))
    assert (written[people["Ada"]], written[people["Ruth"]]) == (2, 1)
    assert ruleset.get().version == 1
    assert ruleset.get().value("R3.hours") == 2
    standing = chronic.list_baselines(people["Ruth"])
    assert [one.holds(clock.now()) for one in standing] == [True, True, False, False]
    spells = session.scalars(select(Silence).where(Silence.patient_id == people["Imani"])).all()
    assert [(bool(one.reminded_again_at), bool(one.alert_id), one.ended_at) for one in spells] == [(True, True, None)]
    waiting = session.scalars(select(Patient.given_name).where(Patient.card_since.is_not(None))).all()
    assert list(waiting) == ["Ruth"]
