"""Which groups a medicine's name tells."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.treatment.medication import groups
from portal.treatment.medication.groups import Group, recognise

KEPT = tomllib.loads(groups.NAMES.read_text())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lorazepam", (Group.BENZODIAZEPINE,)),
        ("zolpidem 5 mg", (Group.Z_DRUG,)),
        ("LAMOTRIGINE", (Group.LAMOTRIGINE,)),
        ("St. John’s wort", (Group.CYP_INDUCER,)),
        ("st john's wort tea", (Group.CYP_INDUCER,)),
        ("Ritonavir", (Group.CYP_INHIBITOR,)),
        ("tranylcypromine", (Group.MAOI,)),
        ("methylphenidate ER", (Group.STIMULANT,)),
        ("Venlafaxine XR", (Group.SNRI,)),
        ("pseudoephedrine", (Group.DECONGESTANT,)),
        ("Sertraline", (Group.SSRI,)),
        ("oxycodone/naltrexone", (Group.OPIOID, Group.NALTREXONE)),
        ("Alcohol, two glasses of wine", (Group.ALCOHOL,)),
        ("Prégabaline, pregabalin", (Group.GABAPENTINOID,)),
        ("phenobarbital", (Group.CYP_INDUCER, Group.SEDATIVE)),
        ("Lithium carbonate", (Group.LITHIUM,)),
        ("divalproex sodium", (Group.VALPROATE,)),
        ("Quetiapine fumarate XR", (Group.ANTIPSYCHOTIC,)),
        ("Paracetamol", ()),
        ("lorazepams", ()),
        ("diazepamol", ()),
        ("", ()),
    ],
)
def test_a_generic_name_tells_its_groups_as_a_whole_word(name: str, expected: tuple[Group, ...]) -> None:
    assert recognise(name) == expected


def test_the_file_has_names_for_every_group_and_no_other_and_says_where_they_are_from() -> None:
    assert set(KEPT["names"]) == {group.value for group in Group}
    assert all(KEPT["names"].values())
    assert KEPT["tag"] == "K"
    assert "to be confirmed by the clinic" in groups.source()


@settings(deadline=None)
@given(
    st.sampled_from([(group, name) for group, names in KEPT["names"].items() for name in names]),
    st.sampled_from(["{}", "{} 20 mg", "generic {} (tablets)", "{}, in the evening"]),
    st.booleans(),
)
def test_every_name_of_the_file_is_found_whatever_stands_around_it(
    known: tuple[str, str], around: str, shouted: bool
) -> None:
    group, name = known
    typed = around.format(name.upper() if shouted else name)
    assert Group(group) in recognise(typed)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_and_its_groups_come_once_and_in_their_order(name: str) -> None:
    found = recognise(name)
    assert list(found) == [group for group in Group if group in set(found)]
