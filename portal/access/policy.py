"""Who may do what to whom: one table, decided about a thing and never about a page.

A permission that is not in the table, an empty list of rules and an empty rule all deny.
"""

import uuid
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    PATIENT = "patient"
    PROVIDER = "provider"
    NURSE = "nurse"
    ADMINISTRATOR = "administrator"


class Relation(StrEnum):
    """How an actor stands to the patient in question."""

    NO_PATIENT = "no-patient"
    SELF = "self"
    CARE_TEAM = "care-team"
    CALLED = "called"
    STRANGER = "stranger"


class PatientStatus(StrEnum):
    """Where a patient is in the clinic's care."""

    ACTIVE = "active"
    PAUSED = "paused"
    TRANSFERRED = "transferred"
    DISCHARGED = "discharged"
    DIED = "died"


class Permission(StrEnum):
    HOME = "home:view"
    INSTRUMENT_EDIT = "instrument:edit"
    INSTRUMENT_APPROVE = "instrument:approve"
    OWN_ACCOUNT = "own-account:manage"
    ACCOUNT_MANAGE = "account:manage"
    CLINIC_MANAGE = "clinic:manage"
    DELIVERY_VIEW = "delivery:view"
    CASELOAD_VIEW = "caseload:view"
    ALERT_LIST = "alert:list"
    ALERT_VIEW = "alert:view"
    ALERT_HANDLE = "alert:handle"
    ALERT_ASSIGN = "alert:assign"
    SAFETY_RULES = "safety:rules"
    SAFETY_MEASURES = "safety:measures"
    ON_CALL_VIEW = "on-call:view"
    ON_CALL_EDIT = "on-call:edit"
    PERSONAL_BASELINE_SET = "personal-baseline:set"
    SAFETY_PLAN_VIEW = "safety-plan:view"
    SAFETY_PLAN_EDIT = "safety-plan:edit"
    SAFETY_PLAN_KEEP = "safety-plan:keep"
    CRISIS_CARD = "crisis-card:read"
    PATIENT_ENROL = "patient:enrol"
    PATIENT_VIEW = "patient:view"
    PATIENT_EDIT = "patient:edit"
    PATIENT_CONTACT_EDIT = "patient:contact-edit"
    PATIENT_STATUS_CHANGE = "patient:status-change"
    PATIENT_INVITE = "patient:invite"
    CARE_TEAM_EDIT = "care-team:edit"
    CONSENT_GIVE = "consent:give"
    TODAY_VIEW = "today:view"
    PLAN_VIEW = "plan:view"
    PLAN_EDIT = "plan:edit"
    CHECK_IN_VIEW = "check-in:view"
    CHECK_IN_SUBMIT = "check-in:submit"
    CHECK_IN_ENTER = "check-in:enter"
    CHECK_IN_REVIEW = "check-in:review"
    HISTORY_IMPORT = "history:import"
    HISTORY_VIEW = "history:view"
    PROGRESS_VIEW = "progress:view"
    TREATMENT_VIEW = "treatment:view"
    TREATMENT_RECORD = "treatment:record"
    TREATMENT_SIGN = "treatment:sign"
    TREATMENT_RULES = "treatment:rules"
    TREATMENT_DAY = "treatment:day"
    PREPARATION_CONFIRM = "preparation:confirm"
    LIFE_EVENT_ADD = "life-event:add"
    BASELINE_CHOOSE = "baseline:choose"
    GOAL_EDIT = "goal:edit"
    REVIEW_VIEW = "review:view"
    REVIEW_SIGN = "review:sign"
    FOLLOW_UP_LIST = "follow-up:list"
    FOLLOW_UP_VIEW = "follow-up:view"
    FOLLOW_UP_WRITE = "follow-up:write"
    FOLLOW_UP_MANY = "follow-up:many"
    QUESTIONNAIRE_REQUEST = "questionnaire:request"
    TEXT_VIEW = "text:view"
    TEXT_REVIEW = "text:review"
    THREAD_LIST = "thread:list"
    MESSAGE_WORDING = "message-wording:edit"
    THREAD_VIEW = "thread:view"
    THREAD_WRITE = "thread:write"
    THREAD_HANDLE = "thread:handle"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, as the policy, the services and the audit know them."""

    user_id: uuid.UUID
    role: Role
    name: str
    patient_id: uuid.UUID | None = None
    is_medical_director: bool = False
    time_zone: str = "UTC"
    language: str = "en"
    session_id: uuid.UUID | None = None
    address: str = ""
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked about: a patient's thing, or one that concerns no patient."""

    relation: Relation = Relation.NO_PATIENT
    patient_status: PatientStatus | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Allows a role in a relation, while the patient's status is one of `while_status` (any, where it is empty).

    With `directs` it allows medical directors only.
    """

    role: Role | None = None
    relation: Relation | None = None
    while_status: frozenset[PatientStatus] = frozenset()
    directs: bool = False

    def allows(self, actor: Actor, thing: Thing) -> bool:
        """Return whether this one rule lets the actor do it."""
        if self.role is None or self.relation is None:
            return False
        in_time = not self.while_status or thing.patient_status in self.while_status
        in_charge = actor.is_medical_director or not self.directs
        return actor.role is self.role and thing.relation is self.relation and in_time and in_charge


ALIVE = frozenset(PatientStatus) - {PatientStatus.DIED}
REACHABLE = frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED})

_PATIENT_SELF = Rule(Role.PATIENT, Relation.SELF)
# Nothing is asked of somebody who is not in care; but an answer that was under way when care ended is still taken.
_PATIENT_ALIVE = Rule(Role.PATIENT, Relation.SELF, ALIVE)
_PATIENT_REACHABLE = Rule(Role.PATIENT, Relation.SELF, REACHABLE)
_PROVIDER_ON_TEAM = Rule(Role.PROVIDER, Relation.CARE_TEAM)
_NURSE_ON_TEAM = Rule(Role.NURSE, Relation.CARE_TEAM)
# A line added to a plan that is stopped would be taken for all that is asked once care is taken up again.
_PROVIDER_WHILE_ASKED = Rule(Role.PROVIDER, Relation.CARE_TEAM, frozenset({PatientStatus.ACTIVE}))
_PROVIDER_WHILE_REACHABLE = Rule(Role.PROVIDER, Relation.CARE_TEAM, REACHABLE)
_NURSE_WHILE_REACHABLE = Rule(Role.NURSE, Relation.CARE_TEAM, REACHABLE)
# Words spoken by a patient who has left may still have to be written down; nobody speaks for one who has died.
_PROVIDER_IN_CARE = Rule(Role.PROVIDER, Relation.CARE_TEAM, ALIVE)
_NURSE_IN_CARE = Rule(Role.NURSE, Relation.CARE_TEAM, ALIVE)
_ANY_PROVIDER = Rule(Role.PROVIDER, Relation.NO_PATIENT)
_ANY_NURSE = Rule(Role.NURSE, Relation.NO_PATIENT)
_ANY_ADMINISTRATOR = Rule(Role.ADMINISTRATOR, Relation.NO_PATIENT)
_ANY_PATIENT = Rule(Role.PATIENT, Relation.NO_PATIENT)
_EVERYONE = (_ANY_PATIENT, _ANY_PROVIDER, _ANY_NURSE, _ANY_ADMINISTRATOR)
# Who was called to an alert sees what the telephone call needs, and acts on the alert; the rest is the care team's.
_PROVIDER_CALLED = Rule(Role.PROVIDER, Relation.CALLED)
_CARE = (_PATIENT_SELF, _PROVIDER_ON_TEAM, _NURSE_ON_TEAM)
_CARE_OR_CALLED = (*_CARE, _PROVIDER_CALLED)
_TEAM = (_PROVIDER_ON_TEAM, _NURSE_ON_TEAM)
_DIRECTOR = Rule(Role.PROVIDER, Relation.NO_PATIENT, directs=True)

POLICY: dict[Permission, tuple[Rule, ...]] = {
    Permission.HOME: _EVERYONE,
    Permission.INSTRUMENT_EDIT: (_ANY_PROVIDER, _ANY_ADMINISTRATOR),
    Permission.INSTRUMENT_APPROVE: (_DIRECTOR,),
    Permission.OWN_ACCOUNT: _EVERYONE,
    Permission.ACCOUNT_MANAGE: (_ANY_ADMINISTRATOR,),
    Permission.CLINIC_MANAGE: (_ANY_ADMINISTRATOR,),
    Permission.DELIVERY_VIEW: (_ANY_ADMINISTRATOR,),
    Permission.CASELOAD_VIEW: (_ANY_PROVIDER, _ANY_NURSE),
    Permission.ALERT_LIST: (_ANY_PROVIDER, _ANY_NURSE),
    Permission.ALERT_VIEW: (*_TEAM, _PROVIDER_CALLED),
    Permission.ALERT_HANDLE: (*_TEAM, _PROVIDER_CALLED),
    Permission.ALERT_ASSIGN: (*_TEAM, _PROVIDER_CALLED),
    Permission.SAFETY_RULES: (_DIRECTOR,),
    Permission.SAFETY_MEASURES: (_DIRECTOR,),
    Permission.ON_CALL_VIEW: (_ANY_PROVIDER, _ANY_NURSE, _ANY_ADMINISTRATOR),
    Permission.ON_CALL_EDIT: (_DIRECTOR, _ANY_ADMINISTRATOR),
    Permission.PERSONAL_BASELINE_SET: (_PROVIDER_IN_CARE,),
    Permission.SAFETY_PLAN_VIEW: _CARE_OR_CALLED,
    Permission.SAFETY_PLAN_EDIT: (_PATIENT_ALIVE, _PROVIDER_IN_CARE, _NURSE_IN_CARE),
    Permission.SAFETY_PLAN_KEEP: (_PATIENT_SELF,),
    Permission.CRISIS_CARD: (_PATIENT_SELF,),
    Permission.PATIENT_ENROL: (_ANY_PROVIDER,),
    Permission.PATIENT_VIEW: _CARE_OR_CALLED,
    Permission.PATIENT_EDIT: (_PROVIDER_ON_TEAM,),
    Permission.PATIENT_CONTACT_EDIT: (_PATIENT_SELF, _PROVIDER_ON_TEAM),
    Permission.PATIENT_STATUS_CHANGE: (_PROVIDER_ON_TEAM,),
    Permission.PATIENT_INVITE: (Rule(Role.PROVIDER, Relation.CARE_TEAM, REACHABLE),),
    Permission.CARE_TEAM_EDIT: (_PROVIDER_ON_TEAM,),
    Permission.CONSENT_GIVE: (_PATIENT_SELF,),
    Permission.TODAY_VIEW: (_PATIENT_SELF,),
    Permission.PLAN_VIEW: _CARE_OR_CALLED,
    Permission.PLAN_EDIT: (_PROVIDER_WHILE_ASKED,),
    Permission.CHECK_IN_VIEW: _CARE_OR_CALLED,
    Permission.CHECK_IN_SUBMIT: (_PATIENT_ALIVE,),
    Permission.CHECK_IN_ENTER: (_PROVIDER_IN_CARE, _NURSE_IN_CARE),
    Permission.CHECK_IN_REVIEW: _TEAM,
    Permission.HISTORY_IMPORT: (_PATIENT_REACHABLE,),
    Permission.HISTORY_VIEW: _CARE_OR_CALLED,
    Permission.PROGRESS_VIEW: _CARE_OR_CALLED,
    Permission.TREATMENT_VIEW: _CARE_OR_CALLED,
    Permission.TREATMENT_RECORD: _TEAM,
    Permission.TREATMENT_SIGN: (_PROVIDER_ON_TEAM,),
    Permission.TREATMENT_RULES: (_DIRECTOR,),
    Permission.TREATMENT_DAY: (_ANY_PROVIDER, _ANY_NURSE),
    Permission.PREPARATION_CONFIRM: (_PATIENT_REACHABLE,),
    Permission.LIFE_EVENT_ADD: (_PATIENT_REACHABLE, _PROVIDER_ON_TEAM, _NURSE_ON_TEAM),
    Permission.BASELINE_CHOOSE: (_PROVIDER_ON_TEAM,),
    Permission.GOAL_EDIT: (_PATIENT_REACHABLE, _PROVIDER_ON_TEAM, _NURSE_ON_TEAM),
    Permission.REVIEW_VIEW: _TEAM,
    Permission.REVIEW_SIGN: (_PROVIDER_ON_TEAM,),
    Permission.FOLLOW_UP_LIST: (_ANY_PROVIDER, _ANY_NURSE),
    Permission.FOLLOW_UP_VIEW: _TEAM,
    Permission.FOLLOW_UP_WRITE: (_PROVIDER_WHILE_REACHABLE, _NURSE_WHILE_REACHABLE),
    Permission.FOLLOW_UP_MANY: (_ANY_PROVIDER, _ANY_NURSE),
    Permission.QUESTIONNAIRE_REQUEST: (_PROVIDER_WHILE_ASKED,),
    Permission.MESSAGE_WORDING: (_DIRECTOR, _ANY_ADMINISTRATOR),
    Permission.TEXT_VIEW: (_ANY_PROVIDER, _ANY_NURSE, _ANY_ADMINISTRATOR),
    Permission.TEXT_REVIEW: (_ANY_PROVIDER,),
    Permission.THREAD_LIST: (_ANY_PROVIDER, _ANY_NURSE),
    Permission.THREAD_VIEW: _CARE,
    Permission.THREAD_WRITE: (_PATIENT_REACHABLE, _PROVIDER_ON_TEAM, _NURSE_ON_TEAM),
    Permission.THREAD_HANDLE: _TEAM,
}


def permits(actor: Actor, permission: Permission, thing: Thing) -> bool:
    """Return whether the policy lets the actor do this to the thing; whatever the table does not say is denied."""
    return any(rule.allows(actor, thing) for rule in POLICY.get(permission, ()))
