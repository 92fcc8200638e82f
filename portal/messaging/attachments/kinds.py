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
MOST_FILES = 5
MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_TOGETHER = 20 * MEGABYTE
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_NOT_IN_NAMES = frozenset('<>:"|?*')
_TAIL = 2048
ENDINGS = {FileKind.PDF: "pdf", FileKind.JPEG: "jpg", FileKind.PNG: "png", FileKind.CHART: "svg"}


def kind_of(content: bytes) -> FileKind | None:
    """Return what a file becomes here; None for what is not taken. A HEIC picture becomes a JPEG."""
    if content.startswith(b"%PDF-"):
        return FileKind.PDF if b"%%EOF" in content[-_TAIL:] else None
    if content.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return FileKind.JPEG
    return None


def name_of(sent: str, kind: FileKind, instead: str = "file") -> str:
    """Return what a file is called here: its last part, without what hides or misleads, with the ending it deserves.

    Args:
        sent: the name as the browser sent it, which may hold a path.
        kind: what the file is.
        instead: what a file is called that has no name left.
    """
    last = clean_line(sent).replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter not in _NOT_IN_NAMES and unicodedata.category(letter) != "Cf")
    stem = plain.rpartition(".")[0] if "." in plain.strip(".") else plain
    short = stem.strip(". ")[:LONGEST_NAME].strip(". ")
    return f"{short or instead}.{ENDINGS[kind]}"
