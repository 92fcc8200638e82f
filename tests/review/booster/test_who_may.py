"""Who may read, sign and withdraw a review: the care team reads, its providers sign, nobody else finds it."""

from collections.abc import Callable

from portal.review.booster import queries
from tests.cast import Cast
from tests.page import Browser
from tests.review.booster.test_pages import DECIDED, address, form, on_the_team, sheet, signed

Open = Callable[..., Browser]
READ_BY, SIGNED_BY = {"bea", "nia"}, {"bea"}


def test_the_care_team_reads_and_its_providers_sign(browser: Open, cast: Cast) -> None:
    _, review = signed(browser, cast)
    read = [address(cast.ada), address(cast.ada, "reviews"), address(cast.ada, f"reviews/{review.id}")]
    sent = [address(cast.ada), address(cast.ada, f"reviews/{review.id}")]
    for name, person in cast.everybody().items():
        client = browser(person)
        assert {client.open(path).status_code for path in read} == {200 if name in READ_BY else 404}, name
        answers = [client.open(path, "POST").status_code for path in sent]
        assert answers == ([409, 422] if name in SIGNED_BY else [404, 404]), name


def test_a_nurse_reads_the_sheet_without_the_form(browser: Open, cast: Cast) -> None:
    page = sheet(browser, cast, "nia")
    assert "A provider of the care team decides and signs." in page.text
    assert "Sign the review" not in page.text
    _, review = signed(browser, cast)
    assert "Withdraw" not in browser(cast.nia).get(address(cast.ada, f"reviews/{review.id}")).text


def test_nothing_of_it_is_on_any_page_of_the_patient(browser: Open, cast: Cast) -> None:
    signed(browser, cast, reason="Too soon, I think.")
    for path in ("today", "progress", "treatments", "messages", "check-ins", ""):
        answer = browser(cast.ada).open(address(cast.ada, path).rstrip("/"))
        said = answer.get_data(as_text=True)
        assert answer.status_code in {200, 404, 308}
        assert "Too soon" not in said
        assert "/review" not in said


def test_a_review_of_another_patient_is_not_found(browser: Open, cast: Cast) -> None:
    on_the_team(cast, cast.cal)
    _, review = signed(browser, cast)
    cal = browser(cast.cal)
    other = address(cast.dot, f"reviews/{review.id}")
    assert cal.open(other).status_code == 404
    assert cal.open(other, "POST", data={"reason": "mine now"}).status_code == 404
    standing = queries.last_standing(cast.ada.own_id)
    assert standing is not None
    assert standing.id == review.id
    assert queries.last_standing(cast.dot.own_id) is None
    assert form(cal.get(address(cast.dot))).submit(DECIDED).status_code == 200
