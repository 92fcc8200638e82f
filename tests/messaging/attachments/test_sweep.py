"""What was never sent is swept away, what was sent never is, and a crash leaves nothing for good."""

import os
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from portal import db
from portal.messaging.attachments import queries, service, store, sweep
from portal.messaging.attachments.intake import take_in
from portal.messaging.attachments.models import Attachment
from portal.messaging.attachments.worker import SweepRound
from portal.messaging.parcel import Parcel
from portal.messaging.service import NoSuchThing, send
from tests import factories
from tests.cast import NOW, Cast
from tests.checkins.silence.rounds import go_round
from tests.messaging.attachments import samples

DAY = timedelta(hours=25)


def brought(cast: Cast, at: datetime = NOW) -> uuid.UUID:
    attachment_id = uuid.uuid4()
    taken = take_in(samples.PDF, "letter.pdf")
    service.keep(cast.ada.own_id, taken, attachment_id, position=0, by=cast.ada.actor, at=at)
    db.session.commit()
    return attachment_id


def on_disk(tmp_path: Path) -> set[str]:
    return {path.parent.name if path.parent.name == "quarantine" else "kept" for path in _files(tmp_path)}


def _files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]


def rows() -> list[Attachment]:
    db.session.rollback()
    return list(db.session.scalars(select(Attachment)))


def test_what_was_never_sent_is_marked_after_a_day_and_then_goes_with_its_file(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path
) -> None:
    brought(cast)
    go_round(SweepRound("one"))
    assert len(rows()) == 1
    frozen.shift(DAY)
    go_round(SweepRound("one"))
    assert [row.swept_at is not None for row in rows()] == [True]
    assert on_disk(tmp_path) == {"kept"}
    frozen.shift(timedelta(hours=2))
    go_round(SweepRound("one"))
    assert not rows()
    assert on_disk(tmp_path) == set()


def test_what_was_taken_back_counts_as_long_as_it_lies_on_disk_and_goes_within_the_hour(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path
) -> None:
    for at in (NOW, NOW + timedelta(seconds=1)):
        service.discard(cast.ada.own_id, [brought(cast, at)], by=cast.ada.actor, at=at)
    db.session.commit()
    go_round(SweepRound("one"))
    assert on_disk(tmp_path) == {"kept"}
    assert queries.count_bytes(cast.ada.user_id, NOW) == 2 * len(samples.PDF)
    frozen.shift(timedelta(hours=1))
    go_round(SweepRound("one"))
    assert on_disk(tmp_path) == set()
    assert queries.count_bytes(cast.ada.user_id, NOW) == 0


def test_what_is_marked_to_go_is_not_sent_any_more(cast: Cast, frozen: time_machine.Traveller) -> None:
    attachment_id, thread = brought(cast), factories.thread(cast.ada, cast.bea)
    frozen.shift(DAY)
    go_round(SweepRound("one"))
    words = {"body": "See here", "submission_id": uuid.uuid4(), "by": cast.ada.actor, "at": NOW + DAY}
    with pytest.raises(NoSuchThing):
        send(cast.ada.own_id, thread.id, parcel=Parcel((attachment_id,)), **words)


def test_what_was_sent_stays(cast: Cast, frozen: time_machine.Traveller, tmp_path: Path) -> None:
    attachment_id, thread = brought(cast), factories.thread(cast.ada, cast.bea)
    words = {"body": "See here", "submission_id": uuid.uuid4(), "by": cast.ada.actor, "at": NOW}
    send(cast.ada.own_id, thread.id, parcel=Parcel((attachment_id,)), **words)
    db.session.commit()
    for _round in range(3):
        frozen.shift(timedelta(days=40))
        go_round(SweepRound("one"))
    assert len(rows()) == 1
    assert on_disk(tmp_path) == {"kept"}


def test_a_crash_between_file_and_row_leaves_a_file_that_is_swept_away(
    cast: Cast, frozen: time_machine.Traveller, tmp_path: Path
) -> None:
    orphan = uuid.uuid4()
    store.write(orphan, b"words")
    for path in _files(tmp_path):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    go_round(SweepRound("one"))
    assert on_disk(tmp_path) == {"kept"}
    frozen.shift(DAY)
    go_round(SweepRound("one"))
    assert on_disk(tmp_path) == {"quarantine"}
    for path in _files(tmp_path):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    frozen.shift(timedelta(days=31))
    go_round(SweepRound("one"))
    assert on_disk(tmp_path) == set()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_files_are_looked_at_a_few_at_a_time_and_each_once(
    cast: Cast, frozen: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    brought(cast)
    for first in ("00", "00", "0a", "ff"):
        store.write(uuid.UUID(first + uuid.uuid4().hex[2:]), b"words")
    for path in _files(tmp_path):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    frozen.shift(DAY)
    looked_at: list[Path] = []
    age: Callable[[Path], datetime] = store._age

    def looked(path: Path) -> datetime:
        looked_at.append(path)
        return age(path)

    monkeypatch.setattr(store, "_age", looked)
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    worker = SweepRound("one")
    assert worker.step()
    assert len(looked_at) == 2
    go_round(worker)
    kept = [path for path in looked_at if path.parent.name not in ("quarantine", "incoming")]
    assert len(kept) == len(set(kept)) == 5
    assert sorted(path.parent.name == "quarantine" for path in _files(tmp_path)) == [False] + [True] * 4


def test_a_write_that_is_cut_off_leaves_no_file_under_its_id(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def cut(*_: object) -> None:
        raise OSError(5, "cut off")

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(OSError, match="cut off"):
        store.write(uuid.uuid4(), b"words")
    assert not _files(tmp_path)


def test_the_disk_is_written_before_the_row(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    write: Callable[[uuid.UUID, bytes], None] = store.write

    def looked(file_id: uuid.UUID, content: bytes) -> None:
        seen.append(len(db.session.scalars(select(Attachment)).all()))
        write(file_id, content)

    monkeypatch.setattr(store, "write", looked)
    brought(cast)
    assert seen == [0]
