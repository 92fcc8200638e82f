"""Signs of danger in the clinic of `everything`: a rota, a plan in two versions, a baseline, alerts on every list."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from portal import clock, db
from portal.accounts import passwords
from portal.accounts.models import AccountStatus, User
from portal.checkins import service as checkins
from portal.clinic import service as clinic
from portal.clinic.hours import OnCall
from portal.patients import service as patients
from portal.safety import queries, service
from portal.safety.chronic import service as chronic
from portal.safety.models import AlertState
from portal.safety.on_call import service as on_call
from portal.safety.over_time import Sign
from portal.safety.plan import sections
from portal.safety.plan import service as plans
from portal.safety.plan.models import SafetyPlan
from tests.cast import PASSWORD, Person
from tests.checkins.sheets import DAILY, ref, sheet
from tests.live import Live

FIRST = {
    "signs": [{"what": "I stop answering my sister, and_the_word_that_is_much_longer_than_any_phone_is_wide"}],
    "alone": [{"what": "Walk to the harbour light and back"}],
    "people": [{"name": "Ike", "phone": "+1 212 555 0178"}],
    "services": [{"name": "Harbour Clinic", "phone": "+1 212 555 0100", "hours": "weekdays"}],
    "matters": [{"what": "My niece. <b>The garden</b> in May."}],
}
NOT_HEARD = {"missed": [{"instrument": "daily", "since": "2026-11-01", "askings": 3}], "heard_on": "2026-10-31"}


def endanger(live: Live) -> dict[str, uuid.UUID]:
    """Write all of it about Ada and return the ids."""
    _write_rota(live)
    plan_id = _write_plan(live)
    _let_wait(live)
    service.card_read(live.cast.ada.own_id, by=live.cast.ada.actor, at=clock.now())
    return {"plan_id": plan_id, "closed_id": _call_in(live)}


def let_card_wait(person: Person) -> None:
    """Let somebody agree, sign in and say that they are not safe, so that the card waits for them."""
    user, at = db.session.get_one(User, person.user_id), clock.now()
    user.status, user.password_hash = AccountStatus.ACTIVE, passwords.hash_password(PASSWORD)
    patients.consent(person.own_id, by=person.actor, at=at)
    checkins.submit(ref(person), "daily", sheet(DAILY | {"safe": 2}), by=person.actor, at=at)


def _write_rota(live: Live) -> None:
    eve, at = live.cast.eve.actor, clock.now()
    clinic.change({"on_call": OnCall.ALWAYS, "phone": "+1 212 555 0100"}, by=eve, at=at)
    soon = [(at - timedelta(hours=3), at + timedelta(days=2)), (at + timedelta(days=4), at + timedelta(days=9))]
    taken = on_call.add(live.cast.cal.user_id, soon, by=eve, at=at)
    on_call.add(live.cast.bea.user_id, [(at + timedelta(days=9), at + timedelta(days=12))], by=eve, at=at)
    on_call.remove(taken[1], by=eve, at=at)


def _write_plan(live: Live) -> uuid.UUID:
    ada, bea, at = live.cast.ada, live.cast.bea, clock.now()
    seen: uuid.UUID | None = None
    later = {**FIRST, "safer": [{"what": "Ike keeps my tablets", "who": "Ike"}]}
    for days, stored in ((9, FIRST), (2, later)):
        written = plans.Written(sections.read(stored), (at + timedelta(days=30)).date(), bea.user_id)
        key, then = uuid.uuid4(), at - timedelta(days=days)
        plans.write(ada.own_id, written, seen=seen, submission_id=key, by=bea.actor, at=then)
        seen = db.session.scalars(select(SafetyPlan.id).where(SafetyPlan.submission_id == key)).one()
    return db.session.scalars(select(SafetyPlan.id).order_by(SafetyPlan.written_at).limit(1)).one()


def _let_wait(live: Live) -> None:
    """A baseline, an unchanged answer that waits because of it, and a spell in which nothing was heard."""
    ada, bea, at = live.cast.ada, live.cast.bea, clock.now()
    known = {"reason": "Tried once, in 2011; talked through.", "days": 30, "submission_id": uuid.uuid4()}
    chronic.set_baseline(ada.own_id, ("asq", "q4"), 1.0, **known, by=bea.actor, at=at - timedelta(days=1))
    answers = sheet({f"q{number}": 0 for number in range(1, 4)} | {"q4": 1, "q5": 0})
    checkins.submit(ref(ada), "asq", answers, by=ada.actor, at=at)
    service.note(ada.own_id, [Sign("R11", "daily", details=NOT_HEARD)], submission_id=uuid.uuid4(), on=at.date(), at=at)


def _call_in(live: Live) -> uuid.UUID:
    """Pass what is open to Cal, who is not on the team; return an alert that is closed."""
    ada, bea = live.cast.ada, live.cast.bea.actor
    found = queries.list_alerts_of(ada.own_id, limit=50)
    waiting = next(one for one in found if one.state is AlertState.OPEN and one.rule == "R1")
    stamp = queries.stamp_of(waiting.id)
    service.assign(ada.own_id, waiting.id, live.cast.cal.user_id, stamp=stamp, by=bea, at=clock.now())
    return next(one.id for one in found if one.state is AlertState.CLOSED)
