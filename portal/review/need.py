"""Who needs the team first: the one rule the caseload is sorted by, and says so on its page."""

from enum import IntEnum

from portal.access.policy import PatientStatus
from portal.safety.models import Severity


class Need(IntEnum):
    """From the most urgent to the least; the number is the order of the list."""

    URGENT_ALERT = 1
    DANGER = 2
    SAME_DAY_ALERT = 3
    ALERT = 4
    MESSAGE = 5
    WORSENING = 6
    CHECK_IN = 7
    NOTHING_NEW = 8
    NOT_IN_CARE = 9


BY_SEVERITY = {Severity.URGENT: Need.URGENT_ALERT, Severity.SAME_DAY: Need.SAME_DAY_ALERT, Severity.REVIEW: Need.ALERT}


def need(
    *,
    status: PatientStatus,
    worst_open_alert: int,
    unread: int,
    is_worsening: bool,
    unreviewed: int,
    is_owed: bool = False,
    is_in_danger: bool = False,
) -> Need:
    """Return what a patient needs from the team.

    An open alert comes first whatever the patient's status is, and unanswered words of danger right after an urgent
    one: nobody has settled yet what they mean. Then comes a message unread or unanswered; then, of those in care, a
    score that is worsening, then unread check-ins. What only time changes (a review that falls due, a patient gone
    silent, a check-in overdue) is no part of the order: it would change while nobody looks. Nor is an answer that is
    overdue, and yet those rise: who waits for an answer stands by how long they have, so that the overdue ones are on
    top of their kind, at whatever moment the list is read.

    Args:
        status: where the patient is in care.
        worst_open_alert: severity of the worst alert nobody has closed (1 to 3), 0 for none.
        unread: messages from the patient that nobody of the team has read.
        is_worsening: whether the score is heading for the worse (`instruments.change.trend`).
        unreviewed: check-ins nobody has marked as read.
        is_owed: whether the patient wrote something that nobody has answered or settled.
        is_in_danger: whether the mark for words of danger stands on one of those.
    """
    if is_in_danger and worst_open_alert < Severity.URGENT:
        return Need.DANGER
    if worst_open_alert:
        return BY_SEVERITY[Severity(worst_open_alert)]
    if unread or is_owed:
        return Need.MESSAGE
    if status is not PatientStatus.ACTIVE:
        return Need.NOT_IN_CARE
    if is_worsening:
        return Need.WORSENING
    return Need.CHECK_IN if unreviewed else Need.NOTHING_NEW
