"""The unanswered clock: what starts it, what stops it, and that nothing else does."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.messaging import handling, queries, retraction, service
from portal.messaging.models import Message, Thread, ThreadClosing, Way
from tests.cast import NOW, Cast, Person

MINUTE = timedelta(minutes=1)


class Talk:
    """One thread of Ada's in which a minute passes with every step, and whoever acts has read what was said."""

    def __init__(self, cast: Cast, by: Person) -> None:
        self.cast, self.at, self.sent = cast, NOW, dict[str, uuid.UUID]()
        once = uuid.uuid4()
        self.id = service.start_thread(
            cast.ada.own_id, subject="A question", body="0", submission_id=once, by=by.actor, at=NOW
        )
        self._kept("0", once)

    def _kept(self, name: str, once: uuid.UUID) -> None:
        self.sent[name] = db.session.scalars(select(Message.id).where(Message.submission_id == once)).one()
        db.session.commit()

    def says(self, who: Person, name: str) -> None:
        self.at += MINUTE
        self.is_read(who)
        once = uuid.uuid4()
        mine: dict[str, Any] = {"submission_id": once, "by": who.actor, "at": self.at}
        service.send(self.cast.ada.own_id, self.id, body=name, **mine)
        self._kept(name, once)

    def takes_back(self, who: Person, name: str) -> None:
        self.at += MINUTE
        retraction.retract(self.cast.ada.own_id, self.id, self.sent[name], by=who.actor, at=self.at)
        db.session.commit()

    def is_read(self, who: Person) -> None:
        service.mark_read(self.cast.ada.own_id, self.id, by=who.actor, at=self.at)
        db.session.commit()

    def ends(self, how: str) -> None:
        self.at += MINUTE
        self.is_read(self.cast.bea)
        by: dict[str, Any] = {"submission_id": uuid.uuid4(), "by": self.cast.bea.actor, "at": self.at}
        if how == "contact":
            handling.record_contact(self.cast.ada.own_id, self.id, Way.TELEPHONE, "She is well.", **by)
        else:
            handling.resolve(self.cast.ada.own_id, self.id, "A thank you.", **by)
        db.session.commit()

    @property
    def owed_since(self) -> datetime | None:
        return db.session.scalars(select(Thread.owed_since).where(Thread.id == self.id)).one()


def test_it_starts_with_the_patients_first_words_and_later_ones_do_not_start_it_anew(cast: Cast) -> None:
    talk = Talk(cast, cast.ada)
    talk.says(cast.ada, "and another thing")
    talk.is_read(cast.bea)
    assert talk.owed_since == NOW


def test_it_stops_by_a_reply_and_starts_with_the_next_question(cast: Cast) -> None:
    talk = Talk(cast, cast.ada)
    talk.says(cast.nia, "yes")
    assert talk.owed_since is None
    talk.says(cast.ada, "thank you")
    assert talk.owed_since == NOW + 2 * MINUTE


def test_what_the_team_writes_first_owes_nothing(cast: Cast) -> None:
    assert Talk(cast, cast.bea).owed_since is None


@pytest.mark.parametrize("how", ["contact", "resolved"])
def test_a_contact_and_a_resolution_end_it_and_say_what_they_ended(cast: Cast, how: str) -> None:
    talk = Talk(cast, cast.ada)
    talk.ends(how)
    assert talk.owed_since is None
    row = db.session.scalars(select(ThreadClosing)).one()
    assert (row.how, row.owed_since, row.by_id) == (how, NOW, cast.bea.user_id)
    talk.says(cast.ada, "and one more")
    assert talk.owed_since == NOW + 2 * MINUTE


def test_resolving_where_nobody_waits_changes_nothing(cast: Cast) -> None:
    talk = Talk(cast, cast.bea)
    with pytest.raises(handling.NothingOwed):
        talk.ends("resolved")
    assert db.session.scalars(select(ThreadClosing)).all() == []


def test_the_same_form_twice_is_one_closing(cast: Cast) -> None:
    talk, once = Talk(cast, cast.ada), uuid.uuid4()
    talk.is_read(cast.bea)
    for _ in range(2):
        handling.resolve(cast.ada.own_id, talk.id, "Thanks only.", submission_id=once, by=cast.bea.actor, at=talk.at)
    with pytest.raises(handling.RecordedAlready):
        handling.resolve(cast.ada.own_id, talk.id, "Pain.", submission_id=once, by=cast.bea.actor, at=talk.at)
    assert len(db.session.scalars(select(ThreadClosing)).all()) == 1


