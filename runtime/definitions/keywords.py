"""The keywords of JSON Schema as definitions are judged by them: with bounded work, and only what changed anew."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from runtime import documents

MAX_PROBLEMS = 50


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # In Python `$` also matches before a last line break, so "name\n" would pass for a key.
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _unique(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # The library compares each with each when they cannot be sorted: 20,000 mixed items take minutes.
    if not wanted or not isinstance(instance, list):
        return
    if len({documents.dumps(item, sort_keys=True) for item in instance}) < len(instance):
        yield ValidationError("not unique")


_ADDITIONAL: Any = Draft202012Validator.VALIDATORS["additionalProperties"]
_ITEMS: Any = Draft202012Validator.VALIDATORS["items"]


def _additional(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # `maxProperties` says that they are too many; walking through all of them would only take long.
    if not isinstance(instance, Mapping) or len(instance) > schema.get("maxProperties", len(instance)):
        return
    if not isinstance(allowed, Mapping):
        yield from _ADDITIONAL(validator, allowed, instance, schema)
        return
    for key, value in instance.items():
        yield from _errors_of(validator, allowed, {key: value}, schema)


def _errors_of(
    validator: Any, allowed: Any, one: Mapping[str, Any], schema: Any
) -> Iterator[ValidationError]:
    yield from _unless_sound(allowed, one, lambda: _ADDITIONAL(validator, allowed, one, schema))


def _items(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, list) or not isinstance(wanted, Mapping) or "prefixItems" in schema:
        yield from _ITEMS(validator, wanted, instance, schema)
        return
    for index, item in enumerate(instance):
        yield from _unless_sound(wanted, item, partial(validator.descend, item, wanted, path=index))


def _property_names(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    for name in instance if isinstance(instance, Mapping) else ():
        yield from _unless_sound(wanted, name, partial(validator.descend, name, wanted))


def _unless_sound(
    rule: Any, value: Any, judged: Callable[[], Iterable[ValidationError]]
) -> list[ValidationError]:
    errors: list[ValidationError] = []

    def judge() -> bool:
        errors.extend(islice(judged(), MAX_PROBLEMS))
        return not errors

    # The parts of our schemas live as long as the process, so that their ids name them.
    return [] if _sound.holds(str(id(rule)), value, judge) else errors


def _all_of(validator: Any, parts: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # What is said of twenty other types of field need not be looked at for each of 500 fields.
    for index, part in enumerate(parts):
        if not _of_another_type(part, instance):
            yield from validator.descend(instance, part, schema_path=index)


def _of_another_type(part: Mapping[str, Any], instance: Any) -> bool:
    """Whether a part only says what holds if `type` is this one, and it is another one."""
    if part.keys() != {"if", "then"} or not isinstance(instance, Mapping) or "type" not in instance:
        return False
    wanted = part["if"].get("properties", {}).get("type", {}).get("const")
    return isinstance(wanted, str) and instance["type"] != wanted


_sound = documents.Sound()
_KEYWORDS = {
    "allOf": _all_of,
    "pattern": _pattern,
    "uniqueItems": _unique,
    "additionalProperties": _additional,
    "items": _items,
    "propertyNames": _property_names,
}
Validator: Any = extend(Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]
