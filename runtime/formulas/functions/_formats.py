"""Numbers and dates from texts and to texts."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from runtime.fields import FieldError, ValueType
from runtime.fields._numbers import WIDE, read_number
from runtime.formulas.errors import FormulaError
from runtime.formulas.functions._base import (
    NUMBER,
    TEXT,
    Argument,
    Lazy,
    Scope,
    limited,
    text,
)
from runtime.formulas.values import Value, bounded, clock, local, number
from runtime.text import normalised

_NUMBER_FORMAT = re.compile(r"(#,##)?0(?:\.(0{1,12}))?(%?)")
_TIME_FORMAT = re.compile(r"(?:yyyy|mm?+|dd?+|hh?+:mm|[-/.: 年月日]){1,20}+")  # never goes back
_TIME_PART = re.compile(r"yyyy|hh:mm|h:mm|mm|m|dd|d")


def value_of(value: Value) -> Value:
    """The number of a text; numbers stay. Read as fields read it."""
    if isinstance(value, Decimal):
        return value
    whole = normalised(text(value), "NFKC").strip()
    try:
        found = read_number(whole.removesuffix("%"))
    except FieldError:
        return None
    return bounded(lambda: found.scaleb(-2) if whole.endswith("%") else found)


def formatted(scope: Scope, value: Lazy, form: Lazy) -> Value:
    found, wanted = value(), text(form())
    if found is None:
        return None
    if isinstance(found, Decimal):
        return limited(_number_text(number(found), wanted))
    return limited(_time_text(found, wanted, scope.zone))


def _number_text(value: Decimal, wanted: str) -> str:
    match = _NUMBER_FORMAT.fullmatch(wanted)
    if match is None:
        raise FormulaError("text_format")
    scaled = value.scaleb(2) if match[3] else value
    exact = scaled.quantize(Decimal(1).scaleb(-len(match[2] or "")), ROUND_HALF_UP, WIDE)
    return format(WIDE.plus(exact), ",f" if match[1] else "f") + match[3]


def _time_text(value: Value, wanted: str, zone: str) -> str:
    if _TIME_FORMAT.fullmatch(wanted) is None:
        raise FormulaError("text_format")
    if len(text(value)) == 5:
        hour = clock(value)
        return _TIME_PART.sub(lambda m: _clock_part(m[0], hour.hour, hour.minute, {}), wanted)
    when = local(value, zone)
    parts = {
        "yyyy": f"{when.year:04}",
        "mm": f"{when.month:02}",
        "m": str(when.month),
        "dd": f"{when.day:02}",
        "d": str(when.day),
    }
    hours, minutes = getattr(when, "hour", 0), getattr(when, "minute", 0)
    return _TIME_PART.sub(lambda m: _clock_part(m[0], hours, minutes, parts), wanted)


def _clock_part(part: str, hour: int, minute: int, others: dict[str, str]) -> str:
    if part in ("hh:mm", "h:mm"):
        return f"{hour:02}:{minute:02}" if part[1] == "h" else f"{hour}:{minute:02}"
    return others.get(part, "")


def type_of_formatted(arguments: Sequence[Argument]) -> ValueType:
    wanted = arguments[1].literal
    known = _NUMBER_FORMAT if arguments[0].type == NUMBER else _TIME_FORMAT
    if wanted is not None and not known.fullmatch(wanted):
        raise FormulaError("text_format")
    return TEXT
