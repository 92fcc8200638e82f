"""Ready-made plans: who is asked what, in which phase."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from portal.checkins import ready_made, wording
from portal.checkins.ready_made import AT_ENROLMENT, Phase
from portal.checkins.rhythm import Anchor, LineDraft, Trigger
from portal.instruments import loader
from portal.patients.models import Condition
from tests.checkins.rhythms import anchors, days, line

CONDITIONS = tuple(condition.value for condition in Condition)
SHIPPED = frozenset(
    {"daily", "phq-9", "phq-2", "gad-7", "gad-2", "pcl-5-month", "pcl-5-week", "peg", "asq", "nida-1"}
    | {"activation", "side-effects", "altered-experience", "urinary", "misuse"}
)
EVERYTHING = SHIPPED | {"epds", "asrm", "qids-sr16", "oci-r", "oci-12", "who-5", "c-ssrs", "pmq-9"}
START, GIVEN, PLANNED = Anchor.START, Anchor.INFUSION, Anchor.PLANNED_INFUSION
PCL = ("pcl-5-month", "pcl-5-week")
ONCE = (Trigger(START),)
MORNING, BEFORE = Trigger(PLANNED), Trigger(PLANNED, hours=-72)
SIDE_EFFECTS = (Trigger(GIVEN, hours=2), Trigger(GIVEN, from_day=1), Trigger(GIVEN, from_day=3))
ACTIVATION = (Trigger(GIVEN, from_day=1, every_days=1, until_day=7), Trigger(GIVEN, from_day=14, every_days=7))
BASELINE, INDUCTION, MAINTENANCE, AFTER = Phase


def every(days: int, first: int = 0, until: int | None = None) -> Trigger:
    return Trigger(START, from_day=first, every_days=days, until_day=until)


EVERYBODY: dict[Phase, dict[str, Any]] = {
    BASELINE: {
        "daily": (every(1),),
        "phq-9": (Trigger(START), Trigger(START, from_day=3)),
        "gad-7": ONCE,
        "asq": ONCE,
        "urinary": ONCE,
        "nida-1": ONCE,
    },
    INDUCTION: {
        "daily": (every(1),),
        "phq-9": (every(7), MORNING),
        "gad-7": (every(7),),
        "asq": (MORNING,),
        "side-effects": SIDE_EFFECTS,
        "altered-experience": (Trigger(GIVEN, hours=2),),
    },
    MAINTENANCE: {
        "daily": (every(1),),
        "phq-9": (every(14), BEFORE),
        "gad-7": (every(14),),
        "asq": (MORNING,),
        "side-effects": SIDE_EFFECTS,
        "altered-experience": (Trigger(GIVEN, hours=2),),
        "urinary": (every(28),),
        "misuse": (every(28),),
    },
    AFTER: {
        "daily": (every(7), every(7, first=3)),
        "phq-9": (every(14, until=83),),
        "gad-7": (every(28),),
    },
}
SCALE = dict(zip(Phase, (ONCE, (every(7),), (every(14),), (every(28),)), strict=True))
LONG_SCALE = SCALE | {MAINTENANCE: (every(28),)}
ADDED: list[tuple[str, frozenset[str], dict[Phase, dict[str, Any]]]] = [
    ("treatment-resistant-depression", SHIPPED, {}),
    (
        "treatment-resistant-depression",
        EVERYTHING,
        {phase: {"qids-sr16": SCALE[phase], "who-5": SCALE[phase]} for phase in Phase},
    ),
    ("anxiety", EVERYTHING, {}),
    (
        "bipolar",
        SHIPPED,
        {
            BASELINE: {"activation": ONCE},
            INDUCTION: {"activation": ACTIVATION},
            MAINTENANCE: {"activation": ACTIVATION},
            AFTER: {"activation": (every(28),)},
        },
    ),
    ("chronic-pain", SHIPPED, {phase: {"peg": SCALE[phase]} for phase in Phase}),
    (
        "chronic-suicidal-ideation",
        SHIPPED,
        {
            BASELINE: {},
            INDUCTION: {"asq": (every(7), MORNING)},
            MAINTENANCE: {"asq": (every(14), MORNING)},
            AFTER: {"asq": (every(28),)},
        },
    ),
    ("chronic-suicidal-ideation", EVERYTHING, {phase: {"c-ssrs": SCALE[phase]} for phase in Phase}),
    ("ocd", SHIPPED, {}),
    ("ocd", SHIPPED | {"oci-12"}, {phase: {"oci-12": LONG_SCALE[phase]} for phase in Phase}),
    ("ocd", EVERYTHING, {phase: {"oci-r": LONG_SCALE[phase]} for phase in Phase}),
    ("postpartum-depression", SHIPPED, {}),
    ("postpartum-depression", EVERYTHING, {phase: {"epds": SCALE[phase]} for phase in Phase}),
    (
        "ptsd",
        SHIPPED,
        {
            BASELINE: {"pcl-5-month": ONCE},
            INDUCTION: {"pcl-5-week": (every(7, first=7),)},
            MAINTENANCE: {"pcl-5-week": (every(28),)},
            AFTER: {"pcl-5-month": (every(28),)},
        },
    ),
]


def asked(conditions: Any, *phases: Phase, askable: Any = SHIPPED) -> dict[str, Any]:
    lines = ready_made.lines(conditions, *phases, askable=askable)
    assert len({line.instrument for line in lines}) == len(lines), "asked twice"
    return {line.instrument: line.triggers for line in lines}


@pytest.mark.parametrize("phase", Phase)
def test_everybody_is_asked_this(phase: Phase) -> None:
    assert asked((), phase) == EVERYBODY[phase]


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize(("condition", "askable", "added"), ADDED)
def test_a_condition_adds_its_own(phase: Phase, condition: str, askable: Any, added: Any) -> None:
    assert asked([condition], phase, askable=askable) == EVERYBODY[phase] | added.get(phase, {})


@pytest.mark.parametrize(
    ("condition", "extra"),
    [
        (one, {"chronic-pain": ("pain",), "ocd": ("ocd_time",), "bipolar": ("sleep_need",)}.get(one, ()))
        for one in CONDITIONS
    ],
)
def test_a_condition_adds_its_question_to_the_daily_check_in(condition: str, extra: Any) -> None:
    for phase in Phase:
        found = {line.instrument: line.extra_items for line in ready_made.lines([condition], phase, askable=SHIPPED)}
        assert found.pop("daily") == extra
        assert set(found.values()) == {()}


def test_scores_that_share_their_fortnight_lie_three_days_apart() -> None:
    for phase in Phase:
        gaps = {line.instrument: line.min_gap_days for line in ready_made.lines(CONDITIONS, phase, askable=EVERYTHING)}
        assert gaps.pop("phq-9") == 3
        assert set(gaps.values()) == {0}, "a suicide screen belongs to each infusion day, however close"


@pytest.mark.parametrize("phase", Phase)
def test_several_conditions_ask_what_each_asks_and_nothing_twice(phase: Phase) -> None:
    for pair in combinations(CONDITIONS, 2):
        both = asked(pair, phase, askable=EVERYTHING)
        assert (
            both.keys()
            == asked(pair[:1], phase, askable=EVERYTHING).keys() | asked(pair[1:], phase, askable=EVERYTHING).keys()
        )
    assert asked(CONDITIONS, phase) == asked(CONDITIONS * 2, phase)


def test_where_two_rhythms_meet_the_denser_one_stays() -> None:
    merged = asked(["bipolar", "ptsd"], INDUCTION, MAINTENANCE)
    assert merged["gad-7"] == (every(7),)
    assert merged["phq-9"] == (every(7), MORNING, BEFORE)
    assert asked((), MAINTENANCE, AFTER)["daily"] == (every(1),)


def test_a_new_patient_begins_with_baseline_and_first_series_in_one() -> None:
    begun = asked(["bipolar"], *AT_ENROLMENT)
    assert begun == {
        "daily": (every(1),),
        "phq-9": (every(7), Trigger(START, from_day=3), MORNING),
        "gad-7": (every(7),),
        "asq": (Trigger(START), MORNING),
        "activation": (Trigger(START), *ACTIVATION),
        "side-effects": SIDE_EFFECTS,
        "altered-experience": (Trigger(GIVEN, hours=2),),
        "urinary": ONCE,
        "nida-1": ONCE,
    }


def test_the_past_month_and_the_past_week_are_never_asked_on_one_day() -> None:
    """The month is the baseline, the week what lies between infusions; their numbers cannot stand on one line."""
    for phases in (AT_ENROLMENT, *((phase,) for phase in Phase)):
        found = ready_made.lines(["ptsd"], *phases, askable=SHIPPED)
        lines = {one.instrument: line(one.triggers, one.instrument) for one in found}
        month, week = (set(days(lines[name], anchors(), 0, 365)) if name in lines else set() for name in PCL)
        assert not month & week, phases
    assert asked(["ptsd"], *AT_ENROLMENT)["pcl-5-week"] == (every(7, first=7),)


def test_nothing_is_asked_that_the_clinic_has_no_words_for() -> None:
    for phase in Phase:
        assert set(asked(CONDITIONS, phase, askable=SHIPPED)) <= SHIPPED
        assert set(asked(CONDITIONS, phase, askable={"daily"})) == {"daily"}
    assert ready_made.instruments(CONDITIONS, EVERYTHING) <= EVERYTHING


@pytest.mark.parametrize(
    ("has_course", "is_running", "planned", "given", "phase"),
    [
        (False, False, 0, 0, BASELINE),
        (True, True, 6, 0, INDUCTION),
        (True, True, 6, 5, INDUCTION),
        (True, True, 6, 6, MAINTENANCE),
        (True, True, 0, 0, MAINTENANCE),
        (True, False, 6, 3, AFTER),
    ],
)
def test_the_courses_suggest_the_phase(has_course: Any, is_running: Any, planned: Any, given: Any, phase: Any) -> None:
    found = ready_made.suggested_phase(
        has_course=has_course, is_running=is_running, series_planned=planned, series_given=given
    )
    assert found is phase


def test_the_document_shows_each_line_of_every_ready_made_plan() -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "plans.md").read_text(encoding="utf-8")
    shown = [line for line in document.splitlines() if line.startswith("|")]
    assert shown[2:] == list(_rows())


def _rows() -> Iterator[str]:
    parts: list[Any] = [("everybody", (name,), phases) for name, phases in ready_made.EVERYBODY]
    parts += [(one, names, phases) for one, names, phases in ready_made.BY_CONDITION]
    parts += [("everybody", (name,), phases) for name, phases in ready_made.HANGING_ON_INFUSIONS]
    for who, names, phases in parts:
        gap = ready_made.MIN_GAP_DAYS.get(names[0], 0)
        drafts = [LineDraft(names[0], phases[phase], gap) if phase in phases else None for phase in Phase]
        cells = ["; ".join(str(one) for one in wording.describe(draft)) if draft else "–" for draft in drafts]
        titles = ", else ".join(loader.catalogue().get(name).short_title for name in names)
        yield f"| {titles} | {who.replace('-', ' ')} | {' | '.join(cells)} |"
