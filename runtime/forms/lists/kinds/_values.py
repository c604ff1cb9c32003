"""The values of a field as columns or swimlanes of a board: which there are, and what addresses and people say."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _

from runtime import access, conditions, documents
from runtime.accounts.models import User
from runtime.conditions import Group, Row
from runtime.conditions.facts import is_storable
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Field, FieldError, Reader
from runtime.forms.names import titles_for
from runtime.spelling import name_key, order_key

TYPES = ("choice", "yes_no", "member")
_NONE, _IS = "none", "is:"  # how addresses name a value, for it may be any text


def ref(one: Field, value: Any, reader: Reader) -> str:
    """What addresses call a value."""
    return _NONE if value is None else f"{_IS}{one.type.to_raw(value, one, reader)}"


def value_of(one: Field, named: str, reader: Reader) -> Any:
    """The value that an address names; NotFound for none that can be one."""
    raw = named.removeprefix(_IS)
    if named == _NONE:
        return None
    try:
        found = one.type.parse(raw, one, reader) if named.startswith(_IS) and raw else None
    except FieldError:
        found = raw if one.type.name == "choice" else None  # taken out of the form, and still in records
    if found is None or (isinstance(found, str) and not is_storable(found)):
        raise NotFound(_("There is no such column."))
    return found


def cell_ref(column: str, lane: str) -> str:
    """What addresses call the place in a column and a swimlane."""
    return documents.dumps([column, lane])


def cell(named: str) -> tuple[str, str]:
    """The column and the swimlane of a place; NotFound for none."""
    try:
        found = documents.loads(named)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and len(found) == 2 and all(isinstance(each, str) for each in found):
        return found[0], found[1]
    raise NotFound(_("There is no such column."))


def condition(key: str, value: Any) -> access.Document:
    """That a field has this value."""
    if value is None:
        return conditions.from_rows(Group("all", (Row(key, "is_empty"),)))
    if isinstance(value, bool):
        return conditions.from_rows(Group("all", (Row(key, "is_yes" if value else "is_no"),)))
    return conditions.from_rows(Group("all", (Row(key, "equals", value),)))


def shown(field: Field, present: Collection[Any], most: int, reader: Reader) -> list[Any]:
    """The values that get a column, at most so many: what can be chosen, then what records still have, and none where
    records can be without.
    """
    chosen: list[Any] = [True, False] if field.type.name == "yes_no" else []
    chosen += [raw for raw, _label in field.type.choices(field, reader)]
    others = sorted(each for each in present if each is not None and each not in chosen)
    values = [*chosen, *others, *([None] if None in present or not field.required else [])]
    # What records have goes before what none has, else no filter would bring it.
    kept = sorted(values, key=lambda each: (each not in present, each in present and each is not None))[:most]
    return [each for each in values if each in kept]


def titled(
    user: User, form: Form, field: Field, values: Sequence[Any], reader: Reader
) -> list[tuple[Any, str]]:
    """The values with their titles; people and departments in the order of their names."""
    names = titles_for(user, form, [field], [{field.key: value} for value in values])
    none = _("No answer")
    found = [
        (each, none if each is None else field.type.display(each, field, reader, names)) for each in values
    ]
    if spelled := {"member": name_key, "department": order_key}.get(field.type.name):
        found.sort(key=lambda each: (each[0] is None, spelled(each[1])))
    return found
