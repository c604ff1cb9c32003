"""The text field type: one line."""

import re
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]
from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Reader, cleaned_text, kept
from runtime.fields._options import PLACEHOLDER, TITLE, option, own_options
from runtime.fields._texts import MAX_LENGTH

_BREAKS = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
_DEFAULT_LENGTH = 500


class TextField(FieldType):
    """One line of text, at most 500 characters unless the document sets `maxLength`.

    Line breaks become blanks. `pattern` (RE2 syntax, at most 200 characters) must match the whole text;
    `pattern_message` says what to type instead.
    """

    name = "text"
    label = N_("Text")
    icon = "letter-case"
    group = "common"
    keywords = ("minLength", "maxLength")
    options = own_options(
        pattern=option(
            N_("Pattern"),
            N_("A regular expression (RE2) that the whole text must match."),
            "[A-Z]{2}-[0-9]{4}",
            {"type": "string", "minLength": 1, "maxLength": 200},
        ),
        pattern_message=option(
            N_("Message when the pattern does not match"),
            N_("Say what to type, with an example."),
            {"en": "Enter the plate, like AB-1234.", "zh": "请输入车牌号，例如 AB-1234。"},
            TITLE,
        ),
        placeholder=PLACEHOLDER,
    )
    examples = (("Acme", "Acme"), ("  笔 ", "笔"), ("a\r\nb", "a b"), ("\u202eabc", "\u202eabc"))
    counterexamples = ("x" * 501, "a\x00b", "a\ud800b", "x" * 1_000_001)

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return _BREAKS.sub(" ", text)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        return (_BREAKS.sub(" ", cleaned_text(value)) or None) if isinstance(value, str) else value

    def check(self, value: JsonValue, field: Field) -> None:
        pattern = field.options.get("pattern")
        if pattern and not compiled(pattern).fullmatch(value):
            message = field.options.get("pattern_message")
            raise FieldError("pattern", **({"message": message} if message else {}))

    def check_options(self, field: Field) -> None:
        if "pattern" in field.options:
            try:
                compiled(field.options["pattern"])
            except re2.error:
                raise FieldError("bad_pattern", option="pattern") from None

    def value_schema(self, field: Field) -> dict[str, Any]:
        return text_schema(field, _DEFAULT_LENGTH)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {
            "type": "text",
            "autocomplete": "off",
            "maxlength": str(self.value_schema(field)["maxLength"]),
        }


def text_schema(field: Field, default_length: int) -> dict[str, Any]:
    """Schema of a text with a length limit that no document can lift above 100,000."""
    schema = {"type": "string", "maxLength": default_length, **kept(field)}
    return {**schema, "maxLength": min(int(schema["maxLength"]), MAX_LENGTH)}


@lru_cache(maxsize=1000)
def compiled(pattern: str) -> Any:
    """The RE2 pattern; re2.error when it is malformed or needs look-around or back-references."""
    settings = re2.Options()
    settings.log_errors = False
    settings.max_mem = 1 << 20
    return re2.compile(pattern, settings)


plugin = TextField()
