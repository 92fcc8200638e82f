"""What a device sends: many entries at once, each kept or refused in words, none lost."""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal import db
from portal.treatment.flowsheet import queries
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.flowsheet.standing import standing
from portal.treatment.flowsheet.sync_forms import Unreadable, read_batch
from portal.treatment.models import Infusion
from portal.treatment.rules.values import DEFAULTS
from tests.cast import NOW, ZONE, Cast
from tests.page import Browser
from tests.treatment import record_rows
from tests.treatment.flowsheet.stories import START, K, at, new_id, planned

Open = Callable[..., Browser]
SENT = NOW.isoformat()
JSON = {"Accept": "application/json"}


@pytest.fixture
def infusion(cast: Cast) -> Infusion:
    return planned(cast)


def path(infusion: Infusion) -> str:
    return f"/patients/{infusion.patient_id}/treatments/{infusion.course_id}/{infusion.id}/day/entries"


def reading(minutes: float, place: int = 0, **more: Any) -> dict[str, Any]:
    fields = {"point": ["during"], "systolic": ["124"], "diastolic": ["78"]} | more.pop("fields", {})
    made = at(minutes).isoformat()
    entry = {"id": str(new_id()), "kind": "vitals", "sequence": place, "occurred_at": made, "queued": True}
    return entry | {"fields": fields} | more


def batch(*entries: Any, device: Any = "tablet-1", now: Any = SENT) -> dict[str, Any]:
    return {"device": device, "now": now, "entries": list(entries)}


def send(client: Browser, infusion: Infusion, sent: Any, status: int = 200) -> Any:
    answer = client.open(path(infusion), "POST", json=sent, headers=JSON)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def count(infusion: Infusion) -> int:
    db.session.rollback()
    found = select(func.count()).select_from(FlowsheetEntry).where(FlowsheetEntry.infusion_id == infusion.id)
    return db.session.scalar(found) or 0


def test_a_queue_of_thirty_that_waited_an_hour_is_kept_once(browser: Open, cast: Cast, infusion: Infusion) -> None:
    client, chance = browser(cast.nia), random.Random(30)
    queue = [reading(n, n) for n in range(30)]
    for _ in range(5):
        shuffled = queue[:]
        chance.shuffle(shuffled)
        answer = send(client, infusion, batch(*shuffled))
        assert (set(answer["kept"]), answer["refused"]) == ({one["id"] for one in queue}, [])
    assert count(infusion) == 30
    lines = queries.get_flowsheet(cast.ada.own_id, infusion.id).lines
    assert [str(line.id) for line in lines] == [one["id"] for one in queue]
    assert {(line.occurred_at - START).seconds // 60 for line in lines} == set(range(30))
    assert all(line.was_queued and line.recorded_at == NOW for line in lines)


def test_one_that_is_refused_says_why_and_loses_none(browser: Open, cast: Cast, infusion: Infusion) -> None:
    wrong = reading(2, fields={"diastolic": ["190"]})
    future = reading(500)
    good = [reading(1), reading(3)]
    answer = send(browser(cast.nia), infusion, batch(good[0], wrong, future, good[1]))
    assert answer["kept"] == [one["id"] for one in good]
    found = {one["id"]: one["problems"] for one in answer["refused"]}
    assert [one["field"] for one in found[wrong["id"]]] == ["diastolic"]
    assert found[wrong["id"]][0]["text"].startswith("190 is not below 124.")
    assert found[future["id"]][0]["field"] == "time"
    assert "4:50" in found[future["id"]][0]["text"]
    assert count(infusion) == 2


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "entries",
        {"entries": []},
        batch(device=3),
        batch(device="x" * 41),
        batch(now="yesterday"),
        batch(now="2026-11-22T15:00:00"),
        batch(now=None),
        {"device": "a", "now": NOW.isoformat(), "entries": {}},
        batch(*({} for _ in range(101))),
    ],
)
def test_what_no_device_sends_is_refused_whole(browser: Open, cast: Cast, infusion: Infusion, sent: Any) -> None:
    assert send(browser(cast.nia), infusion, sent, 400)["problem"]
    assert count(infusion) == 0


