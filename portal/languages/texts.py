"""The texts a clinician answers for before anybody trusts them in another language: which words each is made of."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.extract import extract
from babel.support import NullTranslations, Translations

from portal.messages import N_
from portal.safety import crisis

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "portal" / "translations"
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "_l": None, "ngettext": (1, 2)}
_METHODS = {".html": "jinja2", ".py": "python"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text in parts: whole files of the portal, and single messages out of others. Its key stands in addresses."""

    key: str
    title: str
    about: str
    files: tuple[str, ...]
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One message in English and in the other language; the same twice where nobody has translated it."""

    english: str
    translated: str


CRISIS = Text(
    "help",
    N_("Crisis help"),
    N_("What somebody in danger reads: the crisis card, the help page, and what is said while they answer."),
    (
        "templates/components/crisis_card.html",
        "templates/components/notices.html",
        "templates/safety/help_now.html",
        "templates/safety/card.html",
        "templates/checkins/_help.html",
        "portal/web/told.py",
        "portal/safety/on_call/reading.py",
    ),
    (
        N_("In danger, or thinking of hurting yourself? Do not wait for an answer. Call %(number)s."),
        N_("In danger, or thinking of hurting yourself? Do not wait for an answer. Call your local emergency number."),
        N_("What you answered matters, and you are not the only one who feels like this."),
        N_("Your message was sent"),
        N_("You withdrew your message"),
        N_(
            "Some of its words made us think that you may need somebody now. Nobody reads messages around the clock, so"
            " please do not wait for an answer."
        ),
        N_("Nobody reads this around the clock."),
    ),
)
CONSENT = Text(
    "start",
    N_("Consent"),
    N_("What a patient reads and agrees to before anything else."),
    ("templates/patients/before_you_start.html", "templates/components/notices.html"),
    (
        N_("I agree that the clinic cares for me with the help of this portal, as described above"),
        N_("Tick this box if you agree. Without it the portal cannot be used."),
        N_("I understand that nobody watches this portal around the clock, and what to do in an emergency"),
        N_("Tick this box once you have read what to do in an emergency"),
    ),
)
SAFETY_PLAN = Text(
    "plan",
    N_("Safety plan"),
    N_("The headings of a safety plan and what is said under them. What stands in a plan is the patient’s own."),
    ("templates/safety_plan/parts.html",),
)
TEXTS = {one.key: one for one in (CRISIS, CONSENT, SAFETY_PLAN)}


def languages() -> tuple[str, ...]:
    """Return the languages besides English, by code."""
    return tuple(sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")))


@cache
def lines(key: str, language: str) -> tuple[Line, ...]:
    """Return a text line by line, in the order in which it stands in the portal."""
    words = Translations.load(str(TRANSLATIONS), [language])
    found = dict.fromkeys(_messages(TEXTS[key]))
    return tuple(Line(" / ".join(one), " / ".join(_said(one, words))) for one in found)


@cache
def fingerprint(key: str, language: str) -> str:
    """Return what changes as soon as a word of the text does, in either language."""
    pairs = [(one.english, one.translated) for one in lines(key, language)]
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=False).encode()).hexdigest()


def _messages(text: Text) -> Iterator[tuple[str, ...]]:
    for name in text.files:
        path = ROOT / name
        with path.open("rb") as file:
            found = list(extract(_METHODS[path.suffix], file, keywords=_KEYWORDS))
        yield from ((one,) if isinstance(one, str) else tuple(one) for _line, one, _comments, _context in found)
    yield from ((one,) for one in text.besides)
    if text is CRISIS:
        yield from ((note,) for country in crisis.SHIPPED.values() for one in country.services for note in one.notes)


def _said(message: tuple[str, ...], words: NullTranslations) -> list[str]:
    if len(message) == 1:
        return [str(words.ugettext(message[0]))]
    return [str(words.ungettext(message[0], message[1], count)) for count in (1, 2)]
