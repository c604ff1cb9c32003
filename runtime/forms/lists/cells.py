"""The values of a page of records as the texts that people read, each kind of title asked for once."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import ngettext

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import NOBODY, POINTERS, Field, Reader, ValueType
from runtime.forms.names import Titles, kind_of, titles_for
from runtime.records import lookups
from runtime.records.rows import Record

LONGEST_CELL = 120
FORMATTED = frozenset((ValueType.NUMBER, ValueType.DATE, ValueType.DATETIME, ValueType.TIME))


def texts(
    user: User, form: Form, fields: list[Field], records: list[Record], reader: Reader
) -> list[list[str]]:
    """The texts of these fields for each record."""
    names = titles_for(user, form, fields, [record.values for record in records])
    drawn = [(each.key, _text_of(*lookups.origin(form, each), reader, names)) for each in fields]
    return [
        ["" if (value := values.get(key)) is None else text(value) for key, text in drawn]
        for values in (record.values for record in records)
    ]


def _text_of(home: Form, one: Field, reader: Reader, names: Titles) -> Callable[[Any], str]:
    """How a cell of this column reads its values, decided once for all of them."""
    if one.type.value_type_of(one) in FORMATTED and kind_of(one) not in POINTERS:
        return lambda value: _formatted(home, one.key, value, reader)
    show = one.type.show
    return lambda value: _short(show(value, one, reader, names))


@lru_cache(maxsize=20_000)
def _formatted(form: Form, key: str, value: Any, reader: Reader) -> str:
    # Formatting numbers and dates took most of the time of a list; the same ones come again and again.
    one = form.fields[key]
    return one.type.display(value, one, reader, NOBODY)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def counted(total: int | None, capped: bool, reader: Reader) -> str:
    """How many records there are, in words; nothing where nobody counted."""
    if total is None:
        return ""
    number = format_decimal(total, locale=reader.locale)
    if capped:
        return str(_("more than %(number)s records", number=number))
    return str(ngettext("%(number)s record", "%(number)s records", total, number=number))
