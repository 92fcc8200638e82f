"""Who may see and record a patient's treatment."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
SEEN_BY = {"ada", "bea", "nia"}
RECORDED_BY = {"bea", "nia"}
EVERYBODY = ("ada", "bea", "cal", "dot", "eve", "nia")


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_care_team_and_the_patient_see_the_treatment(browser: Open, cast: Cast, who: str) -> None:
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=3))
    answer = browser(getattr(cast, who)).open(f"/patients/{cast.ada.own_id}/treatments")
    assert answer.status_code == (200 if who in SEEN_BY else 404)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("who", EVERYBODY)
def test_only_the_care_team_records(browser: Open, cast: Cast, who: str, method: str) -> None:
    course = factories.course(cast.ada, cast.bea)
    infusion = factories.infusion(course, cast.bea, NOW - timedelta(days=3))
    base = f"/patients/{cast.ada.own_id}/treatments"
    paths = [f"{base}/new", f"{base}/{course.id}/new", f"{base}/{course.id}/{infusion.id}"]
    client = browser(getattr(cast, who))
    answers = {client.open(path, method).status_code for path in paths}
    allowed = {200} if method == "GET" else {422}
    assert answers == (allowed if who in RECORDED_BY else {404})


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_the_care_team_ends_a_course(browser: Open, cast: Cast, who: str) -> None:
    course = factories.course(cast.ada, cast.bea)
    path = f"/patients/{cast.ada.own_id}/treatments/{course.id}/end"
    answer = browser(getattr(cast, who)).open(path, "POST")
    assert answer.status_code == (303 if who in RECORDED_BY else 404)


def test_a_course_or_an_infusion_of_another_patient_is_not_found(browser: Open, cast: Cast) -> None:
    theirs = factories.course(cast.dot, cast.cal)
    infusion = factories.infusion(theirs, cast.cal, NOW - timedelta(days=3))
    own = factories.course(cast.ada, cast.bea)
    base, client = f"/patients/{cast.ada.own_id}/treatments", browser(cast.bea)
    for path in (f"{theirs.id}/new", f"{theirs.id}/{infusion.id}", f"{own.id}/{infusion.id}"):
        assert client.open(f"{base}/{path}").status_code == 404
        assert client.open(f"{base}/{path}", "POST").status_code == 404
    assert client.open(f"{base}/{theirs.id}/end", "POST").status_code == 404
