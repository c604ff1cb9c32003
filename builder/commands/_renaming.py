"""Another key for a field that was never published, in every document that names it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from builder.commands import _layout
from builder.commands._fields import place_of
from builder.commands._names import Rename, in_condition, in_formula, in_liquid, renaming, same
from builder.commands._workspace import Target, Workspace
from builder.where_used import TEXTS
from runtime.forms.lists.looks import FIELDS

Document = dict[str, Any]
Rewrite = Callable[[Document, str, Rename], None]
PEOPLE = ("field", "manager_of")


def is_published(work: Workspace, target: Target, key: str) -> bool:
    """Whether the form in force has a field or column of this key, so that records may hold values under it."""
    if not work.is_in_force(target):
        return False
    holder, name = place_of(work.in_force[target], key)
    return name in holder["properties"]


def rename_field(work: Workspace, target: Target, old: str, new: str) -> None:
    """Exchange the key of a field of the form `target` in all documents of the app."""
    rename = renaming(old, new)
    pointers = {each.key: _pointers(work.read(each), target.key) for each in work.targets("form")}
    rewrites: dict[str, Rewrite] = {**_REWRITES, "message": partial(_message, pointers)}
    for kind, rewrite in rewrites.items():
        for each in work.targets(kind):
            before = work.read(each)
            after = deepcopy(before)
            rewrite(after, target.key, rename)
            if after != before:
                opened = work.open(each)
                opened.clear()
                opened.update(after)


def rename_in_form(form: Document, old: str, new: str) -> None:
    """Exchange the key of a field within a form alone."""
    _own_form(form, renaming(old, new))


def _form(document: Document, form: str, rename: Rename) -> None:
    is_own = str(document["$id"]).rpartition(":")[2] == form
    rows = [schema["items"] for schema in document["properties"].values() if "items" in schema]
    for fields in (document["properties"], *(each["properties"] for each in rows)):
        for schema in fields.values():
            _pointing(schema["fw"], fields, form, rename)
            _offer(schema["fw"], form, rename, is_own=is_own)
    if is_own:
        _own_form(document, rename)


def _row(rows: Document, rename: Rename) -> None:
    """What the rows of a sub-table read of their record; bare names there are columns."""
    for schema in rows["properties"].values():
        for name in ("formula", "initial"):
            if name in schema["fw"]:
                schema["fw"][name] = in_formula(schema["fw"][name], rename, own=False)
    for rule in rows.get("fw", {}).get("rules", ()):
        rule["when"] = in_condition(rule["when"], rename, rename, own=False)
        values = rule["then"].get("set", {})
        for key, text in values.items():
            values[key] = in_formula(text, rename, own=False)


def _pointing(options: Document, fields: Document, form: str, rename: Rename) -> None:
    """What a field takes over from, or shows of, a record of the form, or counts of its records."""
    if options.get("form") == form and "fill" in options:
        options["fill"] = {own: rename(other) for own, other in options["fill"].items()}
    through = fields.get(str(options.get("through")))
    if through is not None and through["fw"].get("form") == form:
        _text(options, "field", rename)
    if options.get("type") == "roll_up" and options.get("form") == form:
        _text(options, "reference", rename)
        _text(options, "field", rename)
        if "when" in options:
            options["when"] = in_condition(options["when"], rename, same, own=True)


def _offer(options: Document, form: str, rename: Rename, *, is_own: bool) -> None:
    """The condition on offered records looks at those of another form; its facts are of this one."""
    if "offer" in options:
        names = rename if options.get("form") == form else same
        options["offer"] = in_condition(options["offer"], names, rename if is_own else same, own=True)


def _own_form(form: Document, rename: Rename) -> None:
    """Where a form names its own fields."""
    own = form.get("fw", {})
    form["properties"] = {rename(key): schema for key, schema in form["properties"].items()}
    for schema in form["properties"].values():
        _own_field(schema["fw"], rename)
        if "items" in schema:
            _row(schema["items"], rename)
    _list(form, "required", rename)
    for name in ("title_field", "owner_field"):
        _text(own, name, rename)
    _columns(own.get("list", {}), rename)
    for section in own.get("layout", ()):
        section["rows"] = [[_cell(cell, rename) for cell in row] for row in section.get("rows", ())]
    for name in ("unique", "duplicates"):
        if name in own:
            own[name] = [[rename(key) for key in keys] for keys in own[name]]
    for rule in own.get("rules", ()):
        _rule(rule, rename)
    for check in own.get("checks", ()):
        _text(check, "at", rename)
        check["formula"] = in_formula(check.get("formula"), rename, own=True)


def _own_field(options: Document, rename: Rename) -> None:
    for name in ("formula", "initial"):
        if name in options:
            options[name] = in_formula(options[name], rename, own=True)
    _text(options, "through", rename)
    if "fill" in options:
        options["fill"] = {rename(key): other for key, other in options["fill"].items()}


def _cell(cell: Any, rename: Rename) -> Any:
    key = rename(_layout.field_of(cell))
    return {**cell, "field": key} if isinstance(cell, dict) else key


def _rule(rule: Document, rename: Rename) -> None:
    if "when" in rule:
        rule["when"] = in_condition(rule["when"], rename, rename, own=True)
    then = rule.get("then", {})
    for name, value in then.items():
        if isinstance(value, list):
            _list(then, name, rename)
        elif name == "set":
            then[name] = {rename(key): in_formula(each, rename, own=True) for key, each in value.items()}
        elif name == "message":
            then[name] = {rename(key): each for key, each in value.items()}


def _automation(document: Document, form: str, rename: Rename) -> None:
    trigger = document.get("trigger", {})
    starts = trigger.get("form") == form
    if starts:
        _text(trigger, "field", rename)
        _list(trigger, "fields", rename)
    if starts and "when" in document:
        document["when"] = in_condition(document["when"], rename, rename, own=False)
    for action in document.get("actions", ()):
        _action(action, form, rename if starts else same, rename)
        if starts:
            _text(action.get("wait", {}), "until", rename)
            _text(action, "field", rename)
            _list(action, "fields", rename)


def _action(action: Document, form: str, read: Rename, rename: Rename) -> None:
    """What an action writes into records of the form, and reads of the one that started it."""
    written = rename if action.get("form") == form else same
    for part in ("match", "set"):
        if part in action:
            action[part] = {
                written(key): in_formula(text, read, own=False) for key, text in action[part].items()
            }
    if "when" in action:
        action["when"] = in_condition(action["when"], read, read, own=False)
    for person in action.get("to", ()):
        _person(person, read)


def _person(person: Any, rename: Rename) -> None:
    if isinstance(person, dict):
        for name in PEOPLE:
            _text(person, name, rename)


def _pointers(document: Document, form: str) -> set[str]:
    """The references of a form to another."""
    fields = document["properties"].items()
    return {
        key
        for key, schema in fields
        if schema["fw"]["type"] == "reference" and schema["fw"].get("form") == form
    }


def _message(pointers: Mapping[str, set[str]], document: Document, form: str, rename: Rename) -> None:
    own = rename if document.get("form") == form else same
    through = pointers.get(str(document.get("form")), set())
    for condition in document.get("conditions", ()) if own is rename else ():
        condition["when"] = in_condition(condition["when"], rename, rename, own=True)
    for part in TEXTS if own is rename or through else ():
        if part in document:
            texts = document[part].items()
            document[part] = {locale: in_liquid(text, own, through, rename) for locale, text in texts}


def _view(document: Document, form: str, rename: Rename) -> None:
    if document.get("form") != form:
        return
    _columns(document, rename)
    for name in FIELDS:
        _text(document, name, rename)
    _text(document.get("measure", {}), "of", rename)
    for name in ("figures", "widths"):
        if name in document:
            document[name] = {rename(key): own for key, own in document[name].items()}
    if "filter" in document:
        document["filter"] = in_condition(document["filter"], rename, same, own=True)


def _dashboard(document: Document, form: str, rename: Rename) -> None:
    for panel in document.get("panels", ()):
        _view(panel, form, rename)


def _process(document: Document, form: str, rename: Rename) -> None:
    starts = rename if document.get("form") == form else same
    _person(document.get("start", {}).get("who"), starts)
    waiting = [document.get("steps", ())]
    while waiting:
        for step in waiting.pop():
            _step(step, form, starts, rename)
            waiting += [way.get("steps", ()) for way in step.get("ways", ())]


def _step(step: Document, form: str, read: Rename, rename: Rename) -> None:
    if isinstance(step.get("fields"), dict):
        step["fields"] = {read(key): each for key, each in step["fields"].items()}
    else:
        _list(step, "fields", read)
    who = step.get("who", [])
    for person in who if isinstance(who, list) else [who]:
        _person(person, read)
    for holder, name in ((step, "until"), *((way, "when") for way in step.get("ways", ()))):
        if name in holder:
            holder[name] = in_condition(holder[name], read, read, own=False)
    for action in step.get("do", ()):
        _action(action, form, read, rename)


def _columns(listed: Document, rename: Rename) -> None:
    _list(listed, "columns", rename)
    sort = listed.get("sort")
    if isinstance(sort, str):
        names = ("-" * each.startswith("-") + rename(each.removeprefix("-")) for each in sort.split(","))
        listed["sort"] = ",".join(names)


def _text(holder: Document, name: str, rename: Rename) -> None:
    if isinstance(holder.get(name), str):
        holder[name] = rename(holder[name])


def _list(holder: Document, name: str, rename: Rename) -> None:
    if isinstance(holder.get(name), list):
        holder[name] = [rename(key) for key in holder[name]]


_REWRITES: dict[str, Rewrite] = {
    "form": _form,
    "automation": _automation,
    "view": _view,
    "dashboard": _dashboard,
    "process": _process,
}
