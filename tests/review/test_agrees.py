"""A caseload row says what the progress page says, whatever was written and corrected, and whenever it is made anew."""

from datetime import timedelta

import pytest
from flask import Flask

from portal import db
from portal.audit.models import AuditEvent
from portal.patients.models import CareTeamMember
from portal.progress import queries as progress
from portal.progress import reading
from portal.review.models import CaseloadEntry, CaseloadRow
from tests.cast import NOW, Cast
from tests.checkins.sheets import ref
from tests.review.life import Life

WRITES = 160
CLI = ("caseload", "rebuild")


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    """Run a command of the portal; return how it ended and what it said."""
    db.session.rollback()
    db.session.remove()
    answer = app.test_cli_runner().invoke(args=[*arguments])
    db.begin(write=True)
    return answer.exit_code, answer.output


def agree(life: Life) -> None:
    """Fail where the row of the caseload and the timeline disagree."""
    row = db.session.get_one(CaseloadRow, life.who, populate_existing=True)
    whole = progress.get_progress(ref(life.cast.ada), at=life.at, for_team=True)[0]
    latest, best, points = reading.latest(whole), reading.best(whole), reading.complete(whole)
    before = whole.baseline
    if before and latest and (before.version != latest.version or latest.at <= before.at):
        before = None
    given = reading.given(whole)
    assert row.latest == (latest.value if latest else None)
    assert row.latest_at == (latest.at if latest else None)
    assert row.best == (best.value if best else None)
    assert row.previous == (points[-2].value if len(points) > 1 else None)
    assert row.baseline == (before.value if before else None)
    assert row.trend == reading.trend(whole)
    assert (row.last_infusion_at, row.infusions_done) == (given[-1].at if given else None, len(given))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_row_says_what_the_timeline_says_after_every_write_and_nothing_stored_depends_on_the_time(
    app: Flask, cast: Cast, seed: int
) -> None:
    life = Life(cast, seed, NOW - timedelta(days=390))
    worse = 0
    for _ in range(WRITES):
        life.write()
        agree(life)
        worse += db.session.get_one(CaseloadRow, life.who).trend == "worse"
        leads = db.session.query(CareTeamMember).filter_by(patient_id=life.who, until=None, is_lead=True).count()
        assert leads == 1
    assert len(life.done) >= 18, life.done
    assert worse > 5
    for at in ("now", (NOW + timedelta(days=30)).isoformat()):
        assert run(app, *CLI, "--check", "--at", at) == (0, "The caseload of 2 patients is as the record has it.\n")


def test_a_row_tampered_with_is_found_told_and_mended(app: Flask, cast: Cast) -> None:
    row = db.session.get_one(CaseloadRow, cast.ada.own_id)
    row.unread, row.looked_at = 7, NOW
    db.session.query(CaseloadEntry).filter_by(patient_id=cast.dot.own_id).delete()
    db.session.commit()
    before = db.session.query(AuditEvent).count()
    code, said = run(app, *CLI, "--check")
    assert (code, "something else of 2" in said) == (1, True)
    assert db.session.get_one(CaseloadRow, cast.ada.own_id).unread == 7
    assert db.session.query(AuditEvent).count() == before
    assert run(app, *CLI) == (0, "Of 2 patients the caseload said something else of 2; it is mended.\n")
    mended = db.session.get_one(CaseloadRow, cast.ada.own_id, populate_existing=True)
    assert (mended.unread, mended.looked_at) == (0, NOW)
    assert db.session.query(CaseloadEntry).filter_by(patient_id=cast.dot.own_id).count() == 1
    assert run(app, *CLI, "--check")[0] == 0
    assert db.session.query(AuditEvent).filter_by(event="caseload:rebuilt").count() == 1


@pytest.mark.parametrize("wrong", [{"is_lead": False}, {"rank": 1}, {"sort_name": "x"}, {"heard_at": NOW}])
def test_an_entry_tampered_with_is_found_too(app: Flask, cast: Cast, wrong: dict[str, object]) -> None:
    db.session.query(CaseloadEntry).filter_by(user_id=cast.bea.user_id).update(wrong)
    db.session.commit()
    assert run(app, *CLI, "--check")[0] == 1
    assert run(app, *CLI)[0] == 0
    assert run(app, *CLI, "--check")[0] == 0


BEYOND = "9999-12-31T23:59-14:00"


@pytest.mark.parametrize(
    ("at", "said"),
    [("tomorrow", "is not a moment"), ("2026-11-23T09:00", "time zone"), (BEYOND, "is not a moment")],
)
def test_a_moment_that_is_none_is_refused(app: Flask, cast: Cast, at: str, said: str) -> None:
    code, answer = run(app, *CLI, "--at", at)
    assert (code, said in answer) == (2, True)


def test_a_clinic_is_made_anew_in_chunks_and_nobody_is_left_out(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.review.rebuild.CHUNK", 1)
    db.session.query(CaseloadRow).update({"unread": 3})
    db.session.commit()
    assert run(app, *CLI) == (0, "Of 2 patients the caseload said something else of 2; it is mended.\n")
