"""Looking in answers for what a person must hear of: when they are sent, while they are given, and where refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from portal.checkins import plan, queries
from portal.checkins.filled import Filled, Sheet
from portal.checkins.models import Mode
from portal.instruments import scoring
from portal.instruments.definition import Definition
from portal.safety import rules
from portal.safety import service as safety
from portal.safety.chronic import fits
from portal.safety.help import Help, best_for
from portal.safety.ruleset import queries as ruleset


def hear(filled: Filled, *, at: datetime) -> Help | None:
    """Look for what a person must hear of in answers not sent yet or refused; return the help they call for.

    A question nobody has come to yet is not an unknown answer, an answer that cannot be is passed over, and the day may
    be one that cannot be taken.
    """
    safety.hold(filled.patient.id)
    heard = replace(filled, sheet=readable(filled.definition, filled.asked, filled.sheet))
    today = plan.local_day(at, filled.patient.time_zone)
    return best_for(look_for_danger(heard, list(heard.answers), at=at, today=today))


def look_for_danger(filled: Filled, items: Sequence[str], *, at: datetime, today: date) -> tuple[rules.Finding, ...]:
    """Hand the safety items among `items` to the rules, each with the last known answer before it."""
    definition, patient_id = filled.definition, filled.patient.id
    codes = [item.code for item in definition.asked(items) if item.is_safety]
    if not codes:
        return ()
    previous: dict[str, float] = {}
    may_wait = any(fits.can_wait(definition.id, code, filled.answers.get(code)) for code in codes)
    if may_wait or rules.looks_back(definition.id, ruleset.current().answer_rules):
        before = filled.corrects.received_at if filled.corrects else at
        previous = queries.previous_answers(patient_id, definition.id, codes, on=filled.on, at=before)
    answers = rules.read(definition, filled.sheet.answers, codes, previous)
    is_own = filled.mode is Mode.SELF
    return safety.review(patient_id, answers, submission_id=filled.sheet.submission_id, on=today, at=at, own=is_own)


def readable(definition: Definition, asked: Sequence[str], sheet: Sheet) -> Sheet:
    """Return a sheet without the answers that cannot be."""
    wrong = {problem.item for problem in scoring.validate(definition, sheet.answers, asked)}
    return replace(sheet, answers={code: value for code, value in sheet.answers.items() if code not in wrong})
