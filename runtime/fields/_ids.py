"""Values that point to a row by its id, shared by the types reference, member and department."""

import re
from decimal import Decimal
from typing import Any

from runtime.fields._base import FieldError, JsonValue
from runtime.fields._texts import plain
from runtime.text import localized

MAX_ID = 2**31 - 1
ID_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
_ID = re.compile(r"[1-9][0-9]{0,9}")
_GONE = {"en": "(not available)", "zh": "（不可用）"}


def read_id(text: str, code: str) -> int:
    """The id that a picker posts; FieldError(code) for anything else."""
    digits = plain(text) if len(text) <= 20 else ""
    if not _ID.fullmatch(digits) or int(digits) > MAX_ID:
        raise FieldError(code)
    return int(digits)


def whole(value: JsonValue) -> JsonValue:
    """A JSON number without a fraction as an int, since 12.0 is an integer to JSON Schema; else as it is."""
    if isinstance(value, Decimal):  # it has no is_integer before Python 3.12
        return int(value) if value == value.to_integral_value() else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def shown(title: str | None, locale: str) -> str:
    """The title of what is pointed to; one text for gone and for hidden, so that it tells neither."""
    return localized(_GONE, locale) if title is None else title


def id_schema() -> dict[str, Any]:
    """JSON Schema of an id."""
    return dict(ID_SCHEMA)
