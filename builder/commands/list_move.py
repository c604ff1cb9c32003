"""Moves a column of the list of a form's records."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, STEPS, Form, title_of
from builder.commands._workspace import Target, Workspace
from runtime.definitions.documents import DEFAULT_LIST_COLUMNS
from runtime.fields import FIELD_TYPES, N_


class MoveListed:
    """Moves the column of a field `by` places to the front (-1) or the back (1); it stops at the ends. The first
    fields of the form, which are its columns as long as it names none, are named from then on.
    """

    name = "list.move"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "by", field=KEY, by=STEPS)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("form/list/columns",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        order = listed(form)
        if key not in order:
            refuse("field", "unknown", _("There is no such column."))
        at = order.index(key)
        place = min(max(at + arguments["by"], 0), len(order) - 1)
        order.insert(place, order.pop(at))
        if place != at:
            form.setdefault("fw", {}).setdefault("list", {})["columns"] = order
        words = said(
            N_("%(field)s is now column %(position)s of %(count)s"),
            field=title_of(form, key),
            position=place + 1,
            count=len(order),
        )
        return Done(words, words)


def listed(form: Form) -> list[str]:
    """The fields that the list of a form shows, in their order."""
    fields = form["properties"]
    chosen = form.get("fw", {}).get("list", {}).get("columns", ())
    first = [key for key in fields if _is_stored(fields[key])][:DEFAULT_LIST_COLUMNS]
    return [key for key in chosen if key in fields and may_be_listed(form, key)] or first


def may_be_listed(form: Form, key: str) -> bool:
    """Whether a list can show this field: one with a value of its own, or one that looks it up."""
    schema = form["properties"][key]
    looks_up = schema["fw"].get("type") == "lookup" and str(schema["fw"].get("through")) in form["properties"]
    return looks_up or _is_stored(schema)


def _is_stored(schema: Form) -> bool:
    kind = FIELD_TYPES.get(str(schema["fw"].get("type")))
    return kind is not None and kind.stored


plugin = MoveListed()
