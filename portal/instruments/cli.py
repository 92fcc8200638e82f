"""`flask instruments`: see which questionnaires there are, check a file with one, score answers by hand."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from portal import db
from portal.instruments import catalogue, loader, scoring
from portal.instruments.algorithms import screening
from portal.instruments.definition import Definition, FilledBy, Item, ItemKind, Wording
from portal.instruments.loader import DefinitionError, UnknownInstrument
from portal.instruments.own import files
from portal.instruments.scoring import AnswerProblem, Number, ProblemKind, ScaleScore, Score, ScoreState

UNANSWERED, DECLINED = {"-", "–"}, {"x", "X"}
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
REFUSED, NOT_UNDERSTOOD = 1, 2
LISTED = "{:<20} {:>7}  {:<27} {:<10} {:<13} {:<12} {}"
WAITS = "{} waits for approval: it can be scored once the medical director has approved it on the page Questionnaires."
# An answer may start with a minus sign, which click would take for an option.
ANSWERS = {"ignore_unknown_options": True}

group = click.Group("instruments", help="Questionnaires: list them, check a file with one, score answers by hand.")


@group.command("list")
@with_appcontext
def list_instruments() -> None:
    """Print every questionnaire: id, version, licence status, who fills it in, wording, when verified, title."""
    db.begin(write=False)
    click.echo(LISTED.format("ID", "VERSION", "LICENCE STATUS", "FILLED BY", "WORDING", "VERIFIED", "TITLE"))
    for one in catalogue.current():
        verified = one.verified_on.isoformat() if one.verified_on else "UNVERIFIED"
        row = (one.id, one.version, one.license_status, one.filled_by, _wording(one), verified, one.title)
        click.echo(LISTED.format(*map(str, row)))


@group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Say whether FILE holds a questionnaire that this clinic could use as its own.

    Ends with 0 where it does. Else it prints file, line, key and reason, and ends with 1.
    """
    try:
        found = loader.load_file(file, shipped=False)
        files.refuse_other_ids(found, file.name, file.read_text(encoding="utf-8"))
    except DefinitionError as error:
        _stop(REFUSED, str(error))
    scales = ", ".join(f"{one.title} from {one.minimum} to {one.maximum}" for one in found.scales)
    click.echo(f"{file.name}: {found.title}, version {found.version}, can be used.")
    click.echo(f"Questions: {len(found.items)}. Minutes: about {found.minutes}. Scores: {scales}.")


