"""Which scale speaks for a patient: chosen by what they are treated for, or by whoever enrols them."""

from collections.abc import Callable
from typing import Any

import pytest

from portal import db
from portal.instruments import loader
from portal.patients import main_scale
from portal.patients.models import Condition, Patient
from tests.cast import Cast

Open = Callable[..., Any]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ((), "phq-9"),
        (("treatment-resistant-depression",), "phq-9"),
        (("anxiety",), "gad-7"),
        (("ptsd",), "pcl-5-week"),
        (("chronic-pain",), "peg"),
        (("ocd",), "phq-9"),
        (("chronic-pain", "ptsd"), "pcl-5-week"),
        (("anxiety", "chronic-pain"), "peg"),
        (("ptsd", "postpartum-depression"), "phq-9"),
        (("bipolar", "anxiety"), "phq-9"),
    ],
)
def test_the_usual_scale_follows_what_is_treated(conditions: tuple[str, ...], expected: str) -> None:
    assert main_scale.usual(conditions) == expected
    assert main_scale.fits(expected, conditions)


def test_every_condition_and_every_scale_of_the_list_exists() -> None:
    assert set(main_scale.FOR_CONDITION) == {condition.value for condition in Condition}
    assert all(scale in loader.catalogue() for scale in main_scale.ALL)


def test_a_scale_of_another_condition_does_not_fit() -> None:
    assert main_scale.fits("peg", ("chronic-pain", "ocd"))
    assert not main_scale.fits("peg", ("ocd",))
    assert main_scale.fits("gad-7", ())


def edited(browser: Open, cast: Cast) -> Any:
    return browser(cast.bea).get(f"/patients/{cast.ada.own_id}/edit").form("Save")


def stored(cast: Cast) -> str:
    db.session.expire_all()
    return db.session.get_one(Patient, cast.ada.own_id).primary_instrument


def test_a_provider_chooses_whose_chart_comes_first(browser: Open, cast: Cast) -> None:
    edited(browser, cast).submit(primary_instrument="madrs")
    assert stored(cast) == "madrs"
    assert edited(browser, cast).values["primary_instrument"] == "madrs"


def test_the_usual_scale_follows_a_change_of_what_is_treated(browser: Open, cast: Cast) -> None:
    edited(browser, cast).submit(conditions=["ptsd"], primary_instrument="")
    assert stored(cast) == "pcl-5-week"


def test_a_scale_that_does_not_fit_is_refused_by_name_and_nothing_is_saved(browser: Open, cast: Cast) -> None:
    page = edited(browser, cast).submit(primary_instrument="peg", given_name="Adaeze", expect=422)
    assert page.problems == [
        "Pain, Enjoyment of life and General activity (PEG) does not measure what is ticked above; choose another one"
    ]
    assert page.form("Save").values["given_name"] == "Adaeze"
    assert stored(cast) == "phq-9"


def test_only_scales_that_can_have_a_score_here_are_offered(browser: Open, cast: Cast) -> None:
    form = edited(browser, cast)
    (select,) = [one for one in form.controls if one.get("name") == "primary_instrument"]
    offered = [option.get("value") for option in select.iter("option")]
    assert offered == ["", "phq-9", "gad-7", "madrs", "ham-d", "ymrs", "peg", "pcl-5-week", "pcl-5-month"]
