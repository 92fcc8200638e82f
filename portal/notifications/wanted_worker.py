"""Whether a message that waits is still wanted, asked of every room just before it is sent."""

from datetime import datetime

from portal.access.policy import PatientStatus, Relation
from portal.accounts.models import AccountStatus, User
from portal.checkins import silence
from portal.messaging import queries as messaging
from portal.notifications import choosing, told, ways
from portal.notifications import service as notifications
from portal.notifications.models import Kind
from portal.notifications.queue import Claim
from portal.patients import queries as patients
from portal.patients.queries import PatientRef
from portal.reminders import worker as reminders
from portal.safety import delivery
from portal.web import letters

NEEDS_SIGN_IN = frozenset({Kind.MESSAGE_WAITING, Kind.ALERT_WAITING, Kind.CHECK_IN_WAITING}) | reminders.KINDS
LINK_RAN_OUT, NOT_WANTED = "link-ran-out", "not-wanted-by-now"


def why_not(held: Claim, user: User, *, at: datetime) -> str | None:
    """Return why a mail need not be sent any more, as a short code; None where it is still wanted."""
    if user.status is AccountStatus.DEACTIVATED:
        return notifications.SWITCHED_OFF
    if user.status is AccountStatus.INVITED and held.kind in NEEDS_SIGN_IN:
        return notifications.NOT_SET_UP
    if not choosing.is_wanted(user.id, held.kind, (held.channel, held.way_id), held.values, urgent=held.is_urgent):
        return "not-wanted-by-now"
    if held.kind == Kind.PHONE_CODE and at - held.created_at > ways.CODE_LASTS:
        return "code-ran-out"
    if held.alert_id and (taken_on := delivery.why_not(held.alert_id, user.id)):
        return taken_on
    own = patients.get_own_id(user.id)
    about = held.patient_id or own
    known = patients.get_ref(about, viewer_id=user.id, at=at) if about else None
    if about and (known is None or known.relation is Relation.STRANGER):
        return "no-longer-on-care-team"
    if known and known.relation is Relation.SELF and known.status is PatientStatus.DIED:
        return "no-longer-in-care"
    if known and held.kind == Kind.MESSAGE_WAITING and (needless := _why_no_message(known, held)):
        return needless
    if known and held.kind == Kind.CHECK_IN_WAITING and (needless := silence.why_not_remind(known.id, held.created_at)):
        return needless
    if held.kind in reminders.KINDS:
        return reminders.why_not(held, user, known, at=at)
    token = letters.token_of(held)
    if token is None:
        return None
    if token.used_at is not None or token.superseded_at is not None:
        return "link-replaced"
    return LINK_RAN_OUT if token.expires_at <= at else None


def _why_no_message(patient: PatientRef, held: Claim) -> str | None:
    if not _has_unread(patient, held):
        return "read-by-now"
    return "told-with-a-later-one" if not held.is_urgent and told.is_told_later(held) else None


def _has_unread(patient: PatientRef, held: Claim) -> bool:
    if messaging.is_unread(patient.id, by_patient=patient.relation is Relation.SELF):
        return True
    # Words of danger that were withdrawn can be read no more, and are still to be answered.
    return held.is_urgent and messaging.is_in_danger(patient.id)
