"""The location field type."""

import re
from decimal import Decimal
from typing import Any

from sqlalchemy import String
from sqlalchemy.types import TypeEngine

from runtime.fields import _numbers
from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader
from runtime.fields._options import PLACEHOLDER, own_options
from runtime.fields._texts import plain
from runtime.text import localized

_DIGITS = 6  # a tenth of a metre
# Degrees with at most six digits after the point, written in one way only: no zeros at the end, no -0.
_REST = r"(?:\.[0-9]{0,5}[1-9])?"
LATITUDE = rf"(?:0|-?(?:0\.[0-9]{{0,5}}[1-9]|[1-9]{_REST}|[1-8][0-9]{_REST}|90))"
LONGITUDE = rf"(?:0|-?(?:0\.[0-9]{{0,5}}[1-9]|[1-9]{_REST}|[1-9][0-9]{_REST}|1[0-7][0-9]{_REST}|180))"
_CANONICAL = re.compile(f"{LATITUDE},{LONGITUDE}")
_NUMBER = r"([+-]?[0-9]{1,3}(?:\.[0-9]{0,15})?)"
_DECIMAL = re.compile(rf"(?:geo:)?{_NUMBER} ?°? ?([NSns]?)(?: ?[,;] ?| ){_NUMBER} ?°? ?([EWew]?)")
_PART = r"([0-9]{1,3}) ?° ?([0-9]{1,2}) ?['′] ?([0-9]{1,2}(?:\.[0-9]{0,6})?) ?[\"″]"
_SIXTIETHS = re.compile(rf"{_PART} ?([NSns]) ?,? ?{_PART} ?([EWew])")
_CHINESE = re.compile(r"([北南])纬 ?([0-9.]{1,20})°? ?,? ?([东西])经 ?([0-9.]{1,20})°?")
_LETTERS = {"北": "N", "南": "S", "东": "E", "西": "W"}
_SIDES = {
    "N": {"en": "N", "zh": "北纬"},
    "S": {"en": "S", "zh": "南纬"},
    "E": {"en": "E", "zh": "东经"},
    "W": {"en": "W", "zh": "西经"},
}


class LocationField(FieldType):
    """A place on earth as latitude and longitude in degrees, `30.27415,120.15515`, to a tenth of a metre.

    Read are also `30.27415 N 120.15515 E`, `北纬30.27415°，东经120.15515°`, `30°16'27"N 120°9'18"E` and what
    `geo:` addresses say. The browser's own position comes by a button; no map is asked, so nobody else learns of
    the place.
    """

    name = "location"
    label = N_("Location")
    icon = "map-pin"
    group = "common"
    template = "fields/location.html"
    script = "locate.js"
    options = own_options(placeholder=PLACEHOLDER)
    examples = (
        ("30.27415, 120.15515", "30.27415,120.15515"),
        ("30.5 S 60.25 W", "-30.5,-60.25"),
        ("３０．５，６０", "30.5,60"),
        ("30°16'27\"N 120°9'18\"E", "30.274167,120.155"),
        ("-0.00000001,0", "0,0"),
        ("90,-180", "90,-180"),
        ("南纬30.5°，西经60.25°", "-30.5,-60.25"),
    )
    counterexamples = ("91,0", "0,181", "Hangzhou", "30.5", "30,5,60", "30°61'0\"N 120°9'18\"E", "-30 S,10")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        typed = _CHINESE.sub(_in_letters, plain(text)) if len(text) <= 80 else ""
        found = _DECIMAL.fullmatch(typed)
        if found:
            return _written(_side(Decimal(found[1]), found[2]), _side(Decimal(found[3]), found[4]))
        found = _SIXTIETHS.fullmatch(typed)
        if found is None:
            raise FieldError("location")
        return _written(_degrees(found[1], found[2], found[3], found[4]), _degrees(*found.groups()[4:]))

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        if isinstance(value, str) and not _CANONICAL.fullmatch(value):
            raise FieldError("location")
        return value

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": 22, "pattern": f"^({LATITUDE},{LONGITUDE})$"}

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        north, east = value.split(",")
        parts = (_told(north, "NS", reader.locale), _told(east, "EW", reader.locale))
        return ", ".join(parts) if reader.locale != "zh" else "，".join(parts)

    def column(self, field: Field) -> TypeEngine[Any]:
        return String(22)

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "text", "autocomplete": "off"}


def _in_letters(found: re.Match[str]) -> str:
    """What is written as `北纬30.3°, 东经120.2°` with letters."""
    return f"{found[2]} {_LETTERS[found[1]]} {found[4]} {_LETTERS[found[3]]}"


def _side(degrees: Decimal, letter: str) -> Decimal:
    """Degrees with the sign that their letter gives them."""
    if letter and degrees < 0:
        raise FieldError("location")
    return -degrees if letter.upper() in ("S", "W") and letter else degrees


def _degrees(whole: str, minutes: str, seconds: str, letter: str) -> Decimal:
    if int(minutes) > 59 or Decimal(seconds) >= 60:
        raise FieldError("location")
    return _side(int(whole) + Decimal(minutes) / 60 + Decimal(seconds) / 3600, letter)


def _written(north: Decimal, east: Decimal) -> str:
    """The canonical text; FieldError for what lies beyond the poles or the date line."""
    text = ",".join(str(_numbers.rounded(part, _DIGITS)) for part in (north, east))
    if not _CANONICAL.fullmatch(text):
        raise FieldError("location")
    return text


def _told(degrees: str, sides: str, locale: str) -> str:
    side = localized(_SIDES[sides[degrees.startswith("-")]], locale)
    size = f"{degrees.removeprefix('-')}°"
    return f"{side}{size}" if locale == "zh" else f"{size} {side}"


plugin = LocationField()