def test_a_withdrawn_reply_starts_it_again_from_the_question(cast: Cast) -> None:
    talk = Talk(cast, cast.ada)
    talk.says(cast.bea, "yes")
    talk.takes_back(cast.bea, "yes")
    assert talk.owed_since == NOW


def test_a_withdrawn_reply_beside_another_one_owes_nothing(cast: Cast) -> None:
    talk = Talk(cast, cast.ada)
    talk.says(cast.bea, "yes")
    talk.says(cast.nia, "yes, as Bea says")
    talk.takes_back(cast.bea, "yes")
    assert talk.owed_since is None


def test_a_withdrawn_only_question_ends_it_and_the_second_question_keeps_it(cast: Cast) -> None:
    talk = Talk(cast, cast.ada)
    talk.says(cast.ada, "more")
    talk.takes_back(cast.ada, "0")
    assert talk.owed_since == NOW + MINUTE
    talk.takes_back(cast.ada, "more")
    assert talk.owed_since is None


def test_words_of_danger_are_owed_an_answer_though_they_were_withdrawn(cast: Cast) -> None:
    talk = Talk(cast, cast.bea)
    talk.says(cast.ada, "I want to kill myself")
    said_at = talk.at
    talk.takes_back(cast.ada, "I want to kill myself")
    assert (talk.owed_since, queries.is_in_danger(cast.ada.own_id)) == (said_at, True)
    talk.ends("contact")
    assert (talk.owed_since, queries.is_in_danger(cast.ada.own_id)) == (None, False)


@pytest.mark.parametrize("how", ["contact", "resolved", "reply"])
def test_words_of_danger_are_marked_until_somebody_of_the_team_acts_and_no_longer(cast: Cast, how: str) -> None:
    talk = Talk(cast, cast.ada)
    talk.says(cast.ada, "I want to kill myself")
    talk.says(cast.ada, "sorry")
    talk.takes_back(cast.ada, "sorry")
    assert queries.is_in_danger(cast.ada.own_id)
    if how == "reply":
        talk.says(cast.bea, "I call you")
        assert not queries.is_in_danger(cast.ada.own_id)
        talk.takes_back(cast.bea, "I call you")
        assert queries.is_in_danger(cast.ada.own_id)
        talk.says(cast.bea, "I call you now")
    else:
        talk.ends(how)
    talk.says(cast.ada, "Thanks, all good")
    assert (talk.owed_since, queries.is_in_danger(cast.ada.own_id)) == (talk.at, False)
    assert "thread:danger-settled" in db.session.scalars(select(AuditEvent.event)).all()


def test_words_from_a_slower_clock_after_a_reply_are_owed(cast: Cast) -> None:
    talk = Talk(cast, cast.ada)
    talk.says(cast.bea, "yes")
    talk.at = NOW - 5 * MINUTE
    talk.says(cast.ada, "wait")
    talk.says(cast.ada, "no")
    talk.takes_back(cast.ada, "no")
    assert talk.owed_since is not None
    assert talk.owed_since > NOW + MINUTE


STEPS = st.lists(st.sampled_from(["ada", "bea", "contact", "resolved", "back"]), max_size=8)


def expected(steps: list[tuple[str, datetime]], standing: set[datetime]) -> datetime | None:
    """Say by the rule alone, from the beginning: the first standing question after the last thing that answered."""
    since = None
    for step, at in steps:
        if step == "ada" and at in standing and since is None:
            since = at
        elif step in {"contact", "resolved"} or (step == "bea" and at in standing):
            since = None
    return since


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happens_it_says_what_the_rule_says(cast: Cast, steps: list[str]) -> None:
    talk = Talk(cast, cast.ada)
    done, standing = [("ada", NOW)], {NOW: "0"}
    for number, step in enumerate(steps):
        if step in {"ada", "bea"}:
            talk.says(getattr(cast, step), f"step {number}")
            standing[talk.at] = f"step {number}"
            done.append((step, talk.at))
        elif step == "back":
            last = max(standing, default=None)
            who = next((by for by, at in done if at == last and by in {"ada", "bea"}), None)
            if last is None or who is None:
                continue
            try:
                talk.takes_back(getattr(cast, who), standing[last])
            except retraction.CannotBeWithdrawn:
                db.session.rollback()
                continue
            del standing[last]
        else:
            try:
                talk.ends(step)
            except handling.NothingOwed:
                db.session.rollback()
                continue
            done.append((step, talk.at))
        assert talk.owed_since == expected(done, set(standing))
