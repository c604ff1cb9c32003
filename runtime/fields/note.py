"""The note: a text between fields."""

from runtime.fields._base import N_, Field
from runtime.fields._layout import LayoutField
from runtime.fields._options import TITLE, option, own_options
from runtime.text import localized


class NoteField(LayoutField):
    """A text with Markdown between fields, in the reader's language; it holds no value."""

    name = "note"
    label = N_("Note")
    icon = "note"
    template = "fields/note.html"
    options = own_options(
        text=option(
            N_("Text"),
            N_("What people read. Markdown: **bold**, lists, [links](https://example.com)."),
            {"en": "Ask for the **invoice number**.", "zh": "请填写**发票号码**。"},
            TITLE,
        )
    )
    example_options = {"text": {"en": "Ask for the **invoice number**.", "zh": "请填写**发票号码**。"}}


def text_of(field: Field, locale: str) -> str:
    """The Markdown of a note in a language; "" for a field that is none."""
    text = field.options.get("text", "") if field.type.name == NoteField.name else ""
    return localized(text, locale)


plugin = NoteField()
