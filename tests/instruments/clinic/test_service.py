"""What a clinic adds: who put it in force and when, and that nothing in force is ever rewritten."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.instruments import catalogue, loader, queries, scoring, service
from portal.instruments.loader import DefinitionError
from portal.instruments.queries import State
from portal.instruments.service import ChangedMeanwhile, NotNewer, NotPossible
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import REST, STATEMENT, director, rows, texts_for

LATER = NOW + timedelta(days=1)


def audited() -> list[tuple[str, dict[str, object]]]:
    rows = db.session.execute(select(AuditEvent.event, AuditEvent.details).order_by(AuditEvent.sequence))
    return [(row.event, row.details) for row in rows]


def attest(cast: Cast, instrument: str = "epds", language: str = "en", mark: str = "") -> uuid.UUID:
    texts = texts_for(instrument, mark)
    return service.attest_wording(
        instrument, language, texts, STATEMENT, "Letter of 2 May 2026", by=cast.eve.actor, at=NOW
    )


def digest_of(definition_id: uuid.UUID) -> str:
    found = queries.get_version(definition_id)
    assert found
    return found.digest


def approved(cast: Cast, source: str = REST) -> uuid.UUID:
    definition_id = service.propose_scale(source, by=cast.cal.actor, at=NOW)
    return service.approve(definition_id, digest_of(definition_id), by=director(cast.bea), at=LATER)


def test_a_pasted_wording_can_be_asked_and_scored_at_once(cast: Cast) -> None:
    assert not catalogue.current().get("epds").is_askable
    attest(cast)
    found = catalogue.current().get("epds")
    assert (found.version, found.is_askable) == (1001, True)
    assert found in catalogue.current().askable()
    score = scoring.score(found, {f"q{number}": 3 for number in range(1, 11)})
    assert score.primary
    assert (score.primary.value, score.safety["q10"]) == (30, "positive")


def test_the_attestation_is_kept_and_audited_without_a_word_of_the_questionnaire(cast: Cast) -> None:
    definition_id = attest(cast)
    row = rows()[0]
    assert (row.id, row.statement, row.licence, row.approved_at, row.approved_by_id) == (
        definition_id,
        STATEMENT,
        "Letter of 2 May 2026",
        NOW,
        cast.eve.user_id,
    )
    details = {"instrument": "epds", "version": 1001, "language": "en"}
    assert audited() == [("wording:attested", details)]


def test_a_corrected_wording_is_a_new_version_and_the_former_one_is_kept(cast: Cast) -> None:
    first = attest(cast)
    second = attest(cast, mark=" again")
    now = catalogue.current()
    assert now.get("epds").version == 1002
    assert now.get("epds", 1001).items[0].text == "words for items.q1.text"
    assert now.get("epds").items[0].text == "words for items.q1.text again"
    assert [(one.id, one.retired_at is not None) for one in rows()] == [(first, True), (second, False)]


def test_the_same_words_twice_are_one_version(cast: Cast) -> None:
    assert attest(cast) == attest(cast)
    assert len(rows()) == 1
    assert [event for event, _ in audited()] == ["wording:attested"]


def test_a_wording_that_is_retired_is_read_and_not_offered(cast: Cast) -> None:
    definition_id = attest(cast)
    service.retire(definition_id, by=cast.eve.actor, at=LATER)
    now = catalogue.current()
    assert not now.get("epds").is_askable
    assert "epds" not in {one.id for one in now.askable()}
    assert now.get("epds", 1001).has_wording
    assert audited()[-1] == ("wording:retired", {"instrument": "epds", "version": 1001})
    with pytest.raises(NotPossible):
        service.retire(definition_id, by=cast.eve.actor, at=LATER)


def test_a_shipped_questionnaire_is_asked_in_the_language_a_patient_reads(cast: Cast) -> None:
    attest(cast, "phq-9", "es")
    now = catalogue.current()
    assert (now.get("phq-9").version, now.get("phq-9").language) == (1, "en")
    assert (now.get("phq-9", language="es").version, now.get("phq-9", language="es").language) == (1001, "es")
    assert now.get("phq-9", language="fr").language == "en"


@pytest.mark.parametrize(("statement", "licence"), [("We like it", "Letter"), (STATEMENT, " "), ("", "Letter")])
def test_a_wording_without_its_licence_is_refused(cast: Cast, statement: str, licence: str) -> None:
    with pytest.raises(ValueError, match="needs one of the statements, and a licence"):
        service.attest_wording("epds", "en", texts_for("epds"), statement, licence, by=cast.eve.actor, at=NOW)
    assert not rows()


def test_half_a_wording_is_refused_whole(cast: Cast) -> None:
    texts = texts_for("epds") | {"items.q4.text": ""}
    with pytest.raises(DefinitionError, match=r"items\[3\].text"):
        service.attest_wording("epds", "en", texts, STATEMENT, "Letter", by=cast.eve.actor, at=NOW)
    assert not rows()


def test_an_own_scale_waits_for_the_medical_director(cast: Cast) -> None:
    definition_id = service.propose_scale(REST, by=cast.cal.actor, at=NOW)
    assert "own-rest" not in catalogue.current()
    service.approve(definition_id, digest_of(definition_id), by=director(cast.bea), at=LATER)
    found = catalogue.current().get("own-rest")
    score = scoring.score(found, {"q1": 2, "q2": 0})
    assert score.primary
    assert (found.is_askable, score.primary.value) == (True, 4)
    assert [event for event, _ in audited()] == ["scale:proposed", "scale:approved"]
    row = rows()[0]
    assert (row.proposed_by_id, row.approved_by_id, row.approved_at) == (cast.cal.user_id, cast.bea.user_id, LATER)


def test_content_that_changed_since_it_was_read_is_not_approved(cast: Cast) -> None:
    definition_id = service.propose_scale(REST, by=cast.cal.actor, at=NOW)
    read = digest_of(definition_id)
    assert (
        service.propose_scale(REST.replace("Did you wake", "Did you doze"), by=cast.cal.actor, at=NOW) == definition_id
    )
    with pytest.raises(ChangedMeanwhile):
        service.approve(definition_id, read, by=director(cast.bea), at=LATER)
    assert "own-rest" not in catalogue.current()


def test_what_was_approved_never_changes(cast: Cast) -> None:
    definition_id = approved(cast)
    changed = REST.replace("Did you wake", "Did you doze")
    with pytest.raises(NotNewer) as refused:
        service.propose_scale(changed, by=cast.cal.actor, at=LATER)
    assert refused.value.next_version == 2
    assert service.propose_scale(REST, by=cast.cal.actor, at=LATER) == definition_id
    assert [row.source for row in rows()] == [REST]
    with pytest.raises(NotPossible):
        service.approve(definition_id, digest_of(definition_id), by=director(cast.bea), at=LATER)


def test_a_new_version_takes_the_place_of_the_former_and_both_are_read(cast: Cast) -> None:
    approved(cast)
    approved(cast, REST.replace("version = 1", "version = 2").replace("Did you wake", "Did you doze"))
    now = catalogue.current()
    assert [now.get("own-rest", version).items[1].text for version in (1, 2, None)] == [
        "Did you wake?",
        "Did you doze?",
        "Did you doze?",
    ]
    assert [one.state for one in queries.list_versions()] == [State.RETIRED, State.IN_FORCE]


def test_a_withdrawn_scale_is_still_read_by_those_who_answered_it(cast: Cast) -> None:
    definition_id = approved(cast)
    service.withdraw(definition_id, by=director(cast.bea), at=LATER)
    now = catalogue.current()
    assert "own-rest" not in now
    assert not [one for one in now.askable() if one.id == "own-rest"]
    assert now.get("own-rest", 1).title == now.get("own-rest").title == "Restfulness"
    assert audited()[-1] == ("scale:withdrawn", {"instrument": "own-rest", "version": 1})


def test_a_declined_proposal_can_be_made_again(cast: Cast) -> None:
    definition_id = service.propose_scale(REST, by=cast.cal.actor, at=NOW)
    service.withdraw(definition_id, by=director(cast.bea), at=NOW)
    assert queries.list_versions()[0].state is State.DECLINED
    assert service.propose_scale(REST, by=cast.cal.actor, at=LATER) == definition_id
    assert queries.list_versions()[0].state is State.WAITING


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (REST.replace('"own-rest"', '"phq-9"'), "begins with own-, like own-phq-9"),
        (REST.replace("version = 1", "version = 0"), "whole number from 1"),
        (REST.replace('items = ["q1", "q2"]', 'items = ["q1", "q9"]'), "no item 'q9'"),
        ("id = ", "is not valid TOML"),
    ],
)
def test_a_wrong_scale_is_refused_with_its_reason(cast: Cast, source: str, reason: str) -> None:
    with pytest.raises(DefinitionError, match=reason):
        service.propose_scale(source, by=cast.cal.actor, at=NOW)
    assert not rows()


def test_a_wording_is_not_approved_or_withdrawn_as_a_scale_is(cast: Cast) -> None:
    definition_id = attest(cast)
    with pytest.raises(NotPossible):
        service.withdraw(definition_id, by=director(cast.bea), at=LATER)
    with pytest.raises(NotPossible):
        service.approve(definition_id, digest_of(definition_id), by=director(cast.bea), at=LATER)
    with pytest.raises(NotPossible):
        service.retire(uuid.uuid4(), by=cast.eve.actor, at=LATER)


def test_shipped_definitions_are_never_among_the_clinic_s(cast: Cast) -> None:
    assert queries.list_versions() == []
    assert {one.id for one in catalogue.current()} == {one.id for one in loader.catalogue()}


def test_two_who_paste_at_the_same_moment_do_not_overwrite_each_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    attest(cast)
    db.session.commit()
    monkeypatch.setattr(queries, "next_wording", lambda *_: 1001)
    with pytest.raises(ChangedMeanwhile):
        attest(cast, mark=" of the other")
    assert [(row.version, row.retired_at) for row in rows()] == [(1001, None)]
    assert [event for event, _ in audited()] == ["wording:attested"]
