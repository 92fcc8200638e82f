"""The rules in words, for the medical director's page, the command line and the documentation. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portal.messages import N_
from portal.safety import rules, thresholds
from portal.safety.rules import DEFAULT_SET, Rule, RuleSet
from portal.safety.targets import Running, Target
from portal.safety.thresholds import Threshold


class Said(NamedTuple):
    """An English message id and what is filled into it."""

    msgid: str
    values: Mapping[str, object]


class Told(NamedTuple):
    """One rule in words.

    Args:
        code: "R1" to "R12", "R9b", "V" for what a bedside reports, "baseline" for personal baselines.
        title: what it found.
        hears: what it hears, with the clinic's thresholds filled in.
        soon: by when somebody is to have taken it on; None where it opens no alert.
        reads: what the patient reads, an English message id; "" where they read nothing of it.
        source: where the rule is from.
        version: of the rule.
        thresholds: what of it can be set, or is fixed.
    """

    code: str
    title: str
    hears: Said
    soon: Said | None
    reads: str
    source: str
    version: int
    thresholds: tuple[Threshold, ...]


_CRISIS = N_("The crisis card of their country")
_HEARS = {
    "R1": N_(
        "Daily “able to keep yourself safe”: no. ASQ item 5: yes. C-SSRS items 4 and 5, or behaviour within three "
        "months: yes."
    ),
    "R2": N_(
        "PHQ-9 item 9, QIDS-SR16 item 12 or EPDS item 10: %(answer)s or more. Daily “safe”: not sure. ASQ items 1 to "
        "4: yes. C-SSRS items 1 to 3, or behaviour in the lifetime: yes. A safety question of the clinic’s own: "
        "positive."
    ),
    "R3": N_(
        "PHQ-9 item 9 or QIDS-SR16 item 12: %(answer)s or more, or a rise of %(rise)s or more since the last answer."
    ),
    "R4": N_("A safety question that was asked and declined, left out, or left open where somebody stopped."),
    "R5": N_(
        "A complete score that is reliably worse than the last one of the same version, or that much worse than the "
        "best of the course."
    ),
    "R6": N_("PHQ-9 of %(phq9)s or more, or GAD-7 of %(gad7)s or more, where the complete score before was not."),
    "R7": N_(
        "With bipolar disorder: ASRM of %(asrm)s or more; %(clearly)s or more answers of “clearly” in the activation "
        "check; much less need of sleep %(nights)s nights in a row; or %(sleep_hours)s hours of sleep or less as many "
        "nights in a row with an energy of %(energy)s or more."
    ),
    "R8": N_(
        "Side effects, from 0 none to 3 severe: chest pain, shortness of breath or fainting of %(symptom)s or more, or "
        "confusion of %(confusion)s or more."
    ),
    "R9": N_("Urinary check: blood in the urine."),
    "R9b": N_("Urinary check, from 0 none to 3 severe: pain or urgency of %(severity)s or more."),
    "R10": N_(
        "The use and craving check is positive: use outside the plan, or more than was prescribed. NIDA question: once "
        "or more."
    ),
    "R11": N_(
        "%(missed)s daily check-ins missed in a row, or a questionnaire %(scale_days)s days past its window. After a "
        "sign of R1 to R3 in the last %(lookback)s days: %(sign_days)s day for either. The patient is reminded after "
        "%(remind_first)s and %(remind_second)s hours."
    ),
    "R12": N_(
        "In questionnaires of %(items)s questions or more: answered in less than %(seconds)s second a question, or all "
        "with the same answer above the lowest. A clock that is wrong. Never the daily check-in."
    ),
    "V": N_(
        "At the bedside: an emergency, a reading past a hard stop, or going on after one without the supervising "
        "provider."
    ),
    "baseline": N_(
        "Unchanged answers of R2 wait on a worklist while a clinician’s personal baseline is in force, for %(days)s "
        "days at most. Any rise, R1 and R3 ignore it."
    ),
}
_READS = {
    "R1": N_("The crisis card of their country, before everything else until they have said that they read it"),
    "R2": _CRISIS,
    "R3": _CRISIS,
    "R4": _CRISIS,
    "R5": N_("That their team has been told"),
    "R6": N_("Whom they can talk to now"),
    "R7": N_("That the team looks at it on the same working day, and when not to wait for that"),
    "R8": N_("To call emergency services now"),
    "R9": N_("To call the clinic today"),
    "R9b": N_("To contact the clinic"),
    "R10": N_("That the team talks with them before the next treatment"),
    "R11": N_("Two reminders"),
}
_TITLES = {
    "R12": N_("Answers that deserve a second look"),
    "V": N_("At the bedside"),
    "baseline": N_("A personal baseline"),
}
_ORDER = ("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R9b", "R10", "R11", "R12", "V", "baseline")
_BEFORE_INFUSION = N_(
    "Taken on by the end of %(days)s further working days, or before the next planned infusion, whichever comes first"
)
_BADGE = N_("A mark beside the check-in, for clinicians only; no alert")


def tell(rule_set: RuleSet = DEFAULT_SET) -> list[Told]:
    """Return every rule in words, in the order of their numbers."""
    return [_told(code, rule_set) for code in _ORDER]


def _told(code: str, rule_set: RuleSet) -> Told:
    rule = rules.by_code("V1" if code == "V" else code, rule_set.rules)
    family = code.removesuffix("b")
    values = {one.name.partition(".")[2]: f"{rule_set.value(one.name):g}" for one in thresholds.of_rule(family)}
    return Told(
        code,
        _TITLES.get(code) or (rule.title if rule else ""),
        Said(_HEARS[code], values),
        _soon(code, rule),
        _READS.get(code, ""),
        rule.source if rule else thresholds.DEFAULT,
        rule.version if rule else 1,
        () if code != family else thresholds.of_rule(family),
    )


def _soon(code: str, rule: Rule | None) -> Said | None:
    if rule is None:
        return Said(_BADGE, {}) if code == "R12" else None
    if code == "R10":
        return Said(_BEFORE_INFUSION, {"days": rule.target.days})
    return soon(rule.target)


def soon(target: Target) -> Said:
    """Return by when somebody is to have taken an alert on before others are told."""
    if target.running is Running.ALWAYS:
        return Said(
            N_("Taken on within %(minutes)s minutes, at any hour; then others are told"), {"minutes": target.minutes}
        )
    if target.running is Running.COVERED:
        hours = {"hours": f"{target.minutes / 60:g}"}
        return Said(N_("Taken on within %(hours)s hours in which somebody is there; then others are told"), hours)
    if target.days == 0:
        return Said(N_("Taken on by the end of that working day; then others are told"), {})
    if target.days == 1:
        return Said(N_("Taken on by the end of the next working day; then others are told"), {})
    return Said(N_("Taken on by the end of %(days)s further working days; then others are told"), {"days": target.days})


def as_markdown(told: Iterable[Told]) -> str:
    """Return the rules as the table that the documentation holds, in English."""
    rows = ["| rule | hears | how soon | the patient reads | may be set |", "|---|---|---|---|---|"]
    for one in told:
        soon_ = one.soon.msgid % dict(one.soon.values) if one.soon else "–"
        cells = (one.code, one.hears.msgid % dict(one.hears.values), soon_, one.reads or "nothing of it", _bounds(one))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _bounds(one: Told) -> str:
    said = (
        f"{threshold.name.partition('.')[2]} {threshold.least:g}"
        + (" (fixed)" if threshold.is_fixed else f" to {threshold.most:g}")
        for threshold in one.thresholds
    )
    return ", ".join(said) or "–"
