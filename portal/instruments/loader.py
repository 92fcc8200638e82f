"""Reads instrument definitions from TOML. A wrong one is refused as a whole, never half loaded."""

import re
import tomllib
from functools import cache
from pathlib import Path

from portal.instruments.definition import (
    WORDINGS_PER_VERSION,
    Definition,
    FilledBy,
    Item,
    ItemKind,
    LicenseStatus,
    Method,
    Scale,
    Wording,
)
from portal.instruments.items import Reading, read_items, read_loinc
from portal.instruments.loinc import AllowList, allow_list
from portal.instruments.scales import read_scales
from portal.instruments.tables import DefinitionError, Table
from portal.instruments.versions import Catalogue, UnknownInstrument

__all__ = ["Catalogue", "DefinitionError", "UnknownInstrument", "catalogue", "load_directory", "load_file", "load_text"]

SHIPPED = Path(__file__).with_name("definitions")
LANGUAGE = re.compile(r"(?=.{2,12}\Z)[a-z]{2,3}(-[A-Za-z0-9]{2,4})?(-[A-Za-z0-9]{2,4})?")
MOST_DOTS = 300
"""In one line: a key of many parts, like a.b.c, costs their square, and a page must not wait for it."""


@cache
def catalogue() -> Catalogue:
    """Return the definitions shipped with the portal; read once."""
    return load_directory(SHIPPED)


def load_directory(path: Path, *, shipped: bool = True) -> Catalogue:
    """Return every definition (*.toml) of a directory; raises DefinitionError for the first wrong file."""
    files = sorted(path.glob("*.toml"))
    if not files:
        raise DefinitionError(str(path), None, "", "holds no definitions (*.toml)")
    found: dict[tuple[str, int], Definition] = {}
    for file in files:
        definition = load_file(file, shipped=shipped)
        if (definition.id, definition.version) in found:
            raise DefinitionError(file.name, None, "version", f"{definition.version} of {definition.id} exists already")
        found[definition.id, definition.version] = definition
    return Catalogue(found.values())


def load_file(path: Path, *, shipped: bool = True) -> Definition:
    """Return the definition in one file, named `<id>.toml`, or `<id>@<version>.toml` for one of several versions.

    Raises DefinitionError, which names the file, the line, the key and the reason.
    """
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(path.name, None, "", f"cannot be read: {error}") from error
    definition = load_text(source, path.name, shipped=shipped)
    if path.stem not in (definition.id, f"{definition.id}@{definition.version}"):
        Table({}, path.name, source).refuse(
            "id", f"the file has to be called {definition.id}.toml or {definition.id}@{definition.version}.toml"
        )
    return definition


def load_text(source: str, name: str, *, shipped: bool) -> Definition:
    """Return the definition that a TOML text holds.

    Args:
        source: the text.
        name: what errors call it: a file's name, or what a page calls it.
        shipped: whether it comes with the portal, so that its licence has to allow that and a questionnaire without
            wording is only a structure. A clinic's own has all its wording, under whatever licence the clinic holds.

    Raises:
        DefinitionError: names the text, the line, the key and the reason.
    """
    root = Table(_parse(source, name), name, source)
    definition = _definition(root, allow_list(), shipped=shipped)
    if definition.filled_by is FilledBy.CLINICIAN:
        _refuse_more_than_totals(root, definition)
    if definition.version >= WORDINGS_PER_VERSION and definition.id not in catalogue():
        root.refuse("version", f"a scale of the clinic's own has a version from 1 to {WORDINGS_PER_VERSION - 1}")
    return definition


