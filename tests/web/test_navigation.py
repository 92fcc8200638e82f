"""Everybody sees the links of their role, and is told where they are."""

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask, request

from portal.access.policy import Actor, Role
from portal.web import navigation

PATIENT = uuid.UUID(int=7)
LABELS = {
    Role.PATIENT: ["Today", "Progress", "Messages", "You"],
    Role.PROVIDER: ["Caseload", "Alerts", "Messages", "My day"],
    Role.NURSE: ["My day", "Caseload", "Alerts", "Messages"],
    Role.ADMINISTRATOR: ["People", "Clinic", "Questionnaires", "On call", "Delivery"],
}


def actor(role: Role) -> Actor:
    return Actor(uuid.UUID(int=1), role, "Somebody", PATIENT if role is Role.PATIENT else None)


@pytest.fixture(autouse=True)
def reader(small: Flask) -> Iterator[None]:
    """An app that has every endpoint of the table, asked for /here."""
    table = [entry for entries in navigation.ENTRIES.values() for entry in entries] + list(navigation.CHART)
    for endpoint, of_patient in {(entry.endpoint, entry.of_patient) for entry in table}:
        rule = "/" + endpoint.replace(".", "/") + ("/<uuid:patient_id>" if of_patient else "")
        small.add_url_rule(rule, endpoint, str)
    small.add_url_rule("/messaging/one", "messaging.one", str)
    with small.test_request_context("/messaging/one"):
        yield


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_its_own_links(role: Role) -> None:
    found = navigation.entries(actor(role))
    assert [str(item.label) for item in found] == LABELS[role]
    assert all((str(PATIENT) in item.href) is (role is Role.PATIENT) for item in found)


def test_nobody_has_no_links() -> None:
    assert navigation.entries(None) == []


def test_a_link_that_leads_nowhere_is_left_out(small: Flask) -> None:
    del small.view_functions["review.caseload"]
    assert [str(item.label) for item in navigation.entries(actor(Role.NURSE))] == ["My day", "Alerts", "Messages"]
    assert navigation.address("review.caseload") == ""


@pytest.mark.parametrize("role", [Role.PATIENT, Role.PROVIDER])
def test_a_page_within_a_room_marks_the_rooms_link(role: Role) -> None:
    assert request.blueprint == "messaging"
    assert [str(item.label) for item in navigation.entries(actor(role)) if item.current] == ["Messages"]


def test_counts_are_shown_and_spoken() -> None:
    found = navigation.entries(actor(Role.PROVIDER), None, {"alerts": 2, "messages": 1})
    assert [(item.count, item.spoken) for item in found] == [(0, ""), (2, "2 to take on"), (1, "1 unread"), (0, "")]


def test_a_chart_leads_to_that_patients_pages_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "may_open", lambda endpoint: True)
    assert {str(PATIENT) in item.href for item in navigation.chart(PATIENT)} == {True}
