"""Moves a field into a sub-table."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder import where_used
from builder.commands import _crossing, _removing, _rules
from builder.commands._base import Arguments, Done, closed, free_key, refuse, said
from builder.commands._columns import MAX_COLUMNS, columns_in, taken_columns
from builder.commands._fields import KEY, NUMBER, copy_of, field_in, place_of, title_of
from builder.commands._renaming import is_published
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES, N_
from runtime.fields.sub_table import can_be_column
from runtime.records.tables import OF_ROWS


class FieldInto:
    """Makes the field `field` a column of the sub-table `table`: at the place `at`, counted from 0, else behind the
    others. What it reads of the form it reads of its record then. Only while it was never published, for records hold
    its values in a column of their own, and while nothing else names it.
    """

    name = "field.into"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "table", field=KEY, table=KEY, at=NUMBER)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key, table = work.open(target), arguments["field"], arguments["table"]
        columns = columns_in(form, table)
        _refuse(work, target, key, columns)
        schema = _crossing.into_rows(copy_of(field_in(form, key)), form["properties"])
        name, title = free_key(key, {*taken_columns(work, target, table), *OF_ROWS}), title_of(form, key)
        is_required = key in form.get("required", ())
        _removing.remove(form, key)
        order = list(columns)
        order.insert(int(arguments.get("at", len(order))), name)
        rows = form["properties"][table]["items"]
        rows["properties"] = {each: schema if each == name else columns[each] for each in order}
        if is_required:
            rows["required"] = [*rows.get("required", ()), name]
        words = said(N_("Moved %(field)s into %(table)s"), field=title, table=title_of(form, table))
        place = {"position": order.index(name) + 1, "count": len(order)}
        say = said(N_("%(field)s is now column %(position)s of %(count)s"), field=title, **place)
        return Done(words, say, select=f"field/{table}.{name}")


def _refuse(work: Workspace, target: Target, key: str, columns: dict[str, Any]) -> None:
    form = work.read(target)
    schema = field_in(form, key)
    kind = FIELD_TYPES.get(schema["fw"]["type"])
    if place_of(form, key)[0] is not form or kind is None or not can_be_column(kind):
        refuse("field", "unfit", _("A field of this type has no place in a row."))
    if len(columns) >= MAX_COLUMNS:
        refuse("field", "limit", _("A sub-table may have at most %(limit)s columns.", limit=MAX_COLUMNS))
    if is_published(work, target, key):
        refuse("field", "published", _(
            "This field was published, and records hold its values. Add a column of its type instead, and delete"
            " the field when nobody needs it any more."
        ))  # fmt: skip
    _crossing.refuse_unfit(schema)
    context = _rules.context_of(work)
    _crossing.refuse_used(where_used.of_field(context, target.key, key, _crossing.tell))


plugin = FieldInto()
