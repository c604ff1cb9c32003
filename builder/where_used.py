"""Everything in an app that uses a field, a form, a message, an automation or a role. Pure.

A use is the path of a document at which the thing is named; `Use` says in words what stands there.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from builder.checks import Context, _places
from builder.checks._context import form_of_rows
from builder.where_told import told
from runtime import conditions, formulas
from runtime.conditions import ConditionError
from runtime.definitions.dependencies import fields_read
from runtime.definitions.documents import Document
from runtime.fields import Field
from runtime.formulas import FormulaError
from runtime.notifications import liquid_check
from runtime.text import Title

Path = tuple[str | int, ...]
Places = Iterator[tuple[str, str, Path]]
"""Kind and key of a document, and a path in it."""

TEXTS = ("subject", "body", "short")


@dataclass(frozen=True)
class Use:
    """One place that uses something: what it is in words, and where it stands."""

    words: str
    kind: str
    key: str
    path: Path


def of_field(context: Context, form: str, key: str, tell: Callable[[Title], str]) -> list[Use]:
    """What uses a field of a form, beside its place in the layout."""
    return _uses(context, _field_places(context, form, key), tell)


def of_column(context: Context, form: str, key: str, tell: Callable[[Title], str]) -> list[Use]:
    """What uses a column of a sub-table (`lines.price`): its rows, and the formulas of the form."""
    table, _dot, column = key.partition(".")
    rows = context.document_of(f"{form}.{table}")
    inside = _own_form(rows, context.fields(f"{form}.{table}"), column)
    inside = chain(inside, _form_formulas(rows, context, f"{form}.{table}", column))
    own = (("form", form, ("properties", table, "items", *path)) for path in inside)
    around = (
        ("form", form, _thing(formula.path))
        for formula in _places.formulas_of_form(context.documents[("form", form)], context)
        if {(table, column), ("record", table, column)} & _names_in(formula.text)
    )
    return _uses(context, chain(own, around, _told_of_rows(context, form, key)), tell)


def _told_of_rows(context: Context, form: str, key: str) -> Places:
    """Where messages tell of a column (`lines.price`)."""
    for name, document in context.of("message").items():
        if document.get("form") == form:
            yield from (("message", name, (part,)) for part in TEXTS if key in _columns_in(document, part))


def _columns_in(document: Document, part: str) -> set[str]:
    return {".".join(name.removeprefix("record.values.").split(".")[:2]) for name in _names(document, part)}


def of_definition(context: Context, kind: str, name: str, tell: Callable[[Title], str]) -> list[Use]:
    """What uses a form, a message, an automation, a process or a role."""
    found = (place for place in _named_places(context, kind, name) if place[:2] != (kind, name))
    return _uses(context, found, tell)


def of_part(context: Context, form: str, name: str, tell: Callable[[Title], str]) -> list[Use]:
    """What uses a section (`section/visit`) or a tab of a form: rules, whether they are on or off."""
    rules = context.documents[("form", form)].get("fw", {}).get("rules", ())
    places = (
        ("form", form, ("fw", "rules", index))
        for index, rule in enumerate(rules)
        if any(name in rule.get("then", {}).get(effect, ()) for effect in ("show", "hide"))
    )
    return _uses(context, places, tell)


def _uses(
    context: Context, places: Iterable[tuple[str, str, Path]], tell: Callable[[Title], str]
) -> list[Use]:
    found: dict[tuple[str, str, str], Use] = {}
    for kind, key, path in places:
        words = told(context, kind, key, path, tell)
        found.setdefault((words, kind, key), Use(words, kind, key, path))
    return list(found.values())


def _field_places(context: Context, form: str, key: str) -> Places:
    for name, document in context.of("form").items():
        fields = context.fields(name)
        own = _own_form(document, fields, key) if name == form else iter(())
        for path in (
            *own,
            *_through(fields, form, name, key, context),
            *_form_formulas(document, context, form, key),
            *(_in_rows(document, context, key) if name == form else ()),
        ):
            yield "form", name, path
    for name, document in context.of("automation").items():
        for path in _in_automation(document, form, key, context):
            yield "automation", name, path
    for name, document in context.of("message").items():
        if document.get("form") == form:
            yield from (("message", name, (part,)) for part in TEXTS if key in _variables(document, part))
            for index, each in enumerate(document.get("conditions", ())):
                if key in _reads(each["when"]):
                    yield "message", name, ("conditions", index)
        wanted = {f"{pointer}.{key}" for pointer in _pointers(context, str(document.get("form")), form)}
        yield from (("message", name, (part,)) for part in TEXTS if wanted & _read_in(document, part))
    for kind in ("view", "dashboard", "process"):
        for name, document in context.of(kind).items():
            yield from ((kind, name, path) for path in _in_view(document, form, key))


def _own_form(document: Document, fields: Mapping[str, Field], key: str) -> Iterator[Path]:
    """Where a form names a field of its own as such."""
    own = document.get("fw", {})
    yield from (("fw", name) for name in ("title_field", "owner_field") if own.get(name) == key)
    listed = own.get("list", {})
    if key in listed.get("columns", ()) or listed.get("sort", "").removeprefix("-") == key:
        yield ("fw", "list")
    for name in ("unique", "duplicates"):
        yield from (("fw", name, index) for index, keys in enumerate(own.get(name, ())) if key in keys)
    for index, rule in enumerate(own.get("rules", ())):
        if any(key in keys for keys in rule.get("then", {}).values()):
            yield ("fw", "rules", index)
    yield from (
        ("fw", "checks", i) for i, check in enumerate(own.get("checks", ())) if check.get("at") == key
    )
    for name, field in fields.items():
        if name != key and (field.options.get("through") == key or key in field.options.get("fill", ())):
            yield ("properties", name)


def _through(fields: Mapping[str, Field], form: str, name: str, key: str, context: Context) -> Iterator[Path]:
    """Where fields fill themselves from the field, or show it, through a reference to its form, or roll it up."""
    for other, field in fields.items():
        if field.options.get("form") == form and key in field.options.get("fill", {}).values():
            yield ("properties", other)
        through = fields.get(str(field.options.get("through", "")))
        if through and through.options.get("form") == form and field.options.get("field") == key:
            yield ("properties", other)
        if field.type.name == "roll_up" and field.options.get("form") == form and key in _counted(field):
            yield ("properties", other)


def _counted(field: Field) -> set[str]:
    """The fields of the other form that a roll-up names."""
    named = {str(field.options.get(name)) for name in ("reference", "field")}
    return named | _reads(field.options.get("when", {}))


def _form_formulas(document: Document, context: Context, form: str, key: str) -> Iterator[Path]:
    """Formulas and conditions of a form that read the field."""
    is_own = _places.form_key(document) == form
    for formula in _places.formulas_of_form(document, context) if is_own else ():
        if key in _read_by(formula.text) and formula.path[:2] != ("properties", key):
            yield _thing(formula.path)
    for index, rule in enumerate(document.get("fw", {}).get("rules", ())) if is_own else ():
        texts = (text for text in rule.get("then", {}).get("set", {}).values() if isinstance(text, str))
        if key in _reads(rule.get("when", {})) or any(key in _read_by(text) for text in texts):
            yield ("fw", "rules", index)
    for name, field in context.fields(_places.form_key(document)).items():
        offer = field.options.get("offer")
        if offer is None or (is_own and name == key):
            continue
        facts = {path.split(".")[1] for path in _facts(offer) if path.startswith("record.")}
        if (is_own and key in facts) or (field.options.get("form") == form and key in _reads(offer) - facts):
            yield ("properties", name)


def _in_rows(document: Document, context: Context, key: str) -> Iterator[Path]:
    """Where the rows of sub-tables read a field of their record."""
    wanted = f"record.{key}"
    for table, schema in document["properties"].items():
        if "items" not in schema:
            continue
        around = ("properties", table, "items")
        rows = form_of_rows(document, table)
        for condition in _places.conditions_of_form(rows, context):
            if wanted in _compiled(condition.document):
                yield (*around, *_thing(condition.path))
        for formula in _places.formulas_of_form(rows, context):
            if ("record", key) in {name[:2] for name in _names_in(formula.text)}:
                yield (*around, *_thing(formula.path))


def _names_in(text: str) -> frozenset[tuple[str, ...]]:
    try:
        return frozenset(formulas.parse(text).names)
    except FormulaError:
        return frozenset()


def _thing(path: Path) -> Path:
    """The path of the field, rule or check that a formula belongs to."""
    return path[:2] if path[0] == "properties" else path[:3]


def _in_automation(document: Document, form: str, key: str, context: Context) -> Iterator[Path]:
    trigger, starts = document.get("trigger", {}), document.get("trigger", {}).get("form") == form
    if starts and (trigger.get("field") == key or key in trigger.get("fields", ())):
        yield ("trigger",)
    if starts and key in _reads(document.get("when", {})):
        yield ("when",)
    for index, action in enumerate(document.get("actions", ())):
        written = action.get("form") == form and any(key in action.get(part, ()) for part in ("match", "set"))
        if written or (starts and _read_in_action(action, key)):
            yield ("actions", index)


def _read_in_action(action: Document, key: str) -> bool:
    """Whether an action reads the field of the record that started it."""
    if key in action.get("fields", ()):
        return True
    named = key in (action.get("wait", {}).get("until"), action.get("field"))
    return named or key in _reads(action.get("when", {})) or _named_in(action, key) or _people(action, key)


def _named_in(action: Document, key: str) -> bool:
    texts = (text for part in ("match", "set") for text in action.get(part, {}).values())
    return any(key in _read_by(text) for text in texts if isinstance(text, str))


def _people(action: Document, key: str) -> bool:
    return any(key in (to.get("field"), to.get("manager_of")) for to in action.get("to", ()))


def _in_view(document: Any, form: str, key: str) -> Iterator[Path]:
    """Where a view, the panels of a dashboard or the steps of a process name the field, by any option."""
    found: list[tuple[Path, Any]] = [((), document)]
    if "panels" in document:
        found = [(("panels", index), panel) for index, panel in enumerate(document["panels"])]
    for path, part in found:
        if part.get("form") == form and key in _texts(part):
            yield path


def _texts(part: Any) -> set[str]:
    """Every text in a part of a document, and every name in its objects."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            found |= value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            found |= {each.removeprefix("-") for each in value.split(",")} | {value.removeprefix("record.")}
    return found


