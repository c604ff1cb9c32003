"""The phone field type."""

import re
from functools import lru_cache
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader, cleaned_text
from runtime.fields._options import PLACEHOLDER, option, own_options
from runtime.fields._texts import plain

_LONGEST = 40
# Letters are refused, save the words for an extension: phonenumbers would read "1-800-FLOWERS".
_TYPED = re.compile(r"\+?[0-9()\-. /]+(?:(?:ext\.?|x|#|转) ?(?P<extension>[0-9]{1,6}))?", re.IGNORECASE)
_CANONICAL = re.compile(r"(\+[0-9]{4,15})(?:x([0-9]{1,6}))?")


class PhoneField(FieldType):
    """A phone number that exists in its country's numbering plan, stored as E.164: `+8613800138000`.

    Without a leading + it is a number of `region`. An extension (`ext. 801`, `转801`) is kept:
    `+861062345678x801`.
    """

    name = "phone"
    label = N_("Phone")
    icon = "phone"
    group = "common"
    options = own_options(
        region=option(
            N_("Country"),
            N_("Country of numbers without a leading +, two letters of ISO 3166. Without it, CN."),
            "CN",
            {"type": "string", "pattern": "^[A-Z]{2}$"},
        ),
        placeholder=PLACEHOLDER,
    )
    examples = (
        ("13800138000", "+8613800138000"),
        ("138 0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+1 (650) 253-0000", "+16502530000"),
        ("010-62345678转801", "+861062345678x801"),
    )
    counterexamples = (
        "12345",
        "1380013800",
        "1-800-FLOWERS",
        "138٠٠١٣٨٠٠٠",
        "один",
        "+8613800138000\r\n1",
        "1" * 5000,
    )

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return _normalised(plain(text), region_of(field))

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        if not isinstance(value, str):
            return value
        text = cleaned_text(value)
        return _normalised(plain(text), region_of(field)) if text else None

    def check(self, value: JsonValue, field: Field) -> None:
        _normalised(value, region_of(field))

    def check_options(self, field: Field) -> None:
        if region_of(field) not in phonenumbers.SUPPORTED_REGIONS:
            raise FieldError("unknown_region", option="region")

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": 23, "pattern": "^\\+[0-9]{4,15}(x[0-9]{1,6})?$"}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> str:
        return "" if value is None else _shown(value, region_of(field))

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _shown(value, region_of(field))

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "tel", "inputmode": "tel", "autocomplete": "off"}


def region_of(field: Field) -> str:
    """The region of numbers that are typed without a country code."""
    return str(field.options.get("region", "CN"))


@lru_cache(maxsize=4096)  # read and checked within one save, and again by every /eval
def _normalised(text: str, region: str) -> str:
    found = _TYPED.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise FieldError("phone")
    extension = found["extension"]
    digits = text[: found.start("extension")].rstrip("extEXT.#转 ") if extension else text
    number = _parsed(digits, region)
    if number is None or not phonenumbers.is_valid_number(number):
        raise FieldError("phone")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + (f"x{extension}" if extension else "")


def _parsed(digits: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


@lru_cache(maxsize=4096)
def _shown(value: str, region: str) -> str:
    """The way people of the region write it; a stored text that is no phone number as it is."""
    found = _CANONICAL.fullmatch(value)
    number = _parsed(found[1], region) if found else None
    if found is None or number is None:
        return value
    home = number.country_code == phonenumbers.country_code_for_region(region)
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style) + (f" x{found[2]}" if found[2] else "")


plugin = PhoneField()
