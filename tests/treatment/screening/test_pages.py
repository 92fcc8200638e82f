"""The pages of a screening: asking, reading, deciding, correcting."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.treatment.models import CourseStatus
from portal.treatment.screening.items import ASKED, Answer
from portal.treatment.screening.models import Decision, Screening, ScreeningDecision
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page
from tests.treatment.screening.asking import correct, decide, entry, record

Open = Callable[..., Browser]
DAY = timedelta(days=1)
ALL_NO = {f"item_{item.code}": "no" for item in ASKED}
RECORD = {
    "weight_kg": "70.5",
    "in_person_on": "2026-11-01",
    "in_person_by": "Bea Lindqvist",
    "adult_name": "Ike Okafor",
    "adult_phone": "+1 212 555 0178",
    "emergency_plan": "Call 911; the door is open.",
}


def base(cast: Cast) -> str:
    return f"/patients/{cast.ada.own_id}/screenings"


def rows() -> list[Screening]:
    db.session.rollback()
    return list(db.session.scalars(select(Screening).order_by(Screening.recorded_at)))


def new(browser: Open, cast: Cast, who: str = "nia") -> Page:
    return browser(getattr(cast, who)).get(f"{base(cast)}/new")


def test_a_nurse_asks_everything_on_one_page_and_the_provider_reads_what_is_not_clear(
    browser: Open, cast: Cast
) -> None:
    page = browser(cast.nia).get(base(cast))
    assert "Not asked yet: ask before the first infusion." in page.text
    answers = ALL_NO | {"item_liver-severe": "yes", "note_liver-severe": "cirrhosis", "item_mania": "unknown"}
    saved = page.follow("Ask now").form("Save").submit(answers, lists_checked="yes", **RECORD)
    assert saved.h1 == "Screening of November 22, 2026 Stop"
    assert "Asked, and no provider has decided yet." in saved.text
    assert "Stop Severe liver disease: yes – cirrhosis Cohen 2018 (ASRA/AAPM/ASA)" in saved.text
    assert "Caution Mania: not known" in saved.text
    assert saved.text.index("Severe liver") < saved.text.index("Mania")
    assert "Decide" not in saved.text
    (row,) = rows()
    assert row.weight_kg == 70.5
    assert row.recorded_by_id == cast.nia.user_id


def test_nothing_is_kept_before_every_question_is_answered_and_what_was_typed_stays(browser: Open, cast: Cast) -> None:
    answers = ALL_NO | {"item_other": "yes"}
    typed = {name: answer for name, answer in answers.items() if "mania" not in name} | {"weight_kg": "7o"}
    page = new(browser, cast).form("Save").submit(typed, expect=422)
    assert page.problems == [
        "Mania: choose an answer",
        "Say in the note what it is.",
        "Enter a number, like 12 or 0.5",
    ]
    assert page.form("Save").values["weight_kg"] == "7o"
    assert page.form("Save").values["item_stroke"] == "no"
    fixed = {"item_mania": "no", "note_other": "faints at the sight of blood", "weight_kg": "70"}
    again = page.form("Save").submit(fixed)
    assert "Anything else the provider should weigh: yes – faints at the sight of blood" in again.text
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"in_person_on": "2026-11-23"}, "November 23, 2026 is still to come. Enter a day up to today."),
        (
            {"in_person_on": "1987-11-23"},
            "November 23, 1987 is before the patient was born (May 17, 1988). Check the year.",
        ),
        ({"consent_on": "2016-11-22"}, "November 22, 2016 is more than ten years ago. Check the year."),
        ({"consent_on": "2026-02-30"}, "Enter a real date: year, month, day, like 2026-03-27"),
        ({"in_person_by": ""}, "Enter who evaluated the patient in person."),
        ({"in_person_on": ""}, "Enter the day of the evaluation in person."),
        ({"adult_name": ""}, "Enter whose phone number this is."),
        ({"weight_kg": "7"}, "Enter the weight in kilograms, from 20 to 400."),
        ({"weight_kg": "seventy"}, "Enter a number, like 12 or 0.5"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(browser: Open, cast: Cast, typed: dict[str, str], said: str) -> None:
    page = new(browser, cast).form("Save").submit(ALL_NO | RECORD | typed, expect=422)
    assert page.problems == [said]
    assert not rows()


def test_what_is_missing_is_a_caution_and_can_still_be_kept(browser: Open, cast: Cast) -> None:
    page = new(browser, cast).form("Save").submit(ALL_NO | {"consent_on": ""})
    for missing in ("weight", "in-person evaluation", "consent", "adult at home", "emergency plan"):
        assert f"Caution No {missing} on record" in page.text
    assert "Caution Medicines and allergies not checked" in page.text


def test_answers_are_shown_from_last_time_and_asked_again(browser: Open, cast: Cast) -> None:
    old = entry({"heart": Answer.YES}, notes={"heart": "stent 2019"}, adult_name="Uma", weight_kg=81.0)
    record(cast, old, NOW - 90 * DAY)
    page = new(browser, cast)
    assert "Other heart disease, or a risk of it Last time: yes – stent 2019" in page.text
    assert "Weight last time: 81 kg" in page.text
    values = page.form("Save").values
    assert not [name for name in values if name.startswith("item_")]
    assert not any(value for name, value in values.items() if name.startswith("note_"))
    assert (values["weight_kg"], values["adult_name"]) == ("", "Uma")
    assert "lists_checked" not in values


def test_agreeing_to_the_portal_is_never_taken_for_consent_to_treatment(browser: Open, cast: Cast) -> None:
    assert new(browser, cast).form("Save").values["consent_on"] == ""


def test_a_list_that_changed_meanwhile_has_to_be_gone_through_again(browser: Open, cast: Cast) -> None:
    page = new(browser, cast).form("Save").submit(ALL_NO, lists="an older list", lists_checked="yes", expect=422)
    assert page.problems[0].startswith("The lists of medicines and allergies have changed")
    assert "lists_checked" not in page.form("Save").values
    assert "Gone through with the patient." in page.form("Save").submit(lists_checked="yes").text


def test_a_tick_for_an_older_list_does_not_outlive_another_problem(browser: Open, cast: Cast) -> None:
    typed = {"lists": "an older list", "lists_checked": "yes", "weight_kg": "seventy"}
    page = new(browser, cast).form("Save").submit(ALL_NO | typed, expect=422)
    assert len(page.problems) == 2
    assert "lists_checked" not in page.form("Save").values
    page = page.form("Save").submit(weight_kg="70")
    assert "Not gone through with the patient." in page.text


def test_sent_twice_it_is_one_screening(browser: Open, cast: Cast) -> None:
    form = new(browser, cast).form("Save")
    form.submit(ALL_NO)
    form.submit(ALL_NO)
    assert len(rows()) == 1
    other = form.submit(ALL_NO | {"item_mania": "yes"}, expect=422)
    assert "with other values" in other.problems[0]


def test_a_screening_is_for_the_course_that_runs_or_the_next_one(browser: Open, cast: Cast) -> None:
    assert "What is it for?" not in new(browser, cast).text
    course = factories.course(cast.ada, cast.bea)
    form = new(browser, cast).form("Save")
    assert form.values["course"] == "running"
    form.submit(ALL_NO)
    new(browser, cast).form("Save").submit(ALL_NO | {"course": "next"})
    assert {row.course_id for row in rows()} == {course.id, None}


def test_a_provider_signs_and_every_stop_needs_its_own_reason(browser: Open, cast: Cast) -> None:
    row = record(cast, entry({"pregnancy": Answer.YES, "intraocular": Answer.YES}))
    page = browser(cast.bea).get(f"{base(cast)}/{row.id}")
    form = page.form("Sign")
    assert form.submit(expect=422).problems == ["Choose your decision", "Say why you decide this"]
    asked = {"decision": "go-ahead", "reason": "Seen together with ophthalmology."}
    page = form.submit(asked, override_intraocular="pressure normal under drops", expect=422)
    assert page.problems == ["Say why treatment may go ahead in spite of this."]
    assert page.form("Sign").values["override_intraocular"] == "pressure normal under drops"
    done = page.form("Sign").submit({"override_pregnancy": "test repeated, negative"})
    assert "Bea Lindqvist decided on November 22, 2026: go ahead. 2 stops were overridden" in done.text
    assert "In spite of “Pregnant”: test repeated, negative" in done.text
    made = db.session.scalars(select(ScreeningDecision)).one()
    assert made.overrides == {
        "pregnancy": "test repeated, negative",
        "intraocular": "pressure normal under drops",
    }


def test_not_now_needs_no_reason_for_the_stops_and_a_later_decision_stands_beside_it(browser: Open, cast: Cast) -> None:
    row = record(cast, entry({"pregnancy": Answer.YES}))
    page = browser(cast.bea).get(f"{base(cast)}/{row.id}")
    page = page.form("Sign").submit(decision="not-now", reason="Wait for the test.")
    assert "Bea Lindqvist decided on November 22, 2026: not now." in page.text
    values = {"decision": "go-ahead", "reason": "The test is negative.", "override_pregnancy": "not pregnant"}
    text = browser(cast.bea).get(f"{base(cast)}/{row.id}").form("Sign").submit(values).text
    assert "Wait for the test." in text
    assert "The test is negative." in text


def test_a_course_that_starts_later_calls_for_asking_again_before_going_ahead(browser: Open, cast: Cast) -> None:
    first = factories.course(cast.ada, cast.bea)
    first.created_at = NOW - 30 * DAY
    row = record(cast, at=NOW - 20 * DAY)
    decide(cast, row, at=NOW - 20 * DAY)
    first.status = CourseStatus.ENDED
    factories.course(cast.ada, cast.bea)
    page = browser(cast.bea).get(base(cast))
    assert "Must be asked again before the next infusion. Bea Lindqvist decided on November 2, 2026" in page.text
    assert "A new course has started since." in page.text
    page = page.follow("Open this screening").form("Sign").submit(decision="go-ahead", reason="fine", expect=422)
    assert page.problems == ["The patient must be asked again first. You can decide “Not now” at any time."]
    assert "Saved." in page.form("Sign").submit(decision="not-now", reason="after a call").text


def test_a_correction_keeps_the_first_version_shows_the_difference_and_is_decided_anew(
    browser: Open, cast: Cast
) -> None:
    row = record(cast, entry({"mania": Answer.YES}), NOW - DAY)
    decide(cast, row)
    page = browser(cast.nia).get(f"{base(cast)}/{row.id}").follow("Correct it")
    assert page.form("Save").values["item_mania"] == "yes"
    assert page.form("Save").submit(expect=422).problems == [
        "Nothing is different from what was recorded.",
        "Say why you are changing what was recorded.",
    ]
    page = page.form("Save").submit({"item_mania": "no", "reason": "meant the sister"})
    assert page.h1 == "Screening of November 21, 2026 Clear"
    assert "no provider has decided yet" in page.text
    assert "Nia Achebe: meant the sister Mania: yes → no" in page.text
    former = page.follow("Version of November 21, 2026")
    assert "This is an earlier version" in former.text
    assert "Caution Mania: yes" in former.text
    assert "Bea Lindqvist, November 22, 2026" in former.text
    late = browser(cast.bea).post(f"{base(cast)}/{row.id}/decision", _signed(former), expect=422)
    assert late.problems == ["A newer screening or correction has been recorded. Open it and decide about that one."]


def _signed(page: Page) -> dict[str, str]:
    return {"decision": "go-ahead", "reason": "ok", "submission_id": "5b0e1cf4-6d8c-4c29-9e4c-7a0b9a5a3f10"}


def test_only_the_care_team_reads_and_only_its_providers_decide(browser: Open, cast: Cast) -> None:
    row = record(cast)
    paths = ["", "/new", f"/{row.id}", f"/{row.id}/correct"]
    for name, person in cast.everybody().items():
        client, may = browser(person), name in {"bea", "nia"}
        assert {client.open(base(cast) + path).status_code for path in paths} == {200 if may else 404}, name
        for path in ("/new", f"/{row.id}/correct"):
            assert client.open(base(cast) + path, "POST").status_code == (422 if may else 404), name
        answer = client.open(f"{base(cast)}/{row.id}/decision", "POST")
        assert answer.status_code == (422 if name == "bea" else 404), name


def test_a_screening_of_another_patient_is_not_found(browser: Open, cast: Cast) -> None:
    row, theirs = record(cast), f"/patients/{cast.dot.own_id}/screenings"
    client = browser(cast.cal)
    for path in (f"{theirs}/{row.id}", f"{theirs}/{row.id}/correct"):
        assert client.open(path).status_code == 404
    assert client.open(f"{theirs}/{row.id}/decision", "POST").status_code == 404


def test_the_pages_take_few_statements_however_long_the_history(
    browser: Open, cast: Cast, queries_of: Callable[[Callable[[], object]], int]
) -> None:
    client = browser(cast.bea)
    row = record(cast, at=NOW - 9 * DAY)
    client.get(base(cast))
    once = queries_of(lambda: client.open(base(cast)))
    for day in (4, 3, 2, 1):
        row = record(cast, at=NOW - day * DAY)
        decide(cast, correct(cast, row, entry({"mania": Answer.YES})), Decision.NOT_NOW)
    assert queries_of(lambda: client.open(base(cast))) == once <= 20