def test_what_is_no_json_is_refused(browser: Open, cast: Cast, infusion: Infusion) -> None:
    options = {"data": b"{", "content_type": "application/json", "headers": JSON}
    assert browser(cast.nia).open(path(infusion), "POST", **options).status_code == 400


@pytest.mark.parametrize(
    "broken",
    [
        3,
        {},
        {"id": 7},
        {"id": "nonsense"},
        {"kind": "hello"},
        {"kind": ["vitals"]},
        {"sequence": "1"},
        {"sequence": True},
        {"sequence": -1},
        {"sequence": 2**31},
        {"queued": 1},
        {"occurred_at": None},
        {"occurred_at": "soon"},
        {"occurred_at": "2026-11-22T15:00:00"},
        {"fields": []},
        {"fields": {"systolic": "124"}},
        {"fields": {"systolic": [124]}},
        {"fields": {"note": ["x" * 20_001]}},
    ],
)
def test_an_entry_that_no_device_sends_is_refused_by_itself(
    browser: Open, cast: Cast, infusion: Infusion, broken: Any
) -> None:
    good = reading(1)
    bad = reading(2) | broken if isinstance(broken, dict) and broken else broken
    answer = send(browser(cast.nia), infusion, batch(bad, good))
    assert answer["kept"] == [good["id"]]
    assert [len(one["problems"]) for one in answer["refused"]] == [1]
    assert count(infusion) == 1


def test_a_hundred_are_taken_at_once(browser: Open, cast: Cast, infusion: Infusion) -> None:
    assert len(send(browser(cast.nia), infusion, batch(*(reading(n / 2, n) for n in range(100))))["kept"]) == 100


def test_the_state_changes_with_every_entry_and_with_nothing_else(
    browser: Open, cast: Cast, infusion: Infusion
) -> None:
    client, first = browser(cast.nia), reading(1)
    one = send(client, infusion, batch(first))["state"]
    assert send(client, infusion, batch(first))["state"] == one
    assert client.open(path(infusion)).get_json()["state"] == one
    assert send(client, infusion, batch(reading(2)))["state"] != one


def test_two_devices_write_one_flowsheet(browser: Open, cast: Cast, infusion: Infusion) -> None:
    nia, bea = browser(cast.nia), browser(cast.bea)
    send(nia, infusion, batch(reading(1, 1), reading(5, 2), device="a"))
    send(bea, infusion, batch(reading(3, 1), device="b"))
    lines = queries.get_flowsheet(cast.ada.own_id, infusion.id).lines
    assert [line.recorded_by for line in lines] == ["Nia Achebe", "Bea Lindqvist", "Nia Achebe"]


def test_a_device_whose_clock_is_ahead_is_put_right_and_marked(browser: Open, cast: Cast, infusion: Infusion) -> None:
    ahead = timedelta(minutes=10)
    entry = reading(60) | {"occurred_at": (at(60) + ahead).isoformat()}
    send(browser(cast.nia), infusion, batch(entry, now=(NOW + ahead).isoformat()))
    (line,) = queries.get_flowsheet(cast.ada.own_id, infusion.id).lines
    assert (line.occurred_at, line.skew_seconds, line.clock_was_off) == (at(60), 600, True)
    assert "the device’s clock was off" in browser(cast.nia).open(path(infusion)).get_json()["html"]


def test_a_time_typed_offline_stays_on_the_day_of_the_treatment(browser: Open, cast: Cast, infusion: Infusion) -> None:
    entry = reading(0) | {"occurred_at": ""}
    entry["fields"]["time"] = ["11:05"]
    morning = planned(cast, NOW - timedelta(hours=20), number=2)
    send(browser(cast.nia), morning, batch(entry))
    (line,) = queries.get_flowsheet(cast.ada.own_id, morning.id).lines
    assert line.occurred_at == datetime.fromisoformat("2026-11-21T16:05:00+00:00")


def test_a_nurse_outside_the_care_team_sends_nothing(browser: Open, cast: Cast, infusion: Infusion) -> None:
    for person in (cast.cal, cast.dot, cast.ada, cast.eve):
        answer = browser(person).open(path(infusion), "POST", json=batch(reading(1)), headers=JSON)
        assert answer.status_code == 404
    assert count(infusion) == 0


