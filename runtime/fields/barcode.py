"""The barcode field type."""

import re
from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Reader, cleaned_text
from runtime.fields._options import PLACEHOLDER, option, own_options
from runtime.fields._texts import plain

_BREAKS = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
# By format: the longest text, and what the text must look like.
_FORMATS: dict[str, tuple[int, str]] = {
    "any": (500, ""),
    "ean_13": (13, "^[0-9]{13}$"),
    "code_128": (80, "^[ -~]+$"),
    "qr_code": (1000, ""),
}


class BarcodeField(FieldType):
    """What a barcode says: typed, read by a scanner that types, or by the camera where the browser can.

    `format` says which codes fit: an EAN-13 has thirteen digits of which the last one checks the others (a
    UPC-A of twelve is one too), a Code 128 holds up to 80 plain characters, a QR code any text of up to 1,000.
    """

    name = "barcode"
    label = N_("Barcode")
    icon = "qrcode"
    group = "common"
    template = "fields/barcode.html"
    script = "scan.js"
    options = own_options(
        format=option(
            N_("Format"),
            N_("Which codes fit: EAN-13, Code 128, QR code. Without it, any."),
            "ean_13",
            {"enum": list(_FORMATS)},
        ),
        placeholder=PLACEHOLDER,
    )
    example_options = {"format": "ean_13"}
    examples = (
        ("4006381333931", "4006381333931"),
        (" 4 006381 333931 ", "4006381333931"),
        ("０３６０００２９１４５２", "0036000291452"),
    )
    counterexamples = ("4006381333932", "40063813339", "400638133393X", "-4006381333931", "x" * 2000)

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return _normalised(text, field)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        if not isinstance(value, str):
            return value
        text = cleaned_text(value)
        return _normalised(text, field) if text else None

    def check(self, value: JsonValue, field: Field) -> None:
        if format_of(field) == "ean_13" and not _adds_up(value):
            raise FieldError("ean_13")

    def value_schema(self, field: Field) -> dict[str, Any]:
        longest, pattern = _FORMATS[format_of(field)]
        schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": longest}
        return {**schema, "pattern": pattern} if pattern else schema

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        mode = "numeric" if format_of(field) == "ean_13" else "text"
        return {"type": "text", "inputmode": mode, "autocomplete": "off", "data-format": format_of(field)}


def format_of(field: Field) -> str:
    """The kind of code that fits."""
    return str(field.options.get("format", "any"))


def _normalised(text: str, field: Field) -> str:
    """The text in the form of its code; a wrong one is told by the code's own name."""
    kind = format_of(field)
    text = _BREAKS.sub(" ", text)
    if kind == "ean_13" and len(text) <= 40:
        text = plain(text).replace(" ", "")
        text = text.zfill(13) if re.fullmatch("[0-9]{12}", text) else text
    longest, pattern = _FORMATS[kind]
    if len(text) > longest or (pattern and not re.fullmatch(pattern, text)):
        raise FieldError(kind if pattern else "maxLength", limit=longest)
    return text


def _adds_up(digits: str) -> bool:
    """Whether the last digit is the one that the other twelve give."""
    weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return sum(weighted) % 10 == 0


plugin = BarcodeField()
