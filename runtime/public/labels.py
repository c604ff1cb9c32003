"""The words under a QR code that is kept as a picture."""

from collections.abc import Iterable
from functools import cache
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

# With Chinese first; which of them a server has is up to it. Of the first, the third face is the Chinese one.
FONTS = (
    ("NotoSansCJK-Regular.ttc", 2),
    ("NotoSansCJKsc-Regular.otf", 0),
    ("wqy-microhei.ttc", 0),
    ("wqy-zenhei.ttc", 0),
    ("DroidSansFallbackFull.ttf", 0),
    ("DejaVuSans.ttf", 0),
)
UNKNOWN = "\U0010fffd"  # of private use, so that every font draws what it draws for what it lacks
LETTERS_OF_LINE = 26
MOST_IN_ONE_LINE = 44  # of a word, drawn smaller
MOST_LINES = 2  # of one text


def labelled(code: Image.Image, texts: Iterable[str]) -> Image.Image:
    """The code with these texts under it, without those that no font of this server can draw."""
    lines = [line for text in texts for line in _lines(text, max(9, code.width // 17))]
    height = sum(_height(font) for _text, font in lines)
    labelled = Image.new("L", (code.width, code.height + height), 255)
    labelled.paste(code, (0, 0))
    draw, top = ImageDraw.Draw(labelled), code.height - (_height(lines[0][1]) // 2 if lines else 0)
    for text, font in lines:
        draw.text(((code.width - draw.textlength(text, font)) / 2, top), text, 0, font)
        top += _height(font)
    return labelled


def _height(font: Font) -> int:
    _left, _top, _right, bottom = font.getbbox("Ag国")
    return int(1.2 * bottom)


def _lines(text: str, size: int) -> list[tuple[str, Font]]:
    """The text in lines, Chinese letters counted twice, for they are twice as wide; cut where it is longer, and a word
    that is a little longer than a line drawn smaller.
    """
    most = LETTERS_OF_LINE // 2 if any(letter > "\u2e80" for letter in text) else LETTERS_OF_LINE
    if " " not in text and most == LETTERS_OF_LINE and most < len(text) <= MOST_IN_ONE_LINE:
        size, most = max(8, size * most // len(text)), len(text)
    font = next((each for each in _fonts(size) if _draws(each, text)), None)
    lines = wrap(text, most, break_on_hyphens=False)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1] += "…"
    return [(line, font) for line in lines[:MOST_LINES]] if font else []


@cache
def _fonts(size: int) -> tuple[Font, ...]:
    found: list[Font] = []
    for name, face in FONTS:
        try:
            found.append(ImageFont.truetype(name, size, index=face))
        except OSError:  # this server does not have it
            continue
    return (*found, ImageFont.load_default(size))  # Pillow's own knows Latin letters


def _draws(font: Font, text: str) -> bool:
    lacking = bytes(font.getmask(UNKNOWN))
    return all(letter.isspace() or bytes(font.getmask(letter)) != lacking for letter in set(text))
