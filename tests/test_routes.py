"""Nothing is open by accident: every route of the running application, walked."""

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.access.policy import Role
from tests.cast import Cast
from tests.conftest import assemble
from tests.page import Browser
from tests.telling import ON_SCREEN, told

PUBLIC = {
    "static",
    "accounts.sign_in",
    "accounts.forgotten",
    "accounts.reset",
    "accounts.accept",
    "accounts.leave",
    "accounts.left",
    "leaving.show",
    "language.speak",
    "accounts.sign_out",
    "notices.stop",
    "notices.stop_now",
    "notices.worker",
    "check_in_link.show",
    "check_in_link.follow",
    "safety.help_now",
    "kept_plan.none_kept",
    "kept_plan.standing",
    "kept_plan.worker",
    "health.alive",
    "instruments.about",
    "health.ready",
}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def test_every_route_is_marked_and_the_public_ones_are_these(app: Flask) -> None:
    markings = {rule.endpoint: getattr(app.view_functions[rule.endpoint], "access", None) for rule in rules(app)}
    assert not [endpoint for endpoint, marking in markings.items() if marking is None]
    assert {endpoint for endpoint, marking in markings.items() if marking and marking.permission is None} == PUBLIC


@pytest.mark.parametrize("assembled", [assemble], ids=["anew"])  # A page is added to it.
def test_an_unmarked_route_is_refused(app: Flask, browser: Callable[..., Browser], cast: Cast) -> None:
    app.add_url_rule("/forgotten-marking", "forgotten_marking", lambda: "open to all")
    assert browser(cast.bea).get("/forgotten-marking", expect=500).status_code == 500


def test_no_route_says_anything_clinical(app: Flask) -> None:
    said = [re.sub(r"<[^>]+>", "", rule.rule) for rule in rules(app)]
    assert not [path for path in said if told(ON_SCREEN, path)]


def filled(rule: Rule, patient_id: uuid.UUID) -> str:
    values = {name: patient_id if name == "patient_id" else uuid.uuid4() for name in rule.arguments} | {"number": 1}
    path = rule.rule
    for name, value in values.items():
        path = re.sub(rf"<(?:[a-z]+:)?{name}>", str(value), path)
    return path


@pytest.mark.parametrize("who", ["cal", "dot", "eve"])
def test_adas_pages_do_not_exist_for_anybody_else(
    app: Flask, browser: Callable[..., Browser], cast: Cast, who: str
) -> None:
    stranger = browser(getattr(cast, who))
    about_patients = [rule for rule in rules(app) if "patient_id" in rule.arguments]
    assert about_patients
    for rule in about_patients:
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = stranger.open(filled(rule, cast.ada.own_id), method=method)
            nowhere = stranger.open(filled(rule, uuid.uuid4()), method=method)
            assert (answer.status_code, nowhere.status_code) == (404, 404), f"{method} {rule.rule}"
            assert "Okafor" not in answer.get_data(as_text=True)


def test_nobody_signed_in_sees_nothing_but_public_pages(
    app: Flask, browser: Callable[..., Browser], cast: Cast
) -> None:
    visitor = browser()
    for rule in rules(app):
        if rule.endpoint in PUBLIC or "GET" not in rule.methods:
            continue
        answer = visitor.open(filled(rule, cast.ada.own_id))
        assert answer.status_code == 303, rule.rule
        assert "/sign-in" in answer.headers["Location"]


def test_an_administrator_reaches_no_clinical_page(app: Flask, browser: Callable[..., Browser], cast: Cast) -> None:
    assert cast.eve.actor.role is Role.ADMINISTRATOR
    eve = browser(cast.eve)
    for path in ("/caseload", "/alerts", "/messages", "/patients/new"):
        assert eve.open(path).status_code == 403, path
