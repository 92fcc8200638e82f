"""From bytes to lines: how a file's letters are stored, found by reading all of it once in small pieces."""

import codecs
import io
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from portal.checkins.history.problems import HistoryError
from portal.messages import N_

PIECE = 1 << 16
MEGABYTE = 1 << 20
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "iso-8859-15", "mac-roman", "gb18030", "shift_jis")
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a") + b"\x7f"
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")
UNREADABLE = re.compile("[\udc80-\udcff]")

TOO_LARGE = N_("This file is too large: %(size)s MB. The limit is %(limit)s MB.")
EMPTY = N_("This file is empty.")
ARCHIVE = N_("This is a spreadsheet, a backup or a PDF, not a CSV file. Save or export it as CSV and choose that file.")
NOT_TEXT = N_("This file is not text, so it cannot be read as CSV. Export it again as CSV.")
UNKNOWN_LETTERS = N_("We cannot tell how the letters in this file are stored. Save it as CSV in UTF-8 and try again.")
NOT_THAT_ENCODING = N_("The letters in this file are not stored as %(encoding)s.")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may bring: megabytes (of 1,048,576 bytes) and data rows."""

    megabytes: int = 20
    rows: int = 50_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose letters can be read.

    `damaged`: some bytes are not letters (they come out as lone surrogates, and their rows are refused).
    `ends_with_line`: the last line is complete, which a cut-off file's is not.
    """

    stream: BinaryIO
    encoding: str
    damaged: bool
    ends_with_line: bool

    def lines(self) -> Generator[str]:
        """Yield the lines with their endings; one line at a time is in memory."""
        self.stream.seek(0)
        errors = "surrogateescape" if self.damaged else "strict"
        # A byte order mark is no part of the first column's name.
        codec = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        text = io.TextIOWrapper(self.stream, encoding=codec, errors=errors, newline="")
        try:
            # Not `yield from text`: giving up half-way would close the stream, which is the caller's.
            yield from iter(text.readline, "")
        finally:
            text.detach()


def examine(source: bytes | BinaryIO, limits: Limits, encoding: str | None = None) -> Source:
    """Return the source with its encoding.

    Args:
        source: the file's bytes or an open binary stream.
        limits: refuse what is larger.
        encoding: one of `ENCODINGS` where the person says so; otherwise it is detected.

    Raises:
        HistoryError: too large, empty, not text, or letters that cannot be told.
    """
    stream = _measured(source, limits)
    head = stream.read(PIECE)
    if head.startswith(ARCHIVES):
        raise HistoryError(ARCHIVE)
    if encoding:
        return _as_told(stream, encoding)
    marked = _marked(head)
    if marked is None:
        raise HistoryError(NOT_TEXT)
    if marked.startswith("utf-16"):
        if not _decodes(stream, marked):
            raise HistoryError(NOT_TEXT)
        return Source(stream, marked, damaged=False, ends_with_line=_ends_with_line(stream, marked))
    _refuse_binary(stream)
    name, damaged = _eight_bit(stream, has_mark=head.startswith(codecs.BOM_UTF8))
    return Source(stream, name, damaged, _ends_with_line(stream, name))


def _measured(source: bytes | BinaryIO, limits: Limits) -> BinaryIO:
    most = limits.megabytes * MEGABYTE
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    if not stream.seekable():
        stream = io.BytesIO(stream.read(most + 1))
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > most:
        # Rounded up, so that a file just over the limit is not said to be as large as the limit.
        tenths = -(-size * 10 // MEGABYTE)
        raise HistoryError(TOO_LARGE, size=f"{tenths / 10:g}", limit=str(limits.megabytes))
    if size == 0:
        raise HistoryError(EMPTY)
    return stream


def _as_told(stream: BinaryIO, encoding: str) -> Source:
    if encoding not in ENCODINGS or not _decodes(stream, encoding):
        raise HistoryError(NOT_THAT_ENCODING, encoding=encoding)
    return Source(stream, encoding, damaged=False, ends_with_line=_ends_with_line(stream, encoding))


def _marked(head: bytes) -> str | None:
    """Return what the first bytes say: a byte order mark, the zeros of UTF-16, or plain eight-bit text."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" not in head:
        return "utf-8"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    pairs = len(head) / 2
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(PIECE):
        yield piece


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        clean = all("\0" not in decoder.decode(piece) for piece in _pieces(stream))
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return clean


def _refuse_binary(stream: BinaryIO) -> None:
    size = controls = 0
    for piece in _pieces(stream):
        if b"\0" in piece:
            raise HistoryError(NOT_TEXT)
        size += len(piece)
        controls += len(piece) - len(piece.translate(None, CONTROLS))
    if controls * 100 > size:
        raise HistoryError(NOT_TEXT)


def _eight_bit(stream: BinaryIO, *, has_mark: bool) -> tuple[str, bool]:
    """Return the encoding's name and whether some bytes are damaged.

    Text in Windows letters almost never forms valid UTF-8 by chance, so a file with many good UTF-8 letters and a few
    bad bytes is damaged UTF-8, not Windows text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    for piece in _pieces(stream):
        good, bad = _tally(decoder.decode(piece), good, bad)
    pending = len(decoder.getstate()[0])
    good, bad = _tally(decoder.decode(b"", final=True), good, bad)
    cut_inside_a_letter = pending >= 2 and bad == pending
    if not bad or cut_inside_a_letter or has_mark or good >= 4 * bad:
        return "utf-8", bad > 0
    if _decodes(stream, "cp1252"):
        return "cp1252", False
    raise HistoryError(UNKNOWN_LETTERS)


def _tally(text: str, good: int, bad: int) -> tuple[int, int]:
    if text.isascii():
        return good, bad
    unreadable = len(UNREADABLE.findall(text))
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return good + foreign - unreadable, bad + unreadable


def _ends_with_line(stream: BinaryIO, encoding: str) -> bool:
    width = 2 if encoding.startswith("utf-16") else 1
    stream.seek(-width, io.SEEK_END)
    return stream.read(width).strip(b"\0") in (b"\n", b"\r")
