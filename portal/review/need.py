"""Who needs the team first: the one rule the caseload is sorted by, and says so on its page."""

from enum import IntEnum

from portal.access.policy import PatientStatus
from portal.safety.models import Severity


class Need(IntEnum):
    """From the most urgent to the least; the number is the order of the list."""

    URGENT_ALERT = 1
    SAME_DAY_ALERT = 2
    ALERT = 3
    MESSAGE = 4
    CHECK_IN = 5
    NOTHING_NEW = 6
    NOT_IN_CARE = 7


_ALERTS = {Severity.URGENT: Need.URGENT_ALERT, Severity.SAME_DAY: Need.SAME_DAY_ALERT, Severity.REVIEW: Need.ALERT}


def need(*, status: PatientStatus, worst_open_alert: int, unread: int, unreviewed: int) -> Need:
    """Return what a patient needs from the team.

    An open alert comes first whatever the patient's status is; then an unread message, then unread check-ins.

    Args:
        status: where the patient is in care.
        worst_open_alert: severity of the worst alert nobody has closed (1 to 3), 0 for none.
        unread: messages from the patient that nobody of the team has read.
        unreviewed: check-ins nobody has marked as read.
    """
    if worst_open_alert:
        return _ALERTS[Severity(worst_open_alert)]
    if unread:
        return Need.MESSAGE
    if status is not PatientStatus.ACTIVE:
        return Need.NOT_IN_CARE
    return Need.CHECK_IN if unreviewed else Need.NOTHING_NEW
