"""The sheet as it is gathered: the elements in order, true of every patient, and at a cost that does not grow."""

from datetime import timedelta

from portal.patients import queries as patients
from portal.patients.queries import PatientRef
from portal.review.booster.gather import get_sheet
from portal.review.booster.sheet import Element
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.progress.answered import all_of, answered
from tests.progress.stories import say


def ref(person: Person, viewer: Person) -> PatientRef:
    found = patients.get_ref(person.own_id, viewer_id=viewer.user_id)
    assert found is not None
    return found


def said(element: Element) -> list[str]:
    return [f"{say(line.said)} {line.words}".strip() for line in element.lines]


def test_the_sheet_of_a_patient_with_nothing_on_record_says_so(cast: Cast) -> None:
    sheet = get_sheet(ref(cast.ada, cast.bea), at=NOW).sheet
    assert said(sheet.elements[0]) == ["No infusion has been given.", "No infusion is planned."]


def test_the_sheet_of_a_patient_in_treatment_has_doses_and_scores(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    for number in range(1, 4):
        factories.infusion(course, cast.bea, NOW - timedelta(days=40 - number * 7), number)
    answered(cast.ada, "phq-9", all_of("phq-9", 1), ago=2)
    sheet = get_sheet(ref(cast.ada, cast.bea), at=NOW).sheet
    assert any("19 days since infusion 3" in line for line in said(sheet.elements[0]))
    assert any("PHQ-9 9" in line for line in said(sheet.elements[1]))
