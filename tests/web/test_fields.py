"""What a field takes, what it refuses and in which words, and that it keeps everything that was typed."""

import datetime as dt
import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web import fields
from portal.web.choices import HoursField
from portal.web.fields import Form, SelectChoice
from tests.page import Browser

Post = Callable[[type[Form], dict[str, Any]], Any]
ANSWERS = [SelectChoice("0", "Not at all"), SelectChoice("1", "Several days", {"hint": "two to six"})]


def one(field: Any) -> type[Form]:
    """Return a form with this field as `it`."""
    return type("One", (Form,), {"it": field})


TAKEN: list[tuple[Any, Any, Any]] = [
    (fields.StringField("Name"), "  Ada ", "Ada"),
    (fields.StringField("Name"), "", None),
    (fields.StringField("Name"), "   ", None),
    (fields.StringField("Name"), "Zoë 🌊 <b>", "Zoë 🌊 <b>"),
    (fields.TextAreaField("Note"), "a\r\nb", "a\nb"),
    (fields.PasswordField("Password"), " spaced ", " spaced "),
    (fields.EmailField("Email"), "ada@interval.example", "ada@interval.example"),
    (fields.PhoneField("Phone"), "+1 (202) 555-0134 x12", "+1 (202) 555-0134 x12"),
    (fields.PhoneField("Phone"), "112", "112"),
    (fields.DateField("Day"), "2024-02-29", dt.date(2024, 2, 29)),
    (fields.TimeField("Time"), "09:05", dt.time(9, 5)),
    (fields.IntegerField("Minutes"), "40", 40),
    (fields.DecimalField("Dose"), "0,5", Decimal("0.5")),
    (fields.DecimalField("Dose"), "35.25", Decimal("35.25")),
    (fields.DecimalField("Dose"), "0,125", Decimal("0.125")),
    (fields.DecimalField("Dose"), "35,50", Decimal("35.50")),
    (fields.SelectField("Route", choices=ANSWERS), "1", "1"),
    (fields.RadioField("How often", choices=ANSWERS), "0", "0"),
    (fields.RadioField("How often", choices=ANSWERS, may_decline=True), "declined", None),
    (fields.StripField("Mood"), "0", 0),
    (fields.StripField("Mood"), "10", 10),
    (fields.HoursField("Sleep"), "10", Decimal(10)),
    (fields.CheckboxField("Agreed"), "yes", True),
    (fields.CheckboxesField("Seen", choices=ANSWERS), ["0", "1"], ["0", "1"]),
]


@pytest.mark.parametrize(("field", "sent", "kept"), TAKEN, ids=lambda value: repr(value)[:30])
def test_a_field_takes_what_it_is_for(posted: Post, field: Any, sent: Any, kept: Any) -> None:
    form = posted(one(field), {"it": sent})
    assert (form.it.data, form.errors) == (kept, {})


