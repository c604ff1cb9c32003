"""Adds a column to a sub-table."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands import _defaults
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._columns import MAX_COLUMNS, columns_in, taken_columns
from builder.commands._fields import (
    KEY,
    LOCALE,
    NUMBER,
    TITLE,
    known_text,
    own_title,
    proposed_key,
    title_of,
)
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES, N_
from runtime.fields.sub_table import can_be_column
from runtime.records.tables import OF_ROWS


class AddColumn:
    """Puts a new column of `type` into the sub-table `field`: at the place `at`, counted from 0, else behind the
    others. A plain text as `title` is in `locale`; without a title its type names it.
    """

    name = "column.add"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "type", field=KEY, type=KEY, at=NUMBER, title=TITLE, locale=LOCALE)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        columns = columns_in(form, key)
        kind = FIELD_TYPES.get(arguments["type"])
        if kind is None or not can_be_column(kind):
            refuse("type", "unknown", _("No column can be of this type."))
        if len(columns) >= MAX_COLUMNS:
            refuse("type", "limit", _("A sub-table may have at most %(limit)s columns.", limit=MAX_COLUMNS))
        title = own_title(arguments.get("title", ""), work, arguments.get("locale", ""))
        schema: dict[str, Any] = {"fw": {"type": kind.name, "title": title or known_text(kind.label, work)}}
        _defaults.complete(schema, work, target)
        name = proposed_key(title or kind.name, {*taken_columns(work, target, key), *OF_ROWS})
        order = list(columns)
        order.insert(int(arguments.get("at", len(order))), name)
        form["properties"][key]["items"]["properties"] = {
            each: schema if each == name else columns[each] for each in order
        }
        place = f"{key}.{name}"
        say = said(
            N_("%(field)s is now column %(position)s of %(count)s"),
            field=title_of(form, place),
            position=order.index(name) + 1,
            count=len(order),
        )
        words = said(N_("Added the column %(field)s"), field=title_of(form, place))
        return Done(words, say, select=f"field/{place}")


plugin = AddColumn()
