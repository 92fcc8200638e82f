"""Promise 5: no mail, subject, address, page title or line of a log says what anybody is treated for, or whom.

One story is lived through the shipped server, the real worker, a mail server on this machine and the commands, with a
canary in every name, note and number; then everything that left the house is read.
"""

import base64
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from markupsafe import escape
from sqlalchemy import select, update

from config import ROOT
from portal import clock, db
from portal.access.policy import Role
from portal.accounts import service as accounts
from portal.accounts.models import User
from portal.checkins.models import PlanItem
from portal.clinic.hours import WEEKDAYS
from portal.clinic.models import Clinic
from portal.notifications import service as outbox
from portal.notifications import ways
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.patients import service as enrolment
from portal.patients.details import Contact, Person
from portal.patients.models import CalledIn, Condition, Patient
from portal.safety import queries as alerts
from portal.safety import service as safety
from portal.safety.models import Alert, Closing
from portal.safety.models import Contact as Deed
from portal.safety.on_call.models import OnCallShift
from portal.safety.silence.models import Silence
from portal.treatment.models import InfusionStatus
from tests import factories, server, telling
from tests import live as serving
from tests.cast import ZONE
from tests.live import Live
from tests.notifications import carried
from tests.notifications.outbox import Inbox, mail_server
from tests.visitor import Visitor, daily

CANARY = "CANARY"
TEMPLATES = ROOT / "templates"
TITLE = re.compile(r"{% block title %}(.*?){% endblock %}|page_title\s*=\s*(.*?)%}", re.DOTALL)
IN_QUOTES = re.compile(r"\"([^\"]*)\"|'([^']*)'")
DRAIN_SECONDS = 60


def canary(what: str) -> str:
    return f"{CANARY}-{what}-{uuid.uuid4().hex[:8]}"


@dataclass
class Out:
    """Everything that left the house: mails as they arrived, and what each process wrote."""

    mails: list[EmailMessage] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    pages: dict[str, str] = field(default_factory=dict)


# What stands in the files


@pytest.mark.parametrize("path", sorted((TEMPLATES / "emails").iterdir()), ids=lambda path: path.name)
def test_no_template_of_a_mail_has_a_telling_word(path: Path) -> None:
    said = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    assert not telling.told(telling.MAIL, said)


def test_no_page_has_a_title_with_a_telling_word() -> None:
    found: dict[str, str] = {}
    for path in TEMPLATES.rglob("*.html"):
        titles = [first or second for first, second in TITLE.findall(path.read_text())]
        words = " / ".join(a or b for title in titles for a, b in IN_QUOTES.findall(title))
        found |= {str(path.relative_to(TEMPLATES)): words} if words else {}
    assert len(found) > 60
    assert not {name: words for name, words in found.items() if telling.told(telling.ON_SCREEN, words)}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (telling.MAIL, "Your next ketamine visit"),
        (telling.MAIL, "Bea Lindqvist wrote to you"),
        (telling.MAIL, "An alert waits"),
        (telling.ON_SCREEN, "Depression scale"),
        (telling.ON_SCREEN, "/patients/1/safety-plan"),
        (telling.ON_SCREEN, "PHQ-9"),
        (telling.ON_SCREEN, "High risk"),
        (telling.LOG, '{"event":"alert","rule":"ASQ","patient":"Okafor"}'),
        (telling.LOG, "suicidal"),
        (telling.LOG, "to ada@interval.example"),
    ],
)
def test_the_list_knows_such_a_word(pattern: re.Pattern[str], text: str) -> None:
    assert telling.told(pattern, text)


# What leaves the house


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def out(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Out]:
    """The story, told once, and what left the house meanwhile."""
    folder = tmp_path_factory.mktemp("says-nothing")
    with serving.running(str(request.param), folder, workers=2, app="tests.breaking:app") as live:
        found = Out()
        inbox, gateway = Inbox(rcpt=["450 later", "550 nobody"]), carried.Gateway()
        with mail_server(inbox) as port, carried.serving(gateway) as texts:
            Story(live, {"MAIL_URL": f"smtp://127.0.0.1:{port}", "SMS_URL": texts}, found).tell()
        found.mails, found.texts = inbox.mails, [one["text"] for one in gateway.texts]
        found.written["server"] = (folder / "server.log").read_text()
        with live.reach():
            sent = select(OutboxMessage.kind).where(OutboxMessage.state == Delivery.SENT)
            found.delivered = set(db.session.scalars(sent))
            found.ids = {str(one) for one in db.session.scalars(select(Patient.id))}
            found.ids |= {str(one) for one in db.session.scalars(select(User.id))}
            found.ids |= {str(one) for one in db.session.scalars(select(Alert.id))}
        yield found


