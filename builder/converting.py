"""What a value of one field type becomes in a field of another. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

from runtime import problems
from runtime.fields import (
    FIELD_TYPES,
    LISTED,
    NOBODY,
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Reader,
    ValueType,
)
from runtime.fields._listed import called, values_of

# Values that point to something else than themselves: another type cannot hold them, nor be read as one.
APART = frozenset(
    ("reference", "references", "member", "department", "file", "image", "signature", "sub_table")
)
FITS: Mapping[ValueType, frozenset[ValueType]] = {
    ValueType.TEXT: frozenset(ValueType) - {ValueType.NOTHING},
    ValueType.NUMBER: frozenset((ValueType.TEXT, ValueType.NUMBER)),
    ValueType.DATE: frozenset((ValueType.TEXT, ValueType.DATE, ValueType.DATETIME)),
    ValueType.DATETIME: frozenset((ValueType.TEXT, ValueType.DATE, ValueType.DATETIME, ValueType.TIME)),
    ValueType.TIME: frozenset((ValueType.TEXT, ValueType.TIME)),
    ValueType.BOOL: frozenset((ValueType.TEXT, ValueType.BOOL)),
    ValueType.LIST: frozenset((ValueType.TEXT, ValueType.LIST)),
    ValueType.PATH: frozenset((ValueType.TEXT, ValueType.PATH)),
}


def targets(field: Field) -> list[FieldType]:
    """The field types that values of this field can be converted to."""
    if not field.type.stored or field.type.name in APART:
        return []
    fitting = FITS.get(field.type.value_type_of(field), frozenset())
    return [each for each in FIELD_TYPES.values() if each is not field.type and _takes(each, fitting)]


def _takes(each: FieldType, fitting: frozenset[ValueType]) -> bool:
    can_be_typed = each.stored and each.writable and each.name not in APART
    is_list = each.value_type is ValueType.LIST and "enum" not in each.keywords
    return can_be_typed and not is_list and each.value_type in fitting


def convert(value: JsonValue, old: Field, new: Field, reader: Reader) -> JsonValue:
    """The value as the new field keeps it; FieldError when it cannot hold it."""
    refused = FieldError("unreadable")
    for raw in dict.fromkeys(_readings(value, old, new, reader)):
        try:
            return judged(new.type.parse(_option(raw, new), new, reader), new)
        except FieldError as error:
            refused = error
    raise refused


def _readings(value: JsonValue, old: Field, new: Field, reader: Reader) -> Iterator[str]:
    """What somebody would type to give the new field the old one's value; what comes first counts."""
    raw, shown = old.type.to_raw(value, old, reader), old.type.display(value, old, reader, NOBODY)
    raw = raw if isinstance(raw, str) else ", ".join(raw)
    kinds = (old.type.value_type_of(old), new.type.value_type)
    if kinds == (ValueType.DATE, ValueType.DATETIME):
        yield f"{raw}T00:00"
    elif kinds == (ValueType.DATETIME, ValueType.DATE):
        yield raw[:10]
    elif kinds == (ValueType.DATETIME, ValueType.TIME):
        yield raw[11:16]
    elif kinds[1] is ValueType.TEXT and (_offers(old) or kinds[0] in LISTED | {ValueType.BOOL}):
        yield shown
    if old.type.name == "rich_text":
        yield shown
    yield raw
    yield shown


def _option(raw: str, new: Field) -> str:
    """The value of the option that is called so in any language."""
    if not _offers(new):
        return raw
    return called(new, values_of(new)).get(raw.strip().casefold(), raw)


def _offers(field: Field) -> bool:
    return "enum" in field.type.keywords and "enum" in field.schema


def is_taken(value: JsonValue, field: Field) -> bool:
    """Whether the field may hold the value."""
    try:
        judged(value, field)
    except FieldError:
        return False
    return True


def judged(value: JsonValue | None, new: Field) -> JsonValue:
    """The value as the field keeps it; FieldError when the field may not hold it."""
    if value is None:
        raise FieldError("blank")
    value = new.type.normalise(value, new)
    judge: Any = Draft202012Validator(new.type.value_schema(new), registry=Registry())
    error = next(judge.iter_errors(value), None)
    if error is not None:
        code, params = problems.from_json_schema(error, new)
        raise FieldError(code, **params)
    new.type.check(value, new)
    return value
