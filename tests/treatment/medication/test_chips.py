"""What about the medicines matters with treatment."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.treatment.medication.chips import STABILISERS, Chip, chips
from portal.treatment.medication.groups import Group


@dataclass(frozen=True)
class Taken:
    name: str
    groups: tuple[str, ...]


LISTS = st.lists(
    st.builds(Taken, st.text(min_size=1, max_size=9), st.sets(st.sampled_from(Group)).map(tuple)),
    max_size=8,
)


def one(*groups: Group, name: str = "A") -> Taken:
    return Taken(name, tuple(group.value for group in groups))


def the_only(found: tuple[Chip, ...]) -> Chip:
    (chip,) = found
    return chip


@pytest.mark.parametrize(
    ("group", "code", "said", "source"),
    [
        (Group.BENZODIAZEPINE, "benefit", "May blunt the benefit", "Andrashko 2020 [V]"),
        (Group.Z_DRUG, "benefit", "May blunt the benefit", "Andrashko 2020 [V]"),
        (Group.LAMOTRIGINE, "lamotrigine", "not settled", "Andrade 2017; Mayo 2023 [V]"),
        (Group.CYP_INHIBITOR, "cyp-inhibitor", "Changes the exposure", "[V]"),
        (Group.CYP_INDUCER, "cyp-inducer", "Changes the exposure", "[V]"),
        (Group.MAOI, "maoi", "Caution with blood pressure", "[K]"),
        (Group.STIMULANT, "pressure", "blood pressure and pulse", "[K]"),
        (Group.SNRI, "pressure", "blood pressure and pulse", "[K]"),
        (Group.DECONGESTANT, "pressure", "blood pressure and pulse", "[K]"),
        (Group.SSRI, "ssri", "higher peaks of blood pressure", "Szarmach 2020 [V]"),
        (Group.OPIOID, "sedation", "breathing and add to sedation", "[K]"),
        (Group.ALCOHOL, "sedation", "breathing and add to sedation", "[K]"),
        (Group.GABAPENTINOID, "sedation", "breathing and add to sedation", "[K]"),
        (Group.SEDATIVE, "sedation", "breathing and add to sedation", "[K]"),
        (Group.NALTREXONE, "naltrexone", "May block the benefit", "[K]"),
    ],
)
def test_each_group_has_its_chip_with_reason_and_source(group: Group, code: str, said: str, source: str) -> None:
    chip = the_only(chips([one(group)]))
    assert (chip.code, chip.medicines) == (code, ("A",))
    assert said in chip.reason
    assert source in chip.source


@pytest.mark.parametrize("group", sorted(STABILISERS))
def test_a_mood_stabiliser_says_nothing_unless_the_patient_is_bipolar(group: Group) -> None:
    assert chips([one(group)]) == ()
    listed = the_only(chips([one(group)], is_bipolar=True))
    assert (listed.label, listed.medicines) == ("Mood stabiliser in bipolar: listed", ("A",))


def test_bipolar_without_one_says_to_confirm_that_one_is_on_board() -> None:
    chip = the_only(chips([], is_bipolar=True))
    assert "Confirm a mood stabiliser is on board" in chip.reason
    assert chip.medicines == ()
    assert "NIMH required one [V]" in chip.source


def test_several_medicines_of_one_kind_share_a_chip() -> None:
    found = the_only(chips([one(Group.OPIOID, name="Morphine"), one(Group.SEDATIVE, name="Trazodone")]))
    assert found.medicines == ("Morphine", "Trazodone")


def test_a_medicine_of_two_kinds_has_two_chips() -> None:
    assert [chip.code for chip in chips([one(Group.CYP_INDUCER, Group.SEDATIVE)])] == ["cyp-inducer", "sedation"]


@settings(deadline=None)
@given(LISTS, st.booleans())
def test_chips_come_once_each_name_only_what_is_listed_and_do_not_hang_on_the_order(
    medicines: list[Taken], is_bipolar: bool
) -> None:
    found = chips(medicines, is_bipolar=is_bipolar)
    assert len({chip.code for chip in found}) == len(found)
    assert {name for chip in found for name in chip.medicines} <= {medicine.name for medicine in medicines}
    again = chips(list(reversed(medicines)), is_bipolar=is_bipolar)
    assert [(chip.code, set(chip.medicines)) for chip in again] == [(chip.code, set(chip.medicines)) for chip in found]


@settings(deadline=None)
@given(LISTS, LISTS)
def test_one_more_medicine_never_takes_a_chip_away(some: list[Taken], more: list[Taken]) -> None:
    assert {chip.code for chip in chips(some)} <= {chip.code for chip in chips(some + more)}


def test_no_chip_names_a_dose_or_says_what_to_take_or_leave() -> None:
    every = chips([one(group) for group in Group], is_bipolar=True) + chips([], is_bipolar=True)
    for chip in every:
        said = f"{chip.label} {chip.reason}"
        assert not re.search(
            r"\d\s*(mg|µg|g)\b|\b(stop|reduce the dose|taper|hold|avoid|increase|take less)\b", said, re.IGNORECASE
        ), said
