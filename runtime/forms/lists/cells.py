"""The values of a page of records as the texts that people read, each kind of title asked for once."""

from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import ngettext

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import NOBODY, POINTERS, Field, Reader, ValueType
from runtime.forms.names import kind_of, titles_for
from runtime.records import lookups
from runtime.records.rows import Record

LONGEST_CELL = 120
FORMATTED = frozenset((ValueType.NUMBER, ValueType.DATE, ValueType.DATETIME, ValueType.TIME))


def texts(
    user: User, form: Form, fields: list[Field], records: list[Record], reader: Reader
) -> list[list[str]]:
    """The texts of these fields for each record."""
    names = titles_for(user, form, fields, [record.values for record in records])
    drawn = [(each.key, *lookups.origin(form, each)) for each in fields]
    formatted = {key for key, _home, one in drawn if _is_formatted(one)}

    def text(key: str, home: Form, one: Field, value: Any) -> str:
        if key in formatted and value is not None:
            return _formatted(home, one.key, value, reader)
        return _short(one.type.display(value, one, reader, names))

    return [[text(*each, record.values.get(each[0])) for each in drawn] for record in records]


def _is_formatted(one: Field) -> bool:
    return one.type.value_type_of(one) in FORMATTED and kind_of(one) not in POINTERS


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
