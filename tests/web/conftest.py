"""A small application on our plumbing alone: no database, so that these tests are quick and say where a fault lies."""

from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect

from config import ROOT
from portal.clinic import queries as clinic
from portal.web import errors, filters, headers, kept_plan, navigation, nearest, words
from portal.web.fields import Form
from portal.web.session import BrowserSessions
from tests.page import Browser

FORM_PAGE = """{% extends "layouts/plain.html" %}{% from "components/forms.html" import whole %}
{% block title %}Form{% endblock %}{% block main %}<h1>Form</h1>{{ whole(form, "Save") }}{% endblock %}"""


@pytest.fixture
def small() -> Flask:
    """The plumbing without features."""
    clinic.forget()
    app = Flask("small", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY="for tests only",
        SESSION_COOKIE_NAME="interval",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = BrowserSessions()
    CSRFProtect(app)
    Babel(app, default_timezone="America/New_York")
    app.after_request(headers.apply)
    errors.register(app)
    filters.register(app)
    kept_plan.register(app)
    navigation.register(app)
    nearest.register(app)
    words.register(app)
    app.context_processor(lambda: {"clinic_name": "Harbour Clinic"})
    return app


@pytest.fixture
def visitor(small: Flask) -> Browser:
    return Browser(small.test_client())


@pytest.fixture
def posted(small: Flask) -> Callable[[type[Form], dict[str, object]], Form]:
    """Return a function that posts values into a form class and returns the validated form."""

    def post(form_class: type[Form], values: dict[str, object]) -> Form:
        small.config["WTF_CSRF_ENABLED"] = False
        with small.test_request_context("/", method="POST", data=values):
            form = form_class()
            form.validate_on_submit()
            form.drawn = "".join(str(field()) for field in form.visible)
            return form

    return post


@pytest.fixture
def form_page(small: Flask) -> Callable[[type[Form]], Browser]:
    """Return a function that puts a form at /form and gives a browser to try it with; a valid one answers "kept"."""

    def serve(form_class: type[Form]) -> Browser:
        def view() -> tuple[str, int]:
            form = form_class()
            done = form.validate_on_submit()
            return render_template_string(FORM_PAGE, form=form), (200 if done or not form.errors else 422)

        small.add_url_rule("/form", "form", view, methods=["GET", "POST"])
        return Browser(small.test_client())

    return serve
