"""The JSON Schemas of definitions: what `schemas/` holds, and judging a document by it with bounded work."""

import importlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from runtime import config, documents
from runtime.definitions.keywords import MAX_PROBLEMS, Validator
from runtime.errors import Problem
from runtime.registry import Registry as PlugIns
from runtime.sizes import MEGABYTE

FOLDER = Path(config.ROOT) / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The plug-ins whose options these schemas list, by the name of their package: only `build` imports them.
GENERATED = {
    "field-types": "runtime.fields",
    "triggers": "runtime.automations.triggers",
    "actions": "runtime.automations.actions",
}
SHARED = ("common", *GENERATED)

MAX_SIZE, MAX_DEPTH, MAX_NODES = 2 * MEGABYTE, 20, 20_000
# A package holds many documents, each judged by its own limits when it is published.
PACKAGE_SIZE, PACKAGE_DEPTH, PACKAGE_NODES = 16 * MEGABYTE, 24, 400_000


def kinds() -> tuple[str, ...]:
    """Every kind that has a schema."""
    names = (path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.schema.json"))
    return tuple(sorted(name for name in names if name not in SHARED))


def schema(kind: str) -> dict[str, Any]:
    """The schema of a kind, complete: every schema that it refers to is bundled under `$defs`."""
    document = _file(kind)
    defs = dict(document.get("$defs", {}))
    for name in _needed(kind):
        bundled = _file(name)
        defs[bundled["$id"]] = bundled
    return {**document, "$defs": defs}


def _needed(kind: str) -> list[str]:
    found: dict[str, None] = {}
    waiting = [kind]
    while waiting:
        text = json.dumps(_file(waiting.pop()))
        for name in re.findall(r'"\$ref": "urn:formwright:([a-z-]+):1', text):
            if name != kind and name not in found:
                found[name] = None
                waiting.append(name)
    return sorted(found)


@cache
def _file(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return found


def _undeclared(name: str) -> dict[str, Any]:
    return {keyword: value for keyword, value in _file(name).items() if keyword != "$schema"}


@cache
def _registry() -> Any:
    every = (*kinds(), *SHARED)
    # Only our own resources: a reference to anything else is an error, never a request. They do not name
    # their dialect, for that would make the library go on with its own keywords instead of ours.
    known: Any = Registry().with_resources(
        (f"urn:formwright:{name}:1", DRAFT202012.create_resource(_undeclared(name))) for name in every
    )
    return known


@cache
def _validator(kind: str) -> Any:
    return Validator(_file(kind), registry=_registry())


@cache
def _part_validator(kind: str, part: str) -> Any:
    return Validator({"$ref": f"urn:formwright:{kind}:1#/$defs/{part}"}, registry=_registry())


def validate_part(kind: str, part: str, value: Any) -> list[Problem]:
    """What is wrong with a part of a document, by its name among the `$defs` of the schema of the kind."""
    return [_problem(error) for error in _part_validator(kind, part).iter_errors(value)]


def validate(kind: str, document: Any) -> list[Problem]:
    """What is wrong with a document by its schema, in the order of the document; empty when nothing is."""
    bound = too_big(kind, document)
    if bound:
        return [bound]
    found = []
    for error in _validator(kind).iter_errors(document):
        found.append(_problem(error))
        if len(found) == MAX_PROBLEMS:
            break
    return sorted(found, key=lambda problem: [str(part) for part in problem.path])


def too_big(kind: str, document: Any) -> Problem | None:
    """The first bound on size that a document breaks; judged before anything walks through it."""
    package = kind == "package"
    depth, nodes = (PACKAGE_DEPTH, PACKAGE_NODES) if package else (MAX_DEPTH, MAX_NODES)
    size = PACKAGE_SIZE if package else MAX_SIZE
    count, waiting = 1, [(document, 1)]
    while waiting:
        value, level = waiting.pop()
        if level > depth:
            sentence = _("The document is nested deeper than %(limit)s levels.", limit=depth)
            return Problem((), "too_deep", sentence)
        if isinstance(value, str) and "\x00" in value:
            return Problem((), "characters", _("The document holds a NUL character, which no text may have."))
        if isinstance(value, (Mapping, list)):
            count += len(value)
            if count > nodes:
                sentence = _("The document has more than %(limit)s parts.", limit=nodes)
                return Problem((), "too_many", sentence)
            inner = value.values() if isinstance(value, Mapping) else value
            waiting += [(item, level + 1) for item in inner]
    if len(documents.dumps(document).encode()) > size:
        return Problem(
            (), "too_large", _("The document is larger than %(limit)s MiB.", limit=size // 1024**2)
        )
    return None


def _problem(error: ValidationError) -> Problem:
    keyword = str(error.validator)
    return Problem(tuple(error.absolute_path), keyword, _sentence(keyword, error))


def _sentence(keyword: str, error: ValidationError) -> str:
    limit: Any = error.validator_value
    names = _names(keyword, limit, error)
    value = documents.dumps(limit) if keyword == "const" else str(error.instance)[:60]
    sentences = {
        "additionalProperties": _("Unknown: %(names)s.", names=names),
        "required": _("Missing: %(names)s.", names=names),
        "enum": _("This must be one of: %(names)s.", names=names),
        "const": _("This must be %(value)s.", value=value),
        "type": _("This must be of type %(names)s.", names=names),
        "pattern": _("“%(value)s” is not written as it must be (%(pattern)s).", value=value, pattern=limit),
        "minLength": _("This text is too short: at least %(limit)s characters.", limit=limit),
        "maxLength": _("This text is too long: at most %(limit)s characters.", limit=limit),
        "minimum": _("This number is too small: at least %(limit)s.", limit=limit),
        "maximum": _("This number is too large: at most %(limit)s.", limit=limit),
        "minItems": _("Too few: at least %(limit)s.", limit=limit),
        "maxItems": _("Too many: at most %(limit)s.", limit=limit),
        "uniqueItems": _("The same value stands here twice."),
        "minProperties": _("Too few: at least %(limit)s.", limit=limit),
        "maxProperties": _("Too many: at most %(limit)s.", limit=limit),
    }
    return str(sentences.get(keyword) or _("This does not fit the rule “%(keyword)s”.", keyword=keyword))


def _names(keyword: str, limit: Any, error: ValidationError) -> str:
    """What the sentence lists: unknown or missing properties, accepted values or types."""
    instance: Any = error.instance
    schema: Any = error.schema
    if keyword == "additionalProperties":
        return _listed(key for key in instance if key not in schema.get("properties", {}))
    if keyword == "required":
        return _listed(key for key in limit if key not in instance)
    return _listed(limit) if isinstance(limit, list) else str(limit)[:60]


def _listed(names: Any) -> str:
    texts = [name if isinstance(name, str) else documents.dumps(name) for name in names]
    return ", ".join(text[:60] for text in texts[:30]) + (", …" if len(texts) > 30 else "")


def build() -> dict[Path, str]:
    """The text of every generated schema by its path; SchemaError when one of the others is not valid."""
    for name in kinds():
        Draft202012Validator.check_schema(_file(name))
    return {
        FOLDER / f"{name}.schema.json": documents.dumps(_generated(name, package), indent=2) + "\n"
        for name, package in GENERATED.items()
    }


def _generated(name: str, package: str) -> dict[str, Any]:
    """The schema of an object whose `type` names a plug-in and picks the options that may stand beside it."""
    plugins: PlugIns[Any] = PlugIns(package)
    names = list(plugins)
    common = (
        _FIELD_OPTIONS if name == "field-types" else getattr(importlib.import_module(package), "COMMON", {})
    )
    return {
        "$schema": DIALECT,
        "$id": f"urn:formwright:{name}:1",
        "title": name.replace("-", " ").capitalize(),
        "description": f"Generated from {package}; do not edit.",
        "examples": [{"type": names[0]}],
        "type": "object",
        "required": ["type"],
        "properties": {"type": {**_TYPE, "examples": names[:1], "enum": names}},
        "allOf": [
            {
                "if": {"required": ["type"], "properties": {"type": {"const": each}}},
                "then": {"$ref": f"#/$defs/{each}"},
            }
            for each in names
        ],
        "$defs": {each: _options(plugins[each], common) for each in names},
    }


def _options(plugin: Any, common: Mapping[str, Any]) -> dict[str, Any]:
    own = plugin.options
    about = " ".join((type(plugin).__doc__ or "").split())
    return {
        **own,
        "title": str(plugin.label),
        "description": about,
        "examples": [{"type": plugin.name, **getattr(plugin, "example_options", {})}],
        "required": list(dict.fromkeys(["type", *own.get("required", ())])),
        "properties": {
            **common,
            **own.get("properties", {}),
            "type": {**_TYPE, "examples": [plugin.name], "const": plugin.name},
        },
    }


def _common(name: str, title: str, description: str, example: str) -> dict[str, Any]:
    return {
        "$ref": f"urn:formwright:common:1#/$defs/{name}",
        "title": title,
        "description": description,
        "examples": [example],
    }


_TYPE = {"title": "Type", "description": "What kind it is."}
_FIELD_OPTIONS = {
    "title": _common("title", "Title", "The question.", "Customer"),
    "help": _common("title", "Help", "A sentence under the question.", "Who was visited?"),
    "access": {
        "title": "Access",
        "description": "What roles may do with the field that may not change it: read it, or not even see it.",
        "examples": [{"assistant": "read", "reader": "hidden"}],
        "type": "object",
        "minProperties": 1,
        "maxProperties": 100,
        "propertyNames": {"$ref": "urn:formwright:common:1#/$defs/key"},
        "additionalProperties": {
            "title": "Right",
            "description": "What the role may do.",
            "examples": ["hidden"],
            "enum": ["read", "hidden"],
        },
    },
    "print": {
        "title": "Print",
        "description": "Whether it stands on printed pages and in PDFs of a record; it does unless this is false.",
        "examples": [False],
        "type": "boolean",
    },
    "initial": _common("formula", "Initial value", "A formula that fills a new record.", "TODAY()"),
    "converted_from": _common(
        "key",
        "Converted from",
        "The field of another type whose stored values this one takes over once it is published.",
        "amount",
    ),
}
