"""Patients whose chart is of another kind than the PHQ-9's: outcomes, means, the higher the better, two versions."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from portal.progress.timeline import Band, InstrumentView, ScorePoint, Timeline
from tests.progress.stories import PHQ9, TODAY, mood, score, series_of_six, timeline

ASQ = replace(
    PHQ9,
    id="asq",
    title="Ask Suicide-Screening Questions (ASQ)",
    short_title="ASQ",
    minimum=0,
    maximum=2,
    bands=(Band(0, 0, "Negative"), Band(1, 1, "Non-acute positive"), Band(2, 2, "Acute positive")),
    recall_days=None,
    response_fraction=None,
    remission_below=None,
    reliable_change=None,
    line=None,
    has_levels=True,
)
PEG = replace(
    ASQ,
    id="peg",
    short_title="PEG",
    maximum=10,
    bands=(),
    recall_days=7,
    reliable_change=1.5,
    has_levels=False,
    decimals=1,
)
WELLBEING = replace(
    PEG,
    id="wellbeing",
    short_title="Well-being",
    maximum=100,
    higher_is_better=True,
    bands=(Band(0, 49, "Low well-being"), Band(50, 100, "Good")),
    reliable_change=10,
    decimals=0,
)
PART = replace(
    PEG, short_title="PCL-5 (week): Mood and thoughts (D)", label="Mood and thoughts (D)", maximum=28, decimals=0
)


def weekly(values: list[float | None], instrument: InstrumentView) -> list[ScorePoint]:
    """A score every seventh day up to today."""
    days = range(7 * (len(values) - 1), -1, -7)
    return [
        score(TODAY - timedelta(days=ago), value, instrument=instrument)
        for ago, value in zip(days, values, strict=True)
    ]


@cache
def screened() -> Timeline:
    """Screened every week, once with too few answers."""
    values = [1, 1, 0, 0, None, 2, 1, 0, 0, 0]
    infusions = series_of_six(TODAY - timedelta(days=60))
    return replace(
        timeline(weekly(values, ASQ), infusions, [mood({TODAY: 5.0})], instrument=ASQ), baseline=None
    )  # fmt: skip


@cache
def in_pain() -> Timeline:
    """A mean of three answers, written with its one decimal."""
    infusions = series_of_six(TODAY - timedelta(days=60))
    return timeline(weekly([7.3, 7.0, 6.3, 5.0, 4.7, 4.3, 4.3, 4.0, 5.0, 5.0], PEG), infusions, instrument=PEG)


@cache
def getting_well() -> Timeline:
    """The higher, the better."""
    infusions = series_of_six(TODAY - timedelta(days=60))
    values: list[float | None] = [20, 16, 32, 44, 52, 60, 56, 64, 68, 72]
    return timeline(weekly(values, WELLBEING), infusions, instrument=WELLBEING)


@cache
def part_of_a_scale() -> Timeline:
    """A cluster of a scale with a long name, once written down by the care team and once only answered in part."""
    points = weekly([20, 18, 17, 12, 9, 8, 10, 9, 8, 6], PART)
    points[3] = replace(points[3], mode="phone", entered_by="Nia Achebe")
    points[5] = replace(points[5], state="prorated", answered=6, of=7, declined=1)
    return timeline(points, series_of_six(TODAY - timedelta(days=60)), instrument=PART)


@cache
def another_version() -> Timeline:
    """The questions changed five weeks ago, and with them what the scores are called."""
    points = weekly([20, 19, 18, 12, 10, 9, 14, 12, 10, 9], PHQ9)
    points = [replace(point, version="2") if n >= 5 else point for n, point in enumerate(points)]
    view = replace(PHQ9, versions=("1", "2"), bands_since=points[5].at)
    return timeline(points, series_of_six(TODAY - timedelta(days=60)), instrument=view)


KINDS = [screened, in_pain, getting_well, part_of_a_scale, another_version]
