"""What would hurt at a bedside: entries that no form makes, words said too early, stops that nobody hears of."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.treatment.flowsheet.kinds import Level
from portal.treatment.models import Infusion
from tests.cast import Cast
from tests.page import Browser
from tests.treatment.flowsheet.stories import CALM, HIGH, K, at, draft, kept, planned, taken, vitals
from tests.treatment.flowsheet.test_service import concerns, rows
from tests.treatment.flowsheet.test_sync import JSON, batch, count, path, reading, send

Open = Callable[..., Browser]


@pytest.fixture
def infusion(cast: Cast) -> Infusion:
    return planned(cast)


@pytest.mark.parametrize(
    "broken",
    [
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "9999-12-31T23:59:59-12:00"},
        {"fields": {"point": ["during"], "systolic": ["9" * 40], "diastolic": ["80"]}},
        {"fields": {"point": ["during"], "pulse": ["70"], "note": ["\ud800"]}},
        {"fields": {"point": ["during"], "pulse": ["70"], "note": ["a\x00b"]}},
        {"fields": {"point": ["\x00"], "pulse": ["70"]}},
        {"fields": {"point": ["during"], "pulse": ["70"], "time": ["99:99"]}},
        {"fields": {"point": ["during"], "pulse": ["70"], "corrects_id": ["x"]}},
        {"kind": "drug", "fields": {"drug": ["K"], "drawn_mg": ["NaN"]}},
        {"kind": "drug", "fields": {"drug": ["K"], "drawn_mg": ["1e400"]}},
        {"kind": "drug", "fields": {"drug": ["K"], "drawn_mg": ["1"], "given_mg": ["1"], "expires_on": ["0000-00-00"]}},
        {"kind": "side-effect-ended", "fields": {"of": ["\x00"]}},
        {"kind": "authorisation", "fields": {"stop_id": [""], "how": ["spoken"]}},
        {"kind": "emergency", "fields": {"signs": ["\ud800"], "called": ["yes"]}},
    ],
)
def test_an_entry_that_no_form_makes_is_refused_by_itself(
    browser: Open, cast: Cast, infusion: Infusion, broken: dict[str, Any]
) -> None:
    good = reading(1)
    answer = send(browser(cast.nia), infusion, batch(reading(2) | broken, good))
    assert answer["kept"] == [good["id"]]
    assert [len(one["problems"]) > 0 for one in answer["refused"]] == [True]
    assert count(infusion) == 1


@pytest.mark.parametrize(
    "now", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]
)
def test_a_clock_from_another_age_never_breaks_the_batch(
    browser: Open, cast: Cast, infusion: Infusion, now: str
) -> None:
    client = browser(cast.nia)
    one = reading(1) | {"occurred_at": now}
    answer = client.open(path(infusion), "POST", json=batch(one, reading(2), now=now), headers=JSON)
    assert answer.status_code == (200 if now.startswith("1970") else 400)


def test_nested_without_end_is_refused(browser: Open, cast: Cast, infusion: Infusion) -> None:
    data = b'{"device":"a","entries":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    sent = {"data": data, "content_type": "application/json", "headers": JSON}
    assert browser(cast.nia).open(path(infusion), "POST", **sent).status_code == 400


def authorisation(stop: Any, minutes: float, **more: Any) -> Any:
    said = {"stop_id": str(stop.id), "how": "spoken", "provider": "Bea Lindqvist", "said": "Go on."}
    return draft(K.AUTHORISATION, minutes, said, **more)


@pytest.mark.parametrize("queued", [True, False])
def test_nobody_authorises_going_on_before_the_stop(cast: Cast, infusion: Infusion, queued: bool) -> None:
    stop = vitals(15, **HIGH)
    kept(cast, infusion, draft(K.STARTED, 0), stop)
    (early,) = taken(cast, infusion, authorisation(stop, -20, was_queued=queued, is_typed=True))
    assert [one.field for one in early.problems] == ["time"]
    kept(cast, infusion, authorisation(stop, 14.5, was_queued=queued, is_typed=True))


def test_a_stop_heeded_only_after_a_long_while_is_told(cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, draft(K.STARTED, 0), vitals(10, **HIGH))
    kept(cast, infusion, draft(K.ENDED, 50, {"outcome": "stopped-early", "reason": "Pressure"}))
    assert [rule for rule, _ in concerns()] == ["V2", "V3"]


@pytest.mark.parametrize(
    "change", [{"mistaken": True}, CALM | {"point": "during"}, CALM | {"point": "before", "systolic": 138}]
)
def test_a_reading_that_is_no_longer_the_one_before_judges_the_others_again(
    cast: Cast, infusion: Infusion, change: dict[str, Any]
) -> None:
    before, later = vitals(-5, "before", systolic=110), vitals(10, systolic=140)
    kept(cast, infusion, before, draft(K.STARTED, 0), later)

    def level() -> Level:
        return next(one.level for one in rows(infusion) if one.id == later.id)

    assert level() is Level.SOFT
    kept(cast, infusion, draft(K.VITALS, -5, change, corrects_id=before.id, reason="Slip"))
    assert level() is Level.NONE


def test_a_stop_corrected_to_another_one_is_told_again_and_its_time_alone_is_not(
    cast: Cast, infusion: Infusion
) -> None:
    stop = vitals(15, **HIGH)
    worse = vitals(15, systolic=240, diastolic=140, corrects_id=stop.id, reason="Slip")
    kept(cast, infusion, draft(K.STARTED, 0), stop)
    kept(cast, infusion, worse)
    assert concerns() == [("V2", at(15)), ("V2", at(15))]
    kept(
        cast,
        infusion,
        vitals(16, systolic=240, diastolic=140, corrects_id=worse.id, reason="Time", is_typed=True),
    )
    assert len(concerns()) == 2


def test_another_reading_in_a_form_that_was_sent_before_is_saved_when_somebody_says_that_it_is_another(
    browser: Open, cast: Cast, infusion: Infusion
) -> None:
    form = browser(cast.nia).get(path(infusion).removesuffix("/entries")).form("Save the reading")
    form.submit(point="before", systolic="120", diastolic="80")
    page = form.submit(point="before", systolic="170", diastolic="80", expect=422)
    assert "save it again" in page.text
    assert count(infusion) == 1
    page.form("Save the reading").submit()
    assert count(infusion) == 2
