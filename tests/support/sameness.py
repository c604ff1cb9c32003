"""Whether two definitions mean the same: what may stand in any order is put in one, keys that nothing but
their own document speaks of are left out, and conditions are compared by the records that meet them.

Everything else must be equal to the letter. Two documents that differ in meaning never come out alike.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from runtime import documents
from runtime.conditions import compile
from runtime.definitions.documents import parse_field
from runtime.definitions.layout import parse_layout, spans

Document = Mapping[str, Any]
UNORDERED = frozenset(
    ("required", "unique", "offsets", "on", "fields", "channels", "show", "require", "lock")
)
OWN_KEYS = frozenset(("rules", "checks", "actions"))
"""Lists whose items have keys that no other document names."""
CONDITIONS = frozenset(("when", "offer"))
STARTER = "starter"  # whose rights an automation has unless it says so
ERROR = ("level", "error")  # what a check is unless it says so
ABSENT = None


def meaning(document: Document) -> Any:
    """What a definition says, in one form for all ways to say it."""
    plain = {name: value for name, value in document.items() if (name, value) != ("run_as", STARTER)}
    if "properties" in plain:
        own = {name: value for name, value in plain["fw"].items() if name != "tabs" or value}
        plain["fw"] = {**own, "layout": _layout(document)}
        plain["properties"] = {key: _typed(key, schema) for key, schema in plain["properties"].items()}
    return _meaning(plain)


def _meaning(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _named(name, inner) for name, inner in value.items()}
    return [_meaning(each) for each in value] if isinstance(value, list) else value


def _named(name: str, value: Any) -> Any:
    if name in CONDITIONS and isinstance(value, Mapping):
        return truths(value)
    if name == "grants":
        return sorted(rights(value))
    if name in OWN_KEYS and isinstance(value, list):
        value = [
            {k: inner for k, inner in each.items() if (k, inner) != ERROR and k != "key"} for each in value
        ]
        return _sorted(value) if name != "actions" else _meaning(value)
    if name in UNORDERED and isinstance(value, list):
        return _sorted([sorted(each) if isinstance(each, list) else each for each in value])
    return _meaning(value)


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(map(_meaning, values), key=lambda each: documents.dumps(each, sort_keys=True))


def rights(grants: list[Document]) -> set[tuple[str, str, str]]:
    """Form, action and whose records; a record that is yet to be created is nobody's."""
    return {
        (each["form"], action, "" if action == "create" else each.get("scope", "own"))
        for each in grants
        for action in each["actions"]
    }


def _typed(key: str, schema: Document) -> Document:
    """A field with the JSON type that its field type has anyway, which may be written or not."""
    field = parse_field(key, schema)
    implied = field.type.value_schema(field) if field.type.stored else {}
    return {**{name: implied[name] for name in ("type", "format") if name in implied}, **schema}


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two meanings differ, and in what."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        names = sorted({*one, *other})
        return [
            each for name in names for each in differences(one.get(name), other.get(name), f"{path}/{name}")
        ]
    return [] if one == other else [f"{path}: {one!r} is not {other!r}"]


def _layout(form: Document) -> list[Any]:
    """Sections with their rows; cells with the width that they come to."""
    return [
        [section.title, section.tab, [_row(row) for row in section.rows]]
        for section in parse_layout(form["fw"], form["properties"])
    ]


def _row(row: Any) -> list[list[Any]]:
    widths = spans([cell.span for cell in row])
    return [[cell.field, width] for cell, width in zip(row, widths, strict=True)]


def truths(condition: Document) -> list[Any]:
    """Every case of the values that a condition looks at in which it holds: a value may be absent, one that
    the condition names, or another of that type. So two conditions with the same truths mean the same.
    """
    told: dict[str, set[Any]] = {path: set() for path in compile(condition).reads}
    for path, constant in _constants(condition, ()):
        told[path].add(constant)
    paths = sorted(told)
    test = compile(condition)
    cases = product(*(_values(told[path]) for path in paths))
    found = [dict(zip(paths, case, strict=True)) for case in cases]
    return ["holds where", [case for case in found if test.holds(_nested(case))]]


def _constants(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """What the condition compares each value with. Compared values share their cases: a fact is one of them."""
    known = {"properties", "required", "type", "const", "enum", "not", "allOf", "anyOf"}
    assert set(schema) <= known, f"no cases are known for {set(schema) - known}"
    for name, inner in schema.get("properties", {}).items():
        yield from _constants(inner, (*path, name))
    for inner in (
        *schema.get("allOf", ()),
        *schema.get("anyOf", ()),
        *([schema["not"]] if "not" in schema else ()),
    ):
        yield from _constants(inner, path)
    for constant in (*([schema["const"]] if "const" in schema else ()), *schema.get("enum", ())):
        if isinstance(constant, Mapping):
            yield from ((place, each) for place in (".".join(path), constant["fact"]) for each in (1, 2))
        else:
            yield ".".join(path), constant


def _values(constants: set[Any]) -> list[Any]:
    if constants and all(isinstance(each, bool) for each in constants):
        return [ABSENT, False, True]
    other: Any = 0 if any(isinstance(each, int) for each in constants) else "another"
    return [ABSENT, other, *sorted(constants)]


def _nested(case: Mapping[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {"record": {}}
    for path, value in case.items():
        *way, last = path.split(".")
        inner = context
        for step in way:
            inner = inner.setdefault(step, {})
        if value is not ABSENT:
            inner[last] = value
    return context
