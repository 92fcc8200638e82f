"""`flask history`: bringing in a diary for a patient from the command line."""

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext

from portal import clock, db
from portal.checkins.history import build, map_file, queries, service
from portal.checkins.history.comparison import compare
from portal.checkins.history.look import Look, look
from portal.checkins.history.mapping import Daylio, Mapping
from portal.checkins.history.problems import HistoryError
from portal.checkins.history.read import Reading, read
from portal.checkins.history.when import find_zone
from portal.review import service as review

NOTHING_CAME_IN, NOT_UNDERSTOOD, SOME_REFUSED = 1, 2, 3
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

group = click.Group("history", help="Diaries that patients kept elsewhere: bring them in, take them back.")


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--patient", required=True, help="The patient's e-mail address or id.")
@click.option("--map", "how", type=FILE, help="What the columns mean; `flask history map FILE` writes one to fill in.")
@click.option(
    "--zone", help="The time zone the diary was written in, like Europe/Amsterdam. Else the map's, else theirs."
)
@click.option("--dry-run", is_flag=True, help="Say what would come in and bring in nothing.")
@with_appcontext
def bring_in(file: Path, patient: str, how: Path | None, zone: str | None, dry_run: bool) -> None:
    """Bring in the diary in FILE: an export of the Daylio app, or any CSV with a map of its columns.

    Every row is accounted for: it comes in, or it is here already, or it is refused with its line and the reason.
    Running it twice changes nothing.

    Ends with 0 where every row was read, 3 where some were refused and the others came in, 1 where nothing could be
    brought in, 2 where the command or the map was not understood.

    \b
    Example: flask history map diary.csv > map.toml
             (fill in map.toml)
             flask history import diary.csv --patient ada@clinic.example --map map.toml
    """
    db.begin(write=False)
    found = queries.find_patient(patient) or _stop(NOT_UNDERSTOOD, f"There is no patient {patient}.")
    patient_id, name, own_zone = found
    with _explained(NOTHING_CAME_IN):
        seen = look(file.read_bytes())
    with _explained(NOT_UNDERSTOOD):
        mapping = _mapping(seen, how, zone)
        reading = _read(file, mapping, seen.rows, own_zone)
    click.echo(f"{file.name}: {reading.rows} rows, time zone {reading.time_zone}, for {name}.")
    outcome = _compared(patient_id, reading) if dry_run else _import(patient_id, reading, seen, file, mapping)
    _report(outcome, reading, dry_run=dry_run)
    if reading.refused:
        sys.exit(SOME_REFUSED if len(reading.refused) < reading.rows else NOTHING_CAME_IN)


@group.command("map")
@click.argument("file", type=FILE)
@click.option("--zone", default="", help="The time zone the diary was written in, like Europe/Amsterdam.")
def template(file: Path, zone: str) -> None:
    """Print a map to fill in: which columns of FILE hold what, and what each scale's numbers mean."""
    with _explained(NOTHING_CAME_IN):
        click.echo(map_file.template(look(file.read_bytes()), zone), nl=False)


@group.command("list")
@click.option("--patient", required=True, help="The patient's e-mail address or id.")
@with_appcontext
def list_files(patient: str) -> None:
    """Print what was brought in for a patient, the latest first, with the ids that `flask history undo` takes."""
    db.begin(write=False)
    patient_id = (queries.find_patient(patient) or _stop(NOT_UNDERSTOOD, f"There is no patient {patient}."))[0]
    for done in queries.list_imports(patient_id):
        state = "taken back" if done.undone_at else f"{done.imported} entries, {done.refused} rows refused"
        click.echo(f"{done.id}  {done.imported_at:%Y-%m-%d %H:%M} UTC  {done.file_name}: {state}")


@group.command("undo")
@click.argument("import_id", type=click.UUID)
@click.option("--patient", required=True, help="The patient's e-mail address or id.")
@click.confirmation_option(prompt="Delete everything that this file brought in?")
@with_appcontext
def undo(import_id: uuid.UUID, patient: str) -> None:
    """Take back what the import IMPORT_ID brought in. That it was there stays on record."""
    db.begin(write=True)
    at = clock.now()
    patient_id = (queries.find_patient(patient) or _stop(NOT_UNDERSTOOD, f"There is no patient {patient}."))[0]
    taken = service.undo(patient_id, import_id, by=None, at=at)
    if taken is None:
        _stop(NOTHING_CAME_IN, "There is no such import of this patient, or it was taken back before.")
    review.refresh(db.take_touched(), at=at)
    db.session.commit()
    click.echo(f"Took back {taken} entries.")


def _mapping(seen: Look, how: Path | None, zone: str | None) -> Mapping | Daylio:
    if how is None and seen.kind != "daylio":
        _stop(NOT_UNDERSTOOD, "Say what the columns mean with --map. To get a map to fill in: flask history map FILE")
    mapping = map_file.parse(how.read_bytes()) if how else Daylio()
    return replace(mapping, time_zone=find_zone(zone).key) if zone else mapping


def _read(file: Path, mapping: Mapping | Daylio, rows: int, own_zone: str) -> Reading:
    with file.open("rb") as source, _progress(rows, "Reading") as step:
        return read(source, mapping, now=clock.now(), zone=own_zone, step=step)


def _compared(patient_id: uuid.UUID, reading: Reading) -> service.Outcome:
    return service.outcome(None, reading, compare(patient_id, reading))


def _import(
    patient_id: uuid.UUID, reading: Reading, seen: Look, file: Path, mapping: Mapping | Daylio
) -> service.Outcome:
    source = service.File(seen.kind, file.name, build.raw(mapping))
    length = len(reading.entries) + sum(len(entry.values) for entry in reading.entries)
    db.begin(write=True)
    at = clock.now()
    with _progress(length, "Writing") as step:
        outcome = service.import_reading(patient_id, reading, source, by=None, at=at, step=step)
        review.refresh(db.take_touched(), at=at)
        db.session.commit()
    return outcome


def _report(outcome: service.Outcome, reading: Reading, *, dry_run: bool) -> None:
    click.echo(f"{outcome.imported:>8} {'would come in' if dry_run else 'came in'}")
    click.echo(f"{outcome.merged:>8} were here already, or stand twice in the file")
    click.echo(f"{outcome.refused:>8} refused")
    if outcome.added:
        click.echo(
            f"{outcome.added:>8} numbers or notes {'would be ' if dry_run else ''}added to entries that were here"
        )
    for notice in reading.notices:
        click.echo(f"line {notice.line}: {notice}" if notice.line else str(notice), err=True)
    for refusal in reading.refused:
        click.echo(f"line {refusal.line} refused: {refusal}", err=True)


@contextmanager
def _progress(length: int, label: str) -> Iterator[Callable[[int], object]]:
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def _explained(code: int) -> Iterator[None]:
    try:
        yield
    except HistoryError as error:
        _stop(code, str(error))


def _stop(code: int, why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(code)
