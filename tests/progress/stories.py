"""Patients as timelines: no database, always the same numbers."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.progress.reading import baseline_of
from portal.progress.timeline import (
    Band,
    DailyPoint,
    DailySeries,
    InfusionKind,
    InfusionMark,
    InfusionStatus,
    InstrumentView,
    Mark,
    ScorePoint,
    ScoreState,
    Timeline,
)
from portal.progress.words import Message, Points, Span, Words

ZONE = ZoneInfo("America/Denver")
TODAY = date(2026, 6, 15)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

PHQ9 = InstrumentView(
    id="phq-9",
    title="Patient Health Questionnaire",
    short_title="PHQ-9",
    minimum=0,
    maximum=27,
    higher_is_better=False,
    bands=(
        Band(0, 4, "Minimal"),
        Band(5, 9, "Mild"),
        Band(10, 14, "Moderate"),
        Band(15, 19, "Moderately severe"),
        Band(20, 27, "Severe"),
    ),
    recall_days=14,
    response_fraction=0.5,
    remission_below=5,
    reliable_change=6,
    versions=("1",),
    line=10,
)


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def span(days: Span) -> str:
    start, end = days
    if start == end:
        return day(end)
    first = f"{start.day}"
    if (start.month, start.year) != (end.month, end.year):
        first += f" {start:%B}"
    return f"{first} – {day(end)}" if start.year == end.year else f"{day(start)} – {day(end)}"


def written(value: object) -> object:
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, Span):
        return span(value)
    if isinstance(value, Points):
        return f"{value.value:.{value.decimals}f}"
    if isinstance(value, date):
        return day(value)
    return number(value) if isinstance(value, float | int) else value


def say(what: Message) -> str:
    """English, as the edge would write it."""
    values = {key: written(value) for key, value in what.values.items()}
    msgid = what.plural if what.plural and what.values["n"] != 1 else what.msgid
    return msgid % values


WORDS = Words(
    say=say,
    day=day,
    short_day=lambda on: f"{on.day} {MONTHS[on.month - 1]}",
    month=lambda on: MONTHS[on.month - 1],
    number=number,
)


def instant(on: date, hour: int = 9) -> datetime:
    return datetime.combine(on, time(hour), ZONE).astimezone(UTC)


def score(
    on: date,
    value: float | None,
    *,
    state: ScoreState = "complete",
    version: str = "1",
    hour: int = 9,
    instrument: InstrumentView = PHQ9,
) -> ScorePoint:
    band = next((b.label for b in instrument.bands if value is not None and b.low <= value <= b.high), "")
    return ScorePoint(
        at=instant(on, hour),
        on=on,
        value=value,
        state="unscored" if value is None else state,
        band=band,
        version=version,
        check_in_id=UUID(int=on.toordinal()),
    )


def infusion(
    on: date,
    count: int,
    *,
    kind: InfusionKind = "booster",
    status: InfusionStatus = "completed",
    dose: float | None = 40,
) -> InfusionMark:
    return InfusionMark(
        id=UUID(int=count),
        on=on,
        at=instant(on, 11),
        number=count,
        kind=kind,
        status=status,
        dose_mg=dose,
        mg_per_kg=None if dose is None else round(dose / 80, 2),
        route="IV",
        minutes=40,
    )


def series_of_six(first: date) -> list[InfusionMark]:
    days = (0, 2, 5, 7, 12, 16)
    return [infusion(first + timedelta(days=d), n + 1, kind="induction") for n, d in enumerate(days)]


def timeline(
    scores: Sequence[ScorePoint] = (),
    infusions: Sequence[InfusionMark] = (),
    daily: Sequence[DailySeries] = (),
    marks: Sequence[Mark] = (),
    *,
    today: date = TODAY,
    instrument: InstrumentView | None = PHQ9,
) -> Timeline:
    """A timeline over everything given, with its baseline as the portal would choose it."""
    past = [mark for mark in infusions if mark.was_given]
    days = [p.on for p in scores] + [i.on for i in infusions] + [p.on for s in daily for p in s.points] + [today]
    return Timeline(
        time_zone=ZONE,
        today=today,
        start=min(days),
        end=max(days),
        instrument=instrument,
        scores=tuple(scores),
        infusions=tuple(infusions),
        daily=tuple(daily),
        marks=tuple(marks),
        baseline=baseline_of(scores, past[0].at) if past else None,
        expected_gap_days=21,
    )


def mood(values: Mapping[date, float], label: str = "Mood", code: str = "mood", higher: bool = True) -> DailySeries:
    points = tuple(DailyPoint(on, instant(on, 20), value, "check-in") for on, value in sorted(values.items()))
    return DailySeries(code, label, 0, 10, higher, points)


def after_infusions(infusions: Sequence[InfusionMark], on: date, *, high: float, low: float, lasts: float) -> float:
    """A score that falls with each infusion and comes back over `lasts` days."""
    past = [mark for mark in infusions if mark.on < on and mark.was_given]
    if not past:
        return high
    strength = min(1.0, len(past) / 5)
    days = (on - past[-1].on).days
    return high - (high - low) * strength * float(0.5 ** (days / lasts))


@cache
def lasting_responder() -> Timeline:
    """A year: severe at first, a clear response, four boosters, a silence at New Year, the next one planned."""
    dice = random.Random(5)
    start = TODAY - timedelta(days=360)
    marks = series_of_six(start + timedelta(days=28))
    for count, days in enumerate((102, 168, 236, 305), start=7):
        marks.append(infusion(start + timedelta(days=days), count, dose=45 if count > 8 else 40))
    marks.append(infusion(TODAY + timedelta(days=12), 11, status="planned", dose=45))
    scores, moods, worries = [], {}, {}
    for days in range(361):
        on = start + timedelta(days=days)
        level = after_infusions(marks, on, high=20, low=5, lasts=55)
        if not 190 < days < 226:
            if dice.random() < 0.86:
                moods[on] = float(min(10, max(0, round(10 - level * 0.42 + dice.gauss(0, 1.1)))))
                worries[on] = float(min(10, max(0, round(level * 0.38 + dice.gauss(0, 1.2)))))
            if days % (7 if 20 < days < 60 else 13) == 0:
                scores.append(score(on, min(27, max(0, round(level + dice.gauss(0, 1.1))))))
    scores[9] = replace(scores[9], state="prorated")
    also = [
        Mark(start + timedelta(days=40), "medicine", "sertraline 100 mg", start + timedelta(days=210)),
        Mark(start + timedelta(days=212), "medicine", "sertraline 150 mg", TODAY),
        Mark(start + timedelta(days=150), "event", "moved house"),
        Mark(start + timedelta(days=240), "visit", "video visit"),
        Mark(start + timedelta(days=309), "message", "follow-up"),
    ]
    return timeline(scores, marks, [mood(moods), mood(worries, "Anxiety", "anxiety", False)], also)


@cache
def wears_off() -> Timeline:
    """Eight months: each booster helps for about three weeks; one was stopped early, one was missed."""
    dice = random.Random(11)
    start = TODAY - timedelta(days=240)
    marks = series_of_six(start + timedelta(days=14))
    for count, days in enumerate((58, 84, 112, 141, 170, 200, 228), start=7):
        status: InfusionStatus = "stopped-early" if count == 9 else "missed" if count == 11 else "completed"
        marks.append(infusion(start + timedelta(days=days), count, status=status, dose=20 if count == 9 else 40))
    scores, moods = [], {}
    for days in range(241):
        on = start + timedelta(days=days)
        level = after_infusions(marks, on, high=22, low=6, lasts=15)
        moods[on] = float(min(10, max(0, round(9 - level * 0.36 + dice.gauss(0, 0.9)))))
        if days % 7 == 0:
            scores.append(score(on, min(27, max(0, round(level + dice.gauss(0, 1))))))
    return timeline(scores, marks, [mood(moods)])


@cache
def newcomer() -> Timeline:
    """One score, three of six infusions, a few days of answers."""
    first = TODAY - timedelta(days=6)
    days = (0, 2, 5, 8, 13, 16)
    marks = [
        infusion(first + timedelta(days=d), n + 1, kind="induction", status="completed" if d < 6 else "planned")
        for n, d in enumerate(days)
    ]
    moods = {TODAY - timedelta(days=d): float(v) for d, v in enumerate((5, 4, 4, 3, 3, 2, 3, 2, 2))}
    return timeline([score(first, 21, hour=9)], marks, [mood(moods)])


@cache
def ten_years() -> Timeline:
    """3,650 days of three questions, PHQ-9 every fortnight, sixty infusions and a silence of two years."""
    dice = random.Random(3)
    start = TODAY - timedelta(days=3650)
    marks = series_of_six(start + timedelta(days=30))
    marks += [infusion(start + timedelta(days=90 + 66 * n), 7 + n) for n in range(54)]
    series, scores = [], []
    days = [d for d in range(3651) if not 1500 < d < 2230]
    for code, label, higher in (("mood", "Mood", True), ("anxiety", "Anxiety", False), ("energy", "Energy", True)):
        values = {}
        for d in days:
            on = start + timedelta(days=d)
            level = after_infusions(marks, on, high=8, low=3, lasts=30)
            values[on] = float(min(10, max(0, round((10 - level if higher else level) + dice.gauss(0, 1.2)))))
        series.append(mood(values, label, code, higher))
    for d in days[::14]:
        on = start + timedelta(days=d)
        level = after_infusions(marks, on, high=20, low=7, lasts=30)
        scores.append(score(on, min(27, max(0, round(level + dice.gauss(0, 1.5))))))
    return timeline(scores, marks, series)


def diary(
    entries: Sequence[tuple[datetime, float]], *, label: str, low: float, high: float, higher: bool
) -> DailySeries:
    """A scale brought along from elsewhere."""
    points = tuple(DailyPoint(at.astimezone(ZONE).date(), at, value, "import") for at, value in sorted(entries))
    return DailySeries(label, label, low, high, higher, points, imported=True)
