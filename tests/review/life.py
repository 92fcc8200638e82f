"""A patient's life in random writes, every one through the services, as a clinic writes over the years."""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.checkins import service as checkins
from portal.checkins.models import CheckIn
from portal.checkins.service import InvalidCheckIn, Sheet
from portal.messaging import service as messaging
from portal.messaging.models import Thread
from portal.patients import queries as patients
from portal.patients import service, team_service
from portal.patients.details import Contact
from portal.progress.baseline import queries as baselines
from portal.progress.baseline import service as baseline
from portal.review import service as review
from portal.review.booster import service as booster
from portal.review.booster.models import BoosterReview, ReviewDecision
from portal.safety import queries as alerts
from portal.safety import service as safety
from portal.safety.models import Alert, AlertState, Closing
from portal.treatment import service as treatment
from portal.treatment.entry import Entry, of_row
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionKind, InfusionStatus
from portal.treatment.problems import Refused, Stale
from tests.cast import Cast, Person
from tests.checkins.sheets import ref

ZONES = ("America/New_York", "Pacific/Auckland", "Europe/Copenhagen")
NOT_POSSIBLE = (Refused, Stale, InvalidCheckIn, service.NotPossible, team_service.LastProvider, team_service.NoProvider)


class Life:
    """Writes one thing after another about Ada; `at` is when the last one was written."""

    def __init__(self, cast: Cast, seed: int, begins: datetime) -> None:
        self.cast, self.pick, self.at = cast, random.Random(seed), begins
        self.who = cast.ada.own_id
        self.done: dict[str, int] = {}

    def write(self) -> None:
        """Write one thing, or none where it is not possible now, and keep the caseload as a request would."""
        self.at += timedelta(hours=self.pick.choice((1, 5, 24, 40, 90, 200)))
        thing: Callable[[], None] = self.pick.choice(self.things())
        try:
            thing()
        except NOT_POSSIBLE:
            db.session.rollback()
            db.take_touched()
            return
        review.refresh(db.take_touched(), at=self.at)
        db.session.commit()
        self.done[thing.__name__] = self.done.get(thing.__name__, 0) + 1

    def things(self) -> list[Callable[[], None]]:
        """Return what can be written; what happens often stands there more than once."""
        often = [self.answer] * 6 + [self.correct] * 2 + [self.give] * 3 + [self.plan, self.change_infusion]
        rare = [self.begin_course, self.end_course, self.choose, self.take_back, self.move, self.status, self.look]
        return [
            *often,
            *rare,
            self.talk,
            self.read_talk,
            self.read_check_ins,
            self.close_alerts,
            self.team,
            self.review,
        ]

    def answers(self) -> dict[str, float | None]:
        level = self.pick.choice((0, 1, 2, 3))
        found: dict[str, float | None] = {
            f"q{n}": min(3, max(0, level + self.pick.choice((-1, 0, 0, 1)))) for n in range(1, 9)
        }
        for name in self.pick.sample(list(found), self.pick.choice((0, 0, 0, 1, 4))):
            found[name] = None
        return found | {"q9": self.pick.choice((0, 0, 0, 1, 3)), "function": 1}

    def answer(self) -> None:
        on = self.at.date() - timedelta(days=self.pick.choice((0, 0, 0, 1, 3)))
        sheet = Sheet(uuid.uuid4(), self.answers())
        checkins.submit(ref(self.cast.ada), "phq-9", sheet, by=self.cast.ada.actor, at=self.at, on=on)

    def correct(self) -> None:
        found = self.any_of(CheckIn, superseded_at=None)
        if found is not None:
            sheet = Sheet(uuid.uuid4(), self.answers())
            checkins.correct(ref(self.cast.ada), found, sheet, by=self.cast.ada.actor, at=self.at)

    def begin_course(self) -> None:
        treatment.start_course(
            self.who,
            course_id=uuid.uuid4(),
            indication="treatment-resistant-depression",
            series_planned=self.pick.choice((0, 2, 6)),
            protocol="",
            started_on=self.at.date() - timedelta(days=1),
            may_end_running=self.pick.random() < 0.3,
            by=self.cast.bea.actor,
            at=self.at,
        )

    def end_course(self) -> None:
        found = self.any_of(Course, status=CourseStatus.RUNNING)
        if found is not None and self.pick.random() < 0.3:
            treatment.end_course(self.who, found.id, by=self.cast.bea.actor, at=self.at)

    def entry(self, course: Course, status: InfusionStatus, at: datetime) -> Entry:
        kind = InfusionKind.INDUCTION if course.series_planned and self.pick.random() < 0.5 else InfusionKind.BOOSTER
        number = self.pick.randrange(1, 900)
        started = None if status is InfusionStatus.PLANNED else at
        return Entry(number, kind, status, planned_at=at, started_at=started, dose_mg=35.0, minutes=40)

    def give(self) -> None:
        course = self.any_of(Course, status=CourseStatus.RUNNING)
        if course is None:
            self.begin_course()
            return
        status = self.pick.choice((InfusionStatus.COMPLETED, InfusionStatus.COMPLETED, InfusionStatus.STOPPED_EARLY))
        entry = self.entry(course, status, self.at - timedelta(hours=self.pick.choice((1, 2, 30))))
        treatment.record_infusion(self.who, course.id, entry, **self.once())

    def plan(self) -> None:
        course = self.any_of(Course, status=CourseStatus.RUNNING)
        if course is not None:
            entry = self.entry(course, InfusionStatus.PLANNED, self.at + timedelta(days=self.pick.randrange(1, 40)))
            treatment.plan_infusion(self.who, course.id, entry, **self.once())

    def change_infusion(self) -> None:
        found = self.any_of(Infusion)
        if found is not None:
            status = self.pick.choice((InfusionStatus.CANCELLED, InfusionStatus.COMPLETED, InfusionStatus.MISSED))
            started = found.happens_at if status is InfusionStatus.COMPLETED else None
            values: Any = {"status": status, "started_at": started}
            entry = Entry(**{name: getattr(of_row(found), name) for name in Entry.__slots__} | values)
            more: Any = {"revision": found.revision, "reason": "Mistyped", "by": self.cast.bea.actor, "at": self.at}
            treatment.change_infusion(self.who, found.id, entry, **more)

    def choose(self) -> None:
        serving = list(baselines.list_serving(self.who, "phq-9", "total"))
        if serving:
            seen = baselines.get_seen(self.who, "phq-9", "total")
            which = self.pick.choice(sorted(serving))
            baseline.choose(self.who, "phq-9", "total", which, reason="Fits better", seen=seen, **self.once())

    def take_back(self) -> None:
        seen = baselines.get_seen(self.who, "phq-9", "total")
        if seen.standing_id and self.pick.random() < 0.5:
            more: Any = {"reason": "No", "seen": seen, "by": self.cast.bea.actor, "at": self.at}
            baseline.take_back(self.who, "phq-9", "total", **more)

    def move(self) -> None:
        record = patients.get_record(self.who)
        values = {name: getattr(record.patient, name) for name in Contact.__slots__ if hasattr(record.patient, name)}
        contact = Contact(**values | {"language": record.language, "time_zone": self.pick.choice(ZONES)})
        service.change_contact(self.who, contact, by=self.cast.bea.actor, at=self.at)

    def status(self) -> None:
        after = PatientStatus.PAUSED if ref(self.cast.ada).status is PatientStatus.ACTIVE else PatientStatus.ACTIVE
        more: Any = {"reason": "Away", "effective_on": self.at.date(), "by": self.cast.bea.actor, "at": self.at}
        service.change_status(self.who, after, **more)

    def look(self) -> None:
        review.looked(self.who, at=self.at)

    def talk(self) -> None:
        by = self.pick.choice((self.cast.ada, self.cast.ada, self.cast.bea))
        messaging.start_thread(self.who, subject="Sleep", body="How long?", **self.once(by))

    def read_talk(self) -> None:
        thread = self.any_of(Thread)
        if thread is not None:
            messaging.mark_read(self.who, thread.id, by=self.cast.bea.actor, at=self.at)

    def read_check_ins(self) -> None:
        ids = db.session.scalars(select(CheckIn.id).where(CheckIn.patient_id == self.who)).all()
        some = self.pick.sample(sorted(ids), len(ids) // 2)
        checkins.mark_reviewed(self.who, some, by=self.cast.bea.actor, at=self.at)

    def close_alerts(self) -> None:
        for state, move in ((AlertState.OPEN, self._take_on), (AlertState.ACKNOWLEDGED, self._close)):
            found = self.any_of(Alert, state=state)
            if found is not None:
                move(found.id)

    def _take_on(self, alert_id: uuid.UUID) -> None:
        safety.acknowledge(self.who, alert_id, stamp=alerts.stamp_of(alert_id), by=self.cast.bea.actor, at=self.at)

    def _close(self, alert_id: uuid.UUID) -> None:
        more: Any = {"stamp": alerts.stamp_of(alert_id), "by": self.cast.bea.actor, "at": self.at}
        safety.close(self.who, alert_id, Closing.SAFE, "Spoke", **more)

    def team(self) -> None:
        other = self.pick.choice((self.cast.bea, self.cast.cal, self.cast.nia))
        do = self.pick.choice((team_service.add_member, team_service.remove_member, team_service.name_lead))
        do(self.who, other.user_id, by=self.cast.bea.actor, at=self.at)

    def review(self) -> None:
        standing = self.any_of(BoosterReview, withdrawn_at=None)
        if standing is not None and self.pick.random() < 0.4:
            booster.withdraw(self.who, standing.id, reason="By mistake", by=self.cast.bea.actor, at=self.at)
            return
        ahead = self.at.date() + timedelta(days=self.pick.randrange(2, 60))
        decided = booster.Decided(ReviewDecision.WAIT, "Steady", ahead)
        drawn = booster.Drawn("<p></p>", "en", "x" * 64, self.at)
        booster.sign(self.who, decided, draw=lambda: drawn, **self.once())

    def once(self, by: Person | None = None) -> dict[str, Any]:
        return {"submission_id": uuid.uuid4(), "by": (by or self.cast.bea).actor, "at": self.at}

    def any_of(self, model: Any, **where: Any) -> Any:
        rows = db.session.scalars(select(model).filter_by(patient_id=self.who, **where)).all()
        return self.pick.choice(sorted(rows, key=lambda row: row.id)) if rows else None
