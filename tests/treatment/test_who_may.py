"""Who may see and record a patient's treatment."""

from collections.abc import Callable
from datetime import timedelta

from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
SEEN_BY = {"ada", "bea", "nia"}
RECORDED_BY = {"bea", "nia"}


def test_the_care_team_and_the_patient_see_the_treatment(browser: Open, cast: Cast) -> None:
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=3))
    for name, person in cast.everybody().items():
        answer = browser(person).open(f"/patients/{cast.ada.own_id}/treatments")
        assert answer.status_code == (200 if name in SEEN_BY else 404), name


def test_only_the_care_team_records_and_ends(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    infusion = factories.infusion(course, cast.bea, NOW - timedelta(days=3))
    base = f"/patients/{cast.ada.own_id}/treatments"
    paths = [f"{base}/new", f"{base}/{course.id}/new", f"{base}/{course.id}/{infusion.id}"]
    end = f"{base}/{course.id}/end"
    for name, person in cast.everybody().items():
        client, may = browser(person), name in RECORDED_BY
        assert {client.open(path).status_code for path in paths} == {200 if may else 404}, name
        assert {client.open(path, "POST").status_code for path in paths} == {422 if may else 404}, name
        assert client.open(end, "POST").status_code == (303 if may else 404), name


def test_a_course_or_an_infusion_of_another_patient_is_not_found(browser: Open, cast: Cast) -> None:
    theirs = factories.course(cast.dot, cast.cal)
    infusion = factories.infusion(theirs, cast.cal, NOW - timedelta(days=3))
    own = factories.course(cast.ada, cast.bea)
    base, client = f"/patients/{cast.ada.own_id}/treatments", browser(cast.bea)
    for path in (f"{theirs.id}/new", f"{theirs.id}/{infusion.id}", f"{own.id}/{infusion.id}"):
        assert client.open(f"{base}/{path}").status_code == 404
        assert client.open(f"{base}/{path}", "POST").status_code == 404
    assert client.open(f"{base}/{theirs.id}/end", "POST").status_code == 404
