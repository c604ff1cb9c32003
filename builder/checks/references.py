"""Names of forms, fields, messages, roles and processes that do not exist."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context, _places
from builder.checks._places import Path
from runtime.definitions import layout
from runtime.definitions.documents import Document
from runtime.definitions.rules import in_force
from runtime.errors import Problem
from runtime.fields import Field, ValueType
from runtime.forms.lists.looks import FIELDS
from runtime.records.duplicates import COMPARED

DATES = (ValueType.DATE, ValueType.DATETIME)
PEOPLE = (None, "starter", "owner_id", "created_by")
WRITING = ("set", "clear")  # effects of rules
SORTABLE = ("id", "created_at", "updated_at")

Found = Iterator[Problem]


class References:
    """Whatever a document names must exist in the app, and be of the right kind."""

    name = "references"
    kinds = ("form", "automation", "message", "view", "dashboard", "process", "app")

    def check(self, document: Document, context: Context) -> list[Problem]:
        kind = str(document["$schema"]).split(":")[2]
        return list(_CHECKS[kind](document, context))


def _form(document: Document, context: Context) -> Found:
    fields = context.fields(_places.form_key(document))
    own = document.get("fw", {})
    yield from _fields(("required",), document.get("required", ()), fields)
    for name in ("title_field", "owner_field"):
        if name in own:
            yield from _field(("fw", name), own[name], fields)
    yield from _owner(own.get("owner_field", ""), fields)
    listed = own.get("list", {})
    yield from _fields(("fw", "list", "columns"), listed.get("columns", ()), fields)
    yield from _sort(("fw", "list", "sort"), listed.get("sort", "-id"), fields)
    yield from _layout(own, fields)
    parts = layout.parts_of(own, fields)
    for index, rule in in_force(own):
        for effect, names in rule["then"].items():
            yield from _effect(("fw", "rules", index, "then", effect), effect, names, fields, parts)
    for index, check in enumerate(own.get("checks", ())):
        yield from _field(("fw", "checks", index, "at"), check["at"], fields)
    for index, keys in enumerate(own.get("unique", ())):
        yield from _stored(("fw", "unique", index), keys, fields)
    for index, keys in enumerate(own.get("duplicates", ())):
        yield from _comparable(("fw", "duplicates", index), keys, fields)
    for key, field in fields.items():
        yield from _pointing(("properties", key, "fw"), field, fields, context)


def _effect(
    path: Path, effect: str, names: Iterable[str], fields: Mapping[str, Field], parts: Container[str]
) -> Found:
    """What an effect of a rule names: fields, sections and tabs."""
    for name in names:
        kind, slash, key = name.partition("/")
        if not slash:
            yield from _field(path, name, fields)
        elif name not in parts:
            sentences = {
                "section": _("There is no section “%(key)s” in this form.", key=key),
                "tab": _("There is no tab “%(key)s” in this form.", key=key),
            }
            yield Problem(path, f"unknown_{kind}", sentences[kind], {"key": name})
        if effect in WRITING and name in fields and not fields[name].type.writable:
            sentence = _("“%(key)s” works out its own value.", key=name)
            yield Problem(path, "not_writable", sentence, {"key": name})


def _comparable(path: Path, keys: Iterable[str], fields: Mapping[str, Field]) -> Found:
    """Fields by which records are alike: each there, and of a type that two records can be compared by."""
    for key in keys:
        yield from _field(path, key, fields)
        if key in fields and fields[key].type.name not in COMPARED:
            sentence = _(
                "Records cannot be compared by “%(key)s”: choose a field with one short value.", key=key
            )
            yield Problem(path, "not_comparable", sentence, {"key": key})


def _owner(key: str, fields: Mapping[str, Field]) -> Found:
    if key in fields and fields[key].type.name != "member":
        yield Problem(("fw", "owner_field"), "not_a_member", _("The owner field must be a member field."))


def _layout(own: Document, fields: Mapping[str, Field]) -> Found:
    seen: set[str] = set()
    tabs = {tab["key"] for tab in own.get("tabs", ())}
    for index, section in enumerate(own.get("layout", ())):
        if section.get("tab", "") not in {"", *tabs}:
            sentence = _("There is no tab “%(key)s” in this form.", key=section["tab"])
            yield Problem(("fw", "layout", index, "tab"), "unknown_tab", sentence)
        for number, row in enumerate(section["rows"]):
            path = ("fw", "layout", index, "rows", number)
            keys = [cell if isinstance(cell, str) else cell["field"] for cell in row]
            yield from _fields(path, keys, fields)
            for key in keys:
                if key in seen:
                    yield Problem(
                        path, "placed_twice", _("“%(key)s” is placed twice in the layout.", key=key)
                    )
                seen.add(key)


def _pointing(path: Path, field: Field, fields: Mapping[str, Field], context: Context) -> Found:
    """A reference with what it fills in; a look-up."""
    options = field.options
    if field.type.name in ("reference", "references"):
        yield from _named((*path, "form"), "form", options["form"], context)
        target = context.fields(options["form"])
        for own, other in options.get("fill", {}).items():
            yield from _fill((*path, "fill", own), own, other, fields, target)
    if "through" in options:
        through = fields.get(options["through"])
        if through is None or through.type.name != "reference":
            sentence = _("“%(key)s” is not a reference field of this form.", key=options["through"])
            yield Problem((*path, "through"), "not_a_reference", sentence)
        else:
            yield from _field((*path, "field"), options["field"], context.fields(through.options["form"]))


def _fill(
    path: Path, own: str, other: str, fields: Mapping[str, Field], target: Mapping[str, Field]
) -> Found:
    missing = [*_field(path, own, fields), *(_field(path, other, target) if target else ())]
    if missing:
        yield from missing
    elif target and not fields[own].type.writable:
        yield Problem(path, "not_writable", _("“%(key)s” works out its own value.", key=own))
    elif target and _value_type(fields[own]) != _value_type(target[other]):
        sentence = _("“%(other)s” does not fit into “%(own)s”: they hold different kinds of values.",
                     other=other, own=own)  # fmt: skip
        yield Problem(path, "wrong_type", sentence)


def _value_type(field: Field) -> ValueType:
    return field.type.value_type_of(field)


def _automation(document: Document, context: Context) -> Found:
    trigger = document["trigger"]
    if "form" in trigger:
        yield from _named(("trigger", "form"), "form", trigger["form"], context)
    fields = context.fields(str(trigger.get("form")))
    if fields:
        yield from _fields(("trigger", "fields"), trigger.get("fields", ()), fields)
        yield from _date(("trigger",), "field", trigger, fields)
    for index, action in enumerate(document["actions"]):
        yield from _action(("actions", index), action, context)
        if fields and "field" in action:
            yield from _assigned(("actions", index, "field"), action["field"], fields)
        if fields:
            yield from _fields(("actions", index, "fields"), action.get("fields", ()), fields)
        if fields and "wait" in action:
            yield from _date(("actions", index, "wait"), "until", action["wait"], fields)


def _assigned(path: Path, key: str, fields: Mapping[str, Field]) -> Found:
    yield from _field(path, key, fields)
    if key in fields and fields[key].type.name != "member":
        yield Problem(path, "not_a_member", _("“%(key)s” is not a member field.", key=key))


def _date(path: Path, name: str, part: Document, fields: Mapping[str, Field]) -> Found:
    """The date from which a trigger or a wait counts."""
    key = part.get(name)
    if key is None:
        return
    yield from _field((*path, name), key, fields)
    if key not in fields:
        return
    kind = _value_type(fields[key])
    if kind not in DATES or not fields[key].type.stored:
        yield Problem((*path, name), "not_a_date", _("“%(key)s” is not a date.", key=key))
    elif kind is ValueType.DATE and "at" not in part:
        yield Problem(path, "at_missing", _("A date without a time needs the time of day (“at”)."))


def _action(path: Path, action: Document, context: Context) -> Found:
    if "message" in action:
        yield from _named((*path, "message"), "message", action["message"], context)
    if "form" in action:
        yield from _named((*path, "form"), "form", action["form"], context)
        target = context.fields(action["form"])
        if target:
            yield from _stored((*path, "match"), (k for k in action.get("match", ()) if k != "id"), target)
            yield from _written((*path, "set"), action.get("set", ()), target)


def _written(path: Path, keys: Iterable[str], target: Mapping[str, Field]) -> Found:
    yield from _fields(path, keys, target)
    for key in keys:
        if key in target and not target[key].type.writable:
            yield Problem((*path, key), "not_writable", _("“%(key)s” works out its own value.", key=key))


def _person(path: Path, person: Any, fields: Mapping[str, Field], context: Context) -> Found:
    if not isinstance(person, Mapping):
        return
    for name in ("field", "manager_of"):
        key = person.get(name)
        if key not in PEOPLE and (key not in fields or fields[key].type.name != "member"):
            yield Problem((*path, name), "not_a_member", _("“%(key)s” is not a member field.", key=key))
    roles = [role["key"] for role in context.documents.get(("app", context.app), {}).get("roles", ())]
    if "role" in person and person["role"] not in roles:
        yield Problem((*path, "role"), "unknown_role", _("There is no role “%(key)s”.", key=person["role"]))


def _message(document: Document, context: Context) -> Found:
    if "form" in document:
        yield from _named(("form",), "form", document["form"], context)


def _view(document: Document, context: Context) -> Found:
    yield from _named(("form",), "form", document["form"], context)
    fields = context.fields(document["form"])
    if not fields:
        return
    yield from _fields(("columns",), document.get("columns", ()), fields)
    yield from _sort(("sort",), document.get("sort", "-id"), fields)
    for name in FIELDS:
        if name in document:
            yield from _field((name,), document[name], fields)
    for name in ("figures", "widths"):
        yield from _fields((name,), document.get(name, ()), fields)
    if "of" in document.get("measure", {}):
        yield from _field(("measure", "of"), document["measure"]["of"], fields)


def _dashboard(document: Document, context: Context) -> Found:
    for index, panel in enumerate(document["panels"]):
        for problem in _view(panel, context):
            yield Problem(("panels", index, *problem.path), problem.code, problem.message)


def _process(document: Document, context: Context) -> Found:
    yield from _named(("form",), "form", document["form"], context)
    fields = context.fields(document["form"])
    yield from _person(("start", "who"), document.get("start", {}).get("who"), fields, context)
    waiting: list[tuple[Path, Any]] = [(("steps",), document["steps"])]
    while waiting:
        path, steps = waiting.pop()
        for index, step in enumerate(steps):
            yield from _step((*path, index), step, fields, context)
            waiting += [
                ((*path, index, "ways", n, "steps"), w["steps"]) for n, w in enumerate(step.get("ways", ()))
            ]


def _step(path: Path, step: Document, fields: Mapping[str, Field], context: Context) -> Found:
    yield from _fields((*path, "fields"), step.get("fields", ()), fields)
    who = step.get("who", [])
    for index, person in enumerate(who if isinstance(who, list) else [who]):
        yield from _person((*path, "who", index), person, fields, context)
    for name, kind in (("message", "message"), ("process", "process")):
        if name in step:
            yield from _named((*path, name), kind, step[name], context)
    for index, action in enumerate(step.get("do", ())):
        yield from _action((*path, "do", index), action, context)


def _app(document: Document, context: Context) -> Found:
    if "start" in document:
        yield from _named(("start",), "form", document["start"], context)
    for index, role in enumerate(document.get("roles", ())):
        for number, grant in enumerate(role.get("grants", ())):
            yield from _named(("roles", index, "grants", number, "form"), "form", grant["form"], context)


_CHECKS: dict[str, Callable[[Document, Context], Found]] = {
    "form": _form,
    "automation": _automation,
    "message": _message,
    "view": _view,
    "dashboard": _dashboard,
    "process": _process,
    "app": _app,
}


def _named(path: Path, kind: str, key: str, context: Context) -> Found:
    if context.has(kind, key):
        return
    sentences = {
        "form": _("There is no form “%(key)s” in this app.", key=key),
        "message": _("There is no message “%(key)s” in this app.", key=key),
        "process": _("There is no process “%(key)s” in this app.", key=key),
    }
    yield Problem(path, f"unknown_{kind}", sentences[kind])


def _field(path: Path, key: str, fields: Mapping[str, Field]) -> Found:
    if key not in fields:
        yield Problem(path, "unknown_field", _("There is no field “%(key)s” here.", key=key), {"key": key})


def _fields(path: Path, keys: Iterable[str], fields: Mapping[str, Field]) -> Found:
    for key in keys:
        yield from _field(path, key, fields)


def _stored(path: Path, keys: Iterable[str], fields: Mapping[str, Field]) -> Found:
    for key in keys:
        yield from _field(path, key, fields)
        if key in fields and not fields[key].type.stored:
            yield Problem(
                path, "not_stored", _("“%(key)s” is not stored, so it cannot be compared.", key=key)
            )


def _sort(path: Path, sort: str, fields: Mapping[str, Field]) -> Found:
    keys = [name.removeprefix("-") for name in sort.split(",")]
    yield from _stored(path, [key for key in keys if key not in SORTABLE], fields)


plugin = References()
