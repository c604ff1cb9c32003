"""A published form as a standard JSON Schema 2020-12, on which any validator gives our verdict on a record.

It judges a record as it is stored: empty fields absent, hidden fields cleared. What JSON Schema cannot carry
is listed in `fw.not_portable`, each with its path in the form document and a code of `REASONS`. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from runtime import conditions
from runtime.conditions import ConditionError
from runtime.definitions.documents import Form
from runtime.definitions.rules import GIVEN, Rule, in_force
from runtime.fields import ALL_POINTERS, Field, FieldType, ValueType
from runtime.text import localized

DIALECT = "https://json-schema.org/draft/2020-12/schema"

REASONS = {
    "unique": "other records are asked",
    "check": "a formula over the record",
    "exists": "the row or file that is pointed to must exist and be readable",
    "offer": "a condition over the record that is pointed to",
    "value": "the field type judges more than a schema can say: validity, decimals, a pattern",
    "canonical": "texts are cleaned, and a blank one counts as empty",
    "computed": "the product works the value out",
    "condition": "the rule's condition names facts, dates or computed values",
    "set": "the rule writes a value",
    "hidden_value": "the value of the hidden field is kept or computed, and not judged",
}

NOT_BLANK = "[^ \\t\\r\\n\\u00a0\\u3000]"  # a blank text is no value; \S differs between validators

Schema = dict[str, Any]


NONE: frozenset[str] = frozenset()


def record_schema(
    form: Form, locale: str = "en", *, hidden: frozenset[str] = NONE, read_only: frozenset[str] = NONE
) -> Schema:
    """The JSON Schema of the form's records, its texts in `locale`; for somebody to whom fields are `hidden`, as if
    the form had no such fields.
    """
    form = _without(form, hidden)
    return {
        "$schema": DIALECT,
        "$id": f"urn:formwright:{form.app}:{form.key}:record:{form.number}",
        "title": localized(form.title, locale),
        **_object(form, locale, read_only),
        "fw": {"not_portable": list(_not_portable(form))},
    }


def _object(form: Form, locale: str, read_only: frozenset[str]) -> Schema:
    """The values of a record, or of a row."""
    rules = _Rules(form)
    schema: Schema = {
        "type": "object",
        "properties": {key: _property(form, key, locale, read_only) for key in _judged(form)},
        "required": [key for key in form.fields if key in form.required and key not in rules.conditional],
        "additionalProperties": False,
    }
    entries = list(rules.entries())
    return {**schema, "allOf": entries} if entries else schema


def _judged(form: Form) -> dict[str, Field]:
    return {key: field for key, field in form.fields.items() if field.type.stored or key in form.rows}


def _not_portable(form: Form) -> Iterator[Schema]:
    yield from _of_fields(_judged(form))
    yield from _Rules(form).not_portable()
    yield from _of_form(form)
    for key, rows in form.rows.items():
        for reason in _not_portable(rows):
            yield {**reason, "path": ["properties", key, "items", *reason["path"]]}


def _without(form: Form, hidden: frozenset[str]) -> Form:
    if not hidden:
        return form
    return replace(
        form,
        fields={key: field for key, field in form.fields.items() if key not in hidden},
        required=form.required - hidden,
        rules=tuple(_rule_without(rule, hidden) for rule in form.rules),
        rows={
            key: _without(rows, _of_rows(key, hidden)) for key, rows in form.rows.items() if key not in hidden
        },
    )


def _rule_without(rule: Rule, hidden: frozenset[str]) -> Rule:
    messages = tuple(message for message in rule.messages if message.at not in hidden)
    return replace(rule, require=rule.require - hidden, clear=rule.clear - hidden, messages=messages)


def _of_rows(key: str, paths: frozenset[str]) -> frozenset[str]:
    """What is said of the fields of the rows of a sub-table: of `lines.price` it is `price`."""
    return frozenset(path.removeprefix(f"{key}.") for path in paths if path.startswith(f"{key}."))


def _property(form: Form, key: str, locale: str, read_only: frozenset[str]) -> Schema:
    field = form.fields[key]
    schema = {"title": localized(field.title, locale), **field.type.value_schema(field)}
    if key in form.rows:
        row = _object(form.rows[key], locale, _of_rows(key, read_only))
        row["properties"] = {"id": {"type": "integer", "minimum": 1}, **row["properties"]}
        schema["items"] = row
    if schema.get("type") == "string" and "enum" not in schema and "pattern" not in schema:
        schema["pattern"] = NOT_BLANK
    if key in read_only or not field.type.writable:
        schema["readOnly"] = True
    return schema


def _of_fields(fields: Mapping[str, Field]) -> Iterator[Schema]:
    for key, field in fields.items():
        path = ["properties", key]
        if not field.type.writable:
            yield _reason(path, "computed")
        if field.type.name in ALL_POINTERS or field.type.value_type is ValueType.FILES:
            yield _reason(path, "exists")
        if "offer" in field.options:
            yield _reason([*path, "fw", "offer"], "offer")
        if "fill" in field.options:
            yield _reason([*path, "fw", "fill"], "computed")
        if type(field.type).check is not FieldType.check:
            yield _reason(path, "value")
        if field.type.value_schema(field).get("type") == "string" and field.type.writable:
            yield _reason(path, "canonical")


def _of_form(form: Form) -> Iterator[Schema]:
    for index, _keys in enumerate(form.unique):
        yield _reason(["fw", "unique", index], "unique")
    for index, check in enumerate(form.checks):
        if check.level == "error":
            yield _reason(["fw", "checks", index], "check")


def _reason(path: Sequence[str | int], code: str) -> Schema:
    return {"path": list(path), "code": code, "reason": REASONS[code]}


class _Rules:
    """The rules of a form as `if / then / else`. A field is conditional when a rule shows or hides it, or its section
    or tab.
    """

    def __init__(self, form: Form) -> None:
        self._form = form
        self._entered = {key for key, field in form.fields.items() if field.type.writable}
        self._set = frozenset().union(*(rule.set for rule in form.rules))
        named = frozenset().union(*(rule.show | rule.hide for rule in form.rules))
        self.conditional = frozenset(key for key in form.fields if named & self._names(key))

    def entries(self) -> Iterator[Schema]:
        """First which fields are present, then which must be, then which records are wrong."""
        for key in self._form.fields:
            if key in self.conditional and self._form.fields[key].type.stored:
                yield from self._presence(key)
        for rule in self._form.rules:
            when = self._when(rule)
            if when is not None:
                yield from self._effects(rule, when)

    def _names(self, key: str) -> frozenset[str]:
        """By what rules can show or hide the field: its key, its section, its tab."""
        return frozenset((key, *self._form.around(key)))

    def _presence(self, key: str) -> Iterator[Schema]:
        visible = self._visible(key)
        if visible is None:
            return
        entry: Schema = {"if": visible}
        if key in self._form.required:
            entry["then"] = {"required": [key]}
        if not self._kept(key):
            entry["else"] = {"not": {"required": [key]}}
        if len(entry) > 1:
            yield entry

    def _effects(self, rule: Rule, when: Schema) -> Iterator[Schema]:
        yield from self._entry(sorted(rule.require), when, lambda keys: {"required": keys})
        for key in self._cleared(rule):
            yield from self._entry([key], when, lambda keys: {"not": {"required": keys}})
        for message in rule.messages:
            if message.level == "error":
                yield from self._entry([message.at], when, lambda _keys: False)

    def _entry(self, keys: Sequence[str], when: Schema, then: Callable[[list[str]], Any]) -> Iterator[Schema]:
        """What follows for these fields while they are shown."""
        always = [key for key in keys if key not in self.conditional]
        if always:
            yield {"if": when, "then": then(always)}
        for key in keys:
            visible = self._visible(key) if key in self.conditional else None
            if visible is not None:
                yield {"if": {"allOf": [when, visible]}, "then": then([key])}

    def _cleared(self, rule: Rule) -> list[str]:
        """The fields that are empty while the rule holds: another rule may set one all the same."""
        return sorted(rule.clear - self._set)

    def _visible(self, key: str) -> Schema | None:
        """When the field is shown: of itself, its section and its tab one of the `show` rules, if any, holds and no
        `hide` rule does.
        """
        needed: list[Schema] = []
        for name in (key, *self._form.around(key)):
            shows = [self._when(rule) for rule in self._form.rules if name in rule.show]
            hides = [self._when(rule) for rule in self._form.rules if name in rule.hide]
            if None in shows or None in hides:
                return None
            needed += [{"anyOf": shows}] if shows else []
            needed += [{"not": hide} for hide in hides]
        return {"allOf": needed}

    def _when(self, rule: Rule) -> Schema | None:
        """The condition as a standard schema; None when there is no such."""
        if not {path.partition(".")[0] for path in rule.when.reads} <= self._entered:
            return None
        try:
            return conditions.to_schema(rule.when.document)
        except ConditionError:
            return None

    def _kept(self, key: str) -> bool:
        if self._form.fields[key].type.name in GIVEN:
            return True
        names = self._names(key)
        hiding = (rule for rule in self._form.rules if names & (rule.show | rule.hide))
        return any(rule.hidden_value != "clear" for rule in hiding)

    def not_portable(self) -> Iterator[Schema]:
        """What of the rules is left out."""
        places = (index for index, _rule in in_force(self._form.document.get("fw", {})))
        for index, rule in zip(places, self._form.rules, strict=True):
            path: list[str | int] = ["fw", "rules", index]
            if self._when(rule) is None:
                yield _reason([*path, "when"], "condition")
            if rule.set:
                yield _reason([*path, "then", "set"], "set")
            if rule.clear & self._set:
                yield _reason([*path, "then", "clear"], "set")
            if rule.hidden_value != "clear" and rule.show | rule.hide:
                yield _reason([*path, "hidden_value"], "hidden_value")
