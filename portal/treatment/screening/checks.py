"""Whether a screening can be kept as entered, and a decision about it signed. Pure: values in, problems out."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from portal.messages import N_
from portal.treatment import dose
from portal.treatment.problems import WEIGHT_UNLIKELY, Problem
from portal.treatment.screening.entry import Entry, years
from portal.treatment.screening.items import ASKED, Answer

MOST_YEARS_AGO = 10

NOT_ANSWERED = N_("Choose an answer: yes, no, or not known.")
SAY_WHAT = N_("Say in the note what it is.")
IN_FUTURE = N_("%(day)s is still to come. Enter a day up to today.")
BEFORE_BIRTH = N_("%(day)s is before the patient was born (%(born)s). Check the year.")
LONG_AGO = N_("%(day)s is more than ten years ago. Check the year.")
EVALUATED_BY = N_("Enter who evaluated the patient in person.")
EVALUATED_ON = N_("Enter the day of the evaluation in person.")
WHOSE_PHONE = N_("Enter whose phone number this is.")
LISTS_CHANGED = N_(
    "The lists of medicines and allergies have changed since you opened this page. "
    "Go through them with the patient as they stand now, then tick this again."
)
NO_REASON = N_("Say why you are changing what was recorded.")
ALREADY_CORRECTED = N_("Somebody has corrected this screening in the meantime. Open the newer version.")
NOTHING_CHANGED = N_("Nothing is different from what was recorded.")
SIGNED_ALREADY = N_("This page was sent before, with other words. See what was signed.")
SUPERSEDED = N_("A newer screening or correction has been recorded. Open it and decide about that one.")
ASK_AGAIN_FIRST = N_("The patient must be asked again first. You can decide “Not now” at any time.")
NO_DECISION_REASON = N_("Say why you decide this.")
NO_OVERRIDE = N_("Say why treatment may go ahead in spite of this.")


def find(entry: Entry, *, born_on: date, today: date) -> list[Problem]:
    """Return every reason why the entry cannot be kept, in the order of the form; none where it can.

    Args:
        born_on, today: days where the patient lives.
    """
    return [*_answers(entry), *_weight(entry), *_evaluation(entry, born_on, today), *_at_home(entry)]


def may_decide(
    *, goes_ahead: bool, reason: str, overrides: Mapping[str, str], stops: Collection[str], must_ask_again: bool
) -> list[Problem]:
    """Return every reason why a decision cannot be signed; none where it can.

    Args:
        overrides: the reason to go ahead in spite of a stop, by the item's code.
        stops: the codes of the answers that are a stop.
        must_ask_again: that something changed since the patient was asked.
    """
    found = [] if reason else [Problem("reason", NO_DECISION_REASON, {})]
    if not goes_ahead:
        return found
    if must_ask_again:
        return [Problem("decision", ASK_AGAIN_FIRST, {})]
    return [Problem(f"override_{code}", NO_OVERRIDE, {}) for code in stops if not overrides.get(code)] + found


def _answers(entry: Entry) -> Iterator[Problem]:
    for item in ASKED:
        if item.code not in entry.answers:
            yield Problem(f"item_{item.code}", NOT_ANSWERED, {})
    if entry.answers.get("other") is Answer.YES and not entry.notes.get("other"):
        yield Problem("note_other", SAY_WHAT, {})


def _weight(entry: Entry) -> Iterator[Problem]:
    if entry.weight_kg is not None and not dose.is_weight(entry.weight_kg):
        limits = {"least": dose.LEAST_WEIGHT_KG, "most": dose.MOST_WEIGHT_KG}
        yield Problem("weight_kg", WEIGHT_UNLIKELY, limits)


def _evaluation(entry: Entry, born_on: date, today: date) -> Iterator[Problem]:
    yield from _day("in_person_on", entry.in_person_on, born_on, today)
    if entry.in_person_on is not None and not entry.in_person_by:
        yield Problem("in_person_by", EVALUATED_BY, {})
    if entry.in_person_on is None and entry.in_person_by:
        yield Problem("in_person_on", EVALUATED_ON, {})
    yield from _day("consent_on", entry.consent_on, born_on, today)


def _at_home(entry: Entry) -> Iterator[Problem]:
    if entry.adult_phone and not entry.adult_name:
        yield Problem("adult_name", WHOSE_PHONE, {})


def _day(field: str, on: date | None, born_on: date, today: date) -> Iterator[Problem]:
    if on is None:
        return
    if on > today:
        yield Problem(field, IN_FUTURE, {"day": on})
    elif on < born_on:
        yield Problem(field, BEFORE_BIRTH, {"day": on, "born": born_on})
    elif years(on, today) >= MOST_YEARS_AGO:
        yield Problem(field, LONG_AGO, {"day": on})
