"""The pages about questionnaires: who may open which, what everybody can read, and what the clinic looks after."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.instruments import catalogue, loader, queries, service
from portal.instruments.definition import FilledBy, LicenseStatus, key_of
from portal.instruments.loinc import allow_list
from portal.instruments.own import files
from portal.instruments.queries import State
from tests.cast import NOW, Cast, Person
from tests.factories import plan_item
from tests.instruments.clinic.scales import REST, STATEMENT, director, rows, texts_for
from tests.page import Browser, Page, said

Open = Callable[..., Browser]
LIST = "/clinic/questionnaires"
STATUSES = {
    LicenseStatus.PUBLIC_DOMAIN: "Public domain",
    LicenseStatus.PERMITTED: "Permitted, with attribution",
    LicenseStatus.NONCOMMERCIAL: "Permitted where the use is not commercial",
    LicenseStatus.PERMISSION_REQUIRED: "Only with the owner’s permission",
    LicenseStatus.UNKNOWN: "Not known",
}


def of(instrument: str, then: str = "") -> str:
    return f"{LIST}/{key_of(instrument)}{then}"


def proposed(cast: Cast, source: str = REST) -> uuid.UUID:
    definition_id = service.propose_scale(source, by=cast.cal.actor, at=NOW)
    db.session.commit()
    return definition_id


def attested(cast: Cast, instrument: str = "epds", language: str = "en") -> uuid.UUID:
    by = cast.cal.actor
    found = service.attest_wording(
        instrument, language, texts_for(instrument), STATEMENT, "Letter of 2 May", by=by, at=NOW
    )
    db.session.commit()
    return found


@pytest.fixture
def bea(cast: Cast) -> Person:
    """Bea as the medical director."""
    return replace(cast.bea, actor=director(cast.bea))


def test_the_clinic_s_pages_are_for_providers_and_administrators(cast: Cast, browser: Open) -> None:
    definition_id = proposed(cast)
    paths = [LIST, of("phq-9"), of("epds", "/wording"), f"{LIST}/versions/{definition_id}"]
    paths += [f"{LIST}/new", f"{LIST}/new/file"]
    for name, person in cast.everybody().items():
        client, expected = browser(person), 200 if name in {"bea", "cal", "eve"} else 403
        assert [client.open(path).status_code for path in paths] == [expected] * len(paths), name


def test_only_the_medical_director_approves_or_withdraws(cast: Cast, browser: Open) -> None:
    definition_id = proposed(cast)
    for name, person in cast.everybody().items():
        client = browser(person)
        for deed in ("approve", "withdraw"):
            answer = client.open(f"{LIST}/versions/{definition_id}/{deed}", "POST", data={"digest": "x"})
            assert answer.status_code == 403, (name, deed)
        page = client.open(f"{LIST}/versions/{definition_id}")
        assert b"Approve version" not in page.data, name
    assert [one.state for one in queries.list_versions()] == [State.WAITING]


def test_only_those_who_may_edit_retire_a_wording(cast: Cast, browser: Open) -> None:
    definition_id = attested(cast)
    for name in ("ada", "dot", "nia"):
        answer = browser(getattr(cast, name)).open(f"{LIST}/versions/{definition_id}/retire", "POST")
        assert answer.status_code == 403, name
    assert catalogue.current().get("epds").is_askable


def test_everybody_can_read_about_every_questionnaire(cast: Cast, browser: Open) -> None:
    page = browser().get("/questionnaires")
    assert page.title.startswith("About these questionnaires")
    for one in loader.catalogue():
        section = page.by_id(f"q-{key_of(one.id)}")
        text = said(section)
        status = f"{STATUSES[one.license_status]}. {one.license}"
        for wanted in (one.title, status, one.attribution, one.source, one.copyright_notice):
            assert " ".join(wanted.split()) in text, one.id
        assert f"Version{one.version}. " in text, one.id
        assert ("not validated" in text) is not one.is_validated, one.id
        assert ("unverified" in text) is (one.verified_on is None), one.id
    assert allow_list().notice in page.text


def test_peg_is_named_as_unverified(cast: Cast, browser: Open) -> None:
    section = browser().get("/questionnaires").by_id(f"q-{key_of('peg')}")
    assert "unverified" in said(section)


def test_the_attestation_of_a_wording_is_public_and_names_nobody(cast: Cast, browser: Open) -> None:
    attested(cast)
    text = said(browser().get("/questionnaires").by_id(f"q-{key_of('epds')}"))
    assert f"In English: {STATEMENT} Letter of 2 May." in text
    assert "Attested for Harbour Clinic by provider on November 22, 2026." in text
    for private in (cast.cal.email, cast.cal.actor.name, "words for"):
        assert private not in text


def test_what_only_waits_or_was_retired_is_not_public(cast: Cast, browser: Open) -> None:
    proposed(cast)
    service.retire(attested(cast), by=cast.eve.actor, at=NOW)
    db.session.commit()
    text = browser().get("/questionnaires").text
    assert "Restfulness" not in text
    assert STATEMENT not in text


@pytest.mark.parametrize("who", ["nobody", "ada", "bea", "eve"])
def test_every_footer_leads_to_the_page(cast: Cast, browser: Open, who: str) -> None:
    client = browser(None if who == "nobody" else getattr(cast, who))
    start = {"nobody": "/sign-in", "ada": f"/patients/{cast.ada.own_id}/messages", "bea": "/messages", "eve": "/clinic"}
    page = client.get(start[who])
    assert page.follow("About these questionnaires").h1 == "About these questionnaires"
    assert ("Questionnaires of this clinic" in [label for label, _ in page.links]) is (who == "bea")


def test_a_questionnaire_leads_to_what_is_known_about_it(cast: Cast, browser: Open) -> None:
    item = plan_item(cast.ada, "gad-7", 7)
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    place = dict(page.links)["About this questionnaire"]
    assert "gad" not in place
    about = browser(cast.ada).get(place.partition("#")[0])
    assert "GAD-7" in said(about.by_id(place.partition("#")[2]))


def test_the_list_says_what_is_ready_and_what_is_waiting_for_what(cast: Cast, browser: Open) -> None:
    proposed(cast)
    attested(cast, "who-5")
    page = browser(cast.eve).get("/clinic").follow("Questionnaires")
    ready, wordless = (" ".join(row[0] for row in page.rows(table)) for table in (0, 1))
    assert all(one in ready for one in ("PHQ-9", "GAD-7", "WHO-5"))
    assert all(one in wordless for one in ("EPDS", "ASRM"))
    assert "WHO-5" not in wordless
    assert "Version 1 · proposed by Cal Moreno on November 22, 2026" in page.text
    totals = [one.title for one in loader.catalogue() if one.filled_by is FilledBy.CLINICIAN]
    assert all(title in page.text for title in totals)


def test_a_shipped_definition_is_shown_in_plain_words(cast: Cast, browser: Open) -> None:
    page = browser(cast.bea).get(of("phq-9"))
    for wanted in ("minimal or none", "1 to 9", "Up to 2; they take the mean of the others", "safety question"):
        assert wanted in page.text
    change, response = (
        getattr(loader.catalogue().get("phq-9").primary, name) for name in ("reliable_change", "response")
    )
    assert f"A change of 6 points or more is reliable ({change.source})." in page.text
    assert f"Response: 50 % less than at the start. Remission: below 5 ({response.source})." in page.text
    assert "Words to be pasted by the clinic" in browser(cast.bea).get(of("epds")).text
    assert browser(cast.bea).open(of("nowhere")).status_code == 404


def tried(page: Page, expect: int = 200, **answers: str) -> Page:
    return page.form("Work out the score").submit(
        {f"try_{code}": value for code, value in answers.items()}, expect=expect
    )


def test_any_scale_can_be_tried_by_hand_and_nothing_is_kept(cast: Cast, browser: Open) -> None:
    page = browser(cast.bea).get(of("phq-9"))
    nine = dict.fromkeys([f"q{number}" for number in range(1, 10)], "1")
    found = tried(page, **nine)
    assert "PHQ-9: 9, mild (9 of 9 answered)" in found.text
    assert "Safety question 9: Positive" in found.text
    assert found.form("Work out the score").values["try_q4"] == "1"
    seven = tried(page, **dict.fromkeys(list(nine)[:7], "1"))
    assert "PHQ-9: 9, mild (7 of 9 answered, prorated)" in seven.text
    assert "Safety question 9: Unknown" in seven.text
    assert "PHQ-9: no score (0 of 9 answered)" in tried(page).text


def test_a_number_that_cannot_be_is_refused_where_it_was_typed(cast: Cast, browser: Open) -> None:
    page = browser(cast.bea).get(of("daily"))
    found = page.form("Work out the score").submit({"try_sleep_h-exact": "30"}, expect=422)
    assert found.problems == ["Enter hours from 0 to 24, in halves, like 6.5"]


def test_a_proposal_is_read_tried_and_approved(cast: Cast, browser: Open, bea: Person) -> None:
    proposed(cast)
    page = browser(bea).get(LIST).follow("Restfulness")
    assert "Reversed2" in page.text
    assert "REST: 4 (2 of 2 answered)" in tried(page, q1="2", q2="0").text
    page = page.form("Approve version 1").submit()
    assert "Approved. It can be asked from now on." in page.text
    assert catalogue.current().get("own-rest").is_askable
    page = page.follow("Version 1")
    assert "by Bea Lindqvist on November 22, 2026" in page.text
    page = page.form("Stop asking it").submit()
    assert "Withdrawn. Answers given so far stay as they are." in page.text
    assert queries.list_versions()[0].state is State.RETIRED


def test_what_changed_after_it_was_opened_has_to_be_read_again(cast: Cast, browser: Open, bea: Person) -> None:
    definition_id = proposed(cast)
    page = browser(bea).get(f"{LIST}/versions/{definition_id}")
    proposed(cast, REST.replace("Did you wake", "Did you doze"))
    page = page.form("Approve version 1").submit()
    assert "It was changed in the meantime." in page.text
    assert "Did you doze?" in page.text
    assert "own-rest" not in catalogue.current()


def test_a_proposal_is_declined_and_a_second_click_does_no_harm(cast: Cast, browser: Open, bea: Person) -> None:
    definition_id = proposed(cast)
    client = browser(bea)
    page = client.get(f"{LIST}/versions/{definition_id}").form("Decline").submit()
    assert "Declined" in page.text
    again = client.post(f"{LIST}/versions/{definition_id}/withdraw")
    assert "Nothing was changed" in again.text


def test_a_wording_is_retired_from_its_page(cast: Cast, browser: Open) -> None:
    attested(cast)
    page = browser(cast.cal).get(LIST).follow("Wording in English")
    assert f"{STATEMENT} Letter of 2 May" in page.text
    page = page.form("Stop asking it in this wording").submit()
    assert "This wording is not asked any more." in page.text
    assert "version 1, wording 1" in page.text


@pytest.fixture
def folder(tmp_path: Any) -> Iterator[Any]:
    path = tmp_path / "scales"
    path.mkdir()
    (path / "own-rest.toml").write_text(REST)
    files.use(str(path))
    yield path
    files.use("")


def test_a_file_waits_until_it_is_approved_and_is_copied_then(
    cast: Cast, browser: Open, bea: Person, folder: Any
) -> None:
    page = browser(bea).get(LIST)
    assert "Version 1 · from the file own-rest.toml" in page.text
    page.follow("Restfulness").form("Approve version 1").submit()
    assert [(row.source, row.proposed_by_id, row.approved_by_id) for row in rows()] == [(REST, None, bea.user_id)]
    assert "from the file" not in browser(bea).get(LIST).text
    (folder / "own-rest.toml").unlink()
    files.use(str(folder))
    catalogue.forget()
    assert catalogue.current().get("own-rest", 1).is_askable


def test_pages_and_records_keep_quiet_about_words(
    cast: Cast, browser: Open, bea: Person, caplog: pytest.LogCaptureFixture
) -> None:
    definition_id = attested(cast)
    proposed(cast)
    browser(bea).get(f"{LIST}/versions/{definition_id}")
    tried(browser(bea).get(LIST).follow("Restfulness"), q1="2")
    kept = str(list(db.session.execute(select(AuditEvent.event, AuditEvent.details))))
    for quiet in (kept, caplog.text):
        assert "words for" not in quiet
        assert "Did you rest" not in quiet


def test_the_clinic_s_pages_ask_the_database_a_few_times(
    cast: Cast, browser: Open, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    proposed(cast)
    eve = browser(cast.eve)
    eve.get(LIST)
    assert queries_of(lambda: eve.get(LIST)) <= 4
    assert queries_of(lambda: browser().get("/questionnaires")) <= 3
