"""Adds the fields of a saved group."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands import _layout
from builder.commands._adding import MAX_FIELDS, place_new
from builder.commands._base import Arguments, Done, closed, free_key, refuse, said
from builder.commands._fields import AFTER, KEY, NUMBER, copy_of, taken_keys
from builder.commands._renaming import rename_in_form
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddGroup:
    """Puts copies of the fields of a saved group on rows from the row `row` of `section` on, or behind the
    field `after`, or at the end of `tab`, else of the form. A key that the form has already gets a number, in the
    formulas of the group too.
    """

    name = "group.add"
    kinds = ("form",)
    merges = False
    arguments = closed("group", group=KEY, section=KEY, row=NUMBER, after=AFTER, tab=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        group = _group(work, arguments["group"])
        form = work.open(target)
        _layout.arrange(form)
        after = ""
        given = _with_free_keys(group, taken_keys(work, target))
        fields = given["properties"]
        if len(form["properties"]) + len(fields) > MAX_FIELDS:
            refuse("group", "limit", _("A form may have at most %(limit)s fields.", limit=MAX_FIELDS))
        for key, schema in fields.items():
            place_new(work, target, key, {"after": after} if after else arguments)
            form["properties"][key] = schema
            after = key
        if given["required"]:
            form["required"] = [*form.get("required", ()), *given["required"]]
        first = next(iter(fields))
        words = said(
            N_("Added the group %(group)s from position %(position)s of %(count)s"),
            group=group["title"],
            **_layout.position(form, first),
        )
        return Done(words, select=f"field/{first}")


def _group(work: Workspace, key: str) -> dict[str, Any]:
    target = Target("app", work.app)
    groups = work.read(target).get("field_groups", ()) if target in work.targets("app") else ()
    found = next((group for group in groups if group["key"] == key), None)
    if found is None or not found["properties"]:
        refuse("group", "unknown", _("There is no such group."))
    return dict(found)


def _with_free_keys(group: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    properties = {key: copy_of(schema) for key, schema in group["properties"].items()}
    form = {"properties": properties, "required": list(group.get("required", ()))}
    for key in properties:
        if key in taken:
            rename_in_form(form, key, free_key(key, {*taken, *form["properties"]}))
    return form


plugin = AddGroup()
