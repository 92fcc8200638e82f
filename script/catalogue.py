"""The catalogue of translations: read out of the source, kept complete, and compiled to what gettext reads.

`script/translate` brings it up to date, `--merge FILE` takes translations out of another one. `--check` changes
nothing; it fails where a patient would read English, where a placeholder is lost and where a compiled file is not what
the words say. Words for the clinic's people may be missing: they read English then.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from portal.safety import crisis
from script import reached
from script.reached import ROOT

FOR_PATIENTS = "for patients"
CRISIS_LINES = "portal/safety/crisis_resources.toml"
PLURALS = {"ngettext": (1, 2), "lazy_ngettext": (1, 2), "counted": (1, 2)}
SOURCES = (("portal", [("**.py", "python")]), ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]))
# The same source gives the same file, so that `--check` can compare.
_WRITTEN = datetime(2026, 11, 23, tzinfo=UTC)


def files(language: str) -> tuple[Path, Path]:
    """Return where a language's words are kept: as people write them and as gettext reads them."""
    folder = ROOT / "portal" / "translations" / language / "LC_MESSAGES"
    return folder / "messages.po", folder / "messages.mo"


def languages() -> list[str]:
    """Return the languages besides English."""
    return sorted(path.name for path in (ROOT / "portal" / "translations").iterdir() if path.is_dir())


def read(path: Path, language: str) -> Catalog:
    """Return what a file holds; an empty catalogue where there is none."""
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def build(language: str, *known: Catalog) -> Catalog:
    """Return every message of the source with its words from the last of the known catalogues that has some."""
    found = Catalog(
        locale=language,
        project="Interval",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        creation_date=_WRITTEN,
        revision_date=_WRITTEN,
        fuzzy=False,
    )
    found.header_comment = "# Interval. Written by script/translate; only the translations are changed by hand."
    for path, line, message in _extracted():
        first = message if isinstance(message, str) else message[0]
        is_theirs = path == CRISIS_LINES or reached.find().holds(path, line, first)
        found.add(message, locations=[(path, 0)], auto_comments=[FOR_PATIENTS] if is_theirs else [])
    for one in _messages(found):
        one.locations = sorted(set(one.locations))
        for catalogue in known:
            other = catalogue.get(_key(one))
            if other is not None and _is_whole(other) and isinstance(other.id, str) == isinstance(one.id, str):
                one.string = other.string
    return found


def po(catalogue: Catalog) -> bytes:
    """Return a catalogue as people write it."""
    out = BytesIO()
    write_po(out, catalogue, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def mo(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def problems(language: str) -> Iterator[str]:
    """Yield what is wrong with a language, a line each."""
    kept, compiled = files(language)
    known = read(kept, language)
    now = build(language, known)
    for one in _messages(now):
        if FOR_PATIENTS in one.auto_comments and not _is_whole(one):
            yield f"{language}: no words for {_key(one)!r} ({one.locations[0][0]})"
        if _is_whole(one):
            yield from (f"{language}: {_key(one)!r}: {error}" for error in _faults(one))
    if not compiled.is_file() or compiled.read_bytes() != mo(known):
        yield f"{language}: {compiled.name} is not what {kept.name} says"


def for_patients(catalogue: Catalog) -> list[Message]:
    """Return the messages a patient can read."""
    return [one for one in _messages(catalogue) if FOR_PATIENTS in one.auto_comments]


@cache
@reached.many_nodes()
def _extracted() -> tuple[tuple[str, int, str | tuple[str, ...]], ...]:
    return (*_written(), *((CRISIS_LINES, 0, note) for note in _notes()))


def _notes() -> Iterator[str]:
    """Yield what is said beside the crisis lines: data, whose words the page looks up."""
    for country in crisis.SHIPPED.values():
        yield from (note for service in country.services for note in service.notes)


def _written() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    keywords = {name: PLURALS.get(name) for name in reached.KEYWORDS}
    for folder, methods in SOURCES:
        for path, line, message, _comments, _context in extract_from_dir(ROOT / folder, methods, keywords=keywords):
            yield f"{folder}/{path}", line, message


def _messages(catalogue: Catalog) -> list[Message]:
    return [one for one in catalogue if one.id]


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_whole(message: Message) -> bool:
    words = [message.string] if isinstance(message.string, str) else message.string or [""]
    return all(words)


def _faults(message: Message) -> Iterator[str]:
    """Yield what a translation lost or made up of the names that are filled in and of the tags."""
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    words = [message.string] if isinstance(message.string, str) else list(message.string or ())
    most = set().union(*map(_marks, ids))
    for number, text in enumerate(words):
        least = _marks(ids[min(number, len(ids) - 1)])
        if not least <= _marks(text) <= most:
            yield f"not the same to fill in: {sorted(least ^ _marks(text))}"
        if least and re.search(r"%(?!\()", text.replace("%%", "")):
            yield "a percent sign that fills in nothing"


def _marks(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|\{\w+\}|</?\w+[^>]*>", text))


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked on the command line; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="script/translate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail where something is missing")
    parser.add_argument("--merge", type=Path, metavar="FILE", help="take the words that stand in another .po file")
    parser.add_argument("--language", default="es", help="the language of that file, or a new one")
    asked = parser.parse_args(arguments)
    if not asked.check:
        for language in sorted({asked.language, *languages()}):
            kept, compiled = files(language)
            kept.parent.mkdir(parents=True, exist_ok=True)
            more = [read(asked.merge, language)] if asked.merge and language == asked.language else []
            catalogue = build(language, read(kept, language), *more)
            kept.write_bytes(po(catalogue))
            compiled.write_bytes(mo(read(kept, language)))
    found = [problem for language in languages() for problem in problems(language)]
    sys.stdout.writelines(f"{one}\n" for one in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
