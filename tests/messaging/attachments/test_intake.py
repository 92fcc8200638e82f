"""Taking a file in: what was written beside a picture goes, what is dangerous is refused, nothing of ours is told."""

import io
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from portal.messaging.attachments import intake, picture, problems, scanner, store
from portal.messaging.attachments.intake import take_in
from portal.messaging.attachments.kinds import MOST_BYTES, FileKind
from portal.messaging.attachments.problems import CannotTake
from tests.messaging.attachments import samples


@pytest.fixture(autouse=True)
def kept_apart(tmp_path: Path) -> Iterator[None]:
    store.keep_in(str(tmp_path))
    yield
    scanner.use("")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (samples.jpeg(), FileKind.JPEG),
        (samples.png(), FileKind.PNG),
        (samples.png("P"), FileKind.PNG),
        (samples.png("RGBA"), FileKind.PNG),
        (samples.heic(), FileKind.JPEG),
    ],
    ids=["jpeg", "png", "palette", "see-through", "heic"],
)
def test_a_picture_is_drawn_anew_with_nothing_beside_it(sent: bytes, kind: FileKind) -> None:
    assert samples.PLACE in sent
    taken = take_in(sent, "arm.any")
    assert taken.kind is kind
    assert samples.PLACE not in taken.content
    found = opened(taken.content)
    assert (found.format, found.size) == (kind.value.upper(), (taken.width, taken.height))
    assert not found.getexif()
    assert not {"comment", "exif", "icc_profile", "xmp", "Place"} & set(found.info)
    left = found.convert("RGB").crop((0, 0, 10, 20)).resize((1, 1)).tobytes()
    assert left[0] > 180
    assert left[2] < 80


def test_a_picture_that_lay_on_its_side_stands_upright() -> None:
    taken = take_in(samples.jpeg(orientation=6), "arm.jpg")
    assert (taken.width, taken.height) == (40, 60)


def test_a_large_picture_becomes_smaller() -> None:
    taken = take_in(samples.jpeg(size=(5000, 50)), "wide.jpg")
    assert (taken.width, taken.height) == (4096, 41)


def test_a_pdf_stays_as_it_is() -> None:
    assert take_in(samples.PDF, "letter.pdf").content == samples.PDF


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", problems.EMPTY),
        (b"<html>", problems.MISNAMED),
        (samples.PDF + bytes(MOST_BYTES), problems.TOO_LARGE),
        (samples.bomb(), problems.TOO_MANY_PIXELS),
        (samples.bomb(7_100), problems.TOO_MANY_PIXELS),
        (samples.jpeg()[:300], problems.UNREADABLE),
        (b"\xff\xd8\xff" + bytes(100), problems.UNREADABLE),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), problems.UNREADABLE),
    ],
    ids=["empty", "type", "large", "bomb", "just-too-many", "cut-off", "no-jpeg", "no-heic"],
)
def test_what_cannot_be_taken_is_named(content: bytes, message: str) -> None:
    with pytest.raises(CannotTake) as refused:
        take_in(content, "../x/arm.jpg")
    assert refused.value.message == message
    assert refused.value.values["name"] == "arm.jpg"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"A letter.", "fake.pdf", "“fake.pdf” is called a PDF, but its content is not one."),
        (b"GIF89a", "C:\\me\\arm.JPEG", "“arm.JPEG” is called a JPEG, but its content is not one."),
        (b"PK\x03\x04", "letter.docx", "“letter.docx” is not a file that can be sent here."),
        (samples.PDF[:-7], "letter.pdf", "“letter.pdf” could not be opened: it may be damaged."),
        (b"", "empty.pdf", "“empty.pdf” is empty."),
        (b"MZ", "invoice\u202efdp.exe", "“invoicefdp.exe” is not a file that can be sent here."),
        (b"MZ", "", "“file” is not a file that can be sent here."),
    ],
)
def test_a_refusal_names_the_file_as_it_was_sent_and_what_is_wrong(content: bytes, name: str, said: str) -> None:
    with pytest.raises(CannotTake) as refused:
        take_in(content, name)
    assert (refused.value.message % refused.value.values).startswith(said)


def test_the_program_that_reads_pictures_gets_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = tmp_path / "told.py"
    told.write_text("import os,sys;sys.stdin.buffer.read();sys.stdout.write('1 1\\n'+repr(dict(os.environ)))")
    monkeypatch.setenv("SECRET_KEY", "a canary of the environment")
    monkeypatch.setattr(intake, "_PROGRAM", told)
    assert b"canary" not in take_in(samples.jpeg(), "arm.jpg").content