def _read_by(text: str) -> set[str]:
    try:
        return fields_read(text)
    except FormulaError:
        return set()


def _reads(condition: Any) -> set[str]:
    """The fields that a condition reads; one that cannot be read yet reads nothing."""
    paths = _compiled(condition)
    return {path.split(".")[1] if path.startswith(("record.", "before.")) else path for path in paths}


def _facts(condition: Any) -> set[str]:
    return {path for path in _compiled(condition) if "." in path}


def _compiled(condition: Any) -> frozenset[str]:
    try:
        return conditions.compile(condition).reads
    except ConditionError:
        return frozenset()


def _pointers(context: Context, form: str, target: str) -> set[str]:
    """The references of a form to another."""
    known = context.fields(form).items()
    return {
        key for key, field in known if field.type.name == "reference" and field.options.get("form") == target
    }


def _read_in(document: Document, part: str) -> frozenset[str]:
    """What the texts of a message name, two steps far: `customer.phone` of `customer.phone.size`."""
    return frozenset(".".join(name.split(".")[:2]) for name in _names(document, part))


def _names(document: Document, part: str) -> frozenset[str]:
    """What a text of a message reads, in all its languages."""
    return frozenset().union(*map(liquid_check.reads, document.get(part, {}).values()))


def _variables(document: Document, part: str) -> set[str]:
    """The fields that the texts of a message name, through names of their own too."""
    return {name.removeprefix("record.values.").split(".")[0] for name in _names(document, part)}


def _named_places(context: Context, kind: str, name: str) -> Places:
    """Where documents name a form, message, process or role by an option called so, or a role's access."""
    for (owner, key), document in context.documents.items():
        waiting: list[tuple[Path, Any]] = [((), document)]
        while waiting:
            path, value = waiting.pop()
            if isinstance(value, Mapping):
                if name == value.get(kind) or name in _otherwise(owner, kind, value):
                    yield owner, key, path
                waiting += [((*path, step), inner) for step, inner in value.items()]
            elif isinstance(value, list):
                waiting += [((*path, index), inner) for index, inner in enumerate(value)]


def _otherwise(owner: str, kind: str, part: Mapping[str, Any]) -> Collection[str]:
    """What a part names by another option: an app the form it starts with, a field the roles with access."""
    if (owner, kind) == ("app", "form"):
        return (str(part.get("start")),)
    if (owner, kind) == ("view", "role"):
        named = part.get("roles", ())
        return named if isinstance(named, list) else ()
    held = part.get("access") if (owner, kind) == ("form", "role") else ()
    return held if isinstance(held, Mapping) else ()