@group.command("score", context_settings=ANSWERS)
@click.argument("instrument", metavar="ID")
@click.argument("answers", nargs=-1)
@click.option("--version", type=int, help="A version other than the one in use.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def score(instrument: str, answers: tuple[str, ...], version: int | None, as_json: bool) -> None:
    """Score ANSWERS to the questionnaire ID, one for each question in printed order.

    An answer is its number; - stands for a question that was not answered, x for one that was declined. Questions at
    the end that may stay empty can be left off. Ends with 2 where the answers are not understood.

    \b
    Example: flask instruments score phq-9 2 1 2 1 0 1 0 0 0
    """
    db.begin(write=False)
    try:
        definition = catalogue.current().get(instrument, version)
    except UnknownInstrument as error:
        waits = catalogue.is_waiting(instrument, version)
        _stop(NOT_UNDERSTOOD, WAITS.format(instrument) if waits else str(error))
    given = _given(definition, answers)
    asked = [item.code for item in definition.items if item.is_default or item.code in given]
    problems = scoring.validate(definition, given, asked)
    if problems:
        typed = dict(zip((item.code for item in definition.items), answers, strict=False))
        told = (_explained(definition.item(one.item), typed[one.item], one) for one in problems)
        _stop(NOT_UNDERSTOOD, "\n".join(told))
    result = scoring.score(definition, given, asked)
    said = screening(definition.id, given)
    lines = [json.dumps(_as_json(definition, result, said), indent=2)] if as_json else _told(definition, result, said)
    click.echo("\n".join(lines))


def _wording(definition: Definition) -> str:
    if definition.filled_by is FilledBy.CLINICIAN:
        return "none needed"
    if definition.wording is Wording.SHIPPED:
        return "shipped"
    return "the clinic's" if definition.has_wording else "to be pasted"


def _given(definition: Definition, answers: Sequence[str]) -> dict[str, Number | None]:
    """Return the answers by item; stops where their number is not that of the questions."""
    needed = [place for place, item in enumerate(definition.items, 1) if _is_needed(item)]
    most, least = len(definition.items), max(needed, default=0)
    if not least <= len(answers) <= most:
        wanted = str(most) if least == most else f"{least} to {most}"
        codes = " ".join(item.code for item in definition.items)
        _stop(
            NOT_UNDERSTOOD,
            f"{definition.id} takes {wanted} answers, not {len(answers)}: {codes}\n"
            "Write - for a question that was not answered, x for one that was declined.",
        )
    pairs = zip(definition.items, answers, strict=False)
    return {item.code: _number(item, answer) for item, answer in pairs if answer not in UNANSWERED}


def _is_needed(item: Item) -> bool:
    return item.is_default and item.is_required and item.asked_if is None


def _number(item: Item, answer: str) -> Number | None:
    if answer in DECLINED:
        return None
    if not NUMBER.fullmatch(answer):
        _stop(NOT_UNDERSTOOD, f"{item.code}: {answer}: neither a number nor - (not answered) nor x (declined)")
    return Decimal(answer) if "." in answer else int(answer)


def _explained(item: Item, answer: str, problem: AnswerProblem) -> str:
    """Return what is wrong with an answer, and which there are where they are few."""
    choices = ", ".join(str(option.value) for option in item.options) if item.kind is ItemKind.CHOICE else ""
    known = f" They are {choices}." if choices and problem.kind is ProblemKind.NOT_AN_OPTION else ""
    return f"{item.code}: {answer}: {problem.message % problem.values}{known}"


def _told(definition: Definition, result: Score, said: Any) -> Iterator[str]:
    yield f"{definition.title}, version {result.version}, scoring engine {result.engine}"
    for one in result.scales:
        yield f"  {definition.scale(one.code).title}: {_value(definition, one)}"
    named: Mapping[str, Sequence[str]] = {
        "Declined": result.declined,
        "Not answered": result.missing,
        "Not asked after these answers": result.hidden,
        "Answered although the other answers do not ask it": result.inconsistent,
    }
    yield from (f"{name}: {' '.join(codes)}" for name, codes in named.items() if codes)
    yield from (f"Safety question {code}: {state}" for code, state in result.safety.items())
    if said is not None:
        yield f"Screening algorithm, not a diagnosis: {said}"


def _value(definition: Definition, one: ScaleScore) -> str:
    counted = f"{one.answered} of {one.of} answered"
    if one.value is None:
        return f"not scorable ({counted})"
    meaning = definition.scale(one.code)
    band = f", {one.band.label}" if one.band else ""
    prorated = f", prorated ({counted})" if one.state is ScoreState.PRORATED else ""
    return f"{one.value} of {meaning.minimum} to {meaning.maximum}{band}{prorated}"


def _as_json(definition: Definition, result: Score, said: Any) -> dict[str, Any]:
    return {
        "instrument": result.instrument,
        "version": result.version,
        "engine": result.engine,
        "scales": [_scale_as_json(definition, one) for one in result.scales],
        "declined": result.declined,
        "missing": result.missing,
        "hidden": result.hidden,
        "inconsistent": result.inconsistent,
        "safety": result.safety,
        "screening": said,
    }


def _scale_as_json(definition: Definition, one: ScaleScore) -> dict[str, Any]:
    meaning = definition.scale(one.code)
    cutoff = meaning.cutoff
    return {
        "code": one.code,
        "title": meaning.title,
        "value": one.value,
        "minimum": meaning.minimum,
        "maximum": meaning.maximum,
        "band": one.band.code if one.band else None,
        "state": one.state,
        "prorated": one.state is ScoreState.PRORATED,
        "answered": one.answered,
        "of": one.of,
        "reaches_cutoff": None if cutoff is None or one.value is None else one.value >= cutoff.at_least,
    }


def _stop(code: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
