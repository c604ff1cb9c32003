"""Whether a draft is shaped so that it can be drawn. A draft may be incomplete, and one that came over the API
may be anything; what cannot be drawn is said so, and the rest of the app goes on without it.
"""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from runtime import documents
from runtime.definitions.documents import Document
from runtime.fields import FIELD_TYPES
from runtime.forms.lists.kinds import KINDS as VIEWS
from runtime.forms.lists.looks import FIELDS

TEXT = {"type": "string"}
TITLE = {"anyOf": [TEXT, {"type": "object", "additionalProperties": TEXT}]}
KEYS = {"type": "array", "items": TEXT}
LOOSE = {"type": "object"}
CELL = {"anyOf": [TEXT, {"type": "object", "required": ["field"], "properties": {"field": TEXT}}]}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _schemas() -> dict[str, dict[str, Any]]:
    own = _object(
        "type", type={"enum": list(FIELD_TYPES)}, title=TITLE, help=TITLE, labels=LOOSE, access=LOOSE
    )
    column = _object("fw", fw=_object("type", type={"enum": list(FIELD_TYPES)}, title=TITLE))
    rows = _object(properties={"type": "object", "additionalProperties": column})
    field = _object("fw", fw=own, enum=KEYS, items=rows)
    section = _object("rows", section=TITLE, rows=_list(_list(CELL)))
    listed = dict.fromkeys(("show", "hide", "require", "lock", "clear"), KEYS)
    messages = {"type": "object", "additionalProperties": _object(text=TITLE, level=TEXT)}
    then = _object(**listed, set=LOOSE, message=messages)
    rule = _object("key", "when", "then", key=TEXT, then=then)
    check = _object("key", "formula", "at", key=TEXT, formula=TEXT, at=TEXT, message=TITLE)
    form = _object(
        layout=_list(section),
        rules=_list(rule),
        checks=_list(check),
        unique=_list(KEYS),
        duplicates=_list(KEYS),
        list=_object(columns=KEYS, sort=TEXT, views=KEYS),
        tabs=_list(_object("key", "title", key=TEXT, title=TITLE)),
    )
    texts = {"type": "object", "additionalProperties": TEXT}
    action = _object("type", type=TEXT, key=TEXT, set=LOOSE, match=LOOSE, to=_list(LOOSE), channels=KEYS)
    grant = _object("form", "actions", form=TEXT, actions=KEYS, scope=TEXT)
    role = _object("key", key=TEXT, title=TITLE, grants=_list(grant))
    trigger = _object("type", type=TEXT, form=TEXT)
    group = _object("key", "properties", title=TITLE)
    return {
        "form": _object("properties", title=TITLE, required=KEYS, fw=form, properties=LOOSE),
        "field": field,
        "row": _list(CELL),
        "automation": _object("trigger", "actions", title=TITLE, trigger=trigger, actions=_list(action)),
        "message": _object(
            title=TITLE,
            purpose=TITLE,
            form=TEXT,
            subject=texts,
            body=texts,
            short=texts,
            conditions=_list(_object("key", "when", key=TEXT, when={"type": ["object", "boolean"]})),
        ),
        "view": _object(
            "form",
            "kind",
            title=TITLE,
            columns=KEYS,
            roles=KEYS,
            limits={"type": "object", "additionalProperties": {"type": "integer"}},
            figures={"type": "object", "additionalProperties": {"type": "string"}},
            widths={"type": "object", "additionalProperties": {"type": "integer"}},
            frozen={"type": "integer"},
            filter={"type": ["object", "boolean"]},
            kind={"enum": list(VIEWS)},
            **dict.fromkeys(("form", "sort", "period", *FIELDS), TEXT),
        ),
        "app": _object(
            title=TITLE,
            description=TITLE,
            roles=_list(role),
            languages=KEYS,
            **dict.fromkeys(("zone", "icon", "default_locale", "start"), TEXT),
            holidays=_list(_object("date", date=TEXT)),
            field_groups=_list(group),
        ),
    }


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(_schemas().get(kind, {}))


def fits(kind: str, document: Document) -> bool:
    """Whether the pages of the designer can draw the document."""
    return _sound.holds(f"all of a {kind}", document, lambda: _fits_by_part(kind, document))


def _fits_by_part(kind: str, document: Any) -> bool:
    """The same, part by part: a command changes few of them."""
    if kind != "form" or not isinstance(document.get("properties"), dict):
        return _fits(kind, document)
    fields = document["properties"].values()
    rows, rest = _apart({**document, "properties": {}})
    parts = [(kind, rest), *(("field", each) for each in fields), *(("row", row) for row in rows)]
    return all(_fits(name, part) for name, part in parts)


def _apart(document: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The rows of the layout and the form without them; no rows where the layout has another shape."""
    own = document.get("fw")
    if not isinstance(own, dict):
        return [], document
    layout = own.get("layout")
    if not isinstance(layout, list) or not all(_has_rows(section) for section in layout):
        return [], document
    rows = [row for section in layout for row in section["rows"]]
    return rows, {**document, "fw": {**own, "layout": [{**section, "rows": []} for section in layout]}}


def _has_rows(section: Any) -> bool:
    return isinstance(section, dict) and isinstance(section.get("rows"), list)


_sound = documents.Sound()


def _fits(kind: str, document: Any) -> bool:
    return _sound.holds(kind, document, lambda: _validator(kind).is_valid(document))


def blank(kind: str, app: str, key: str) -> dict[str, Any]:
    """What stands for a document that cannot be drawn and was never published."""
    if kind == "form":
        return {"$id": f"urn:formwright:{app}:{key}", "title": key, "type": "object", "properties": {}}
    own: dict[str, Any] = {"$schema": f"urn:formwright:{kind}:1", "key": key, "title": key}
    if kind == "view":
        return {**own, "form": "", "kind": "list"}
    return {**own, "trigger": {"type": "record_saved"}, "actions": []} if kind == "automation" else own
