"""The sentence of every code that can stand at a field: one wording for message, summary and API.

Codes come from `FieldError`, from the keywords of JSON Schema, and from the write path (unique,
not_available). A sentence says what to do and names the field by its title.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import lazy_gettext as _l
from jsonschema import ValidationError

from runtime.fields import Field
from runtime.text import localized

_CHOOSE = _l("Choose %(title)s from the list.")
_SHAPE = _l("Write %(title)s in the form that is asked for.")
_NO_VALUE = _l("Leave %(title)s out: it holds no value.")

SENTENCES: Mapping[str, Any] = {
    "required": _l("Fill in %(title)s."),
    "type": _l("Send another kind of value for %(title)s: the form's schema says which."),
    "characters": _l("%(title)s contains characters that cannot be stored. Type it instead of pasting it."),
    "one_value": _l("Send one value for %(title)s, not several."),
    "number": _l("%(title)s must be a number, like 12.5."),
    "whole": _l("%(title)s must be a whole number, like 12."),
    "too_large": _l("Enter a number closer to zero for %(title)s."),
    "minimum": _l("%(title)s must be %(limit)s or more."),
    "maximum": _l("%(title)s must be %(limit)s or less."),
    "exclusiveMinimum": _l("%(title)s must be more than %(limit)s."),
    "exclusiveMaximum": _l("%(title)s must be less than %(limit)s."),
    "date": _l("Enter a date for %(title)s, like 2026-11-21."),
    "date_parts": _l(
        "Enter day, month and year for %(title)s as numbers, the year with four digits: there must be such a day."
    ),
    "time": _l("Enter a time of day for %(title)s, like 09:30."),
    "datetime": _l("Enter a date and a time for %(title)s, like 2026-11-21 09:00."),
    "offset": _l("Add the offset from UTC to %(title)s, like 2026-11-21T09:00:00+08:00."),
    "url": _l("Enter a web address for %(title)s, like https://example.com."),
    "rating": _l("Choose from 1 to %(limit)s stars for %(title)s."),
    "ean_13": _l("Enter the 13 digits of the barcode for %(title)s: the last one checks the others."),
    "code_128": _l("Enter at most %(limit)s letters without accents, digits and signs for %(title)s."),
    "file_kind": _l("%(title)s takes files of these kinds: %(kinds)s."),
    "file_mismatch": _l(
        "“%(name)s” is not what its name says it is. Save it anew in its own format for %(title)s."
    ),
    "file_infected": _l("The virus scanner refused “%(name)s”. Choose another file for %(title)s."),
    "file_empty": _l("“%(name)s” is empty. Choose another file for %(title)s."),
    "file_size": _l("Choose a smaller file for %(title)s: %(limit)s MB are the most."),
    "file_picture": _l("This picture cannot be read, or is too large. Choose another one for %(title)s."),
    "file_gone": _l("A file of %(title)s is no longer there. Choose it once more."),
    "file_storage": _l(
        "The file for %(title)s cannot be kept now. Try again later, or tell an administrator."
    ),
    "file_flood": _l(
        "Too many of your files wait to be saved with a record. Save or remove some before you add to %(title)s."
    ),
    "signature": _l("Enter the name for %(title)s with at most %(limit)s letters."),
    "location": _l("Enter latitude and longitude for %(title)s, like 30.27415, 120.15515."),
    "email": _l("Enter one e-mail address for %(title)s, like name@example.com."),
    "phone": _l("%(title)s must be a phone number, like 13800138000."),
    "yes_no": _l("Answer %(title)s with yes or no."),
    "deeper": _l("Choose one of the values below it for %(title)s."),
    "tree": _l("In %(title)s every option lies below another one or at the top, at most eight levels deep."),
    "enum": _l("Choose one of the offered values for %(title)s."),
    "reference": _CHOOSE,
    "references": _CHOOSE,
    "member": _CHOOSE,
    "department": _CHOOSE,
    "not_available": _CHOOSE,
    "nobody": _l("%(title)s: nothing that you may choose is called “%(text)s”."),
    "several": _l("%(title)s: several are called “%(text)s”. Write the serial number, or #12 for record 12."),
    "pattern": _SHAPE,
    "format": _SHAPE,
    "not": _NO_VALUE,
    "no_value": _NO_VALUE,
    "unique": _l("Another record has this value already. Enter another one for %(title)s."),
    "unique_together": _l("Another record has the same combination of values already. Change %(title)s."),
    "alike": _l("%(title)s like this exists already: %(names)s (same %(fields)s)."),
    "bad_pattern": _l("Write the pattern of %(title)s as a regular expression of RE2 (no look-around)."),
    "unknown_region": _l("Enter a country with two letters for %(title)s, like CN."),
    "rows": _l("Send the rows of %(title)s as a list of objects."),
    "no_columns": _l("Add a column to %(title)s."),
    "serial_repeats": _l(
        "The numbers of %(title)s would repeat. Add the date parts after which it starts again."
    ),
}


def sentence(code: str, params: Mapping[str, Any], title: str) -> str:
    """What to do about a problem at the field `title`, in the current language; a text for any code."""
    locale = str(get_locale() or "en")[:2]
    if code == "pattern" and "message" in params:
        return localized(params["message"], locale)
    if code in _COUNTED and "limit" in params:
        return _COUNTED[code](int(params["limit"]), title, locale)
    if code not in SENTENCES:
        return str(_l("Check %(title)s.")) % {"title": title}
    return str(SENTENCES[code]) % {**params, "title": title, "limit": _number(params.get("limit"), locale)}


def from_json_schema(error: ValidationError, field: Field | None = None) -> tuple[str, dict[str, Any]]:
    """The code and the params of what a JSON Schema validator found in a value of the field."""
    keyword, said = str(error.validator), cast(Any, error.validator_value)
    if keyword == "format" and said in ("date", "email"):
        return str(said), {}
    if keyword == "required":
        return keyword, {"missing": [name for name in said if name not in cast(Any, error.instance)]}
    if not _is_number(said):
        return keyword, {}
    return keyword, {"limit": field.type.limit(said, field) if field else said}


def _decimals(limit: int, title: str, locale: str) -> str:
    if limit == 0:
        return str(SENTENCES["whole"]) % {"title": title}
    text: str = ngettext(
        "Enter %(title)s with at most %(num)s digit after the point.",
        "Enter %(title)s with at most %(num)s digits after the point.",
        limit,
        title=title,
    )
    return text


def _shortest(limit: int, title: str, locale: str) -> str:
    text: str = ngettext(
        "Enter at least %(limit)s character for %(title)s.",
        "Enter at least %(limit)s characters for %(title)s.",
        limit,
        title=title,
        limit=_number(limit, locale),
    )
    return text


def _longest(limit: int, title: str, locale: str) -> str:
    text: str = ngettext(
        "Shorten %(title)s to %(limit)s character.",
        "Shorten %(title)s to at most %(limit)s characters.",
        limit,
        title=title,
        limit=_number(limit, locale),
    )
    return text


def _fewest(limit: int, title: str, locale: str) -> str:
    text: str = ngettext(
        "Choose at least %(num)s for %(title)s.", "Choose at least %(num)s for %(title)s.", limit, title=title
    )
    return text


def _most(limit: int, title: str, locale: str) -> str:
    text: str = ngettext(
        "Choose at most %(num)s for %(title)s.", "Choose at most %(num)s for %(title)s.", limit, title=title
    )
    return text


def _fewest_rows(limit: int, title: str, locale: str) -> str:
    text: str = ngettext(
        "Add at least %(num)s row to %(title)s.",
        "Add at least %(num)s rows to %(title)s.",
        limit,
        title=title,
    )
    return text


def _most_rows(limit: int, title: str, locale: str) -> str:
    text: str = ngettext(
        "%(title)s can hold at most %(limit)s row: take out the others.",
        "%(title)s can hold at most %(limit)s rows: take out the others.",
        limit,
        title=title,
        limit=_number(limit, locale),
    )
    return text


_COUNTED: Mapping[str, Callable[[int, str, str], str]] = {
    "decimals": _decimals,
    "minLength": _shortest,
    "maxLength": _longest,
    "minItems": _fewest,
    "maxItems": _most,
    "fewest_rows": _fewest_rows,
    "most_rows": _most_rows,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _number(value: Any, locale: str) -> str:
    if isinstance(value, str):
        return value
    return format_decimal(value, locale=locale, decimal_quantization=False) if _is_number(value) else ""
