"""The multi_choice field type: any of a few values."""

from typing import Any

from sqlalchemy.types import TypeEngine

from runtime.fields._base import (
    N_,
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Names,
    Raw,
    Reader,
    ValueType,
    cleaned_text,
    kept,
)
from runtime.fields._columns import Several
from runtime.fields._listed import LABELS, called, joined, label_of, parted, values_of
from runtime.fields._options import own_options

MOST = 500


class MultiChoiceField(FieldType):
    """Some of the values in `enum`, kept as a list in their order; `minItems` and `maxItems` say how many.

    Boxes post a value each. One text with commas between values or labels is read too, as imports write it.
    """

    name = "multi_choice"
    label = N_("Multiple choice")
    icon = "list-check"
    group = "common"
    template = "fields/multi_choice.html"
    value_type = ValueType.LIST
    keywords = ("enum", "minItems", "maxItems")
    options = own_options(labels=LABELS)
    example_schema = {"enum": ["mail", "phone", "visit"], "maxItems": 2}
    example_options = {"labels": {"phone": {"en": "By phone", "zh": "电话"}}}
    examples = (
        (["", "mail"], ["mail"]),
        (["visit", "phone"], ["phone", "visit"]),
        ("电话、visit", ["phone", "visit"]),
        (["visit", "visit"], ["visit"]),
    )
    counterexamples = ("fax", ["mail", "fax"], ["mail", "phone", "visit"], "mail phone")

    def parse(self, raw: Raw, field: Field, reader: Reader) -> JsonValue | None:
        found = [raw] if isinstance(raw, str) else raw
        if len(found) > MOST:
            raise FieldError("maxItems", limit=MOST)
        texts = [text for text in map(cleaned_text, found) if text]
        chosen = self._read(texts[0], field) if len(texts) == 1 else texts
        if not set(chosen) <= set(values_of(field)):
            raise FieldError("enum")
        return _ordered(chosen, field) or None

    def _read(self, text: str, field: Field) -> list[str]:
        """The values of one text: one of them, or several in words."""
        if text in values_of(field):
            return [text]
        known = called(field, values_of(field))
        parts = parted(text, lambda part: part.casefold() in known)
        return [known.get(part.casefold(), part) for part in parts]

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return value
        return _ordered(value, field) or None

    def value_schema(self, field: Field) -> dict[str, Any]:
        items = {"type": "string", "enum": values_of(field)}
        limits = {name: limit for name, limit in kept(field).items() if name != "enum"}
        return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True, **limits}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        return "" if value is None else _ordered(value, field)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return joined((label_of(each, field, reader.locale) for each in value), reader.locale)

    def choices(self, field: Field, reader: Reader) -> list[tuple[str, str]]:
        return [(value, label_of(value, field, reader.locale)) for value in values_of(field)]

    def column(self, field: Field) -> TypeEngine[Any]:
        return Several()


def _ordered(chosen: list[str], field: Field) -> list[str]:
    """Each value once, as the field lists them; what it does not offer comes last."""
    offered = [value for value in values_of(field) if value in chosen]
    return [*offered, *dict.fromkeys(value for value in chosen if value not in offered)]


plugin = MultiChoiceField()
