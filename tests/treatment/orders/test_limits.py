"""A patient's own hard stops beside the clinic's, and what keeps an order from being signed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment import problems as shared
from portal.treatment.dose import Dose
from portal.treatment.orders import draft, limits, problems
from portal.treatment.orders.draft import Draft
from portal.treatment.rules.values import DEFAULTS, Limits

CLINICS = DEFAULTS.during.hard
ORDER = Draft("Racemic ketamine", Dose(35, None, 70, None, 40), "intravenous")
ANY = st.builds(Limits, *[st.none() | st.integers(1, 300)] * len(limits.NAMES))


def found(order: Draft, *, is_screened: bool = True) -> list[tuple[str, str]]:
    settled = order.settled(CLINICS, is_screened=is_screened)
    return [(one.field, one.msgid) for one in draft.find(settled, CLINICS, is_screened=is_screened)]


@pytest.mark.parametrize(
    ("asked", "own", "looser"),
    [
        (Limits(), Limits(), ()),
        (CLINICS, Limits(), ()),
        (Limits(systolic=170, diastolic=110), Limits(systolic=170), ()),
        (Limits(systolic=190), Limits(systolic=190), ("systolic",)),
        (Limits(spo2=92), Limits(spo2=92), ()),
        (Limits(spo2=88), Limits(spo2=88), ("spo2",)),
        (Limits(pulse_high=130, pulse_low=45), Limits(pulse_high=130, pulse_low=45), ()),
    ],
)
def test_only_what_differs_from_the_clinics_is_the_orders_own(
    asked: Limits, own: Limits, looser: tuple[str, ...]
) -> None:
    assert limits.own(asked, CLINICS) == own
    assert limits.looser(own, CLINICS) == looser


@given(asked=ANY, clinics=ANY)
def test_what_holds_is_what_was_asked_and_else_the_clinics(asked: Limits, clinics: Limits) -> None:
    own = limits.own(asked, clinics)
    assert limits.effective(own, clinics) == limits.effective(asked, clinics)
    assert limits.from_json(limits.to_json(own, "why")) == (own, "why")


@given(asked=ANY)
def test_where_the_clinic_lays_down_nothing_no_limit_is_looser(asked: Limits) -> None:
    assert limits.looser(asked, Limits()) == ()


@pytest.mark.parametrize(
    "order",
    [
        ORDER,
        replace(ORDER, dose=Dose(None, 0.5, 70, None, 40)),
        replace(ORDER, dose=Dose(None, None, 70, 0.35, 240)),
        replace(ORDER, dose=Dose(None, None, None, 0.35, 240)),
        replace(ORDER, dose=Dose(2112, None, None, None, 4 * 24 * 60), dose_reason="four days for pain"),
        replace(ORDER, limits=Limits(systolic=165, spo2=92)),
        replace(ORDER, limits=Limits(systolic=190), limits_reason="lives at 150"),
    ],
)
def test_what_can_be_right_can_be_signed(order: Draft) -> None:
    assert found(order) == []


@pytest.mark.parametrize(
    ("order", "field", "msgid"),
    [
        (replace(ORDER, dose=Dose(None, None, 70, None, 40)), "dose_mg", problems.NO_DOSE),
        (replace(ORDER, dose=Dose(0, None, 70, None, 40)), "dose_mg", shared.NOT_ABOVE_ZERO),
        (replace(ORDER, dose=Dose(35, 5, 70, None, 40)), "dose_mg", shared.DISAGREE),
        (replace(ORDER, dose=Dose(98, None, 70, 0.35, 40)), "dose_mg_per_kg_h", shared.DISAGREE_RATE),
        (replace(ORDER, dose=Dose(350, None, 70, None, 40)), "confirm_dose", shared.UNUSUAL),
        (replace(ORDER, dose=Dose(None, None, 70, 7.5, 20)), "confirm_dose", shared.UNUSUAL_RATE),
        (replace(ORDER, dose=Dose(35, None, 7, None, 40)), "weight_kg", shared.WEIGHT_UNLIKELY),
        (replace(ORDER, limits=Limits(systolic=400), limits_reason="x"), "systolic", problems.OUT_OF_RANGE),
        (replace(ORDER, limits=Limits(spo2=101)), "spo2", problems.OUT_OF_RANGE),
        (replace(ORDER, limits=Limits(systolic=110)), "diastolic", problems.NOT_BELOW),
        (replace(ORDER, limits=Limits(pulse_low=100, pulse_high=90)), "pulse_low", problems.NOT_BELOW),
        (replace(ORDER, limits=Limits(systolic=190)), "limits_reason", problems.NO_REASON_FOR_LOOSER),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(order: Draft, field: str, msgid: str) -> None:
    assert (field, msgid) in found(order)


def test_without_a_screening_that_stands_a_reason_is_needed() -> None:
    assert found(ORDER, is_screened=False) == [("unscreened_reason", problems.NOT_SCREENED)]
    assert found(replace(ORDER, unscreened_reason="seen today"), is_screened=False) == []


def test_reasons_that_nobody_asks_for_are_not_kept() -> None:
    chatty = replace(ORDER, limits_reason="a", dose_reason="b", unscreened_reason="c", limits=CLINICS)
    settled = chatty.settled(CLINICS, is_screened=True)
    assert (settled.limits_reason, settled.dose_reason, settled.unscreened_reason) == ("", "", "")
    assert settled.limits == Limits()


@pytest.mark.parametrize(
    ("known", "asks"), [(None, False), (70.0, False), (63.7, False), (77.5, False), (63.6, True), (31.75, True)]
)
def test_a_weight_far_from_the_last_one_is_confirmed_with_a_reason(known: float | None, asks: bool) -> None:
    def wrong(order: Draft) -> list[str]:
        settled = order.settled(CLINICS, is_screened=True, known_kg=known)
        return [one.msgid for one in draft.find(settled, CLINICS, is_screened=True, known_kg=known)]

    assert wrong(ORDER) == ([problems.WEIGHT_OFF] if asks else [])
    assert wrong(replace(ORDER, dose_reason="weighed twice")) == []
