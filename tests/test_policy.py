"""Who may do what: the whole role x permission x relation matrix, written out."""

import uuid
from dataclasses import replace

import pytest

from portal.access.policy import ALIVE, POLICY, Actor, PatientStatus, Permission, Relation, Role, Rule, Thing, permits

NOBODY = frozenset[str]()
EVERYONE = frozenset({"patient no-patient", "provider no-patient", "nurse no-patient", "administrator no-patient"})
CARE = frozenset({"patient self", "provider care-team", "nurse care-team"})
TEAM = frozenset({"provider care-team", "nurse care-team"})
PROVIDER = frozenset({"provider care-team"})
STAFF = frozenset({"provider no-patient", "nurse no-patient"})
ADMINISTRATOR = frozenset({"administrator no-patient"})
SELF = frozenset({"patient self"})
CALLED = frozenset({"provider called"})

MATRIX: dict[Permission, frozenset[str]] = {
    Permission.HOME: EVERYONE,
    Permission.OWN_ACCOUNT: EVERYONE,
    Permission.INSTRUMENT_EDIT: frozenset({"provider no-patient", "administrator no-patient"}),
    Permission.INSTRUMENT_APPROVE: frozenset(),
    Permission.ACCOUNT_MANAGE: ADMINISTRATOR,
    Permission.CLINIC_MANAGE: ADMINISTRATOR,
    Permission.DELIVERY_VIEW: ADMINISTRATOR,
    Permission.CASELOAD_VIEW: STAFF,
    Permission.ALERT_LIST: STAFF,
    Permission.ALERT_VIEW: TEAM | CALLED,
    Permission.ALERT_HANDLE: TEAM | CALLED,
    Permission.ALERT_ASSIGN: TEAM | CALLED,
    Permission.SAFETY_RULES: frozenset(),
    Permission.SAFETY_MEASURES: frozenset(),
    Permission.ON_CALL_VIEW: STAFF | ADMINISTRATOR,
    Permission.ON_CALL_EDIT: ADMINISTRATOR,
    Permission.PERSONAL_BASELINE_SET: PROVIDER,
    Permission.SAFETY_PLAN_VIEW: CARE | CALLED,
    Permission.SAFETY_PLAN_EDIT: CARE,
    Permission.SAFETY_PLAN_KEEP: SELF,
    Permission.CRISIS_CARD: SELF,
    Permission.PATIENT_ENROL: frozenset({"provider no-patient"}),
    Permission.PATIENT_VIEW: CARE | CALLED,
    Permission.PATIENT_EDIT: PROVIDER,
    Permission.PATIENT_CONTACT_EDIT: SELF | PROVIDER,
    Permission.PATIENT_STATUS_CHANGE: PROVIDER,
    Permission.PATIENT_INVITE: PROVIDER,
    Permission.CARE_TEAM_EDIT: PROVIDER,
    Permission.CONSENT_GIVE: SELF,
    Permission.TODAY_VIEW: SELF,
    Permission.PLAN_VIEW: CARE | CALLED,
    Permission.PLAN_EDIT: PROVIDER,
    Permission.CHECK_IN_VIEW: CARE | CALLED,
    Permission.CHECK_IN_SUBMIT: SELF,
    Permission.CHECK_IN_ENTER: TEAM,
    Permission.CHECK_IN_REVIEW: TEAM,
    Permission.HISTORY_IMPORT: SELF,
    Permission.HISTORY_VIEW: CARE | CALLED,
    Permission.PROGRESS_VIEW: CARE | CALLED,
    Permission.TREATMENT_VIEW: CARE | CALLED,
    Permission.TREATMENT_RECORD: TEAM,
    Permission.TREATMENT_SIGN: PROVIDER,
    Permission.TREATMENT_RULES: frozenset(),
    Permission.TREATMENT_DAY: STAFF,
    Permission.PREPARATION_CONFIRM: SELF,
    Permission.LIFE_EVENT_ADD: CARE,
    Permission.BASELINE_CHOOSE: PROVIDER,
    Permission.GOAL_EDIT: CARE,
    Permission.REVIEW_VIEW: TEAM,
    Permission.REVIEW_SIGN: PROVIDER,
    Permission.FOLLOW_UP_LIST: STAFF,
    Permission.FOLLOW_UP_VIEW: TEAM,
    Permission.FOLLOW_UP_WRITE: TEAM,
    Permission.FOLLOW_UP_MANY: STAFF,
    Permission.MESSAGE_WORDING: ADMINISTRATOR,
    Permission.QUESTIONNAIRE_REQUEST: PROVIDER,
    Permission.TEXT_VIEW: STAFF | ADMINISTRATOR,
    Permission.TEXT_REVIEW: frozenset({"provider no-patient"}),
    Permission.THREAD_LIST: STAFF,
    Permission.THREAD_VIEW: CARE,
    Permission.THREAD_WRITE: CARE,
    Permission.THREAD_HANDLE: TEAM,
}
ONLY_WHILE: dict[tuple[Permission, Role], frozenset[PatientStatus]] = {
    (Permission.CHECK_IN_SUBMIT, Role.PATIENT): frozenset(PatientStatus) - {PatientStatus.DIED},
    (Permission.PLAN_EDIT, Role.PROVIDER): frozenset({PatientStatus.ACTIVE}),
    (Permission.QUESTIONNAIRE_REQUEST, Role.PROVIDER): frozenset({PatientStatus.ACTIVE}),
    (Permission.CHECK_IN_ENTER, Role.PROVIDER): frozenset(PatientStatus) - {PatientStatus.DIED},
    (Permission.CHECK_IN_ENTER, Role.NURSE): frozenset(PatientStatus) - {PatientStatus.DIED},
    **{(Permission.SAFETY_PLAN_EDIT, role): ALIVE for role in (Role.PATIENT, Role.PROVIDER, Role.NURSE)},
    (Permission.PERSONAL_BASELINE_SET, Role.PROVIDER): ALIVE,
    (Permission.HISTORY_IMPORT, Role.PATIENT): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
    (Permission.THREAD_WRITE, Role.PATIENT): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
    (Permission.FOLLOW_UP_WRITE, Role.PROVIDER): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
    (Permission.FOLLOW_UP_WRITE, Role.NURSE): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
    (Permission.PREPARATION_CONFIRM, Role.PATIENT): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
    (Permission.GOAL_EDIT, Role.PATIENT): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
    (Permission.LIFE_EVENT_ADD, Role.PATIENT): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
    (Permission.PATIENT_INVITE, Role.PROVIDER): frozenset({PatientStatus.ACTIVE, PatientStatus.PAUSED}),
}
CELLS = [
    (permission, role, relation, status)
    for permission in Permission
    for role in Role
    for relation in Relation
    for status in PatientStatus
]


