"""A plan to test with, and how a person writes one."""

from typing import Any

from portal.safety.plan import queries
from tests.cast import Cast
from tests.page import Page, PageForm

LINES = {
    "signs-0-what": "I stop answering my phone",
    "alone-0-what": "Walk to the river",
    "company-0-name": "Café by the park",
    "company-0-contact": "12 Elm Street",
    "people-0-name": "Ike",
    "people-0-phone": "+1 (212) 555-0178",
    "services-0-name": "Bea Lindqvist",
    "services-0-phone": "212 555 0134 x 12",
    "services-0-hours": "Weekdays 9 to 5",
    "safer-0-what": "Ike keeps my tablets",
    "safer-0-who": "Ike",
    "matters-0-what": "My sister’s children",
}


def path(cast: Cast, more: str = "") -> str:
    return f"/patients/{cast.ada.own_id}/my-plan{more}"


def edit(browser: Any, cast: Cast, who: str = "ada") -> Page:
    found: Page = browser(getattr(cast, who)).get(path(cast, "/edit"))
    return found


def another_sign(browser: Any, cast: Cast, who: str = "ada") -> PageForm:
    """Open the form with room for one more warning sign."""
    button = "Another line for “My warning signs”"
    return edit(browser, cast, who).form("Save").submit(button=button).form("Save")


def write(browser: Any, cast: Cast, who: str = "ada", **changed: str) -> Page:
    """Write a plan as somebody does, and return the page that follows."""
    form = edit(browser, cast, who).form("Save")
    there = {name: text for name, text in LINES.items() if name in form.names}
    return form.submit({**there, **{name.replace("_", "-"): text for name, text in changed.items()}})


def standing(cast: Cast) -> queries.StandingPlan:
    found = queries.latest(cast.ada.own_id)
    assert found is not None
    return found
