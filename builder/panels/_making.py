"""Controls from a schema: by what an option means, else by the shape of its schema."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from builder.panels import _meanings
from builder.panels._controls import SHOWN, Control, Option, Panel, Path, Setting, told
from runtime.text import LOCALES

Schema = Mapping[str, Any]
Values = Mapping[str, Any]


def panel(schema: Schema, values: Values, setting: Setting, shown: int = SHOWN) -> Panel:
    """The controls for the properties of a schema: at most `shown` at once, what is required first."""
    own = controls(schema, values, setting)
    required = set(schema.get("required", ()))
    first = [name for name in own if name in required]
    first += [name for name in own if name not in required and name not in setting.advanced]
    at_once = set(first[:shown])
    return Panel(
        told([own[name] for name in own if name in at_once], setting.refused),
        told([own[name] for name in own if name not in at_once], setting.refused),
    )


def controls(schema: Schema, values: Values, setting: Setting, path: Path = ()) -> dict[str, Control]:
    """A control for each property, by its name. What can only be one thing has none."""
    required = set(schema.get("required", ()))
    return {
        name: replace(control(name, own, values, setting, path), required=name in required)
        for name, own in schema.get("properties", {}).items()
        if "const" not in own and name not in setting.leave_out
    }


def control(name: str, schema: Schema, values: Values, setting: Setting, path: Path = ()) -> Control:
    """The control of one property of `values`."""
    place = (*path, name)
    label, about = schema.get("title"), schema.get("description")
    plain = Control(
        name="-".join((setting.prefix, *map(str, place))),
        kind="text",
        label=str(_(label)) if label else name,
        help=str(_(about)) if about else "",
        value=values.get(name),
        send=setting.command(place),
    )
    if name in setting.templates:
        return replace(plain, kind="own", more={"template": setting.templates[name], "schema": schema})
    kind = kind_of(name, schema)
    return _MAKERS[kind](plain, Asked(name, schema, values, setting, place))


class Asked:
    """What a maker of a control knows beside the plain control."""

    def __init__(self, name: str, schema: Schema, values: Values, setting: Setting, place: Path) -> None:
        self.name, self.schema, self.values = name, schema, values
        self.setting, self.place = setting, place
        self.means = _meanings.of(name, schema)


def kind_of(name: str, schema: Schema) -> str:
    """Which maker makes the control: by meaning, then by shape."""
    means = _meanings.of(name, schema).partition(":")[0]
    if means in ("form", "message", "role", "field"):
        return "keys" if schema.get("type") == "array" else "key"
    if means:
        return means
    if "enum" in schema:
        return "pick"
    if is_title(schema):
        return "title"
    if schema.get("type") == "array":
        items = schema.get("items", {})
        return "picks" if "enum" in items else "items" if items.get("type") == "object" else "lines"
    return _BY_TYPE.get(str(schema.get("type")), "text")


_BY_TYPE = {"boolean": "flag", "integer": "number", "number": "number", "object": "group"}


def is_title(schema: Schema) -> bool:
    """Whether it is a text in several languages."""
    shapes = [each.get("type") for each in schema.get("anyOf", ())]
    return schema.get("type") == ["string", "object"] or shapes == ["string", "object"]


def _text(plain: Control, asked: Asked) -> Control:
    schema = asked.schema
    attributes = {"maxlength": str(schema["maxLength"])} if "maxLength" in schema else {}
    if schema.get("maxLength", 0) > 500:
        return replace(plain, kind="long_text", read={"as": "text"}, attributes=attributes)
    whole = asked.name == "pattern"
    return replace(plain, kind="text", read={"as": "text"}, attributes=attributes, whole=whole)


def _number(plain: Control, asked: Asked) -> Control:
    bounds = {name: asked.schema[name] for name in ("minimum", "maximum") if name in asked.schema}
    whole = asked.schema.get("type") == "integer"
    mode = {"inputmode": "numeric" if whole else "decimal", "class": "panel-number"}
    return replace(plain, read={"as": "number", "whole": whole, **bounds}, attributes=mode)


def _flag(plain: Control, asked: Asked) -> Control:
    if "default" in asked.schema:
        default = bool(asked.schema["default"])
        value = default if plain.value is None else plain.value
        return replace(plain, kind="flag", value=value, read={"as": "flag", "default": default})
    return either(plain)


def either(plain: Control) -> Control:
    """Yes, no, or nothing said."""
    chosen = "" if plain.value is None else str(plain.value).lower()
    words = {"": _("Not set"), "true": _("Yes"), "false": _("No")}
    options = tuple(Option(value, str(label), value == chosen) for value, label in words.items())
    return replace(plain, kind="pick", options=options, read={"as": "either"})


def _pick(plain: Control, asked: Asked) -> Control:
    chosen = asked.schema.get("default") if plain.value is None else plain.value
    options = tuple(Option(str(v), _meanings.word(v), v == chosen) for v in asked.schema["enum"])
    return pick(plain, options)


def pick(plain: Control, options: Sequence[Option]) -> Control:
    """One of several; where none is chosen, the first thing to pick is nothing."""
    nothing = Option("", "–", not any(option.chosen for option in options))
    return replace(plain, kind="pick", options=(nothing, *options), read={"as": "text"})


def _picks(plain: Control, asked: Asked) -> Control:
    chosen = plain.value or ()
    options = tuple(Option(str(v), _meanings.word(v), v in chosen) for v in asked.schema["items"]["enum"])
    return replace(plain, kind="picks", options=options, read={"as": "many"})


def _key(plain: Control, asked: Asked) -> Control:
    known = _meanings.pickable(asked.means, asked.values, asked.setting)
    return pick(plain, _meanings.options(known, [plain.value or ""]))


def _keys(plain: Control, asked: Asked) -> Control:
    known = _meanings.pickable(asked.means, asked.values, asked.setting)
    chosen = [str(key) for key in plain.value or ()]
    return replace(plain, kind="picks", options=_meanings.options(known, chosen), read={"as": "many"})


def _title(plain: Control, asked: Asked) -> Control:
    return title(plain, asked.setting)


def title(plain: Control, setting: Setting) -> Control:
    """One input per language of the app, side by side."""
    stored = plain.value
    texts = {setting.default_locale: stored} if isinstance(stored, str) else dict(stored or {})
    locales = setting.languages
    keep = {name: text for name, text in texts.items() if name not in locales}
    return replace(
        plain,
        kind="title",
        value={name: texts.get(name, "") for name in locales},
        read={"as": "title", "locales": locales, "keep": keep},
        more={"long": len(locales) > len(LOCALES)},
    )


def _formula(plain: Control, asked: Asked) -> Control:
    return replace(
        plain, kind="formula", read={"as": "text"}, more={"form": _meanings.form_of({}, asked.setting)}
    )


def _condition(plain: Control, asked: Asked) -> Control:
    form = _meanings.form_of(asked.values, asked.setting)
    return replace(plain, kind="condition", more={"form": form, "about": asked.setting.form})


def _lines(plain: Control, asked: Asked) -> Control:
    return replace(plain, kind="lines", value="\n".join(map(str, plain.value or ())), read={"as": "lines"})


def _icon(plain: Control, asked: Asked) -> Control:
    return replace(plain, kind="icon", read={"as": "text"})


def _formulas(plain: Control, asked: Asked) -> Control:
    """Field of the form that is written → formula."""
    form = _meanings.form_of(asked.values, asked.setting)
    known = _meanings.fields(form, "", asked.setting)
    if asked.name == "match":
        known = {"id": str(_("The record itself")), **known}
    return _map(plain, known, None)


def _fields(plain: Control, asked: Asked) -> Control:
    """Field of the own form → field of the form that is referred to."""
    others = _meanings.fields(_meanings.form_of(asked.values, asked.setting), "", asked.setting)
    return _map(plain, _meanings.fields(asked.setting.form, "", asked.setting), others)


def _map(plain: Control, known: Mapping[str, str], others: Mapping[str, str] | None) -> Control:
    stored = dict(plain.value or {})
    rows = [(known.get(key, key), key, value) for key, value in stored.items()]
    left = {key: label for key, label in known.items() if key not in stored}
    read = {"as": "map", "new": len(rows)}
    return replace(plain, kind="map", value=rows, read=read, more={"left": left, "others": others})


def _group(plain: Control, asked: Asked) -> Control:
    own = controls(asked.schema, plain.value or {}, asked.setting, asked.place)
    return replace(plain, kind="group", parts=tuple(own.values()))


def _items(plain: Control, asked: Asked) -> Control:
    """A list of objects: each a group of controls, which all post the whole list."""
    items = list(plain.value or ())
    groups = tuple(_item(plain, asked, items, index) for index in range(len(items)))
    return replace(plain, kind="items", parts=groups, value=items, more={"new": [*items, _blank(asked)]})


def _item(plain: Control, asked: Asked, items: list[Any], index: int) -> Control:
    setting = replace(asked.setting, command=_same(plain.send))
    place = (*asked.place, index)
    parts = [
        replace(part, read={**part.read, "within": items, "place": [index, *_inside(part, plain, index)]})
        for part in _flat(controls(asked.schema["items"], items[index], setting, place).values())
    ]
    label = str(_("%(what)s %(number)s", what=plain.label, number=index + 1))
    return Control(f"{plain.name}-{index}", "group", label, parts=tuple(parts))


def _flat(parts: Any) -> Iterator[Control]:
    for part in parts:
        yield from _flat(part.parts) if part.kind == "group" else (part,)


def _inside(part: Control, whole: Control, index: int) -> list[str]:
    return part.name.removeprefix(f"{whole.name}-{index}-").split("-")


def _same(command: Mapping[str, Any]) -> Callable[[Path], Mapping[str, Any]]:
    return lambda _path: command


def _blank(asked: Asked) -> dict[str, Any]:
    """A new object: what it must have, as the schema's first examples say."""
    schema = asked.schema["items"]
    own = schema.get("properties", {})
    return {name: own[name]["examples"][0] for name in schema.get("required", ()) if "examples" in own[name]}


_MAKERS: Mapping[str, Callable[[Control, Asked], Control]] = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "pick": _pick,
    "picks": _picks,
    "key": _key,
    "keys": _keys,
    "title": _title,
    "formula": _formula,
    "condition": _condition,
    "lines": _lines,
    "icon": _icon,
    "formulas": _formulas,
    "fields": _fields,
    "group": _group,
    "items": _items,
}