REFUSED: list[tuple[Any, Any, str]] = [
    (fields.StringField("Name", longest=3), "Adaa", "Use 3 characters or fewer. This has 4."),
    (fields.StringField("Name"), "a\x00b", "cannot be kept"),
    (fields.StringField("Name", missing="Enter your name"), " ", "Enter your name"),
    (fields.EmailField("Email"), "ada@", "name@example.com"),
    (fields.EmailField("Email"), "a@b@c.example", "name@example.com"),
    (fields.EmailField("Email"), "ada@interval.example\r\nBcc: eve@interval.example", "name@example.com"),
    (fields.PhoneField("Phone"), "call me", "phone number"),
    (fields.PhoneField("Phone"), "...", "phone number"),
    (fields.PhoneField("Phone"), "(--) //", "phone number"),
    (fields.PhoneField("Phone"), "+1 2", "phone number"),
    (fields.PhoneField("Phone"), "12 x345", "phone number"),
    (fields.PhoneField("Phone"), "1234 5678 9012 3456", "phone number"),
    (fields.PhoneField("Phone"), "0800 CALL ME", "phone number"),
    (fields.DateField("Day"), "2026-02-30", "real date"),
    (fields.DateField("Day"), "20260301", "real date"),
    (fields.DateField("Day"), "9999-12-31", "real date"),
    (fields.DateField("Day"), "0001-01-01", "real date"),
    (fields.DecimalField("Dose"), "1,000", "without a comma"),
    (fields.DecimalField("Dose"), "12,500", "without a comma"),
    (fields.DateField("Day"), "٢٠٢٦-٠٣-٠١", "real date"),
    (fields.DateField("Day", highest=dt.date(2026, 11, 22)), "2026-11-23", "November 22, 2026 or an earlier date"),
    (fields.DateField("Day", lowest=dt.date(2026, 11, 22)), "2026-11-21", "November 22, 2026 or a later date"),
    (fields.TimeField("Time"), "25:00", "like 14:30"),
    (fields.TimeField("Time"), "9", "like 14:30"),
    (fields.IntegerField("Minutes"), "3.5", "whole number"),
    (fields.IntegerField("Minutes"), "٣", "whole number"),
    (fields.IntegerField("Minutes"), "9" * 5000, "whole number"),
    (fields.IntegerField("Minutes", lowest=1), "0", "Enter 1 or more"),
    (fields.DecimalField("Dose"), "NaN", "Enter a number"),
    (fields.DecimalField("Dose"), "inf", "Enter a number"),
    (fields.DecimalField("Dose"), "1e3", "Enter a number"),
    (fields.DecimalField("Dose", highest=500), "500.1", "Enter 500 or less"),
    (fields.DecimalField("Dose", invalid="Enter the dose in mg"), "a lot", "Enter the dose in mg"),
    (fields.SelectField("Route", choices=ANSWERS), "7", "Choose one of the answers shown"),
    (fields.RadioField("How often", choices=ANSWERS), "declined", "Choose one of the answers shown"),
    (fields.RadioField("How often", choices=ANSWERS, missing="Choose an answer"), "", "Choose an answer"),
    (fields.StripField("Mood"), "11", "Choose one of the answers shown"),
    (fields.StripField("Mood"), "-1", "Choose one of the answers shown"),
    (fields.StripField("Mood"), "3.5", "Choose one of the answers shown"),
    (fields.HoursField("Sleep"), "25", "0 to 24"),
    (fields.CheckboxField("Agreed", missing="Tick the box"), [], "Tick the box"),
    (fields.CheckboxesField("Seen", choices=ANSWERS), ["0", "9"], "Choose one of the answers shown"),
]


@pytest.mark.parametrize(("field", "sent", "said"), REFUSED, ids=lambda value: repr(value)[:30])
def test_a_field_says_what_is_wrong_and_how_to_mend_it(posted: Post, field: Any, sent: Any, said: str) -> None:
    form = posted(one(field), {"it": sent})
    assert len(form.it.errors) == 1
    assert said in str(form.it.errors[0])
    assert [(problem.target, str(problem.text)) for problem in form.error_summary] == [("it", str(form.it.errors[0]))]


@pytest.mark.parametrize(
    "field",
    [
        fields.EmailField("Email"),
        fields.PhoneField("Phone"),
        fields.DateField("Day"),
        fields.TimeField("Time"),
        fields.IntegerField("Minutes"),
        fields.DecimalField("Dose"),
    ],
)
def test_what_could_not_be_read_still_stands_in_the_box(posted: Post, field: Any) -> None:
    form = posted(one(field), {"it": 'so "many" <b>'})
    assert form.it.data is None
    assert 'value="so &#34;many&#34; &lt;b&gt;"' in form.drawn


def test_a_password_is_never_shown_again(posted: Post) -> None:
    form = posted(one(fields.PasswordField("Password")), {"it": "harbour at dusk"})
    assert "harbour" not in form.drawn


def test_a_textarea_keeps_its_first_empty_line(posted: Post) -> None:
    form = posted(one(fields.TextAreaField("Note", longest=3)), {"it": "\r\nlong"})
    assert ">\n\r\nlong</textarea>" in form.drawn


def test_an_optional_field_left_blank_asks_no_further_validator(posted: Post) -> None:
    def fail(form: Any, field: Any) -> None:
        raise fields.ValidationError("never asked")

    assert posted(one(fields.StringField("Name", [fail])), {"it": ""}).errors == {}
    assert posted(one(fields.StringField("Name", [fail])), {"it": "x"}).errors == {"it": ["never asked"]}


def test_declining_is_an_answer_and_not_a_blank(posted: Post) -> None:
    asked = one(fields.StripField("Mood", may_decline=True, missing="Choose a number"))
    declined, blank = posted(asked, {"it": "declined"}), posted(asked, {})
    assert (declined.it.data, declined.it.declined, declined.errors) == (None, True, {})
    assert (blank.it.data, blank.it.declined, blank.errors) == (None, False, {"it": ["Choose a number"]})
    assert re.search(r'value="declined" checked', declined.drawn)


