"""Pictures made anew: nothing of what came but its pixels is kept, so nothing else of it can reach a browser."""

import io
import threading
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps

from runtime.fields import FieldError

LONGEST = 4096
SMALL = 320
MOST_PIXELS = 32_000_000  # that are in memory at once, with four bytes each
_KEPT = {"JPEG": ("JPEG", "jpg"), "MPO": ("JPEG", "jpg"), "WEBP": ("WEBP", "webp")}
_READ = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
_JPEGS = ("JPEG", "MPO")
_TURN = threading.Semaphore(1)  # one at a time in a process: a transparent one takes up to 380 MB of memory
Image.MAX_IMAGE_PIXELS = None  # judged here, before a pixel is read


@dataclass(frozen=True)
class Picture:
    """A picture and a small one of it, each ready to be kept; `ending` is that of its name."""

    whole: io.BytesIO
    small: io.BytesIO
    ending: str


def made_anew(content: BinaryIO) -> Picture:
    """The picture turned as it was taken, without what stood beside the pixels; FieldError when it cannot be read."""
    try:
        with _TURN, Image.open(content, formats=_READ) as found:
            format_, ending = _KEPT.get(found.format or "", ("PNG", "png"))
            image = _pixels(found)
            whole = _written(image, format_)
            image.thumbnail((SMALL, SMALL))
            return Picture(whole, _written(image, format_), ending)
    except FieldError:
        raise
    except Exception as error:  # Pillow's readers raise whatever broken bytes lead to
        raise FieldError("file_picture") from error


def _pixels(found: Image.Image) -> Image.Image:
    """The first frame, not larger than is kept. Made smaller before it is turned or copied, to save memory."""
    is_jpeg = found.format in _JPEGS
    if is_jpeg:
        _read_a_part(found)
    if found.width * found.height > MOST_PIXELS:
        raise FieldError("file_picture")
    found.load()
    mode = "RGBA" if found.has_transparency_data and not is_jpeg else "RGB"
    image = found if is_jpeg else _in_mode(found, mode)
    image.thumbnail((LONGEST, LONGEST))
    ImageOps.exif_transpose(image, in_place=True)
    image = _in_mode(image, mode)
    image.info.clear()  # else writers put profiles and texts in again
    return image


def _read_a_part(found: Image.Image) -> None:
    """Have a JPEG that is too large read at a half, a quarter or an eighth of its size."""
    width, height = found.size
    pixels = width * height
    if found.info.get("progressive") and pixels > MOST_PIXELS:
        raise FieldError("file_picture")  # all of it must be in memory before any part can be read
    part = 1
    while part < 8 and (max(width, height) >= 2 * part * LONGEST or pixels > MOST_PIXELS * part**2):
        part *= 2
    found.draft("RGB", (max(1, width // part), max(1, height // part)))


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)


def _written(image: Image.Image, format_: str) -> io.BytesIO:
    content = io.BytesIO()
    options = {"quality": 88} if format_ in ("JPEG", "WEBP") else {}
    image.save(content, format_, **options)
    content.seek(0)
    return content
