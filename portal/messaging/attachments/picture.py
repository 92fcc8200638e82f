"""Draws a picture anew without anything that was written beside it: a program of its own, so that one made to break
what reads it breaks nothing of the portal.

It takes the picture on its input, and the format to write as its argument. It answers with a line of width and height,
and the new picture; or it ends with a code that says what was wrong.
"""

import io
import resource
import sys

import pillow_heif
from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "HEIF")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 4096
MEMORY_BYTES = 2 * 1024**3
SECONDS = 20
UNREADABLE, TOO_LARGE = 3, 4


def limit() -> None:
    """Take from this process what a picture does not need: more memory, more time, any file of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def redraw(content: bytes, form: str) -> tuple[int, int, bytes]:
    """Return width, height and bytes of a picture drawn anew: upright, in the common colours, and nothing else.

    Args:
        content: a picture in one of `FORMATS`.
        form: "JPEG" or "PNG".

    Raises:
        OverflowError: it has too many pixels.
    """
    with Image.open(io.BytesIO(content), formats=FORMATS) as sent:
        if sent.width * sent.height > MOST_PIXELS:
            raise OverflowError
        sent.load()
        upright = _in_common_colours(ImageOps.exif_transpose(sent))
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    see_through = form == "PNG" and (upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info)
    drawn = upright.convert("RGBA" if see_through else "RGB")
    bare = Image.new(drawn.mode, drawn.size)
    bare.paste(drawn)
    written = io.BytesIO()
    bare.save(written, form, **({"quality": 88} if form == "JPEG" else {}))
    return bare.width, bare.height, written.getvalue()


def _in_common_colours(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def main(form: str) -> int:
    limit()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        width, height, drawn = redraw(sys.stdin.buffer.read(), form)
    except (OverflowError, Image.DecompressionBombError, MemoryError):
        return TOO_LARGE
    except Exception:
        return UNREADABLE
    sys.stdout.buffer.write(f"{width} {height}\n".encode() + drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
