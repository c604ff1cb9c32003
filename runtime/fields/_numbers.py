"""Reading and judging of exact numbers, shared by the types number and money."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from runtime.documents import plain_number
from runtime.fields._base import Field, FieldError, JsonValue, kept
from runtime.fields._columns import DIGITS
from runtime.fields._texts import plain

WIDE = Context(prec=120)
_LONGEST = 60
_STEPS = tuple(Decimal(1).scaleb(-decimals) for decimals in range(DIGITS + 1))
_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(0,[0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,}))")
_BLANKS = re.compile(r"(?<=[0-9])[ '’](?=[0-9]{3}(?![0-9]))")


def read_number(text: str) -> Decimal:
    """The number of a typed text; FieldError("number") for anything else.

    Full-width digits count as digits. `1,500` and `1 500` are groups of thousands; a single comma that cannot
    be one (`1,5`, `0,125`) is a decimal comma. No exponents, hexadecimal, underscores, NaN or Infinity.
    """
    digits = _BLANKS.sub("", plain(text)) if len(text) <= _LONGEST else ""
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    if not _PLAIN.fullmatch(digits):
        raise FieldError("number")
    return canonical(Decimal(digits))


def canonical(number: Decimal) -> Decimal:
    """The same number with no trailing zeros after the point, no exponent, no negative zero."""
    return Decimal(plain_number(number)) if number else Decimal(0)


def normalised(value: JsonValue) -> JsonValue:
    """A JSON number as a canonical Decimal; everything else as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise FieldError("number")
    if number and not -_LONGEST <= number.adjusted() <= _LONGEST:
        raise FieldError("too_large" if number.adjusted() > 0 else "number")
    return canonical(number)


def judge(number: JsonValue, decimals: int) -> None:
    """FieldError when a number has more decimals or digits than its column keeps."""
    exact = Decimal(number)
    if exact != _cut(exact, decimals):
        raise FieldError("decimals", limit=decimals)


def rounded(number: Decimal, decimals: int) -> Decimal:
    """The number rounded half up (away from zero) to so many decimals."""
    return canonical(_cut(number, decimals))


def _cut(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(_STEPS[decimals], ROUND_HALF_UP, WIDE)


def number_schema(field: Field, decimals: int) -> dict[str, Any]:
    """Schema of a number: the document's limits, and the range that the column can keep."""
    limit = 10 ** (DIGITS - decimals)
    return {"type": "number", "exclusiveMinimum": -limit, "exclusiveMaximum": limit, **kept(field)}
