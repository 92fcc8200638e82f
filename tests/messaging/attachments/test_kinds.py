"""What a file is by its content, and what it is called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.messaging.attachments.kinds import LONGEST_NAME, FileKind, kind_of, name_of
from tests.messaging.attachments import samples

WRONG = {
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "program": b"MZ\x90\x00" + bytes(60),
    "zip": b"PK\x03\x04" + bytes(60),
    "gif": b"GIF89a" + bytes(60),
    "avif": b"\x00\x00\x00\x20ftypavif" + bytes(60),
    "web page that ends as a PDF": b"<html>%PDF-1.4 %%EOF",
    "PDF cut off": samples.PDF[:-7],
    "nothing": b"",
    "one byte": b"\xff",
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_is_no_picture_and_no_pdf_is_not_taken(content: bytes) -> None:
    assert kind_of(content) is None


def test_content_says_what_a_file_is() -> None:
    found = [kind_of(one) for one in (samples.PDF, samples.jpeg(), samples.png(), samples.heic())]
    assert found == [FileKind.PDF, FileKind.JPEG, FileKind.PNG, FileKind.JPEG]


@pytest.mark.parametrize(
    ("sent", "kind", "name"),
    [
        ("arm.heic", FileKind.JPEG, "arm.jpg"),
        ("../../etc/passwd", FileKind.PDF, "passwd.pdf"),
        ("C:\\Users\\ada\\letter.PDF", FileKind.PDF, "letter.pdf"),
        ("..\\..\\boot.ini", FileKind.PNG, "boot.png"),
        ("a\x00b\r\nSet-Cookie: x.png", FileKind.PNG, "ab Set-Cookie x.png"),
        ("invoice\u202efdp.exe", FileKind.PDF, "invoicefdp.pdf"),
        ("zero\u200bwidth.jpg", FileKind.JPEG, "zerowidth.jpg"),
        (".htaccess", FileKind.PDF, "htaccess.pdf"),
        ("", FileKind.PDF, "file.pdf"),
        ("///", FileKind.JPEG, "file.jpg"),
        ("...", FileKind.JPEG, "file.jpg"),
        ("two.dots.pdf", FileKind.PDF, "two.dots.pdf"),
        ("Ñandú – día 2.png", FileKind.PNG, "Ñandú – día 2.png"),
        ("x" * 300 + ".pdf", FileKind.PDF, "x" * LONGEST_NAME + ".pdf"),
    ],
)
def test_a_name_keeps_its_words_and_nothing_that_leads_elsewhere(sent: str, kind: FileKind, name: str) -> None:
    assert name_of(sent, kind) == name


@given(st.text(max_size=200), st.sampled_from([FileKind.PDF, FileKind.JPEG, FileKind.PNG]))
def test_no_name_has_a_path_a_hidden_letter_or_another_ending(sent: str, kind: FileKind) -> None:
    found = name_of(sent, kind)
    assert not set(found) & set('/\\\x00<>":|?*')
    assert not [letter for letter in found if unicodedata.category(letter) in {"Cc", "Cf", "Cs"}]
    assert not found.startswith(".")
    assert len(found) <= LONGEST_NAME + 4
    assert found.endswith({"pdf": ".pdf", "jpeg": ".jpg", "png": ".png"}[kind.value])
    assert name_of(found, kind) == found
