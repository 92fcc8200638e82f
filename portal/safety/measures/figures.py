"""How alerts were answered, rule by rule: how many, how soon, how often for nothing. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Answered:
    """One alert as the figures see it: no patient, no name.

    Args:
        rule: the code of the rule that opened it.
        opened_at: when.
        acknowledged_at: when a person took it on for the first time; None where nobody has.
        due_at: by when somebody was to; None where no time runs.
        is_open: whether it waits for somebody now.
        on_worklist: whether nobody was told, because a clinician knows of such answers.
        went_further: whether it was told beyond the care team because nobody took it on.
        closed_as: the reason it was closed for last; "" where it is not closed.
    """

    rule: str
    opened_at: datetime
    acknowledged_at: datetime | None
    due_at: datetime | None
    is_open: bool
    on_worklist: bool
    went_further: bool
    closed_as: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the alerts of one rule, or of all.

    Args:
        alerts: how many were opened.
        worklist: how many of them told nobody.
        by_itself: how many were closed by the portal, because a patient who was silent was heard again.
        waiting: how many nobody has taken on yet.
        taken_on: how many somebody took on.
        median: half of those were taken on within this time; None where nobody took any on.
        p95: 19 of 20 of them were.
        late: how many were taken on after their time, or are past it now.
        went_further: how many were told beyond the care team.
        closed: how many a person closed.
        false_alarms: how many of those as a false alarm.
    """

    alerts: int
    worklist: int
    by_itself: int
    waiting: int
    taken_on: int
    median: timedelta | None
    p95: timedelta | None
    late: int
    went_further: int
    closed: int
    false_alarms: int

    @property
    def false_share(self) -> float | None:
        """The share of false alarms among what was closed, 0 to 1; None where nothing was."""
        return self.false_alarms / self.closed if self.closed else None


FALSE_ALARM = "false-alarm"
HEARD_AGAIN = "heard-again"


def of(alerts: Sequence[Answered], at: datetime) -> Figures:
    """Return the figures of some alerts.

    Args:
        alerts: any number.
        at: now, aware.
    """
    told = [one for one in alerts if not one.on_worklist]
    taken = [one.acknowledged_at - one.opened_at for one in told if one.acknowledged_at is not None]
    closed = [one.closed_as for one in told if one.closed_as and one.closed_as != HEARD_AGAIN]
    return Figures(
        alerts=len(alerts),
        worklist=len(alerts) - len(told),
        by_itself=sum(one.closed_as == HEARD_AGAIN for one in told),
        waiting=sum(one.is_open for one in told),
        taken_on=len(taken),
        median=percentile(taken, 50),
        p95=percentile(taken, 95),
        late=sum(_is_late(one, at) for one in told),
        went_further=sum(one.went_further for one in told),
        closed=len(closed),
        false_alarms=closed.count(FALSE_ALARM),
    )


def by_rule(alerts: Sequence[Answered], order: Iterable[str], at: datetime) -> dict[str, Figures]:
    """Return the figures of each rule that opened an alert, in an order; a rule that is not in it comes last."""
    found: dict[str, list[Answered]] = {code: [] for code in order}
    for one in alerts:
        found.setdefault(one.rule, []).append(one)
    return {code: of(rows, at) for code, rows in found.items() if rows}


def percentile(times: Iterable[timedelta], percent: int) -> timedelta | None:
    """Return the shortest of the times that so many percent of them do not exceed (nearest rank); None for none.

    Args:
        times: in any order.
        percent: 1 to 100.
    """
    ordered = sorted(times)
    return ordered[ceil(len(ordered) * percent / 100) - 1] if ordered else None


def _is_late(one: Answered, at: datetime) -> bool:
    answered = at if one.is_open else one.acknowledged_at
    return one.due_at is not None and answered is not None and answered > one.due_at
