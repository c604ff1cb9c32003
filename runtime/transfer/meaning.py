"""What the cell of a spreadsheet means as the value of a field. Pure, but for the names that were read before.

Cells are kept as JSON: numbers, yes and no as such, everything else as text, days and moments in ISO form.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from runtime.documents import plain_number
from runtime.fields import ALL_POINTERS, Field, JsonValue, Reader, ValueType
from runtime.fields._listed import called, values_of
from runtime.fields._texts import MAX_LENGTH, cleaned, plain
from runtime.records.pointing import Names
from runtime.transfer import cells

Cell = str | Decimal | int | bool | None

ORDERS = ("ymd", "dmy", "mdy")
_DAYS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?[ T]+(\d.*))?")
_MIDNIGHT = re.compile(r"(.*\d)[ T]+0{1,2}:00(?::00)?")
_SERIAL = re.compile(r"[1-9]\d{4}")
_LAST_DAY = 2_958_465  # 9999-12-31, as Excel counts
_GROUPS = re.compile(r"(?<=\d)[.'’\s](?=\d{3}(?!\d))")
_SIGN_BEHIND = re.compile(r"\s*[€$¥￥£₩₹]$")
_COMMA, _POINT = (
    re.compile(r"\d,(\d{1,2}|\d{4,})$|\.\d{3},|\.\d{3}\.\d{3}$"),
    re.compile(r"\d\.(\d{1,2}|\d{4,})$|,\d{3}\."),
)


@dataclass(frozen=True)
class Manner:
    """How the texts of a spreadsheet are meant: the order of a day's parts, and whether a comma stands before the
    decimals.
    """

    reader: Reader
    dates: str = "ymd"
    commas: bool = False


def kept(cell: Any, *, guarded: bool) -> Cell:
    """A cell as it was read, as it is kept; `guarded` says that texts may have come from our own exports."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, datetime):
        whole = cell + timedelta(microseconds=500_000)
        return whole.replace(microsecond=0).isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, time):
        return cell.replace(microsecond=0).isoformat().removesuffix(":00") if cell.second == 0 else str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    text = _storable(str(cell))
    return (cells.unguarded(text) if guarded else text) or None


def _storable(text: str) -> str:
    """The text, its sides without blanks; what no database keeps is replaced, and so refused by its field."""
    try:
        return cleaned(text[: MAX_LENGTH + 1]) if len(text) <= MAX_LENGTH else text[: MAX_LENGTH + 1]
    except ValueError:
        return "\ufffd"


def _number(cell: float) -> Cell:
    # As many digits as Excel shows: 0.1 + 0.2 is 0.3.
    number = Decimal(format(cell, ".15g") if isinstance(cell, float) else cell)
    return number if number.is_finite() and number.adjusted() < 60 else str(cell)


def is_importable(one: Field) -> bool:
    """Whether a cell can be a value of this field. Files are not in cells; the rows of sub-tables have
    columns of their own."""
    refused = (ValueType.FILES, ValueType.ROWS, ValueType.NOTHING)
    writable = one.type.stored and one.type.writable and one.type.value_type not in refused
    return writable or one.type.name == "serial"


