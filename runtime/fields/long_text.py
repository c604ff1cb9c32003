"""The long_text field type: several lines."""

import re
from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldType, JsonValue, Reader, cleaned_text
from runtime.fields._options import PLACEHOLDER, own_options
from runtime.fields.text import text_schema

_BREAKS = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_DEFAULT_LENGTH = 20_000


class LongTextField(FieldType):
    """Text of several lines, at most 20,000 characters unless the document sets `maxLength` (up to 100,000).

    Line breaks are stored as a line feed, so that browsers and the API count the same length.
    """

    name = "long_text"
    label = N_("Long text")
    icon = "align-left"
    group = "common"
    template = "fields/textarea.html"
    options = own_options(placeholder=PLACEHOLDER)
    keywords = ("minLength", "maxLength")
    examples = (("one\r\ntwo", "one\ntwo"), ("  拜访记录\n", "拜访记录"))
    counterexamples = ("x" * 20_001, "a\x00b", "a\ud800b", "x" * 1_000_001)

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return _BREAKS.sub("\n", text)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        return (_BREAKS.sub("\n", cleaned_text(value)) or None) if isinstance(value, str) else value

    def value_schema(self, field: Field) -> dict[str, Any]:
        return text_schema(field, _DEFAULT_LENGTH)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"maxlength": str(self.value_schema(field)["maxLength"])}


plugin = LongTextField()
