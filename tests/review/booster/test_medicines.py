"""Element 10: medicines and what changed in them, why they matter, allergies, pregnancy, the screening."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest

from portal.review.booster.elements.medicines import Changed, Medicines, Screened, Taken, medicines
from portal.review.booster.sheet import Tone
from portal.treatment.medication.chips import chips
from portal.treatment.screening.items import Answer
from tests.review.booster.told import lines, text, tone_of, tones

SINCE, ON = date(2026, 11, 10), date(2026, 11, 12)
NOTHING = Medicines()


class Medicine(NamedTuple):
    name: str
    groups: tuple[str, ...]


def test_a_record_without_anything_is_unknown_and_not_empty() -> None:
    found = medicines(NOTHING)
    assert set(tones(found)) == {Tone.MISSING}
    assert lines(found) == [
        "No medicine is on record, and nobody confirmed that none is taken.",
        "No allergy is on record, and nobody confirmed that there is none.",
        "Pregnancy and breastfeeding: never asked.",
        "No screening is on record.",
    ]


def test_confirmed_empty_lists_say_that_there_is_nothing() -> None:
    found = medicines(replace(NOTHING, confirmed_on=ON))
    assert lines(found)[:2] == [
        "Takes none, confirmed on 12 November 2026.",
        "No allergy, confirmed on 12 November 2026.",
    ]


def test_changes_since_stand_newest_first_with_dose_and_day() -> None:
    changed = (Changed("Sertraline", "changed", ON, "100 mg"), Changed("Clonazepam", "stopped", SINCE, "0.5 mg"))
    found = medicines(replace(NOTHING, since=SINCE, changed=changed))
    said = (
        "Since 10 November 2026: Sertraline 100 mg changed on 12 November 2026, Clonazepam stopped on 10 November 2026"
    )
    assert tone_of(found, said) is Tone.ATTENTION
    assert tone_of(medicines(replace(NOTHING, since=SINCE)), "No change of medicines on record since") is Tone.PLAIN


def test_a_benzodiazepine_stands_with_its_dose_reason_and_source() -> None:
    taken = (Taken("Clonazepam", "0.5 mg at night"), Taken("Sertraline", "100 mg"))
    found_chips = chips([Medicine("Sertraline", ("ssri",)), Medicine("Clonazepam", ("benzodiazepine",))])
    found = medicines(replace(NOTHING, taken=taken, chips=found_chips))
    assert lines(found)[0] == "Takes: Clonazepam 0.5 mg at night, Sertraline 100 mg"
    assert lines(found)[1].startswith("Benzodiazepine or z-drug: Clonazepam 0.5 mg at night · May blunt the benefit.")
    assert lines(found)[1].endswith("Andrashko 2020 [V]")
    assert tones(found)[1:3] == [Tone.ATTENTION, Tone.ATTENTION]


def test_a_long_name_never_hides_the_dose() -> None:
    taken = (Taken("A benzodiazepine with a very long name indeed", "0.5 mg"), Taken("Sertraline", "one " * 20))
    said = "Takes: A benzodiazepine with a very… 0.5 mg, Sertraline one one one one one one…"
    assert lines(medicines(replace(NOTHING, taken=taken)))[0] == said


def test_none_listed_is_said_of_benzodiazepines() -> None:
    assert "No benzodiazepine or z-drug is listed." in lines(medicines(replace(NOTHING, taken=(Taken("Sertraline"),))))


def test_a_missing_mood_stabiliser_is_never_cut_off() -> None:
    groups = ("benzodiazepine", "lamotrigine", "cyp-inhibitor", "maoi", "stimulant", "ssri", "opioid", "naltrexone")
    many = [Medicine(f"M{number}", (group,)) for number, group in enumerate(groups)]
    found = medicines(replace(NOTHING, chips=chips(many, is_bipolar=True)))
    assert "Mood stabiliser in bipolar: none listed" in lines(found)[1]
    assert tones(found)[1] is Tone.ATTENTION
    assert "Benzodiazepine or z-drug" in lines(found)[2]
    assert "Also: CYP3A4 or CYP2B6 inhibitor, MAO inhibitor, Stimulant" in text(found)
    listed = medicines(replace(NOTHING, chips=chips([Medicine("Lithium", ("lithium",))], is_bipolar=True)))
    assert tone_of(listed, "Mood stabiliser in bipolar: listed: Lithium") is Tone.PLAIN


def test_allergies_ask_to_be_seen() -> None:
    found = medicines(replace(NOTHING, allergies=(("Penicillin", "rash"), ("Latex", ""))))
    assert tone_of(found, "Allergies: Penicillin (rash), Latex") is Tone.ATTENTION


@pytest.mark.parametrize(
    ("pregnancy", "breastfeeding", "tested", "tone"),
    [
        (Answer.NO, Answer.NO, None, Tone.PLAIN),
        (Answer.NO, Answer.NO, "negative", Tone.PLAIN),
        (Answer.NO, Answer.NO, "unknown", Tone.MISSING),
        (Answer.YES, Answer.NO, None, Tone.DANGER),
        (Answer.NO, Answer.NO, "positive", Tone.DANGER),
        (Answer.NO, Answer.YES, "negative", Tone.ATTENTION),
        (Answer.UNKNOWN, Answer.NO, None, Tone.MISSING),
        (None, None, "not-possible", Tone.MISSING),
    ],
)
def test_pregnancy_and_breastfeeding(
    pregnancy: Answer | None, breastfeeding: Answer | None, tested: str | None, tone: Tone
) -> None:
    screened = Screened(ON, pregnancy, breastfeeding, standing="stands") if pregnancy and breastfeeding else None
    found = medicines(replace(NOTHING, screened=screened, tested=(SINCE, tested) if tested else None))
    part = "Pregnant:" if screened else "before the infusion of"
    assert tone_of(found, part) is tone


@pytest.mark.parametrize(
    ("standing", "stops", "said", "tone"),
    [
        ("stands", (), "Screening of 12 November 2026 · decided: go ahead · Bea", Tone.PLAIN),
        ("again", (), "decided: go ahead, but to be asked again · Bea", Tone.ATTENTION),
        ("not-now", (), "decided: not now", Tone.ATTENTION),
        ("undecided", (), "no provider has decided about it", Tone.ATTENTION),
        ("stands", ("Active psychosis",), "stop: Active psychosis · decided: go ahead", Tone.DANGER),
    ],
)
def test_the_screening_stands_with_its_stops_and_decision(
    standing: str, stops: tuple[str, ...], said: str, tone: Tone
) -> None:
    screened = Screened(ON, Answer.NO, Answer.NO, stops, standing, "Bea")
    assert tone_of(medicines(replace(NOTHING, screened=screened)), said) is tone