def test_a_picture_that_grew_above_the_limit_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    grown = tmp_path / "grown.py"
    grown.write_text(f"import sys;sys.stdin.buffer.read();sys.stdout.write('1 1\\n'+'.'*{MOST_BYTES + 1})")
    monkeypatch.setattr(intake, "_PROGRAM", grown)
    with pytest.raises(CannotTake) as refused:
        take_in(samples.jpeg(), "arm.jpg")
    assert refused.value.message == problems.TOO_MANY_PIXELS


def test_one_file_of_a_person_and_two_in_all_are_looked_at_at_a_time_and_who_waits_too_long_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(intake, "_LONGEST_WAIT", 0.05)
    somebody = uuid.UUID(int=1)
    with store.turn(1, somebody):
        assert take_in(samples.jpeg(), "arm.jpg", whose=uuid.UUID(int=2)).kind is FileKind.JPEG
        with pytest.raises(CannotTake) as refused:
            take_in(samples.jpeg(), "arm.jpg", whose=somebody)
        assert refused.value.message == problems.BUSY
    with store.turn(1), store.turn(1):
        assert take_in(samples.PDF, "letter.pdf").content == samples.PDF
        for sent, scan in ((samples.jpeg(), ""), (samples.PDF, command(tmp_path, "exit 0"))):
            scanner.use(scan)
            with pytest.raises(CannotTake) as refused:
                take_in(sent, "arm.jpg")
            assert refused.value.message == problems.BUSY
    assert take_in(samples.PDF, "letter.pdf").content == samples.PDF
    scanner.use("")
    assert take_in(samples.jpeg(), "arm.jpg").width


def test_the_program_ends_as_the_portal_expects() -> None:
    command = [sys.executable, "-I", picture.__file__, "PNG"]
    done = subprocess.run(command, input=samples.bomb(), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (intake._TOO_MANY_PIXELS, b"")


def test_a_program_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(intake, "_PROGRAM", endless)
    monkeypatch.setattr(intake, "_SECONDS", 0.2)
    with pytest.raises(CannotTake):
        take_in(samples.jpeg(), "arm.jpg")


def command(tmp_path: Path, lines: str) -> str:
    program = tmp_path / "scan me"
    program.write_text(f"#!/bin/sh\n{lines}\n")
    program.chmod(0o700)
    return f"'{program}' --quiet"


def test_a_scanner_sees_the_file_as_it_came_and_lets_it_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a canary of the environment")
    seen = tmp_path / "seen"
    lines = f'cp "$2" {seen}; stat -c %a "$2" > {seen}.mode; echo "$1 $2" > {seen}.name; env > {seen}.env'
    scanner.use(command(tmp_path, lines))
    take_in(samples.jpeg(), "a name; rm -rf.jpg")
    assert seen.read_bytes() == samples.jpeg()
    assert Path(f"{seen}.mode").read_text().strip() == "600"
    flag, path = Path(f"{seen}.name").read_text().split()
    assert flag == "--quiet"
    assert "rm" not in path
    assert not Path(path).exists()
    assert "canary" not in Path(f"{seen}.env").read_text()


@pytest.mark.parametrize(
    ("lines", "message"),
    [("exit 1", problems.REFUSED), ("exit 2", problems.NOT_CHECKED), ("exec sleep 9", problems.NOT_CHECKED)],
    ids=["found", "failed", "hangs"],
)
def test_a_scanner_that_does_not_say_clean_keeps_a_file_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, message: str
) -> None:
    monkeypatch.setattr(scanner, "SECONDS", 0.3)
    scanner.use(command(tmp_path, lines))
    with pytest.raises(CannotTake) as refused:
        take_in(samples.PDF, "letter.pdf")
    assert refused.value.message == message
    assert not list((tmp_path / "attachments" / "incoming").iterdir())


def test_a_scanner_that_is_not_there_keeps_everything_out() -> None:
    scanner.use("/nowhere/scan")
    with pytest.raises(CannotTake) as refused:
        take_in(samples.PDF, "letter.pdf")
    assert refused.value.message == problems.NOT_CHECKED


def test_files_lie_for_the_portal_alone_under_their_ids(tmp_path: Path) -> None:
    file_id = uuid.uuid4()
    store.write(file_id, b"words")
    path = tmp_path / "attachments" / file_id.hex[:2] / file_id.hex[2:4] / file_id.hex
    assert path.read_bytes() == b"words"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path.parent.parent)} == {0o700}
    assert [one.name for one in path.parent.iterdir()] == [file_id.hex]
