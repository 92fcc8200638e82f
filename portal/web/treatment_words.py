"""What the enumerated values of the treatment record are called on a page."""

from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.treatment.flowsheet.models import EntryKind, Level
from portal.treatment.medication.groups import Group
from portal.treatment.medication.models import ChangeKind
from portal.treatment.models import CourseStatus, InfusionKind, InfusionStatus, Route, Site
from portal.treatment.monitoring.due import State as Due
from portal.treatment.monitoring.models import Outcome, Watched
from portal.treatment.preparation.models import Adult, Step
from portal.treatment.rules.values import Class, Point
from portal.treatment.screening.models import Decision

TREATMENT: dict[type[Enum], dict[Enum, Any]] = {
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
}