def test_a_strip_has_eleven_radios_none_preselected_and_words_at_both_ends(posted: Post) -> None:
    drawn = posted(one(fields.StripField("Mood", low="worst", high="best")), {}).drawn
    assert re.findall(r'type="radio"[^>]*value="(\d+)"', drawn) == [str(n) for n in range(11)]
    assert "checked" not in drawn
    assert "worst" in drawn
    assert "best" in drawn


def test_an_answer_given_before_is_drawn_as_chosen(posted: Post) -> None:
    with_default = one(fields.StripField("Mood", default=0))
    declined = one(fields.RadioField("How often", choices=ANSWERS, may_decline=True, default="declined"))
    drawn = posted(with_default, {"it": "0"}).drawn
    assert re.search(r'value="0" checked', drawn)
    assert posted(declined, {"it": "declined"}).it.declined


@pytest.mark.parametrize(
    ("chip", "exact", "kept"),
    [("7", "", "7"), ("", "6.5", "6.5"), ("7", "6,5", "6.5"), ("declined", "", None), ("", "", None), ("3", "0", "0")],
)
def test_exact_hours_win_over_the_chip(posted: Post, chip: str, exact: str, kept: str | None) -> None:
    form = posted(one(HoursField("Sleep", may_decline=True)), {"it": chip, "it-exact": exact})
    assert (form.it.data, form.errors) == (None if kept is None else Decimal(kept), {})


@pytest.mark.parametrize("typed", ["6.25", "-1", "24.5", "seven", "1e1"])
def test_hours_that_cannot_be_stay_in_their_box(posted: Post, typed: str) -> None:
    form = posted(one(HoursField("Sleep")), {"it": "7", "it-exact": typed})
    assert len(form.errors["it"]) == 1
    assert f'value="{typed}"' in form.drawn
    assert '<details class="exact" open>' in form.drawn


@given(st.text(max_size=30))
def test_no_text_makes_hours_that_are_not_halves_from_0_to_24(text: str) -> None:
    field = HoursField("Sleep").bind(None, "it", _meta=object())
    try:
        hours = field.parse(text)
    except ValueError:
        return
    assert hours is not None
    assert 0 <= hours <= 24
    assert hours * 2 == int(hours * 2)


def test_a_form_is_valid_html_in_every_state(form_page: Callable[[type[Form]], Browser]) -> None:
    everything = {f"f{n}": row[0] for n, row in enumerate([*TAKEN, *REFUSED])}
    everything["hidden"] = fields.HiddenField(default="abc")
    everything["sheet"] = fields.FileField("Diary", accept=".csv", missing="Choose a file")
    everything["grouped"] = fields.SelectField("Who", choices=[SelectChoice("a", "A", optgroup="First")])
    browser = form_page(type("Everything", (Form,), everything))
    empty = browser.get("/form")
    again = empty.form("Save").submit(expect=422)
    assert again.problems == [
        "Enter your name", "Choose an answer", "Tick the box", "Choose a file",
    ]  # fmt: skip
    assert again.by_id("problems").get("tabindex") == "-1"


def test_a_required_field_says_so_and_an_optional_one_too(posted: Post) -> None:
    required = posted(one(fields.StringField("Name", missing="Enter your name", hint="As in your passport")), {})
    assert 'aria-describedby="it-hint it-error"' in required.drawn
    assert 'aria-invalid="true"' in required.drawn
    assert " required" in required.drawn
    assert "(optional)" in posted(one(fields.StringField("Name")), {}).drawn


def test_a_file_is_taken_as_it_was_sent(posted: Post) -> None:
    field = fields.FileField("Diary", missing="Choose a file")
    sent = posted(one(field), {"it": (io.BytesIO(b"a,b"), "diary.csv")})
    assert sent.it.data.filename == "diary.csv"
    assert posted(one(field), {"it": (io.BytesIO(b""), "")}).errors == {"it": ["Choose a file"]}


def test_two_forms_on_a_page_share_no_id(small: Any) -> None:
    with small.test_request_context():
        assert ' id="' not in str(one(fields.HiddenField())().hidden_tag())