def actor(role: Role) -> Actor:
    return Actor(user_id=uuid.uuid4(), role=role, name="Somebody")


def test_every_permission_stands_in_the_matrix_and_in_the_policy() -> None:
    assert set(MATRIX) == set(Permission) == set(POLICY)


def test_the_policy_is_the_matrix() -> None:
    wrong = []
    for permission, role, relation, status in CELLS:
        in_time = status in ONLY_WHILE.get((permission, role), frozenset(PatientStatus))
        expected = f"{role.value} {relation.value}" in MATRIX[permission] and in_time
        if permits(actor(role), permission, Thing(relation, status)) is not expected:
            wrong.append((permission, role, relation, status))
    assert not wrong


def test_an_administrator_has_no_clinical_permission() -> None:
    clinical = set(Permission) - {Permission.HOME, Permission.OWN_ACCOUNT, Permission.ACCOUNT_MANAGE}
    clinical -= {Permission.CLINIC_MANAGE, Permission.DELIVERY_VIEW, Permission.INSTRUMENT_EDIT}
    clinical -= {Permission.TEXT_VIEW}  # Words, and nobody they are about.
    clinical -= {Permission.MESSAGE_WORDING, Permission.ON_CALL_VIEW, Permission.ON_CALL_EDIT}
    things = [Thing(relation, PatientStatus.ACTIVE) for relation in Relation]
    assert not [one for one in clinical for thing in things if permits(actor(Role.ADMINISTRATOR), one, thing)]


@pytest.mark.parametrize(
    "permission",
    [
        Permission.INSTRUMENT_APPROVE,
        Permission.TREATMENT_RULES,
        Permission.SAFETY_RULES,
        Permission.SAFETY_MEASURES,
    ],
)
@pytest.mark.parametrize("role", Role)
def test_only_a_medical_director_approves_a_scale_and_lays_down_rules(role: Role, permission: Permission) -> None:
    director = replace(actor(role), is_medical_director=True)
    assert permits(director, permission, Thing()) is (role is Role.PROVIDER)


@pytest.mark.parametrize("rules", [(), (Rule(),), (Rule(role=Role.PROVIDER),), (Rule(relation=Relation.CARE_TEAM),)])
def test_an_empty_list_and_an_empty_rule_deny(rules: tuple[Rule, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICY, Permission.PROGRESS_VIEW, rules)
    assert not permits(actor(Role.PROVIDER), Permission.PROGRESS_VIEW, Thing(Relation.CARE_TEAM, PatientStatus.ACTIVE))


def test_a_permission_the_table_does_not_know_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(POLICY, Permission.HOME)
    assert not permits(actor(Role.PROVIDER), Permission.HOME, Thing())
