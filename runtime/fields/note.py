"""The note: a text between fields."""

from typing import Any

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Reader, ValueType
from runtime.fields._options import TITLE, option, own_options
from runtime.text import localized


class NoteField(FieldType):
    """A text with Markdown between fields, in the reader's language; it holds no value."""

    name = "note"
    label = N_("Note")
    icon = "note"
    group = "layout"
    template = "fields/note.html"
    stored = False
    writable = False
    value_type = ValueType.NOTHING
    options = own_options(
        text=option(
            N_("Text"),
            N_("What people read. Markdown: **bold**, lists, [links](https://example.com)."),
            {"en": "Ask for the **invoice number**.", "zh": "请填写**发票号码**。"},
            TITLE,
        )
    )
    example_options = {"text": {"en": "Ask for the **invoice number**.", "zh": "请填写**发票号码**。"}}
    counterexamples = ("anything",)

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        raise FieldError("no_value")

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"not": {}}

    def column(self, field: Field) -> None:
        return None


def text_of(field: Field, locale: str) -> str:
    """The Markdown of a note in a language; "" for a field that is none."""
    text = field.options.get("text", "") if field.type.name == NoteField.name else ""
    return localized(text, locale)


plugin = NoteField()
