"""Which version of an instrument is meant."""

from dataclasses import replace
from typing import Any

import pytest

from portal.instruments.definition import Definition
from portal.instruments.loader import Catalogue, UnknownInstrument, catalogue, load_text
from tests.instruments.made_up import MEAN
from tests.instruments.test_loader_kinds import STRUCTURE, TOTAL

BARE = load_text(STRUCTURE, "made-up.toml", shipped=True)


def worded(version: int, language: str = "en") -> Definition:
    """Return the structure with a clinic's words in it."""
    items = tuple(replace(item, text="Well?", options=MEAN.items[0].options) for item in BARE.items)
    return replace(BARE, version=version, language=language, items=items)


ENGLISH, NEWER, SPANISH = worded(1001), worded(1002), worded(1003, "es")
ALL = Catalogue([SPANISH, BARE, NEWER, ENGLISH])


@pytest.mark.parametrize(
    ("versions", "language", "version"),
    [
        ([BARE], None, 1),
        ([BARE, ENGLISH], None, 1001),
        ([BARE, ENGLISH, NEWER, SPANISH], None, 1002),
        ([BARE, ENGLISH, NEWER, SPANISH], "es", 1003),
        ([BARE, ENGLISH, NEWER, SPANISH], "fr", 1002),
        ([BARE, SPANISH], "fr", 1),
        ([BARE, SPANISH], None, 1),
        ([SPANISH], "fr", 1003),
    ],
)
def test_the_latest_wording_in_the_language_is_used_else_in_english_else_the_structure(
    versions: Any, language: Any, version: Any
) -> None:
    assert Catalogue(versions).get("made-up", language=language).version == version


@pytest.mark.parametrize("version", [1, 1001, 1002, 1003])
def test_old_answers_are_read_with_their_own_version(version: Any) -> None:
    assert ALL.get("made-up", version).version == version


def test_what_is_retired_is_read_with_and_never_asked() -> None:
    found = Catalogue([BARE, ENGLISH, NEWER], retired=[("made-up", 1002)])
    assert (found.get("made-up").version, found.get("made-up", 1002)) == (1001, NEWER)
    gone = Catalogue([MEAN], retired=[("mean", 1)])
    assert ("mean" in gone, len(gone), gone.askable(), gone.get("mean", 1)) == (False, 0, (), MEAN)
    with pytest.raises(UnknownInstrument):
        gone.get("mean")


def test_only_what_patients_can_be_asked_is_askable_by_its_short_title() -> None:
    total = load_text(TOTAL.replace('id = "made-up"', 'id = "total"'), "total.toml", shipped=True)
    first = replace(MEAN, short_title="a scale")
    assert Catalogue([BARE, total, first]).askable() == (first,)
    assert Catalogue([worded(1001), first, SPANISH]).askable() == (first, worded(1001))
    assert Catalogue([BARE, SPANISH]).askable() == (SPANISH,)
    titles = [one.short_title.casefold() for one in catalogue().askable()]
    assert titles == sorted(titles)
    assert not [one for one in catalogue().askable() if not one.is_askable]
