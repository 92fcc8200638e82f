"""Files as people and attackers send them."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, PngImagePlugin

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PLACE = b"40.7128N-Harbour-Street-12"


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Return a picture whose left half is red."""
    found = Image.new("RGB", size, (20, 40, 200))
    found.paste((220, 30, 30), (0, 0, size[0] // 2, size[1]))
    return found.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Return what a phone writes beside a picture: the place and the camera."""
    found = Image.Exif()
    found[0x0112], found[0x010E] = orientation, PLACE.decode()
    found.get_ifd(0x8825).update({1: "N", 2: (40.0, 42.0, 46.0), 29: PLACE.decode()})
    return found


def jpeg(orientation: int = 1, size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """Return a JPEG with a place in its EXIF and in a comment."""
    written = io.BytesIO()
    picture(size=size).save(written, "JPEG", exif=exif(orientation), comment=PLACE, **options)
    return written.getvalue()


def png(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> bytes:
    """Return a PNG with a place in a text and in its EXIF."""
    texts, written = PngImagePlugin.PngInfo(), io.BytesIO()
    texts.add_text("Place", PLACE.decode())
    picture(mode, size).save(written, "PNG", pnginfo=texts, exif=exif())
    return written.getvalue()


def heic() -> bytes:
    """Return a HEIC with a place in its EXIF."""
    written = io.BytesIO()
    found = pillow_heif.from_pillow(picture(size=(64, 64)))
    found.save(written, exif=exif().tobytes(), quality=60)
    return written.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """Return a PNG of a few kilobytes that says it has so many pixels on each side."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
