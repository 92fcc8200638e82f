"""What the demo clinic's charts and caseload tell of each story."""

from portal import clock
from portal.accounts.models import User
from portal.db import session
from portal.patients import queries as patients
from portal.patients.goals import queries as goals
from portal.patients.models import Patient
from portal.progress import pattern, reading
from portal.progress.queries import get_progress
from portal.progress.response import Hold, Response, responses
from portal.progress.timeline import Timeline
from portal.review import lists, queries
from portal.review.booster import queries as reviews
from portal.review.booster.models import ReviewDecision
from portal.review.lists import Clock, Show


def charts() -> dict[str, Timeline]:
    """Return everybody's timeline as their provider sees it, by given name."""
    found = {}
    for row in session.query(Patient):
        ref = patients.get_ref(row.id, viewer_id=row.id, at=clock.now())
        assert ref is not None
        found[row.given_name], _, _ = get_progress(ref, at=clock.now(), for_team=True)
    return found


def each_story_says_whether_it_helped_and_how_long_it_held(told: dict[str, Timeline]) -> None:
    held = {name: responses(timeline) for name, timeline in told.items()}
    _lasts_longer_each_time(held["Ada"])
    _wears_off_as_soon_each_time(held["Marcus"])
    assert {one.held.how for one in held["Ruth"]} == {Hold.NEVER}
    assert not any(one.reliable for one in held["Ruth"])
    unsure = [one.held for one in held["Imani"] if one.held.how is Hold.BACK]
    assert all((one.days or 0) - (one.last_good or 0) >= 28 for one in unsure)
    assert len(unsure) == 2
    assert {one.held.how for one in held["Dot"]} == {Hold.NOT_KNOWN}
    assert held["Dot"][0].reliable == "improved"
    assert [one.is_series for one in held["Tomás"]] == [True]
    assert held["Grace"][0].held.how is Hold.STILL
    assert held["Noor"][0].reliable == "improved"
    newest = reading.latest(told["Jonas"])
    assert newest is not None
    assert not reading.is_current(told["Jonas"], newest)


def _lasts_longer_each_time(found: tuple[Response, ...]) -> None:
    *before, now = found
    days = [one.held.days or 0 for one in before]
    assert {one.held.how for one in before} == {Hold.BACK}
    assert days == sorted(days)
    assert days[-1] > 2 * days[0]
    assert now.held.how is Hold.STILL
    assert pattern.verdict(found).direction == "longer"


def _wears_off_as_soon_each_time(found: tuple[Response, ...]) -> None:
    days = [one.held.days or 0 for one in found if one.held.how is Hold.BACK]
    assert len(days) >= 6
    assert max(days) <= 28
    assert found[-1].held.how is Hold.BACK
    assert 2 <= sum(one.cannot_be_told_apart for one in found) <= 4
    assert pattern.verdict(found).direction is None


def every_filter_finds_somebody() -> None:
    bea, now = session.query(User).filter_by(email="bea@interval.example").one(), clock.now()
    here = Clock.of(now.date(), now, silent_days=7)
    found = {
        show: {line.name.split()[0] for line in queries.list_caseload(bea.id, show, here, at=now).lines}
        for show in lists.FILTERS
    }
    assert found[Show.MINE] == {"Ada", "Marcus", "Ruth", "Tomás"}
    assert {"Ada", "Marcus"} <= found[Show.DUE]
    assert {"Marcus", "Imani"} <= found[Show.WORSENING]
    assert found[Show.SILENT] == {"Imani"}
    assert found[Show.INDUCTION] == {"Tomás"}


def what_was_decided_is_kept(told: dict[str, Timeline]) -> None:
    people = {row.given_name: row.id for row in session.query(Patient)}
    signed = {name: reviews.list_reviews(patient_id) for name, patient_id in people.items()}
    assert {name: len(found) for name, found in signed.items() if found} == {
        "Ada": 2,
        "Marcus": 2,
        "Ruth": 1,
        "Imani": 1,
        "Dot": 1,
        "Jonas": 1,
    }
    assert [one.stands for one in signed["Marcus"]] == [True, False]
    assert signed["Ruth"][0].decision is ReviewDecision.REFER
    assert told["Marcus"].baseline_note is not None
    assert sum(goals.latest(patient_id) is not None for patient_id in people.values()) == 6
