"""What a progress chart is drawn from: plain values, already narrowed to what one reader may see.

Everything that draws, tabulates or describes progress takes a `Timeline`, so the picture, the table and the
sentence cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.checkins.unheard import Unheard
from portal.progress.words import Message

ScoreState = Literal["complete", "prorated", "unscored"]
InfusionKind = Literal["induction", "booster"]
InfusionStatus = Literal["planned", "completed", "stopped-early", "cancelled", "missed"]
ScoreMode = Literal["self", "phone", "bedside", "clinician"]
DailySource = Literal["check-in", "import"]
MarkKind = Literal["medicine", "event", "visit", "message", "alert"]
MedicineChange = Literal["", "started", "changed", "stopped"]


class Band(NamedTuple):
    """A named stretch of a scale; both edges belong to it."""

    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class InstrumentView:
    """One scale as the chart needs it; `minimum` and `maximum` hold every score on record, of older versions too.

    `response_fraction` is the share of the baseline that must be gone for a response (0.5 is half);
    `remission_below`, `reliable_change` and `line` (the clinic's chosen line) are in points of the scale.
    A threshold that nobody has published, or that the clinic has not set, is None and is not drawn. `label` is the name
    where there is little room, "" for the short title. `decimals` is how many a score is written with. With
    `has_levels` the scores are outcomes in an order, each one of `bands`, and no amounts: nothing is joined, subtracted
    or averaged. `recalled` are the recall days by version, where they differ; `bands_since` is the first answer to
    which the bands apply, None for all. `line_version` is the version of the clinic's rules that laid the line down; 0
    is Interval's default.
    """

    id: str
    title: str
    short_title: str
    minimum: float
    maximum: float
    higher_is_better: bool
    bands: tuple[Band, ...]
    recall_days: int | None
    response_fraction: float | None
    remission_below: float | None
    reliable_change: float | None
    versions: tuple[str, ...]
    line: float | None = None
    sources: tuple[str, ...] = ()
    label: str = ""
    decimals: int = 0
    has_levels: bool = False
    is_validated: bool = True
    staff_note: str = ""
    recalled: Mapping[str, int | None] = field(default_factory=dict)
    bands_since: datetime | None = None
    line_version: int | None = None


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """One answered scale. `at` is when it was true (aware, UTC), `on` that day for the patient.

    `value` is None when too few questions were answered for a score ("unscored"): `answered` of the scale's `of`,
    `declined` of the others by choice. `mode` is how the answers came, `entered_by` who of the staff wrote them down.
    `version` is that of the questions and their scoring. `quality` says what a clinician should know of the answers.
    """

    at: datetime
    on: date
    value: float | None
    state: ScoreState
    band: str
    version: str
    check_in_id: UUID | None = None
    answered: int = 0
    of: int = 0
    declined: int = 0
    mode: ScoreMode = "self"
    entered_by: str = ""
    quality: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InfusionMark:
    """One infusion, planned or past; doses in mg and mg per kg of body weight, length in minutes.

    `peak` is the highest pressure from its start on, systolic and diastolic in mmHg; `effects` are the side effects
    noted or told, the strongest first, each with its strength where known. Both are empty where nothing is on record.
    `course_id` tells the infusions of one course from those of another.
    """

    id: UUID
    on: date
    at: datetime
    number: int
    kind: InfusionKind
    status: InfusionStatus
    dose_mg: float | None = None
    mg_per_kg: float | None = None
    route: str = ""
    minutes: int | None = None
    peak: tuple[int, int] | None = None
    effects: tuple[Message, ...] = ()
    course_id: UUID | None = None

    @property
    def was_given(self) -> bool:
        """Whether any of the dose was given: an infusion that was stopped early counts."""
        return self.status in ("completed", "stopped-early")


def true_at(received: datetime, on: date, zone: ZoneInfo) -> datetime:
    """Return when an answer was true: when it came in, or noon of the day it is for where that was another one.

    `zone` is where the patient lived then: whoever moves takes no answer to another side of an infusion with them.
    """
    if received.astimezone(zone).date() == on:
        return received
    return datetime.combine(on, time(12), zone).astimezone(UTC)


class DailyPoint(NamedTuple):
    """One momentary answer; a plain tuple because ten years hold thousands of them."""

    on: date
    at: datetime
    value: float
    source: DailySource


class Median(NamedTuple):
    """The middle of the seven days that end on `on`."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class DailySeries:
    """One daily question, on its own scale from `minimum` to `maximum`, points in order of time.

    `medians` are unbroken stretches of the seven-day median; they are worked out when a range is selected.
    `higher_is_better` is None where neither end is the good one (hours of sleep). `scale_name` is the name that
    the scale had in an imported diary.
    """

    code: str
    label: str
    minimum: float
    maximum: float
    higher_is_better: bool | None
    points: tuple[DailyPoint, ...]
    imported: bool = False
    scale_name: str = ""
    medians: tuple[tuple[Median, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Anything else worth a place on the time axis; `until` makes it a stretch of time.

    `label` is in somebody's own words: a medicine with its dose, an event. `change` is what was done with a medicine.
    With `goes_on` a stretch has no end yet; `until` is then the patient's today. `about` is said of a message in our
    words, which stand in the table and under the pointer; `thread_id` is where it can be read.
    """

    on: date
    kind: MarkKind
    label: str
    until: date | None = None
    change: MedicineChange = ""
    goes_on: bool = False
    about: Message | None = None
    thread_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything one reader may see of one patient, and the dates `start` to `end` that are to be shown of it.

    `today` is the patient's today. `expected_gap_days` is the longest silence between two scores of the plan in
    force; beyond it the line is broken. `baseline_note` says who chose the baseline and why, where somebody did.
    `scores`, `infusions` and `marks` are in order of time. `unheard` is set for a patient who has gone silent.
    """

    time_zone: ZoneInfo
    today: date
    start: date
    end: date
    instrument: InstrumentView | None
    scores: tuple[ScorePoint, ...] = ()
    infusions: tuple[InfusionMark, ...] = ()
    daily: tuple[DailySeries, ...] = ()
    marks: tuple[Mark, ...] = ()
    baseline: ScorePoint | None = None
    expected_gap_days: int = 14
    baseline_note: Message | None = None
    unheard: Unheard | None = None

    @property
    def shown_scores(self) -> tuple[ScorePoint, ...]:
        return tuple(point for point in self.scores if self.start <= point.on <= self.end)

    @property
    def shown_infusions(self) -> tuple[InfusionMark, ...]:
        return tuple(mark for mark in self.infusions if self.start <= mark.on <= self.end)

    @property
    def shown_marks(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.on <= self.end and self.start <= (mark.until or mark.on))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to draw."""
        return not (self.scores or self.infusions or self.marks or any(series.points for series in self.daily))
