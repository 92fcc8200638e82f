"""What enumerated values are called on a page, in the reader's language."""

from enum import Enum
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from portal.access.policy import PatientStatus, Role
from portal.accounts.models import AccountStatus
from portal.checkins.models import Mode
from portal.checkins.quality import Mark
from portal.checkins.ready_made import Phase
from portal.instruments.algorithms import Provisional, Syndrome
from portal.instruments.change import Reliable, Trend
from portal.instruments.definition import LicenseStatus, Method, SafetyState
from portal.instruments.queries import State
from portal.patients.models import Condition
from portal.review.booster.models import ReviewDecision
from portal.review.need import Need
from portal.safety.models import AlertState, Closing, Contact, Severity
from portal.treatment.flowsheet.models import EntryKind, Level
from portal.treatment.medication.groups import Group
from portal.treatment.medication.models import ChangeKind
from portal.treatment.models import CourseStatus, InfusionKind, InfusionStatus, Route, Site
from portal.treatment.monitoring.due import State as Due
from portal.treatment.monitoring.models import Outcome, Watched
from portal.treatment.preparation.models import Adult, Step
from portal.treatment.rules.values import Class, Point
from portal.treatment.screening.models import Decision

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
        Need.SAME_DAY_ALERT: _l("Alert for today"),
        Need.ALERT: _l("Alert to review"),
        Need.MESSAGE: _l("Unread message"),
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
        Closing.OTHER: _l("Another reason"),
    },
    CourseStatus: {
        CourseStatus.RUNNING: _l("Running"),
        CourseStatus.ENDED: _l("Ended"),
    },
    InfusionKind: {
        InfusionKind.INDUCTION: _l("Induction series"),
        InfusionKind.BOOSTER: _l("Booster"),
    },
    InfusionStatus: {
        InfusionStatus.PLANNED: _l("Planned"),
        InfusionStatus.COMPLETED: _l("Completed"),
        InfusionStatus.STOPPED_EARLY: _l("Stopped early"),
        InfusionStatus.CANCELLED: _l("Cancelled"),
        InfusionStatus.MISSED: _l("Missed"),
    },
    Route: {
        Route.INTRAVENOUS: _l("Intravenous"),
        Route.INTRAMUSCULAR: _l("Intramuscular"),
        Route.SUBCUTANEOUS: _l("Subcutaneous"),
        Route.INTRANASAL: _l("Nasal spray"),
        Route.ORAL: _l("By mouth"),
    },
    Site: {
        Site.HOME: _l("At home"),
        Site.CLINIC: _l("At the clinic"),
    },
    EntryKind: {
        EntryKind.PRE_CHECK: _l("Check before the start"),
        EntryKind.DRUG: _l("Drug drawn and given"),
        EntryKind.VITALS: _l("Vital signs"),
        EntryKind.STARTED: _l("Started"),
        EntryKind.ENDED: _l("Ended"),
        EntryKind.STATE: _l("Alertness"),
        EntryKind.SIDE_EFFECT: _l("Side effect"),
        EntryKind.SIDE_EFFECT_ENDED: _l("Side effect over"),
        EntryKind.MEDICINE_GIVEN: _l("Medicine given"),
        EntryKind.AUTHORISATION: _l("Going on after a stop"),
        EntryKind.EMERGENCY: _l("Emergency"),
        EntryKind.DISCHARGE: _l("Check before leaving"),
        EntryKind.NOTE: _l("Note"),
    },
    Level: {
        Level.NONE: _l("Within the limits"),
        Level.SOFT: _l("Flagged"),
        Level.HARD: _l("Stop"),
    },
    Class: {
        Class.CLEAR: _l("Clear"),
        Class.CAUTION: _l("Caution"),
        Class.STOP: _l("Stop"),
    },
    Point: {
        Point.BEFORE: _l("Before"),
        Point.DURING: _l("During"),
        Point.AFTER: _l("After"),
    },
    Decision: {
        Decision.GO_AHEAD: _l("Go ahead"),
        Decision.NOT_NOW: _l("Not now"),
    },
    ChangeKind: {
        ChangeKind.STARTED: _l("Started"),
        ChangeKind.CHANGED: _l("Changed"),
        ChangeKind.STOPPED: _l("Stopped"),
    },
    Group: {
        Group.BENZODIAZEPINE: _l("Benzodiazepine"),
        Group.Z_DRUG: _l("Z-drug"),
        Group.LAMOTRIGINE: _l("Lamotrigine"),
        Group.CYP_INHIBITOR: _l("CYP3A4 or CYP2B6 inhibitor"),
        Group.CYP_INDUCER: _l("CYP3A4 or CYP2B6 inducer"),
        Group.MAOI: _l("MAO inhibitor"),
        Group.STIMULANT: _l("Stimulant"),
        Group.SNRI: _l("SNRI or other noradrenaline reuptake inhibitor"),
        Group.DECONGESTANT: _l("Decongestant"),
        Group.SSRI: _l("SSRI"),
        Group.OPIOID: _l("Opioid"),
        Group.ALCOHOL: _l("Alcohol"),
        Group.GABAPENTINOID: _l("Gabapentinoid"),
        Group.SEDATIVE: _l("Other sedative"),
        Group.NALTREXONE: _l("Naltrexone"),
        Group.LITHIUM: _l("Lithium"),
        Group.VALPROATE: _l("Valproate"),
        Group.ANTIPSYCHOTIC: _l("Antipsychotic"),
    },
    Due: {
        Due.NOT_YET: _l("Not due yet"),
        Due.DONE: _l("Done"),
        Due.DUE: _l("Due"),
        Due.OVERDUE: _l("Overdue"),
    },
    Watched: {
        Watched.URINARY: _l("Urinary check"),
        Watched.LIVER: _l("Liver tests"),
        Watched.COGNITION: _l("Memory and thinking"),
        Watched.MISUSE: _l("Misuse check"),
    },
    Outcome: {
        Outcome.FINE: _l("Nothing to note"),
        Outcome.ATTENTION: _l("Needs attention"),
    },
    Step: {
        Step.EVENING: _l("The evening before"),
        Step.SAME_DAY: _l("On the day"),
    },
    Adult: {
        Adult.YES: _l("Yes"),
        Adult.NO: _l("No"),
        Adult.NOT_SURE: _l("Not sure yet"),
    },
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


def register(app: Flask) -> None:
    """Give the filters to the templates."""
    app.jinja_env.filters.update(words=words, condition=condition)