def test_every_kind_of_mail_was_sent(out: Out) -> None:
    assert out.delivered == {kind.value for kind in Kind}
    assert len(out.mails) >= len(Kind)
    assert len(out.texts) == 1


def test_no_text_message_says_anything(out: Out) -> None:
    for text in out.texts:
        assert not telling.told(telling.MAIL, text)
        assert not _canaries(text)


def test_no_mail_says_anything(out: Out) -> None:
    for mail in out.mails:
        assert not telling.told(telling.MAIL, _spoken(mail)), mail["Subject"]


def test_no_mail_carries_a_canary_or_an_id_in_whatever_writing(out: Out) -> None:
    for mail in out.mails:
        assert not _canaries(mail.as_string() + _spoken(mail)), mail["Subject"]
        without_token = re.sub(r"/(invitation|password|link)/\S+", "", _spoken(mail))
        assert not [one for one in out.ids if one in without_token], mail["Subject"]


def test_every_process_wrote_something_and_none_a_telling_word(out: Out) -> None:
    assert '"event":"error"' in out.written["server"]
    assert '"status":500' in out.written["server"]
    assert '"event":"mail-not-sent"' in out.written["worker"]
    for name, text in out.written.items():
        assert not telling.told(telling.LOG, text), name
        assert not _canaries(text), name
        assert not [one for one in out.ids if one in text], name


def test_no_title_of_a_page_on_the_way_says_anything(out: Out) -> None:
    assert len(out.pages) > 15
    for path, title in out.pages.items():
        assert title, path
        assert not telling.told(telling.ON_SCREEN, title), path
        assert not _canaries(title), path


