"""Pictures made anew: nothing of what came but its pixels is kept, so nothing else of it can reach a browser."""

import io
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps

from runtime.fields import FieldError

LONGEST = 4096
SMALL = 320
MOST_PIXELS = 40_000_000
MOST_PIXELS_OF_JPEG = 160_000_000  # it is read at a half, a quarter or an eighth of its size
_KEPT = {"JPEG": ("JPEG", "jpg"), "MPO": ("JPEG", "jpg"), "WEBP": ("WEBP", "webp")}
_READ = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
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
        with Image.open(content, formats=_READ) as found:
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
    """The first frame, not larger than is kept."""
    width, height = found.size
    # A progressive JPEG is held in memory whole, at whatever size it is read.
    in_strips = found.format in ("JPEG", "MPO") and "progressive" not in found.info
    most = MOST_PIXELS_OF_JPEG if in_strips else MOST_PIXELS
    if width * height > most:
        raise FieldError("file_picture")
    found.draft("RGB", (LONGEST, LONGEST))
    found.load()
    image = ImageOps.exif_transpose(found)
    transparent = image.has_transparency_data and found.format not in ("JPEG", "MPO")
    image = image.convert("RGBA" if transparent else "RGB")
    image.thumbnail((LONGEST, LONGEST))
    image.info.clear()  # else writers put profiles and texts in again
    return image


def _written(image: Image.Image, format_: str) -> io.BytesIO:
    content = io.BytesIO()
    options = {"quality": 88} if format_ in ("JPEG", "WEBP") else {}
    image.save(content, format_, **options)
    content.seek(0)
    return content