def _parse(source: str, name: str) -> dict[str, object]:
    for number, line in enumerate(source.split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            raise DefinitionError(name, number, "", f"has more than {MOST_DOTS} dots in one line; break it up")
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line_named = re.search(r"at line (\d+)", str(error))
        place = int(line_named[1]) if line_named else len(source.splitlines())
        raise DefinitionError(name, place, "", f"is not valid TOML: {error}") from error
    except (ValueError, RecursionError) as error:
        raise DefinitionError(name, None, "", f"is not valid TOML: {error}") from error


def _definition(root: Table, loinc: AllowList, *, shipped: bool) -> Definition:
    name, filled_by, wording = _id(root), root.choice("filled_by", FilledBy, FilledBy.PATIENT), _wording(root, shipped)
    has_words = not shipped or wording is Wording.SHIPPED
    stem = root.wording("stem", is_wanted=has_words, may_be_absent=True)
    items = read_items(root, Reading(name, stem, has_words, loinc))
    definition = Definition(
        id=name,
        version=_version(root, shipped),
        title=root.line("title"),
        short_title=root.line("short_title"),
        neutral_title=root.line("neutral_title"),
        recall_days=root.integer("recall_days", 0, 366) if root.has("recall_days") else None,
        minutes=root.integer("minutes", 1, 120),
        is_validated=root.boolean("validated"),
        items=items,
        scales=read_scales(root, name, items, loinc),
        license=root.text("license"),
        license_status=_license_status(root, is_free=has_words and shipped and filled_by is FilledBy.PATIENT),
        attribution=root.text("attribution"),
        source=root.text("source"),
        verified_on=root.day("verified_on"),
        instruction=root.wording("instruction", is_wanted=has_words, may_be_absent=True),
        stem=stem,
        copyright_notice=root.text("copyright_notice", ""),
        loinc=read_loinc(root, name, loinc),
        filled_by=filled_by,
        wording=wording,
        language=_language(root),
        guidance=root.text("guidance", ""),
        staff_note=root.text("staff_note", ""),
    )
    root.done()
    return definition


def _id(root: Table) -> str:
    name = root.text("id")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 60:
        root.refuse("id", f"{name!r} needs to be at most 60 lower-case letters and digits, joined by hyphens")
    return name


def _version(root: Table, shipped: bool) -> int:
    """Return the version; only a clinic's wording of a structure has one from 1000 (see `WORDINGS_PER_VERSION`)."""
    return root.integer("version", 1, WORDINGS_PER_VERSION - 1 if shipped else WORDINGS_PER_VERSION**2 - 1)


def _wording(root: Table, shipped: bool) -> Wording:
    wording = root.choice("wording", Wording, Wording.SHIPPED if shipped else Wording.CLINIC)
    if wording is Wording.SHIPPED and not shipped:
        root.refuse("wording", "only the portal's own definitions come with it; leave this out")
    return wording


def _language(root: Table) -> str:
    language = root.text("language", "en")
    if not LANGUAGE.fullmatch(language):
        root.refuse("language", f"{language!r} needs to be a language such as en, es or pt-BR")
    return language


def _license_status(root: Table, *, is_free: bool) -> LicenseStatus:
    status = root.choice("license_status", LicenseStatus)
    if is_free and not status.may_ship:
        root.refuse("license_status", f"{status} does not allow this wording to be shipped with the portal")
    return status


def _refuse_more_than_totals(root: Table, definition: Definition) -> None:
    """Refuse what a clinician would be asked beyond a total that comes from a paper: no wording is shipped for it."""
    if definition.wording is Wording.CLINIC and not definition.has_wording:
        root.refuse("wording", "a total that a clinician enters has no wording to paste")
    for key in ("stem", "instruction"):
        if getattr(definition, key):
            root.refuse(key, "a clinician enters plain totals: there is nothing to introduce")
    for place, item in enumerate(definition.items):
        if not _is_total(item):
            root.refuse(f"items[{place}]", 'a clinician enters plain totals: kind = "number", always asked, no hint')
    for place, scale in enumerate(definition.scales):
        if not _is_plain(scale):
            root.refuse(f"scales[{place}]", "a clinician enters plain totals: each scale is one item as it is")


def _is_total(item: Item) -> bool:
    return item.kind is ItemKind.NUMBER and item.asked_if is None and not item.hint and item.is_required


def _is_plain(scale: Scale) -> bool:
    is_bare = scale.method is Method.SUM and scale.times == 1 and not scale.reversed_items and not scale.groups
    return is_bare and len(scale.items) == 1
