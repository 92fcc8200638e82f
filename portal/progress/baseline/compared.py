"""Giving a timeline the score that the others are compared with. Pure."""

from dataclasses import replace
from datetime import datetime

from portal.progress.baseline.values import Chosen
from portal.progress.reading import baseline_of, given
from portal.progress.timeline import ScorePoint, Timeline
from portal.progress.words import message


def default_baseline(timeline: Timeline) -> ScorePoint | None:
    """Return the last complete score before the first infusion of the course; None before any infusion."""
    first = first_of_course(timeline)
    return baseline_of(timeline.scores, first) if first else None


def first_of_course(timeline: Timeline) -> datetime | None:
    """Return when the first infusion of the course was given that the last one given belongs to."""
    marks = given(timeline)
    return next((mark.at for mark in marks if mark.course_id == marks[-1].course_id), None)


def with_baseline(timeline: Timeline, chosen: Chosen | None, *, for_team: bool) -> Timeline:
    """Return the timeline with its baseline: the chosen score, else the default.

    Args:
        timeline: one without a baseline.
        chosen: what a clinician chose for this scale, if anything.
        for_team: with a note of who chose and why.
    """
    picked = next((one for one in timeline.scores if chosen and one.check_in_id == chosen.check_in_id), None)
    if picked is None or chosen is None:
        return replace(timeline, baseline=default_baseline(timeline))
    on = chosen.chosen_at.astimezone(timeline.time_zone).date()
    said = message("Chosen by %(name)s on %(on)s: %(reason)s", name=chosen.chosen_by, on=on, reason=chosen.reason)
    return replace(timeline, baseline=picked, baseline_note=said if for_team else None)
