import uuid
from datetime import timedelta
from typing import Any

import pytest

from portal import db
from portal.access.policy import PatientStatus
from portal.audit.models import AuditEvent
from portal.notifications.models import OutboxMessage
from portal.patients.models import Patient
from portal.review import waiting
from portal.safety.chronic import queries, service
from portal.safety.chronic.models import PersonalBaseline
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Cast
from tests.checkins.sheets import Opener, count, only
from tests.safety.test_alerts import answer

SECRET = "passive thoughts since 2019"
ONE = "phq-9/q9/1"


def path(cast: Cast) -> str:
    return f"/patients/{cast.ada.own_id}/personal-baseline"


def known(cast: Cast, value: int = 1) -> None:
    """Let an answer of some days ago be the last one, with nothing waiting."""
    answer(cast.ada, value, instrument="phq-9", at=NOW - timedelta(days=5))


def set_it(browser: Opener, cast: Cast, **typed: Any) -> Any:
    form = browser(cast.bea).get(path(cast)).form("Save")
    return form.submit({"question": ONE, "reason": SECRET, **typed})


def test_an_unchanged_answer_waits_and_nobody_is_told(browser: Opener, cast: Cast) -> None:
    known(cast)
    before = count(OutboxMessage)
    page = set_it(browser, cast, days="14")
    assert "Set by Bea Lindqvist on November 22, 2026. Runs out on December 6, 2026" in page.text
    answer(cast.ada, 1, instrument="phq-9", at=NOW + timedelta(minutes=1))
    assert count(OutboxMessage) == before
    assert count(Concern) == 2
    known_of = only(Alert, on_worklist=True)
    assert (known_of.due_at, known_of.escalate_at) == (None, None)
    desk = browser(cast.bea).get("/alerts?show=unchanged")
    assert "Ada Okafor" in desk.text
    assert "Nobody was told: unchanged, and known" in desk.text
    assert waiting.for_team_member(cast.bea.user_id, at=NOW).alerts == 1


@pytest.mark.parametrize(("value", "rule"), [(2, "R3"), (3, "R3")])
def test_any_rise_is_told_as_ever(browser: Opener, cast: Cast, value: int, rule: str) -> None:
    known(cast)
    set_it(browser, cast)
    before = count(OutboxMessage)
    answer(cast.ada, value, instrument="phq-9", at=NOW + timedelta(minutes=1))
    assert only(Alert, rule=rule).on_worklist is False
    assert count(OutboxMessage) > before


def test_an_answer_that_went_away_and_came_back_has_risen_and_is_told(browser: Opener, cast: Cast) -> None:
    answer(cast.ada, 1, at=NOW - timedelta(days=2))
    form = browser(cast.bea).get(path(cast)).form("Save")
    form.submit({"question": "daily/safe/1", "reason": SECRET})
    answer(cast.ada, 1, at=NOW + timedelta(days=1))
    assert count(Alert, on_worklist=True) == 1
    answer(cast.ada, 0, at=NOW + timedelta(days=2))
    answer(cast.ada, 1, at=NOW + timedelta(days=3))
    assert count(Alert, on_worklist=True) == 1
    assert count(Alert, on_worklist=False) == 2


def test_once_it_has_run_out_the_same_answer_is_told(browser: Opener, cast: Cast) -> None:
    known(cast)
    set_it(browser, cast, days="3")
    last, over = NOW + timedelta(days=3) - timedelta(seconds=1), NOW + timedelta(days=3)
    assert queries.in_force(cast.ada.own_id, last) == {("phq-9", "q9"): 1}
    assert queries.in_force(cast.ada.own_id, over) == {}
    answer(cast.ada, 1, instrument="phq-9", at=over)
    assert count(Alert, on_worklist=True) == 0


@pytest.mark.parametrize("more", [{}, {"baseline": ""}, {"baseline": "none"}])
def test_taking_back_none_in_particular_takes_nothing_back(browser: Opener, cast: Cast, more: dict[str, str]) -> None:
    known(cast)
    set_it(browser, cast)
    sent = {"deed": "withdraw", "withdraw_reason": "Moved", **more}
    assert browser(cast.bea).open(path(cast), "POST", data=sent).status_code == 400
    assert count(PersonalBaseline, withdrawn_at=None) == 1


