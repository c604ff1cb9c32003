"""Pastes fields that were copied or cut, in this form or in another one of the app."""

from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _

from builder.checks.keys import RESERVED
from builder.commands import _layout, _removing, _sections
from builder.commands._adding import MAX_FIELDS, place_new
from builder.commands._base import Arguments, Done, closed, free_key, refuse, said
from builder.commands._fields import KEY, KEYS, SWITCH, copied_title, copy_of, is_on, own_field, taken_keys
from builder.commands._renaming import rename_in_form
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

Form = dict[str, Any]


class PasteFields:
    """Puts copies of `fields` of `form` on rows after the field `after`, at the end of `section`, of `tab`, or of the
    form, with all their properties and required if they are. A key that is taken gets a number, in the formulas of
    what is pasted too; whatever else they name is left for the problems to tell. `cut` takes them away where they
    were: within one form they move and stay what they are.
    """

    name = "fields.paste"
    kinds = ("form",)
    merges = False
    arguments = closed("form", "fields", form=KEY, fields=KEYS, cut=SWITCH, after=KEY, section=KEY, tab=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        moved = arguments["fields"] if is_on(arguments.get("cut", False)) else ()
        return [f"field/{key}/place" for key in moved]

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        source, cut = Target("form", arguments["form"]), is_on(arguments.get("cut", False))
        if source not in work.targets("form"):
            refuse("form", "unknown", _("The form from which this was copied is gone."))
        keys = _in_order(work.read(source), arguments["fields"])
        form = work.open(target)
        sections = _layout.arrange(form)  # before there are fields without a place
        if cut and source == target:
            return _placed(form, keys, _moved(work, target, keys, arguments), cut)
        new = _copied(work, target, source, keys)
        place_new(work, target, new[0], arguments)
        for before, key in pairwise(new):
            _layout.put_after(sections, key, before)
        for key in keys if cut else ():
            _removing.remove(work.open(source), key)
        return _placed(form, new, new[0], cut)


def _in_order(form: Form, keys: Sequence[str]) -> list[str]:
    for key in keys:
        own_field(form, key, "fields")
    return [key for key in _layout.order(_layout.arrange(deepcopy(form))) if key in keys]


def _moved(work: Workspace, target: Target, keys: list[str], arguments: Arguments) -> str:
    """Take the fields to their new place; the first of them."""
    form = work.open(target)
    sections, behind = _layout.arrange(form), arguments.get("after", "")
    section = len(sections) - 1
    if behind:
        own_field(form, behind, "after")
        section = _layout.find(sections, behind).section
        order = _layout.order([sections[section]])
        # Behind one that moves itself is behind what stays before it in its section.
        behind = next((key for key in reversed(order[: order.index(behind) + 1]) if key not in keys), "")
    elif arguments.get("section"):
        section = _layout.section_at(sections, arguments["section"])
    elif arguments.get("tab"):
        section = sections.index(_sections.last_of_tab(work, target, arguments["tab"]))
    cells = [_layout.take_out(sections, key) for key in keys]
    for cell in reversed(cells) if behind else ():
        _layout.put_after(sections, cell, behind)
    if not behind:
        rows = sections[section]["rows"]
        at = 0 if arguments.get("after") else len(rows)
        rows[at:at] = [[cell] for cell in cells]
    return keys[0]


def _copied(work: Workspace, target: Target, source: Target, keys: list[str]) -> list[str]:
    """Put copies into the form, not into its layout; their keys."""
    form, given = work.open(target), work.read(source)
    if len(form["properties"]) + len(keys) > MAX_FIELDS:
        refuse("fields", "limit", _("A form may have at most %(limit)s fields.", limit=MAX_FIELDS))
    group: Form = {"properties": {key: copy_of(given["properties"][key]) for key in keys}}
    required, taken = given.get("required", ()), {*taken_keys(work, target), *RESERVED}
    new: list[str] = []
    for key in keys:
        known = group["properties"][key]["fw"]
        if source == target:
            known["title"] = copied_title(given, key, work)
        free = free_key(key, {*taken, *new, *({*keys} - {key})})
        if free != key:
            rename_in_form(group, key, free)
        new.append(free)
    form["properties"].update(group["properties"])
    asked = [free for key, free in zip(keys, new, strict=True) if key in required]
    if asked:
        form["required"] = [*form.get("required", ()), *asked]
    return new


def _placed(form: Form, keys: list[str], first: str, cut: bool) -> Done:
    words = N_("Moved %(number)s fields to position %(position)s of %(count)s")
    if not cut:
        words = N_("Pasted %(number)s fields at position %(position)s of %(count)s")
    told = said(words, number=len(keys), **_layout.position(form, first))
    return Done(told, select=f"field/{first}")


plugin = PasteFields()
