"""What a file is, by its content and never by its name; and what it is called here. Pure."""

import unicodedata
from enum import StrEnum

from portal.text import clean_line


class FileKind(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    CHART = "chart"
    QUESTIONNAIRE = "questionnaire"


LONGEST_NAME = 80
NAMELESS = "file"
MOST_FILES = 5
MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_TOGETHER = 20 * MEGABYTE
_PDF = b"%PDF-"
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_NOT_IN_NAMES = frozenset('<>:"|?*')
_LONGEST_ENDING = 10
_TAIL = 2048
ENDINGS = {FileKind.PDF: "pdf", FileKind.JPEG: "jpg", FileKind.PNG: "png", FileKind.CHART: "svg"}
_CALLED = {"pdf": "PDF", "jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "heic": "HEIC", "heif": "HEIC"}


def is_cut_off(content: bytes) -> bool:
    """Return whether something begins as a PDF and does not end as one."""
    return content.startswith(_PDF) and b"%%EOF" not in content[-_TAIL:]


def kind_of(content: bytes) -> FileKind | None:
    """Return what a file becomes here; None for what is not taken. A HEIC picture becomes a JPEG."""
    if content.startswith(_PDF):
        return None if is_cut_off(content) else FileKind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return FileKind.JPEG
    return None


def called(sent: str) -> str:
    """Return what the ending of a name says that the file is, of those that are taken; "" for any other."""
    return _CALLED.get(_parts(sent)[1].lower(), "")


def name_sent(sent: str) -> str:
    """Return a name as it was sent, ending and all, but without a path and what hides or misleads."""
    stem, ending = _parts(sent)
    return f"{stem or NAMELESS}.{ending}" if ending else stem or NAMELESS


def name_of(sent: str, kind: FileKind) -> str:
    """Return what a file is called here: its last part, without what hides or misleads, with the ending it deserves.

    Args:
        sent: the name as the browser sent it, which may hold a path.
        kind: what the file is.
    """
    return f"{_parts(sent)[0] or NAMELESS}.{ENDINGS[kind]}"


def _parts(sent: str) -> tuple[str, str]:
    last = clean_line(sent).replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter not in _NOT_IN_NAMES and unicodedata.category(letter) != "Cf")
    stem, _dot, ending = plain.rpartition(".") if "." in plain.strip(".") else (plain, "", "")
    return stem.strip(". ")[:LONGEST_NAME].strip(". "), ending.strip()[:_LONGEST_ENDING]
