"""The page that gathers how a patient tolerated each infusion."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal.treatment.models import Infusion, InfusionStatus
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page
from tests.treatment import record_rows as rows

Open = Callable[..., Browser]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
STATEMENTS = 14


def tolerability(browser: Open, cast: Cast, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/tolerability")


def given(cast: Cast, days_ago: int, number: int, course: Any = None, **values: Any) -> Infusion:
    return factories.infusion(
        course or factories.course(cast.ada, cast.bea), cast.nia, NOW - days_ago * DAY, number, **values
    )


def noted(cast: Cast, infusion: Infusion, strength: str, minutes: int) -> None:
    at = infusion.happens_at + 15 * MINUTE
    nausea = rows.entry(infusion, cast.nia, "side-effect", at, effect="nausea", strength=strength)
    rows.entry(infusion, cast.nia, "side-effect-ended", at + minutes * MINUTE, of=str(nausea.id))


def test_without_an_infusion_the_page_says_what_will_stand_there(browser: Open, cast: Cast) -> None:
    assert "No infusion yet" in tolerability(browser, cast).text


def test_an_effect_is_told_over_all_infusions_and_those_nobody_wrote_about_are_not_counted(
    browser: Open, cast: Cast
) -> None:
    course = factories.course(cast.ada, cast.bea)
    first, second = given(cast, 20, 1, course), given(cast, 15, 2, course, dose_mg=49.0, dose_mg_per_kg=0.7)
    given(cast, 10, 3, course, dose_mg=49.0, dose_mg_per_kg=0.7)
    noted(cast, first, "mild", 20)
    noted(cast, second, "moderate", 30)
    page = tolerability(browser, cast)
    row = page.rows(0)[1]
    assert row[0] == "Nausea"
    assert row[1] == "2 of 2 infusions"
    assert row[2] == "mostly moderate"
    assert row[3] == "25 min (median)"
    assert row[4].startswith("No. 1")
    assert row[5] == "0.5 mg/kg: 1 of 10.7 mg/kg: 1 of 1"
    assert "About 1 infusion nothing was written down" in page.text
    assert [one[0] for one in page.rows(1)] == ["No.", "3", "2", "1"]
    assert "nothing written down" in page.rows(1)[1][5]


def test_what_was_measured_and_done_stands_beside(browser: Open, cast: Cast) -> None:
    infusion = given(cast, 5, 1, status=InfusionStatus.STOPPED_EARLY)
    start = infusion.happens_at
    rows.vitals(infusion, cast.nia, start - 10 * MINUTE, 120, "before")
    stop = rows.vitals(infusion, cast.nia, start + 20 * MINUTE, 183, level="hard")
    rows.entry(infusion, cast.nia, "authorisation", start + 22 * MINUTE, stop_id=str(stop.id), how="spoken")
    rows.entry(infusion, cast.nia, "state", start + 25 * MINUTE, alertness="voice", away=7)
    rows.entry(infusion, cast.nia, "medicine-given", start + 26 * MINUTE, name="Ondansetron", dose="4 mg")
    row = tolerability(browser, cast).rows(0)[1]
    assert row[3].startswith("183/80 (+63)")
    assert "before: 120/80, highest after 20 min" in row[3]
    assert row[4] == "answers to voiceaway 7"
    assert row[5].startswith("none")
    assert row[6] == "Ondansetron 4 mg"
    assert row[7] == "1 stopgoing on authorised: 1"
    assert "Stopped early" in row[1]


def test_what_the_patient_answered_afterwards_belongs_to_the_infusion_before(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    infusion = given(cast, 10, 1, course)
    given(cast, 3, 2, course)
    at = infusion.happens_at + timedelta(hours=20)
    answers = {"headache": 2, "headache_still": 1, "nausea": 0}
    factories.check_in(cast.ada, at.date(), at, instrument="side-effects", answers=answers)
    felt = {"intensity": 8, "distress": 1}
    factories.check_in(cast.ada, at.date(), at, instrument="altered-experience", answers=felt)
    page = tolerability(browser, cast)
    assert page.rows(0)[1][:4] == ["Headache", "1 of 1 infusions", "mostly moderate", "not known"]
    assert "Headache, moderate, still there 20 h after (told afterwards)" in page.rows(1)[2][5]
    assert "no bedside record" in page.rows(1)[2][5]
    assert "intensity 8, distress 1" in page.rows(1)[2][4]


def test_a_correction_counts_and_an_end_finds_its_effect_under_the_first_name(browser: Open, cast: Cast) -> None:
    infusion = given(cast, 5, 1)
    at = infusion.happens_at + 10 * MINUTE
    wrong = rows.entry(infusion, cast.nia, "side-effect", at, effect="nausea", strength="severe")
    rows.entry(
        infusion, cast.nia, "side-effect", at, effect="nausea", strength="mild", corrects_id=wrong.id, reason="x"
    )
    rows.entry(infusion, cast.nia, "side-effect-ended", at + 12 * MINUTE, of=str(wrong.id))
    row = tolerability(browser, cast).rows(0)[1]
    assert row[:4] == ["Nausea", "1 of 1 infusions", "mostly mild", "12 min"]


def test_only_the_care_team_reads_it(browser: Open, cast: Cast) -> None:
    for name, person in cast.everybody().items():
        expected = 200 if name in {"bea", "nia"} else 404
        assert browser(person).open(f"/patients/{cast.ada.own_id}/tolerability").status_code == expected, name


def test_the_cost_does_not_grow_with_the_infusions(browser: Open, cast: Cast, queries_of: Any) -> None:
    bea, path = browser(cast.bea), f"/patients/{cast.ada.own_id}/tolerability"
    course = factories.course(cast.ada, cast.bea)
    noted(cast, given(cast, 30, 1, course), "mild", 5)
    bea.get(path)
    few = queries_of(lambda: bea.get(path))
    for number in range(2, 12):
        noted(cast, given(cast, 30 - 2 * number, number, course), "mild", 5)
    assert queries_of(lambda: bea.get(path)) == few <= STATEMENTS
