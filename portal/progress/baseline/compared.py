"""Giving a timeline the score that the others are compared with. Pure."""

from dataclasses import replace
from datetime import datetime

from portal.messages import N_
from portal.progress import describe
from portal.progress.baseline.values import Standing
from portal.progress.reading import baseline_of, given
from portal.progress.timeline import ScorePoint, Timeline
from portal.progress.words import Message, message

CHOSEN = N_("Chosen by %(name)s on %(on)s: %(reason)s")
NOT_COMPLETE = N_(
    "On %(on)s %(name)s chose another score, which is no longer complete, so the usual one is used (%(reason)s)"
)


def default_baseline(timeline: Timeline) -> ScorePoint | None:
    """Return the last complete score before the first infusion of the course; None before any infusion."""
    first = first_of_course(timeline)
    return baseline_of(timeline.scores, first) if first else None


def first_of_course(timeline: Timeline) -> datetime | None:
    """Return when the first infusion of the course was given that the last one given belongs to."""
    marks = given(timeline)
    return next((mark.at for mark in marks if mark.course_id == marks[-1].course_id), None)


def with_baseline(timeline: Timeline, standing: Standing | None, *, for_team: bool) -> Timeline:
    """Return the timeline with its baseline: the chosen score, else the default.

    Args:
        timeline: one without a baseline.
        standing: what a clinician chose for this scale, if anything.
        for_team: with a note of who chose and why.
    """
    chosen = standing.chosen if standing else None
    picked = next((one for one in timeline.scores if chosen and one.check_in_id == chosen.check_in_id), None)
    note = _note(timeline, standing, counts=picked is not None) if standing and for_team else None
    return replace(timeline, baseline=picked or default_baseline(timeline), baseline_note=note)


def _note(timeline: Timeline, standing: Standing, *, counts: bool) -> Message:
    on = standing.chosen_at.astimezone(timeline.time_zone).date()
    msgid = CHOSEN if counts else NOT_COMPLETE
    return message(msgid, name=standing.chosen_by, on=on, reason=standing.reason)


def said(timeline: Timeline) -> list[Message]:
    """Return what the scores are compared with, in words for the care team; nothing where amounts cannot be."""
    instrument, baseline = timeline.instrument, timeline.baseline
    if instrument is None or instrument.has_levels or not timeline.scores:
        return []
    if baseline is not None:
        score = describe.amount(instrument, baseline.value)
        found = [message("Compared with %(score)s on %(on)s.", score=score, on=baseline.on)]
    elif first_of_course(timeline) is not None:
        found = [message("Compared with nothing: there is no complete score before the first infusion of the course.")]
    else:
        found = [message("Compared with nothing yet: no infusion has been given.")]
    return [*found, timeline.baseline_note] if timeline.baseline_note else found