def test_an_allergen_that_waited_is_kept_and_one_sent_at_once_needs_its_reason(
    browser: Open, cast: Cast, infusion: Infusion
) -> None:
    record_rows.allergy(cast.ada, cast.nia, "Metoclopramide")
    fields = {"name": ["Metoclopramide"], "dose": ["10 mg"]}
    entries = [reading(1, place, kind="medicine-given") | {"fields": fields} for place in (0, 1, 2)]
    entries[1]["queued"] = entries[2]["queued"] = False
    entries[2]["fields"] = fields | {"allergy_reason": ["Nothing else was there"]}
    answer = send(browser(cast.nia), infusion, batch(*entries))
    assert answer["kept"] == [entries[0]["id"], entries[2]["id"]]
    (refused,) = answer["refused"]
    assert (refused["id"], refused["problems"][0]["field"]) == (entries[1]["id"], "allergy_reason")
    page = browser(cast.nia).get(path(infusion).removesuffix("/entries"))
    assert page.text.count("Metoclopramide was given; the patient is recorded as allergic to Metoclopramide.") == 2


def test_who_is_signed_out_is_told_so_and_nothing_is_kept_of_it(browser: Open, cast: Cast, infusion: Infusion) -> None:
    answer = browser().open(path(infusion), "POST", json=batch(reading(1)), headers=JSON)
    assert (answer.status_code, answer.get_json()) == (401, {})
    assert count(infusion) == 0


def test_without_the_token_nothing_is_taken(browser: Open, cast: Cast, infusion: Infusion) -> None:
    answer = browser(cast.nia).open(path(infusion), "POST", json=batch(reading(1)), headers=JSON, csrf=False)
    assert answer.status_code == 400
    assert count(infusion) == 0


def test_the_statements_of_one_entry(
    browser: Open, cast: Cast, infusion: Infusion, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    client = browser(cast.nia)
    send(client, infusion, batch(reading(1)))
    one = queries_of(lambda: send(client, infusion, batch(reading(2))))
    thirty = queries_of(lambda: send(client, infusion, batch(*(reading(3 + n) for n in range(30)))))
    again = reading(50)
    send(client, infusion, batch(again))
    repeated = queries_of(lambda: send(client, infusion, batch(again)))
    assert (one, thirty, repeated) == (14, 43, 10)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(sent=json_values | st.builds(lambda entries: batch(*entries), st.lists(json_values, min_size=1, max_size=3)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_at_all_is_read_or_refused_in_words(app: Any, sent: Any) -> None:
    with app.test_request_context():
        refused = refused_of(sent)
    assert refused
    assert all(refused)


def refused_of(sent: Any) -> list[Any]:
    """Return why nothing, or each entry, was refused; what was made up can never be kept."""
    try:
        found = read_batch(sent, ZONE, START, NOW)
    except Unreadable as unreadable:
        return [str(unreadable)]
    assert not found.drafts
    return [one["problems"] for one in found.refused]


@pytest.mark.parametrize("seed", range(5))
def test_any_interleaving_and_replay_of_two_devices_is_one_flowsheet(
    browser: Open, cast: Cast, infusion: Infusion, seed: int
) -> None:
    chance, client = random.Random(seed), browser(cast.nia)
    queues = {name: [reading(3 * n + (name == "b"), n) for n in range(6)] for name in ("a", "b")}
    sendings = [(name, queues[name][start : start + 2]) for name in queues for start in (0, 2, 4)] * 2
    chance.shuffle(sendings)
    for name, entries in sendings:
        send(client, infusion, batch(*entries, device=name))
    sheet = queries.get_flowsheet(cast.ada.own_id, infusion.id)
    wanted = sorted((one for queue in queues.values() for one in queue), key=lambda one: str(one["occurred_at"]))
    assert [line.id for line in sheet.lines] == [uuid.UUID(one["id"]) for one in wanted]
    assert standing(sheet.entries, DEFAULTS).last(K.VITALS) is not None
