"""Says a condition as a sentence, in the language of a locale."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask_babel import force_locale, gettext

from runtime.conditions.editing import Group, Row, rows
from runtime.conditions.errors import ConditionError
from runtime.conditions.nodes import AnyOf, Atom, Fact, Not, Operand, Part, Property, Required, Schema
from runtime.conditions.operators import OPERATORS
from runtime.conditions.parsing import parse
from runtime.fields import N_

Name = Callable[[str], str]


class Value(Protocol):
    """Says a constant of the field at a path as people read it, or of what an operator `asks` instead."""

    def __call__(self, path: str, constant: Any, asks: str = "", /) -> str: ...


_TYPES = {
    "string": N_("%(field)s is a text"),
    "number": N_("%(field)s is a number"),
    "integer": N_("%(field)s is a whole number"),
    "boolean": N_("%(field)s is yes or no"),
    "array": N_("%(field)s is a list"),
    "object": N_("%(field)s has fields"),
}
_ATOMS = {
    "minLength": N_("%(field)s has at least %(value)s characters"),
    "maxLength": N_("%(field)s has at most %(value)s characters"),
    "contains": N_("%(field)s contains %(value)s"),
}
_SAID_BY = {
    "const": "equals",
    "enum": "one_of",
    "minimum": "at_least",
    "maximum": "at_most",
    "exclusiveMinimum": "greater_than",
    "exclusiveMaximum": "less_than",
    "formatMinimum": "on_or_after",
    "formatMaximum": "on_or_before",
}


def phrase(document: Any, name: Name, value: Value, locale: str) -> str:
    """The condition in words, without a full stop; ConditionError when it is none.

    `name(path)` is the title of a field or fact, `value(path, constant)` a constant as people read it;
    where an operator asks for something else than a value of the field, `value(path, constant, "department")`.
    """
    schema = parse(document)
    with force_locale(locale):
        speaker = _Speaker(name, value)
        try:
            return speaker.group(rows(document))
        except ConditionError:  # not written by the editor: say it keyword by keyword
            return speaker.schema(schema, "")


class _Speaker:
    def __init__(self, name: Name, value: Value) -> None:
        self._name, self._value = name, value

    def group(self, group: Group) -> str:
        said = [self._line(item, alone=len(group.items) == 1) for item in group.items]
        if group.mode == "none" and said:
            return str(gettext("not %(condition)s", condition=bracketed(either(said))))
        return either(said) if group.mode == "any" else both(said)

    def _line(self, item: Row | Group, *, alone: bool) -> str:
        if isinstance(item, Row):
            return self._row(item)
        is_one = alone or len(item.items) == 1 or item.mode == "none"
        return self.group(item) if is_one else bracketed(self.group(item))

    def _row(self, row: Row) -> str:
        operator = OPERATORS[row.operator]
        if operator.values == "none":
            return self._say(operator.sentence, row.path)
        if operator.values == "two":
            low, high = row.value
            return self._say(operator.sentence, row.path, value=low, until=high)
        if operator.asks == "days":
            sentence = operator.singular if row.value == 1 else operator.sentence
            return str(gettext(sentence, field=self._name(row.path), value=row.value))
        if operator.asks and not isinstance(row.value, Mapping):
            told = self._value(row.path, row.value, operator.asks)
            return str(gettext(operator.sentence, field=self._name(row.path), value=told))
        if operator.every:
            told = both([self._told(row.path, each) for each in row.value])
            return str(gettext(operator.sentence, field=self._name(row.path), value=told))
        return self._say(operator.sentence, row.path, value=row.value)

    def _say(self, sentence: str, path: str, **values: Any) -> str:
        told = {key: self._told(path, value) for key, value in values.items()}
        return str(gettext(sentence, field=self._name(path), **told))

    def _told(self, path: str, value: Any) -> str:
        if isinstance(value, list | tuple):
            return either([self._told(path, each) for each in value])
        if isinstance(value, Fact):
            return self._name(value.path)
        return self._name(value["fact"]) if isinstance(value, Mapping) else self._value(path, value)

    def schema(self, schema: Schema, path: str) -> str:
        required = {part.name for part in schema.parts if isinstance(part, Required)}
        told = {part.name for part in schema.parts if isinstance(part, Property) and part.schema.parts}
        judged = any(isinstance(part, Atom) and part.keyword != "type" for part in schema.parts)
        said = [
            self._part(part, path, required)
            for part in schema.parts
            if not (isinstance(part, Required) and part.name in told)
            and not (isinstance(part, Atom) and part.keyword == "type" and judged)
        ]
        return both(said)

    def _part(self, part: Part, path: str, required: set[str]) -> str:
        match part:
            case Atom():
                return self._atom(part.keyword, part.operands, path)
            case Required():
                return self._say(OPERATORS["is_not_empty"].sentence, _join(path, part.name))
            case Property():
                return self._property(part, _join(path, part.name), required)
            case AnyOf():
                return bracketed(either([self.schema(each, path) for each in part.schemas]))
            case Not():
                return self._contrary(part.schema, path)
            case Schema():
                return bracketed(self.schema(part, path))

    def _atom(self, keyword: str, operands: tuple[Operand, ...], path: str) -> str:
        if keyword == "type":
            return self._say(_TYPES[str(operands[0])], path)
        if keyword in ("minLength", "maxLength"):
            return str(gettext(_ATOMS[keyword], field=self._name(path), value=operands[0]))
        sentence = _ATOMS.get(keyword) or OPERATORS[_SAID_BY[keyword]].sentence
        return self._say(sentence, path, value=operands if len(operands) != 1 else operands[0])

    def _property(self, part: Property, path: str, required: set[str]) -> str:
        said = self.schema(part.schema, path)
        if part.name in required or not part.schema.parts or ("." not in path and _is_object(part.schema)):
            return said
        return bracketed(either([self._say(OPERATORS["is_empty"].sentence, path), said]))

    def _contrary(self, schema: Schema, path: str) -> str:
        if not schema.parts:
            return either([])
        said = self.schema(schema, path)
        has_brackets = len(schema.parts) == 1 and isinstance(schema.parts[0], AnyOf | Schema)
        return str(gettext("not %(condition)s", condition=said if has_brackets else bracketed(said)))


def both(said: list[str]) -> str:
    """All of the sentences; of none, that it always holds."""
    return _joined(said, N_("%(left)s and %(right)s")) if said else str(gettext("always"))


def either(said: list[str]) -> str:
    """One of the sentences; of none, that it never holds."""
    return _joined(said, N_("%(left)s or %(right)s")) if said else str(gettext("never"))


def bracketed(said: str) -> str:
    """The sentence in the brackets of the language."""
    return str(gettext("(%(condition)s)", condition=said))


def _joined(said: list[str], template: str) -> str:
    left = said[0]
    for right in said[1:]:
        left = str(gettext(template, left=left, right=right))
    return left


def _is_object(schema: Schema) -> bool:
    return all(isinstance(part, Required | Property) for part in schema.parts)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