def _spoken(mail: EmailMessage) -> str:
    """Return the headers and both texts of a mail, decoded, without the address it goes to."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    headers = [f"{name}: {value}" for name, value in mail.items() if not name.startswith("X-")]
    return re.sub(r"[\w.+-]+@[\w.-]+", "", "\n".join([*headers, *parts]))


def _canaries(text: str) -> list[str]:
    """Return what a text holds of the canaries, plain or in one of the writings that mails and addresses use."""
    written = {CANARY, quote(CANARY), str(escape(CANARY)), base64.b64encode(CANARY.encode()).decode()[:8]}
    return [one for one in written if one in text]


class Story:
    """One day on which everything happens that mails or logs."""

    def __init__(self, live: Live, servers: dict[str, str], out: Out) -> None:
        self.live, self.cast, self.servers, self.out = live, live.cast, servers, out

    def tell(self) -> None:
        """Live through the day."""
        self._name_everybody()
        self._what_is_due()
        self._forgotten_passwords()
        self._work("the server that refuses")
        self._enrolment_and_accounts()
        self._answers_and_messages()
        self._work("the first round")
        self._nobody_comes()
        self._somebody_comes()
        self._what_fails()
        self._work("the last round")
        self._commands()

    def _name_everybody(self) -> None:
        with self.live.reach():
            for person in self.cast.everybody().values():
                user = db.session.get_one(User, person.user_id)
                user.name, user.is_medical_director = canary("name"), person is self.cast.bea
            # Reminders keep to the day of whoever is reminded: theirs is in its early afternoon, whenever this runs.
            for person in (self.cast.dot, self.cast.ada, self.cast.bea):
                db.session.get_one(User, person.user_id).time_zone = f"Etc/GMT{clock.now().hour - 14:+d}"
            for patient in db.session.scalars(select(Patient)):
                patient.given_name, patient.family_name = canary("given"), canary("family")
                patient.emergency_name = canary("emergency")

    def _what_is_due(self) -> None:
        """Something is due, somebody is to get ready for tomorrow, and something has not been read for ten days."""
        ada, dot, cal, at = self.cast.ada, self.cast.dot, self.cast.cal, clock.now()
        with self.live.reach():
            clinic = db.session.get_one(Clinic, 1)
            clinic.check_in_links, clinic.hours = True, {day: ["00:00", "23:59"] for day in WEEKDAYS}
            # Asked since yesterday only, so that nobody is silent yet and it is no reminder of silence.
            asked = update(PlanItem).where(PlanItem.patient_id == ada.own_id)
            db.session.execute(asked.values(starts_on=at.date() - timedelta(days=1)))
            factories.check_in(ada, at.date() - timedelta(days=10), at - timedelta(days=10))
            ahead = {"status": InfusionStatus.PLANNED, "started_at": None}
            factories.infusion(factories.course(dot, cal), cal, at + timedelta(days=1), **ahead)

    def _forgotten_passwords(self) -> None:
        for person in (self.cast.cal, self.cast.nia, self.cast.bea):
            visitor = Visitor(self.live.address)
            page = visitor.get("/password/forgotten")
            typed = {"csrf_token": page.field("csrf_token"), "email": person.email}
            assert visitor.send("POST", "/password/forgotten", typed).status == 303

    def _enrolment_and_accounts(self) -> None:
        eve, bea, at = self.cast.eve.actor, self.cast.bea.actor, clock.now()
        with self.live.reach():
            who = Person(
                given_name=canary("given"),
                family_name=canary("family"),
                born_on=date(1990, 2, 3),
                conditions=(Condition.PTSD,),
            )
            where = Contact(country="US", time_zone=ZONE, mobile_phone="+1 212 555 0199")
            enrolment.enrol(uuid.uuid4(), who, where, email="new@example.org", by=bea, at=at)
            accounts.invite(name=canary("nurse"), email="n@example.org", time_zone=ZONE, role=Role.NURSE, by=eve, at=at)
            nia = db.session.get_one(User, self.cast.nia.user_id)
            accounts.change(nia.id, name=nia.name, email="moved@example.org", by=eve, at=at)
            cal = self.cast.cal
            outbox.enqueue(Kind.PASSWORD_CHANGED, cal.user_id, at=at)
            ways.add_phone(cal.user_id, carried.PHONE, by=cal.actor, at=at)
            now = clock.now()
            shift = OnCallShift(user_id=cal.user_id, added_at=now, added_by_id=self.cast.eve.user_id)
            shift.starts_at, shift.ends_at = now - timedelta(hours=1), now + timedelta(hours=9)
            db.session.add(shift)

    def _answers_and_messages(self) -> None:
        ada, bea = self._visitor("ada"), self._visitor("bea")
        own = f"/patients/{self.cast.ada.own_id}"
        with self.live.reach():
            asked = select(PlanItem).where(PlanItem.patient_id == self.cast.ada.own_id)
            lines = {line.instrument: line.id for line in db.session.scalars(asked)}
        form = f"{own}/check-ins/new/{lines['daily']}"
        begun = daily(safe=1, note=canary("note")) | {"on": ada.get(form).field("on")}
        assert ada.post(f"{form}/draft", begun).status == 200
        assert ada.post(form, begun | {"item_safe": "2"}).status == 303
        self._read(ada, f"{own}/today", f"{own}/card", "/help")
        assert ada.post(f"{own}/card", {}).status == 303
        self._read(ada, f"{own}/today", "/account", f"{own}/check-ins", f"{own}/progress", f"{own}/treatments", form)
        self._read(ada, f"{own}/check-ins/new/{lines['phq-9']}", f"{own}/messages", f"{own}/my-plan", "/my-plan")
        for visitor in (ada, bea):
            typed = {"subject": canary("subject"), "body": canary("body"), "submission_id": str(uuid.uuid4())}
            assert visitor.post(f"{own}/messages/new", typed).status == 303

    def _nobody_comes(self) -> None:
        """The target passes, and the alert goes on to whoever is on call, and further."""
        for _ in range(2):
            with self.live.reach():
                past = clock.now() - timedelta(minutes=1)
                waiting = Alert.escalate_at.is_not(None)
                db.session.execute(update(Alert).where(waiting).values(escalate_at=past))
            self._work("going on")
        with self.live.reach():
            of_ada = CalledIn.patient_id == self.cast.ada.own_id
            assert set(db.session.scalars(select(CalledIn.user_id).where(of_ada))) == {self.cast.cal.user_id}
            further = select(Alert.ring).where(Alert.patient_id == self.cast.ada.own_id, Alert.escalate_at.is_not(None))
            assert set(db.session.scalars(further)) == {2}

    def _somebody_comes(self) -> None:
        ada, bea, at = self.cast.ada, self.cast.bea.actor, clock.now()
        visitor = self._visitor("bea")
        self._read(visitor, "/alerts", "/caseload", "/alerts?show=closed", "/messages", f"/patients/{ada.own_id}")
        with self.live.reach():
            first = alerts.list_alerts_of(ada.own_id)[0]
            stamp = alerts.stamp_of(first.id)
            safety.record_contact(ada.own_id, first.id, Deed.SPOKE, canary("call"), stamp=stamp, by=bea, at=at)
            stamp = alerts.stamp_of(first.id)
            safety.close(ada.own_id, first.id, Closing.SAFE, canary("closed"), stamp=stamp, by=bea, at=at)
        own = f"/patients/{ada.own_id}"
        self._read(visitor, f"{own}/alerts/{first.id}", f"{own}/personal-baseline", f"{own}/my-plan", "/on-call")
        self._read(visitor, "/alerts/figures", "/clinic/alert-rules", "/clinic/alert-rules/file")

    def _what_fails(self) -> None:
        ada, eve = self._visitor("ada"), self._visitor("eve")
        dots = f"/patients/{self.cast.dot.own_id}"
        assert ada.get(f"{dots}/progress").status == 404
        assert ada.get(f"/nowhere/{canary('path')}?why={canary('query')}").status == 404
        assert eve.get("/caseload").status == 403
        assert ada.send("POST", f"{dots}/messages/new", {"body": canary("body")}).status == 400
        assert ada.send("PUT", "/caseload", {"body": canary("body")}).status == 405
        assert ada.post("/sign-in", {"email": canary("email"), "password": canary("password")}).status < 500
        assert ada.get("/break").status == 500
        assert ada.get(f"{dots}/treatment/courses/{uuid.uuid4()}/infusions/{canary('id')}").status == 404

    def _commands(self) -> None:
        for words in (("doctor",), ("audit", "verify"), ("caseload", "rebuild"), ("worker", "--once")):
            self.out.written[" ".join(words)] = self._run(*words)

    def _visitor(self, name: str) -> Visitor:
        visitor = Visitor(self.live.address)
        assert visitor.sign_in(getattr(self.cast, name)).status == 303
        return visitor

    def _read(self, visitor: Visitor, *paths: str) -> None:
        for path in paths:
            answer = visitor.get(path)
            if answer.status == 303:
                answer = visitor.get(answer.place)
            assert answer.status == 200, path
            found = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
            self.out.pages[path] = found[1].strip() if found else ""

    def _work(self, when: str) -> None:
        """Let the worker run beside the server until nothing is due, as the shipped service does."""
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi:app", "worker"],
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        until = time.monotonic() + DRAIN_SECONDS
        while self._is_due() and time.monotonic() < until:
            time.sleep(0.2)
        process.terminate()
        said, _ = process.communicate(timeout=30)
        assert time.monotonic() < until, f"{when}: {said}"
        self.out.written["worker"] = self.out.written.get("worker", "") + said

    def _is_due(self) -> bool:
        with self.live.reach():
            at = clock.now()
            waits = OutboxMessage.state.in_((Delivery.WAITING, Delivery.LEASED)), OutboxMessage.due_at <= at
            mail = db.session.scalar(select(OutboxMessage.id).where(*waits).limit(1))
            further = db.session.scalar(select(Alert.id).where(Alert.escalate_at <= at).limit(1))
            reminded = db.session.scalar(select(Silence.id).where(Silence.reminded_at.is_not(None)).limit(1))
            return bool(mail or further or not reminded)

    def _run(self, *words: str) -> str:
        command = [sys.executable, "-m", "flask", "--app", "wsgi:app", *words]
        done = subprocess.run(command, cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def _environment(self) -> dict[str, str]:
        ours: dict[str, Any] = server.environment(self.live.database_url, self.live.folder, self.live.address)
        return {**os.environ, **ours, **self.servers}