def text(one: Field | None, cell: Cell) -> str:
    """A cell as people read and mend it, so that `value` gives the same for it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, Decimal)):  # whole numbers come back from the database as such
        number = Decimal(cell)
        if one is not None and one.type.name == "percent":
            return cells.text(cells.PERCENT, number)
        return _of_serial(number, one) if one is not None and _counts_days(one) else plain_number(number)
    return cell


def shown(one: Field | None, cell: Cell, commas: bool) -> str:
    """The text of a cell in the spelling that the texts of the spreadsheet have, so that it is read as it was."""
    is_number = (
        one is not None
        and isinstance(cell, (int, Decimal))
        and one.type.value_type_of(one) is ValueType.NUMBER
    )
    return text(one, cell).replace(".", ",") if is_number and commas else text(one, cell)


def value(one: Field, cell: Cell, manner: Manner, names: Names) -> JsonValue | None:
    """The value that a cell means, None for a blank one; FieldError when it means none."""
    if cell is None or cell == "":
        return None
    kind = one.type.value_type_of(one)
    if isinstance(cell, bool) and kind is ValueType.BOOL:
        return cell
    is_number = isinstance(cell, (int, Decimal)) and not isinstance(cell, bool)
    if is_number and kind is ValueType.NUMBER and one.type.name not in ALL_POINTERS:
        return one.type.normalise(cell, one)
    said = text(one, cell)
    if one.type.name in ALL_POINTERS:
        return names.several(one, said) if one.type.name == "references" else names.one(one, said)
    return one.type.parse(_as_typed(one, kind, said, manner), one, manner.reader)


def _as_typed(one: Field, kind: ValueType, said: str, manner: Manner) -> str:
    """The text as somebody would type it who fills the form."""
    if kind is ValueType.NUMBER:
        return _without_groups(said) if manner.commas else _SIGN_BEHIND.sub("", said)
    if kind in (ValueType.DATE, ValueType.DATETIME):
        return _day(one, said, manner)
    if one.type.name == "choice" and said not in values_of(one):
        return called(one, values_of(one)).get(said.casefold(), said)
    return said


def _without_groups(said: str) -> str:
    return _GROUPS.sub("", _SIGN_BEHIND.sub("", plain(said))).replace(",", ".")


def _day(one: Field, said: str, manner: Manner) -> str:
    typed = plain(said) if len(said) <= 60 else said
    if _SERIAL.fullmatch(typed):
        typed = _of_serial(Decimal(typed), one)
    found = _DAYS.fullmatch(typed)
    if found and manner.dates != "ymd":
        day, month = (found[1], found[3]) if manner.dates == "dmy" else (found[3], found[1])
        typed = f"{found[4]}-{month}-{day}{' ' + found[5] if found[5] else ''}"
    midnight = _MIDNIGHT.fullmatch(typed)
    if one.type.name == "date":
        return midnight[1] if midnight else typed
    return typed if ":" in typed or not typed else f"{typed} 00:00"


def _counts_days(one: Field) -> bool:
    return one.type.value_type_of(one) in (ValueType.DATE, ValueType.DATETIME, ValueType.TIME)


def _of_serial(number: Decimal, one: Field) -> str:
    """The day or time of the number by which Excel counts days; the number itself where it counts none."""
    if not 0 <= number <= _LAST_DAY:
        return plain_number(number)
    seconds = int((number % 1 * 86_400).to_integral_value())
    if one.type.name == "time":
        return (datetime.min + timedelta(seconds=seconds)).strftime("%H:%M")
    # To Excel the year 1900 has a 29th of February.
    moment = datetime(1899, 12, 30) + timedelta(days=int(number) + (number < 60), seconds=seconds)
    return moment.isoformat(" ").removesuffix(" 00:00:00")


def order_of_days(texts: Iterable[str]) -> tuple[str, str]:
    """In which order these texts seem to name day, month and year, and one of them that could be meant otherwise."""
    found = [match for match in map(_DAYS.fullmatch, map(plain, texts)) if match]
    if not found:
        return "ymd", ""
    if any(int(each[1]) > 12 for each in found):
        return "dmy", ""
    if any(int(each[3]) > 12 for each in found):
        return "mdy", ""
    doubtful = next((each for each in found if each[1] != each[3]), found[0])
    return ("mdy" if doubtful[2] == "/" else "dmy"), doubtful[0]


def has_commas(texts: Sequence[str]) -> bool:
    """Whether a comma seems to stand before the decimals of these numbers."""
    bare = [_SIGN_BEHIND.sub("", plain(each)).rstrip("%").strip() for each in texts if len(each) <= 60]
    commas, points = (sum(1 for each in bare if one.search(each)) for one in (_COMMA, _POINT))
    return commas > points
