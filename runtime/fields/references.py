"""The references field type: pointers to several records."""

import re
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
from runtime.fields._ids import ID_SCHEMA, OFFER, read_id, shown, whole
from runtime.fields._listed import joined
from runtime.fields._options import KEY, option, own_options

MOST = 100
_BETWEEN = re.compile(r"[,，、;；\s]+")


class ReferencesField(FieldType):
    """Several records of another form (or of this one), in the order in which they were picked. The value is the list
    of their ids, each once; `minItems` and `maxItems` say how many, 100 at most.

    A record can be added by whoever may read it, where it meets `offer`. `on_delete` says what becomes of the list when
    one of them is deleted: without it none can be as long as it is referred to here.
    """

    name = "references"
    label = N_("References")
    icon = "link"
    group = "link"
    template = "fields/references.html"
    value_type = ValueType.LIST
    keywords = ("minItems", "maxItems")
    options = own_options(
        "form",
        form=option(N_("Form"), N_("Key of the form whose records can be picked."), "customer", KEY),
        offer=OFFER,
        on_delete=option(
            N_("When a picked record is deleted"),
            N_(
                "Refuse while this record refers to it, which is so without this option, or take it out of the list."
            ),
            "take_out",
            {"enum": ["refuse", "take_out"]},
        ),
    )
    example_options = {"form": "customer"}
    example_schema = {"maxItems": 2}
    examples = (("7", [7]), (["", "９"], [9]), (["8", "8"], [8]), ("9, 8", [9, 8]))
    counterexamples = ("0", "-1", "Acme", "1.5", "2147483648", ["1", "2", "3"], ["7", "x"])

    def parse(self, raw: Raw, field: Field, reader: Reader) -> JsonValue | None:
        found = [raw] if isinstance(raw, str) else raw
        if len(found) > MOST + 2:  # the list of a page without a script, and nothing at all, are posted, too
            raise FieldError("maxItems", limit=MOST)
        texts = [part for text in found for part in _BETWEEN.split(cleaned_text(text)) if part]
        return list(dict.fromkeys(read_id(text, self.name) for text in texts[: MOST + 1])) or None

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        if not isinstance(value, list):
            return value
        ids = [whole(each) for each in value]
        if not all(isinstance(each, int) and not isinstance(each, bool) for each in ids):
            return ids
        return list(dict.fromkeys(ids)) or None

    def value_schema(self, field: Field) -> dict[str, Any]:
        limits = {"minItems": 1, "maxItems": MOST, **kept(field)}
        return {"type": "array", "items": dict(ID_SCHEMA), "uniqueItems": True, **limits}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        return "" if value is None else [str(each) for each in value]

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        form = field.options["form"]
        return joined((shown(names.record(form, each), reader.locale) for each in value), reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Several()


plugin = ReferencesField()
