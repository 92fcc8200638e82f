"""Element 1: the days since the last infusion, the doses of the course, what is planned."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.review.booster.elements.treatment import Dosed, Treatment, history
from portal.review.booster.sheet import Tone
from tests.review.booster.told import lines, text, tone_of

TODAY = date(2026, 11, 22)
BEGAN = date(2026, 9, 1)


def dosed(number: int, ago: int, **values: object) -> Dosed:
    one = Dosed(number, "induction", "completed", TODAY - timedelta(days=ago), 35, 0.5, minutes=40)
    return replace(one, **values)


def course(*infusions: Dosed, **values: object) -> Treatment:
    found = Treatment(TODAY, infusions, series_planned=6, started_on=BEGAN)
    return replace(found, **values)


SERIES = tuple(dosed(number, 60 - number * 3) for number in range(1, 7))


def test_a_patient_who_never_had_an_infusion_reads_so() -> None:
    assert lines(history(Treatment(TODAY))) == ["No infusion has been given.", "No infusion is planned."]


def test_the_last_infusion_has_its_days_dose_route_and_length() -> None:
    found = history(course(*SERIES, dosed(7, 12, kind="booster", dose_mg=40, mg_per_kg=0.57)))
    assert lines(found)[:2] == [
        "12 days since infusion 7 (booster) on 10 November 2026 · 40 mg (0.57 mg/kg) · intravenous · 40 minutes",
        "This course: 6 of 6 of the first series · 1 booster · began on 1 September 2026",
    ]


def test_every_change_of_the_dose_is_told_with_the_infusion_it_began_with() -> None:
    changed = dosed(7, 12, kind="booster", dose_mg=40, mg_per_kg=0.57)
    assert "Doses: 35 mg (0.5 mg/kg) from infusion 1, 40 mg (0.57 mg/kg) from infusion 7." in lines(
        history(course(*SERIES, changed))
    )
    assert "Doses" not in text(history(course(*SERIES)))


def test_many_doses_are_cut_to_the_last_ones() -> None:
    many = [dosed(number, 100 - number * 5, dose_mg=30 + number, mg_per_kg=None) for number in range(1, 8)]
    assert "Doses: 3 earlier doses not shown, 34 mg from infusion 4," in text(history(course(*many)))


def test_a_dose_that_nobody_recorded_is_no_dose_and_no_change() -> None:
    unknown = dosed(2, 5, dose_mg=None, mg_per_kg=None, minutes=None)
    found = history(course(dosed(1, 9), unknown))
    assert lines(found)[0].endswith("· dose not on record")
    assert "Doses" not in text(found)


def test_an_infusion_stopped_early_says_why_and_asks_to_be_seen() -> None:
    found = history(course(dosed(1, 9, status="stopped-early"), dosed(2, 5, status="stopped-early", note="Panic.")))
    assert "It was stopped early. «Panic.»" in lines(found)
    assert tone_of(found, "It was stopped early") is Tone.ATTENTION
    assert "Stopped early before that: infusion 1." in lines(found)


def test_an_infusion_in_progress_comes_first() -> None:
    under_way = dosed(2, 0, status="planned", is_under_way=True)
    found = history(course(dosed(1, 9), under_way))
    assert lines(found)[0] == "Infusion 2 was started on 22 November 2026 and has not ended."
    assert found.lines[0].tone is Tone.ATTENTION
    assert lines(found)[-1] == "No infusion is planned."
    assert "9 days since infusion 1" in text(found)


@pytest.mark.parametrize(
    ("planned", "said", "tone"),
    [
        ([dosed(2, -9, status="planned")], "Planned: infusion 2 on 1 December 2026 · 35 mg (0.5 mg/kg)", Tone.PLAIN),
        ([dosed(2, 0, status="planned", dose_mg=None, mg_per_kg=None)], "on 22 November 2026", Tone.PLAIN),
        (
            [dosed(2, 3, status="planned")],
            "was planned for 19 November 2026; how it went is not on record",
            Tone.MISSING,
        ),
        ([dosed(2, -9, status="cancelled")], "No infusion is planned.", Tone.PLAIN),
        ([dosed(2, 3, status="missed")], "No infusion is planned.", Tone.PLAIN),
    ],
)
def test_what_is_planned_is_said_as_it_stands(planned: list[Dosed], said: str, tone: Tone) -> None:
    assert tone_of(history(course(dosed(1, 20), *planned)), said) is tone


def test_what_is_planned_for_today_is_not_over_yet() -> None:
    assert "how it went" not in text(history(course(dosed(1, 20), dosed(2, 0, status="planned"))))


def test_earlier_courses_and_an_ended_one_are_told() -> None:
    found = history(course(dosed(1, 9), ended_on=date(2026, 11, 20), earlier_given=8))
    assert "ended on 20 November 2026 · 8 infusions in earlier courses" in text(found)
    assert "No infusion has been given in this course; 8 were given in earlier ones." in lines(
        history(course(earlier_given=8))
    )


def test_a_sheet_read_again_as_of_the_evening_before_never_counts_backwards() -> None:
    assert lines(history(course(dosed(1, -1))))[0].startswith("0 days since infusion 1")
