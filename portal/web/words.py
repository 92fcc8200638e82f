"""What enumerated values are called on a page, in the reader's language."""

from enum import Enum
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.access.policy import PatientStatus, Role
from portal.accounts.models import AccountStatus
from portal.checkins.models import Mode
from portal.checkins.quality import Mark
from portal.checkins.ready_made import Phase
from portal.checkins.unheard import Unheard
from portal.clinic.hours import OnCall
from portal.instruments.algorithms import Provisional, Syndrome
from portal.instruments.change import Reliable, Trend
from portal.instruments.definition import LicenseStatus, Method, SafetyState
from portal.instruments.queries import State
from portal.patients.models import Calling, Condition
from portal.review.booster.models import ReviewDecision
from portal.review.need import Need
from portal.safety.models import AlertState, Closing, Contact, Event, Severity
from portal.web.follow_up_words import FOLLOW_UPS
from portal.web.message_words import MESSAGES
from portal.web.treatment_words import TREATMENT

# By kind first: numbers of two kinds are equal to each other, and one dictionary would mix them up.
WORDS: dict[type[Enum], dict[Enum, Any]] = {
    Role: {
        Role.PATIENT: _l("Patient"),
        Role.PROVIDER: _l("Provider"),
        Role.NURSE: _l("Nurse"),
        Role.ADMINISTRATOR: _l("Administrator"),
    },
    AccountStatus: {
        AccountStatus.INVITED: _l("Invited"),
        AccountStatus.ACTIVE: _l("Active"),
        AccountStatus.DEACTIVATED: _l("Deactivated"),
    },
    PatientStatus: {
        PatientStatus.ACTIVE: _l("In care"),
        PatientStatus.PAUSED: _l("Paused"),
        PatientStatus.TRANSFERRED: _l("Transferred"),
        PatientStatus.DISCHARGED: _l("Discharged"),
        PatientStatus.DIED: _l("Died"),
    },
    Condition: {
        Condition.TREATMENT_RESISTANT_DEPRESSION: _l("Treatment-resistant depression"),
        Condition.ANXIETY: _l("Anxiety"),
        Condition.BIPOLAR: _l("Bipolar disorder"),
        Condition.CHRONIC_PAIN: _l("Chronic pain"),
        Condition.CHRONIC_SUICIDAL_IDEATION: _l("Chronic suicidal thoughts"),
        Condition.OCD: _l("OCD"),
        Condition.POSTPARTUM_DEPRESSION: _l("Postpartum depression"),
        Condition.PTSD: _l("PTSD"),
    },
    Mode: {
        Mode.SELF: _l("By the patient in the portal"),
        Mode.PHONE: _l("By phone"),
        Mode.BEDSIDE: _l("At the bedside, or in the room"),
        Mode.CLINICIAN: _l("A clinician’s own rating"),
    },
    Mark: {
        Mark.TOO_QUICK: _l("Answered in under a second a question, on average."),
        Mark.STRAIGHT_LINED: _l("The same answer to every question of a scale."),
        Mark.CLOCK: _l("The sender’s clock named a moment that cannot be; its time is left out."),
    },
    Need: {
        Need.URGENT_ALERT: _l("Urgent alert"),
        Need.DANGER: _l("Words of danger"),
        Need.SAME_DAY_ALERT: _l("Alert for today"),
        Need.ALERT: _l("Alert to review"),
        Need.MESSAGE: _l("Message waits"),
        Need.WORSENING: _l("Worsening"),
        Need.CHECK_IN: _l("Unread check-ins"),
        Need.NOTHING_NEW: _l("Nothing new"),
        Need.NOT_IN_CARE: _l("Not in care now"),
    },
    Severity: {
        Severity.URGENT: _l("Urgent"),
        Severity.SAME_DAY: _l("Same day"),
        Severity.REVIEW: _l("To review"),
    },
    AlertState: {
        AlertState.OPEN: _l("Open"),
        AlertState.ACKNOWLEDGED: _l("Acknowledged"),
        AlertState.ACTED_ON: _l("Acted on"),
        AlertState.CLOSED: _l("Closed"),
    },
    Contact: {
        Contact.SPOKE: _l("Spoke with the patient"),
        Contact.NO_ANSWER: _l("Tried to call, no answer"),
        Contact.WROTE: _l("Wrote a message"),
        Contact.EMERGENCY_CONTACT: _l("Called the emergency contact"),
        Contact.EMERGENCY_SERVICES: _l("Called emergency services"),
        Contact.OTHER: _l("Something else"),
    },
    Closing: {
        Closing.SAFE: _l("Spoken with, and safe for now"),
        Closing.HANDED_OVER: _l("Handed over to somebody else"),
        Closing.BY_MISTAKE: _l("Answered by mistake"),
        Closing.FALSE_ALARM: _l("No danger: the rule found more than there was"),
        Closing.OTHER: _l("Another reason"),
    },
    Event: {
        Event.ANOTHER_ANSWER: _l("Opened again: another answer came in"),
        Event.REOPENED: _l("Opened again"),
        Event.ASSIGNED: _l("Passed to somebody"),
        Event.CALLED: _l("Called in"),
        Event.ESCALATED: _l("Told further: nobody had taken it on in time"),
        Event.NOT_DELIVERED: _l("The mail about it could not be delivered"),
        Event.DELIVERED: _l("The mail about it was delivered after all"),
        Event.CARD_READ: _l("The patient confirmed that they had read whom to call"),
        Event.HEARD_AGAIN: _l("The patient was heard again"),
    },
    Calling: {
        Calling.ON_CALL: _l("On call"),
        Calling.ESCALATED: _l("Nobody of the care team had taken it on in time"),
        Calling.ASSIGNED: _l("It was passed to them"),
    },
    OnCall: {
        OnCall.NEVER: _l("Nobody is on call"),
        OnCall.WHEN_CLOSED: _l("Whenever the clinic is closed"),
        OnCall.ALWAYS: _l("Day and night, also while the clinic is open"),
    },
    **TREATMENT,
    **MESSAGES,
    **FOLLOW_UPS,
    Syndrome: {
        Syndrome.MAJOR: _l("Major depressive syndrome"),
        Syndrome.OTHER: _l("Other depressive syndrome"),
        Syndrome.NONE: _l("No depressive syndrome"),
        Syndrome.UNKNOWN: _l("Cannot be said: the open answers could decide it"),
    },
    Provisional: {
        Provisional.YES: _l("Provisional PTSD: the pattern of symptoms is met"),
        Provisional.NO: _l("No provisional PTSD"),
        Provisional.UNKNOWN: _l("Cannot be said: the open answers could decide it"),
    },
    ReviewDecision: {
        ReviewDecision.BOOSTER: _l("Booster"),
        ReviewDecision.WAIT: _l("Wait"),
        ReviewDecision.CHANGE: _l("Change of treatment"),
        ReviewDecision.STOP: _l("Stop"),
        ReviewDecision.REFER: _l("Refer"),
    },
    Phase: {
        Phase.BASELINE: _l("Before treatment"),
        Phase.INDUCTION: _l("In the series"),
        Phase.MAINTENANCE: _l("Boosters"),
        Phase.AFTER_STOPPING: _l("After treatment"),
    },
    Reliable: {
        Reliable.IMPROVED: _l("Reliably improved"),
        Reliable.UNCHANGED: _l("No reliable change"),
        Reliable.WORSE: _l("Reliably worse"),
    },
    Trend: {
        Trend.BETTER: _l("Better"),
        Trend.STEADY: _l("Steady"),
        Trend.WORSE: _l("Worse"),
    },
    LicenseStatus: {
        LicenseStatus.PUBLIC_DOMAIN: _l("Public domain"),
        LicenseStatus.PERMITTED: _l("Permitted, with attribution"),
        LicenseStatus.NONCOMMERCIAL: _l("Permitted where the use is not commercial"),
        LicenseStatus.PERMISSION_REQUIRED: _l("Only with the owner’s permission"),
        LicenseStatus.UNKNOWN: _l("Not known"),
    },
    Method: {
        Method.SUM: _l("The answers are added up."),
        Method.MEAN: _l("The mean of the answers."),
        Method.MAXIMUM: _l("The highest answer of each group, added up."),
        Method.TRIAGE: _l("The highest level whose condition is met; nothing is added up."),
    },
    SafetyState: {
        SafetyState.POSITIVE: _l("Positive"),
        SafetyState.NEGATIVE: _l("Negative"),
        SafetyState.UNKNOWN: _l("Unknown"),
    },
    State: {
        State.WAITING: _l("Waiting for approval"),
        State.IN_FORCE: _l("In use"),
        State.RETIRED: _l("Not asked any more"),
        State.DECLINED: _l("Declined"),
    },
}


def words(value: Enum) -> str:
    """Return what a value is called on a page."""
    return str(WORDS[type(value)][value])


def condition(code: str) -> str:
    """Return what a condition is called, from its stored code."""
    return words(Condition(code))


def not_heard(silent: Unheard) -> str:
    """Return for how long nothing has been heard of a patient, or a scale has not been answered."""
    if silent.of_scale:
        said = ngettext("Not answered for %(num)s day", "Not answered for %(num)s days", silent.days)
    else:
        said = ngettext("Not heard of for %(num)s day", "Not heard of for %(num)s days", silent.days)
    return str(said)


def register(app: Flask) -> None:
    """Give the filters to the templates."""
    app.jinja_env.filters.update(words=words, condition=condition, not_heard=not_heard)
