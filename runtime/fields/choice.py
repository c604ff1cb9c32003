"""The choice field type: one of a few values."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader
from runtime.fields._listed import LABELS, label_of, values_of
from runtime.fields._options import own_options


class ChoiceField(FieldType):
    """One of the values in `enum`, shown by its label.

    Values are keys that never change; labels may. A value that was taken out of `enum` is still shown in old
    records, but cannot be chosen again.
    """

    name = "choice"
    label = N_("Choice")
    icon = "circle-dot"
    group = "common"
    template = "fields/choice.html"
    keywords = ("enum",)
    options = own_options(labels=LABELS)
    example_schema = {"enum": ["interested", "refused"]}
    example_options = {"labels": {"interested": {"en": "Interested", "zh": "有意向"}}}
    examples = (("interested", "interested"), (" refused ", "refused"))
    counterexamples = ("undecided", "Interested", ["interested", "refused"])

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        if text not in values_of(field):
            raise FieldError("enum")
        return text

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "enum": values_of(field)}

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return label_of(value, field, reader.locale)

    def choices(self, field: Field, reader: Reader) -> list[tuple[str, str]]:
        return [(value, label_of(value, field, reader.locale)) for value in values_of(field)]

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()


plugin = ChoiceField()
