"""A scale as somebody types it, line by line, and the definition in TOML that it becomes."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from portal.instruments import toml_text
from portal.instruments.definition import LicenseStatus, Method
from portal.instruments.own.lines import Reader
from portal.messages import N_

OWN = "own-"
"""With this begins the id of every scale of a clinic's own, so that no release ever ships one with the same id."""
GROUPS_ELSEWHERE = N_("Groups belong to “the highest answer of each group”. Leave this blank, or choose that.")
GROUPS_MISSING = N_("Say which questions make up each group, one group a line, like 1, 2, 3")
NAME_TWICE = N_("Line %(line)s: “%(text)s” is there twice. Give each its own name.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed on the page; the texts that hold several lines are read by `lines`.

    `recall_days` is 0 to 366 or None, `minutes` 1 to 120, `missing_allowed` how many questions may be left out, and
    `better` "higher", "lower" or "neither".
    """

    title: str
    short_title: str
    neutral_title: str
    language: str
    minutes: int
    questions: str
    answers: str
    method: Method
    better: str
    source: str
    license: str
    license_status: LicenseStatus
    attribution: str
    recall_days: int | None = None
    instruction: str = ""
    stem: str = ""
    groups: str = ""
    reversed: str = ""
    subscales: str = ""
    bands: str = ""
    safety: str = ""
    missing_allowed: int = 0
    copyright_notice: str = ""
    is_validated: bool = False

    @property
    def id(self) -> str:
        """The id of the instrument: of the clinic's own, and made of its short title."""
        return OWN + slug(self.short_title, "-")


def slug(text: str, joined_by: str = "_") -> str:
    """Return a text as lower-case letters and digits, words joined; "" where none are left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return joined_by.join(re.findall(r"[a-z0-9]+", plain))


def build(draft: Draft, version: int) -> str:
    """Return the definition as TOML; whether it is a good one, the loader says.

    Raises:
        BadLines: lines that cannot be read, each with its field, line and reason.
    """
    read = Reader()
    questions = read.texts("questions", draft.questions)
    options = read.options("answers", draft.answers)
    codes = [f"q{number}" for number in range(1, len(questions) + 1)]
    turned = read.numbers("reversed", draft.reversed, len(codes))
    total = _total(draft, codes, turned, read)
    subscales = _subscales(draft, codes, turned, read)
    safety = read.safety("safety", draft.safety, len(codes))
    read.finish()
    items = [
        {"code": code, "text": question.text, "kind": "choice", "answers": "options"}
        | ({"safety_positive": safety[number]} if number in safety else {})
        for number, (code, question) in enumerate(zip(codes, questions, strict=True), 1)
    ]
    answers = {"options": [{"value": one.value, "label": one.text} for one in options]}
    return toml_text.dumps(_head(draft, version) | {"answers": answers, "items": items, "scales": [total, *subscales]})


def _head(draft: Draft, version: int) -> dict[str, Any]:
    texts = {"instruction": draft.instruction, "stem": draft.stem, "copyright_notice": draft.copyright_notice}
    return {
        "id": draft.id,
        "version": version,
        "title": draft.title,
        "short_title": draft.short_title,
        "neutral_title": draft.neutral_title,
        "language": draft.language,
        **({} if draft.recall_days is None else {"recall_days": draft.recall_days}),
        "minutes": draft.minutes,
        "validated": draft.is_validated,
        **{key: text for key, text in texts.items() if text},
        "license": draft.license,
        "license_status": draft.license_status.value,
        "attribution": draft.attribution,
        "source": draft.source,
    }


def _total(draft: Draft, codes: list[str], turned: list[int], read: Reader) -> dict[str, Any]:
    groups = read.groups("groups", draft.groups, len(codes))
    if bool(groups) != (draft.method is Method.MAXIMUM):
        read.refuse("groups", GROUPS_ELSEWHERE if groups else GROUPS_MISSING)
    scored = [codes[number - 1] for number in sorted({number for group in groups for number in group})] or codes
    bands = read.bands("bands", draft.bands)
    scale: dict[str, Any] = {
        "code": "total",
        "title": draft.short_title,
        "method": draft.method.value,
        "items": scored,
        "better": draft.better,
    }
    if groups:
        scale["groups"] = [{"items": [codes[number - 1] for number in group]} for group in groups]
    if draft.missing_allowed:
        scale |= {"missing_allowed": draft.missing_allowed, "missing_source": draft.source}
    if bands:
        scale["bands"] = [
            {"code": slug(band.text, "-") or f"band-{place}", "label": band.text, "from": band.low, "to": band.high}
            for place, band in enumerate(bands, 1)
        ]
        scale["bands_source"] = draft.source
    return scale | _reversed(turned, codes, scored)


def _subscales(draft: Draft, codes: list[str], turned: list[int], read: Reader) -> list[dict[str, Any]]:
    method = Method.SUM if draft.method is Method.MAXIMUM else draft.method
    found: list[dict[str, Any]] = []
    for one in read.named("subscales", draft.subscales, len(codes)):
        code, members = f"s_{slug(one.text) or len(found) + 1}", [codes[number - 1] for number in one.numbers]
        if code in {other["code"] for other in found}:
            read.refuse("subscales", NAME_TWICE, one)
        found.append(
            {"code": code, "title": one.text, "method": method.value, "items": members, "better": draft.better}
            | _reversed(turned, codes, members)
        )
    return found


def _reversed(numbers: list[int], codes: list[str], members: list[str]) -> dict[str, list[str]]:
    turned = [codes[number - 1] for number in numbers if codes[number - 1] in members]
    return {"reversed": turned} if turned else {}


def place(key: str) -> tuple[str, int]:
    """Return the field and the row in it (from 1, blank lines not counted; 0 for all of it) that a key came from.

    Args:
        key: where the loader found something wrong, like "scales[0].bands[1].from"; "" for a field it cannot name.
    """
    for pattern, name in _PLACES:
        found = re.match(pattern, key)
        if found:
            row = found.groupdict().get("row")
            return name, int(row) + (name != "subscales") if row else 0
    return (key, 0) if key in _SAME else ("", 0)


_PLACES = (
    (r"answers\.options\[(?P<row>\d+)\]", "answers"),
    (r"answers", "answers"),
    (r"items\[\d+\]\.safety_positive", "safety"),
    (r"items\[(?P<row>\d+)\]", "questions"),
    (r"items", "questions"),
    (r"scales\[0\]\.bands\[(?P<row>\d+)\]", "bands"),
    (r"scales\[0\]\.bands", "bands"),
    (r"scales\[0\]\.groups\[(?P<row>\d+)\]", "groups"),
    (r"scales\[0\]\.groups", "groups"),
    (r"scales\[\d+\]\.reversed", "reversed"),
    (r"scales\[0\]\.missing_allowed", "missing_allowed"),
    (r"scales\[0\]\.missing_source|scales\[0\]\.bands_source", "source"),
    (r"scales\[0\]\.better", "better"),
    (r"scales\[0\]", "method"),
    (r"scales\[(?P<row>[1-9]\d*)\]", "subscales"),
    (r"id", "short_title"),
)
_SAME = frozenset(Draft.__dataclass_fields__)
