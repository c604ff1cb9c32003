"""The JSON Schemas of definitions: valid, documented, closed, and judged with bounded work."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from runtime import documents, starters
from runtime.definitions import schemas

KINDS = (
    "app",
    "automation",
    "condition",
    "dashboard",
    "form",
    "message",
    "package",
    "process",
    "rule",
    "view",
)
FILES = (*KINDS, *schemas.SHARED)


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every property that a schema describes, with its path."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from properties(item, f"{path}/{index}")
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key in ("examples", "enum", "const", "default"):
            continue
        if key not in ("properties", "$defs"):
            yield from properties(value, f"{path}/{key}")
            continue
        for name, each in value.items():  # names, not keywords
            if key == "properties" and "/if" not in path:
                yield f"{path}/{name}", each
            yield from properties(each, f"{path}/{key}/{name}")


def example_of(kind: str) -> Any:
    return json.loads(json.dumps(schemas.schema(kind)["examples"][0]))


def test_every_kind_of_definition_has_its_schema() -> None:
    assert schemas.kinds() == KINDS


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_valid_against_the_metaschema(kind: str) -> None:
    Draft202012Validator.check_schema(json.loads((schemas.FOLDER / f"{kind}.schema.json").read_text("utf-8")))


@pytest.mark.parametrize("kind", FILES)
def test_every_property_has_title_description_and_examples(kind: str) -> None:
    schema = json.loads((schemas.FOLDER / f"{kind}.schema.json").read_text("utf-8"))
    local = {f"#/$defs/{name}": each for name, each in schema.get("$defs", {}).items()}
    bare = [
        path
        for path, each in properties(schema)
        if not {"title", "description", "examples"} <= {**local.get(each.get("$ref"), {}), **each}.keys()
    ]
    assert bare == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_a_schema_are_valid(app: Flask, kind: str) -> None:
    for example in schemas.schema(kind)["examples"]:
        assert schemas.validate(kind, example) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_bundled_schema_needs_nothing_from_elsewhere(kind: str) -> None:
    example = example_of(kind)
    assert list(Draft202012Validator(schemas.schema(kind)).iter_errors(example)) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "condition"])
def test_unknown_properties_are_refused(app: Flask, kind: str) -> None:
    problems = schemas.validate(kind, {**example_of(kind), "surprise": 1})
    assert [(p.path, p.message) for p in problems] == [((), "Unknown: surprise.")]


def test_the_generated_schemas_are_up_to_date(app: Flask) -> None:
    stale = [path.name for path, text in schemas.build().items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make schemas`"


def test_the_shipped_package_is_valid(app: Flask) -> None:
    assert schemas.validate("package", documents.loads(starters.read("followup"))) == []


def form_with(field: Any) -> dict[str, Any]:
    return {
        "$schema": "urn:formwright:form:1",
        "$id": "urn:formwright:shop:customer",
        "title": "Customer",
        "type": "object",
        "properties": {"name": field},
    }


@pytest.mark.parametrize(
    "keyword",
    [
        {"$ref": "http://127.0.0.1/"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#"},
        {"$dynamicRef": "#x"},
        {"pattern": "(a+)+$"},
        {"allOf": [{}, {}]},
        {"not": {}},
    ],
)
def test_a_field_may_not_bring_keywords_that_refer_or_combine(app: Flask, keyword: dict[str, Any]) -> None:
    problems = schemas.validate("form", form_with({"fw": {"type": "text"}, **keyword}))
    assert [problem.path for problem in problems] == [("properties", "name")]


def test_an_unknown_field_type_is_refused_at_its_place(app: Flask) -> None:
    problems = schemas.validate("form", form_with({"fw": {"type": "magic"}}))
    assert [(problem.path, problem.code) for problem in problems] == [
        (("properties", "name", "fw", "type"), "enum")
    ]


def test_an_option_of_another_field_type_is_refused(app: Flask) -> None:
    problems = schemas.validate("form", form_with({"fw": {"type": "text", "currency": "CNY"}}))
    assert [(p.path, p.message) for p in problems] == [(("properties", "name", "fw"), "Unknown: currency.")]


UNFIT = ["a\n", "A", "a b", "ä", "1a", "__proto__", "a" * 41, "", "a;drop"]


@pytest.mark.parametrize("key", UNFIT)
def test_unfit_keys_are_refused(app: Flask, key: str) -> None:
    assert schemas.validate("message", {**example_of("message"), "key": key})


@pytest.mark.parametrize("key", [*UNFIT, "😀", "id; DROP TABLE users"])
def test_unfit_field_keys_are_refused(app: Flask, key: str) -> None:
    document = form_with({"fw": {"type": "text"}})
    assert schemas.validate("form", {**document, "properties": {key: {"fw": {"type": "text"}}}})


def test_what_was_found_sound_before_does_not_vouch_for_what_was_changed(app: Flask) -> None:
    sound = {"type": "string", "fw": {"type": "text", "title": "Name"}}
    changed = {**sound, "fw": {**sound["fw"], "surprise": 1}}

    verdicts = [schemas.validate("form", form_with(field)) for field in (sound, changed, sound, changed)]

    assert [len(found) for found in verdicts] == [0, 1, 0, 1]
    assert verdicts[1] == verdicts[3]


def nested(depth: int) -> Any:
    value: Any = {}
    for _level in range(depth):
        value = {"allOf": [value]}
    return value


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        (nested(100_000), "too_deep"),
        ({"properties": {f"f{n}": 1 for n in range(1_000_000)}}, "too_many"),
        ({"title": "x" * 20_000_000}, "too_large"),
        ({"enum": list(range(1_000_000))}, "too_many"),
        ({"title": "a\x00b"}, "characters"),
    ],
)
@pytest.mark.timeout(20)
def test_a_document_beyond_the_limits_is_refused_in_short_time(app: Flask, bomb: Any, code: str) -> None:
    problems = schemas.validate("form", bomb)
    assert [problem.code for problem in problems] == [code]


@pytest.mark.timeout(20)  # compared pair by pair this takes minutes
def test_many_mixed_items_are_compared_in_short_time(app: Flask) -> None:
    mixed = [value for n in range(4_000) for value in (n, str(n), {"a": n}, [n])]
    trigger = {"type": "record_saved", "form": "visit", "fields": mixed}
    assert schemas.validate("automation", {**example_of("automation"), "trigger": trigger})


def test_a_stored_number_with_a_fraction_is_judged_like_any_other(app: Flask) -> None:
    text = (
        '{"type": "object", "properties": {"weight": {"type": "number", "minimum": 0.5, "fw": {"type": 7}}}}'
    )
    problems = schemas.validate("form", documents.load_stored(text))
    assert ("properties", "weight", "fw", "type") in [problem.path for problem in problems]
