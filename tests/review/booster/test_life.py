"""Element 12: the patient's own words, unchanged but for their length."""

from datetime import date

import pytest

from portal.review.booster.elements.life import Event, Goals, Life, Note, Prepared, life
from portal.review.booster.sheet import Tone
from tests.review.booster.told import lines, text, tone_of, tones

SINCE, ON = date(2026, 11, 10), date(2026, 11, 20)


def test_nothing_written_is_said_to_be_missing() -> None:
    found = life(Life(SINCE))
    assert lines(found) == ["No goals are on record.", "No note with a check-in since 10 November 2026."]
    assert tones(found) == [Tone.MISSING, Tone.MISSING]


def test_goals_stand_with_who_wrote_them_down() -> None:
    own = Goals(ON, "Walk the dog again")
    assert lines(life(Life(SINCE, goals=own)))[0] == "Goals, written on 20 November 2026: «Walk the dog again»"
    theirs = Goals(ON, "Walk the dog again", "Nia Achebe")
    said = "Goals, written down on 20 November 2026 by Nia Achebe: «Walk the dog again»"
    assert lines(life(Life(SINCE, goals=theirs)))[0] == said


def test_notes_are_the_patients_words_and_what_is_cut_says_so() -> None:
    long = "I slept badly. " * 40
    notes = (Note(ON, "A <b>good</b> day %(x)s"), Note(ON, long), Note(ON, "third"))
    found = life(Life(SINCE, notes=notes, more_notes=5))
    assert found.lines[1].words == "A <b>good</b> day %(x)s"
    assert found.lines[2].words.endswith("…")
    assert len(found.lines[2].words) <= 200
    assert "And 6 more notes since 10 November 2026." in lines(found)
    assert "third" not in text(found)


@pytest.mark.parametrize(
    ("said", "line", "tone"),
    [
        (
            Prepared(9, "evening", "no"),
            "Before infusion 9, the evening before: no adult with them.",
            Tone.ATTENTION,
        ),
        (Prepared(9, "same-day", "not-sure"), "Before infusion 9, on the day: not sure that an adult", Tone.ATTENTION),
        (Prepared(9, "evening", "yes", "A cold"), "change in health: «A cold»", Tone.ATTENTION),
        (Prepared(9, "evening", "yes", "", "New tablets"), "change in medicines: «New tablets»", Tone.ATTENTION),
        (Prepared(9, "evening", "yes"), "no change told, and an adult with them.", Tone.PLAIN),
    ],
)
def test_what_was_said_before_an_infusion(said: Prepared, line: str, tone: Tone) -> None:
    found = life(Life(SINCE, prepared=(said,)))
    assert tone_of(found, line) is tone


def test_two_quiet_statements_are_told_once() -> None:
    quiet = (Prepared(9, "evening", "yes"), Prepared(9, "same-day", "yes"))
    assert lines(life(Life(SINCE, prepared=quiet)))[2:] == [
        "Before infusion 9, on the day: no change told, and an adult with them."
    ]
    loud = (Prepared(9, "evening", "yes", "A cold"), Prepared(9, "same-day", "yes"))
    assert "no change told" not in text(life(Life(SINCE, prepared=loud)))


def test_life_events_are_named_with_who_added_them_and_counted_beyond_two() -> None:
    events = (Event(ON, "New job"), Event(ON, "Moved house", "Nia Achebe"), Event(SINCE, "Birthday"))
    found = lines(life(Life(SINCE, events=events)))
    assert found[2:] == [
        "Life event of 20 November 2026, added by the patient: «New job»",
        "Life event of 20 November 2026, added by Nia Achebe: «Moved house»",
        "And 1 more life event.",
    ]