def test_taken_back_with_a_reason_it_stays_on_record(browser: Opener, cast: Cast) -> None:
    known(cast)
    page = set_it(browser, cast).form("Take it back").submit(withdraw_reason="", expect=422)
    assert "Say why." in page.text
    page = page.form("Take it back").submit(withdraw_reason="Moved, support is gone")
    assert "None. Every answer is told." in page.text
    assert "Taken back by Bea Lindqvist" in page.text
    assert "Moved, support is gone" in page.text
    assert queries.in_force(cast.ada.own_id, NOW) == {}
    answer(cast.ada, 1, instrument="phq-9", at=NOW + timedelta(minutes=1))
    assert count(Alert, on_worklist=True) == 0


def test_renewing_takes_the_place_of_the_former_which_stays(browser: Opener, cast: Cast) -> None:
    known(cast)
    set_it(browser, cast, days="2")
    page = set_it(browser, cast, days="30")
    assert "Replaced by Bea Lindqvist" in page.text
    assert count(PersonalBaseline) == 2
    assert count(PersonalBaseline, withdrawn_at=None) == 1


def test_the_same_page_sent_twice_is_one_baseline(browser: Opener, cast: Cast) -> None:
    known(cast)
    form = browser(cast.bea).get(path(cast)).form("Save")
    for _ in range(2):
        form.submit({"question": ONE, "reason": SECRET})
    assert count(PersonalBaseline) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "Say what you know, and why this answer may wait."),
        ({"days": "31"}, "30"),
        ({"days": "0"}, "1"),
        ({"days": ""}, "Enter for how many days"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_saved(browser: Opener, cast: Cast, typed: Any, said: str) -> None:
    known(cast)
    form = browser(cast.bea).get(path(cast)).form("Save")
    page = form.submit({"question": ONE, "reason": SECRET, **typed}, expect=422)
    assert any(said in problem for problem in page.problems)
    assert page.form("Save").values["question"] == ONE
    assert count(PersonalBaseline) == 0


@pytest.mark.parametrize(
    ("instrument", "value"), [("phq-9", 0), ("phq-9", 2), ("phq-9", None), ("daily", 0), ("daily", 2)]
)
def test_only_an_answer_of_the_same_day_kind_is_offered(
    browser: Opener, cast: Cast, instrument: str, value: Any
) -> None:
    answer(cast.ada, value, instrument=instrument)
    page = browser(cast.bea).get(path(cast))
    assert "No answer can wait" in page.text
    sent = {"deed": "set", "question": f"phq-9/q9/{value}", "reason": SECRET, "days": "3"}
    assert browser(cast.bea).open(path(cast), "POST", data=sent).status_code == 422
    assert count(PersonalBaseline) == 0


@pytest.mark.parametrize(("question", "value"), [(("asq", "q3"), 1), (("asq", "q5"), 1), (("phq-9", "q9"), 2)])
def test_the_service_keeps_no_answer_that_can_never_wait(app: Any, cast: Cast, question: Any, value: int) -> None:
    with pytest.raises(service.Refused):
        service.set_baseline(
            cast.ada.own_id,
            question,
            value,
            reason=SECRET,
            days=1,
            submission_id=uuid.uuid4(),
            by=cast.bea.actor,
            at=NOW,
        )


@pytest.mark.parametrize(("name", "status"), [("nia", 404), ("cal", 404), ("ada", 404), ("dot", 404), ("eve", 404)])
def test_only_a_provider_of_the_team_sets_one(browser: Opener, cast: Cast, name: str, status: int) -> None:
    known(cast)
    other = browser(getattr(cast, name))
    other.get(path(cast), expect=status)
    sent = {"deed": "set", "question": ONE, "reason": SECRET, "days": "3"}
    assert other.open(path(cast), "POST", data=sent).status_code == status


def test_nobody_sets_one_for_somebody_who_has_died(browser: Opener, cast: Cast) -> None:
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.DIED
    db.session.commit()
    browser(cast.bea).get(path(cast), expect=404)


def test_it_is_audited_without_what_was_written(browser: Opener, cast: Cast) -> None:
    known(cast)
    set_it(browser, cast).form("Take it back").submit(withdraw_reason=SECRET)
    rows = [only(AuditEvent, event=f"personal-baseline:{deed}") for deed in ("set", "withdrawn")]
    assert {one.thing_id for one in rows} == {only(PersonalBaseline).id}
    assert all(SECRET not in str(one.details) and "phq" not in str(one.details) for one in rows)


def test_the_patient_reads_nothing_of_it(browser: Opener, cast: Cast) -> None:
    known(cast)
    set_it(browser, cast)
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}")
    assert "aseline" not in page.html
