"""What the filter of a list may look at: one answer for pages, saved views and the API."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from runtime import access, conditions
from runtime.conditions import ConditionError
from runtime.db import Moment
from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.fields import ValueType
from runtime.records import rows
from runtime.records.tables import SYSTEM, stored

FACTS = {
    "user.id": ValueType.NUMBER,
    "user.department_id": ValueType.NUMBER,
    "now": ValueType.DATETIME,
}


def problems(form: Form, document: Any, hidden: frozenset[str]) -> list[Problem]:
    """Why this is no condition that the list can be filtered by; a hidden field is as good as none."""
    found = conditions.check(document, types(form, hidden), FACTS)
    if found:
        return found
    try:
        where(form, document, hidden)
    except ConditionError as error:
        return [conditions.problem(error)]
    return []


def where(
    form: Form, document: Any, hidden: frozenset[str], facts: Mapping[str, Any] | None = None
) -> ColumnElement[bool]:
    """The filter as SQL; ConditionError for anything but what `types` knows, a hidden field as for none."""
    known = types(form, hidden)

    def column(path: str) -> ColumnElement[Any]:
        if path.removeprefix("record.") not in known:
            raise ConditionError("unknown_field", field=path[:80])
        return rows.column(form, path)

    return conditions.where(document, column, facts or {})


def types(form: Form, hidden: frozenset[str]) -> dict[str, ValueType]:
    """What a filter may look at: what is stored, without the text that the quick search looks through."""
    left_out = {"search_text", *access.untold(form, hidden)}
    system = {
        name: ValueType.DATETIME if isinstance(column, Moment) else ValueType.NUMBER
        for name, column in SYSTEM.items()
        if name not in left_out
    }
    own = {key: field.type.value_type_of(field) for key, field in stored(form).items() if key not in hidden}
    return {"id": ValueType.NUMBER, **system, **own}
