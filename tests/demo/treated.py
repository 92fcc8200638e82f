"""What the demo clinic's treatment record shows, part by part."""

from collections.abc import Iterator
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.accounts.models import User
from portal.checkins import watched
from portal.clinic import when
from portal.db import session
from portal.patients.models import Patient
from portal.safety.models import Alert, AlertState
from portal.treatment import signing
from portal.treatment.day import cards
from portal.treatment.day.cards import Card
from portal.treatment.events.models import LifeEvent
from portal.treatment.flowsheet import queries as flowsheets
from portal.treatment.flowsheet.entries import JUDGED
from portal.treatment.flowsheet.forms import FORMS
from portal.treatment.flowsheet.infusion_row import to_finish
from portal.treatment.flowsheet.kinds import EntryKind, Level, Phase
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.flowsheet.standing import standing
from portal.treatment.medication import chips
from portal.treatment.medication import queries as medication
from portal.treatment.medication.models import Allergy, ChangeKind, MedicineChange
from portal.treatment.models import Infusion, InfusionStatus, TreatmentRevision
from portal.treatment.monitoring import queries as monitoring
from portal.treatment.monitoring.due import State as Due
from portal.treatment.orders import queries as orders
from portal.treatment.preparation.steps import Step
from portal.treatment.rules import queries as rules
from portal.treatment.screening.standing import State
from portal.treatment.screening.standings import list_standings

FULL = {"Ada": 3, "Marcus": 3, "Tomás": 3, "Dot": 1}
"""Of how many infusions, the last ones of each, everything of the day is there."""


def patients() -> dict[str, Patient]:
    return {row.given_name: row for row in session.scalars(select(Patient))}


def rules_are_laid_down() -> None:
    in_force = rules.current()
    assert in_force.version == 2
    texts = (in_force.rules.evening_text, in_force.rules.day_text, in_force.rules.after_text)
    assert all(texts)
    assert in_force.rules.call_phone


def screenings_stand_in_every_way() -> None:
    people = patients()
    found = list_standings([row.id for row in people.values()])
    states = {name: found[row.id].state for name, row in people.items()}
    assert states["Ada"] is State.STANDS
    assert (states["Marcus"], states["Imani"]) == (State.AGAIN, State.AGAIN)
    assert found[people["Marcus"].id].overridden == ("blood-pressure",)
    assert (states["Ruth"], states["Noor"]) == (State.NOT_NOW, State.UNDECIDED)


def lists_matter_and_changed() -> None:
    people = patients()
    codes = {name: {chip.code for chip in chips.chips(medication.list_current(row.id))} for name, row in people.items()}
    assert codes["Marcus"] == {"benefit", "pressure"}
    assert "ssri" in codes["Ada"]
    kinds = set(session.scalars(select(MedicineChange.kind)))
    assert kinds == set(ChangeKind)
    assert session.query(Allergy).count() >= 4
    assert session.query(LifeEvent).filter(LifeEvent.until.is_not(None)).count() >= 2
    assert {row.thing for row in session.scalars(select(TreatmentRevision))} == {
        "allergies",
        "life_events",
        "monitoring_results",
    }


def checks_are_due() -> None:
    people, now = patients(), clock.now()
    found = {}
    for name in ("Ada", "Marcus"):
        sent = watched.list_sent(people[name].id)
        checks = monitoring.due(people[name].id, today=now.date(), zone="America/Los_Angeles", sent=sent)
        found[name] = {one.kind.value: one.standing.state for one in checks}
    assert found["Ada"]["cognition"] in {Due.DUE, Due.OVERDUE}
    assert found["Ada"]["liver"] is Due.DONE
    assert found["Marcus"]["liver"] is Due.OVERDUE


def days_at_the_bedside_are_whole() -> None:
    people, in_force = patients(), rules.current().rules
    seen = {}
    for name, row in people.items():
        given = session.scalars(
            select(Infusion)
            .where(Infusion.patient_id == row.id, Infusion.status != InfusionStatus.PLANNED)
            .order_by(Infusion.number)
        ).all()
        full = [one for one in given if flowsheets.get_flowsheet(row.id, one.id).lines]
        seen[name] = len(full)
        assert full == given[len(given) - len(full) :]
        for one in full:
            now = standing([line.entry for line in flowsheets.get_flowsheet(row.id, one.id).lines], in_force)
            assert (now.phase, now.not_ready, now.went_on_without) == (Phase.LEFT, (), ())
            assert not to_finish(now, was_given=True)
            assert orders.get_in_force(row.id, one.id) is not None
            assert one.started_at == now.started_at
    assert {name: count for name, count in seen.items() if count} == FULL


def the_unusual_is_there() -> None:
    rows = session.scalars(select(FlowsheetEntry)).all()
    stops = [row for row in rows if row.level is Level.HARD]
    spoken = [row.values for row in rows if row.kind is EntryKind.AUTHORISATION]
    assert (len(stops), [one["how"] for one in spoken]) == (2, ["spoken"])
    assert spoken[0]["stop_id"] in {str(row.id) for row in stops}
    told = session.scalars(select(Alert).where(Alert.rule == "V2")).all()
    assert [one.state for one in told] == [AlertState.CLOSED] * 2
    assert any(row.was_queued and row.recorded_at > row.occurred_at for row in rows)
    late = [row for row in rows if row.corrects_id]
    assert len(late) == 1
    signed = signing.list_signed({row.infusion_id for row in rows})
    assert [one.is_out_of_date for one in signed.values()].count(True) == 1
    assert len(signed) == sum(FULL.values()) - 1


def everything_could_have_been_typed(app: Flask) -> None:
    """Every entry is one that its form takes and reads just so."""
    near = {row.id: row.happens_at for row in session.scalars(select(Infusion))}
    with app.test_request_context():
        for row in session.scalars(select(FlowsheetEntry)):
            values = {name: value for name, value in row.values.items() if name != JUDGED}
            typed = MultiDict({**{name: str(value) for name, value in values.items()}, "id": str(row.id)})
            about = {"zone": "America/Los_Angeles", "near": near[row.infusion_id], "at": row.recorded_at}
            form = FORMS[row.kind](typed, **about, meta={"csrf": False})
            assert form.validate(), (row.kind, form.error_summary)
            assert form.values() == values


def the_nurse_has_visits() -> None:
    today, tomorrow = _days()
    assert [card.visit.given_name for card in today] == ["Grace", "Marcus"]
    assert [card.visit.given_name for card in tomorrow] == ["Tomás"]
    grace, marcus = today
    assert (grace.order is not None, dict(grace.said)) == (True, {})
    assert (marcus.order is not None, set(marcus.said)) == (True, {Step.EVENING})
    assert marcus.said[Step.EVENING].health_change
    assert marcus.screening.state is State.AGAIN
    assert all(card.allergies for card in today)
    assert tomorrow[0].order is None


def _days() -> Iterator[list[Card]]:
    nia = session.query(User).filter_by(email="nia@interval.example").one()
    today = clock.now().astimezone(ZoneInfo(nia.time_zone)).date()
    for number in range(2):
        start = when.moment(today + timedelta(days=number), time(), nia.time_zone)
        yield cards.list_cards(nia.id, start, start + timedelta(days=1))
