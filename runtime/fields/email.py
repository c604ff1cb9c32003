"""The email field type."""

from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Reader, cleaned_text
from runtime.fields._options import PLACEHOLDER, own_options
from runtime.fields._texts import plain

_LONGEST = 254


class EmailField(FieldType):
    """One e-mail address, checked for its form only; international domains are allowed.

    Stored as mail systems compare it: the domain in lower case and Unicode, the part before @ as typed.
    """

    name = "email"
    label = N_("E-mail")
    icon = "mail"
    group = "common"
    options = own_options(placeholder=PLACEHOLDER)
    examples = (
        ("li@Example.com", "li@example.com"),
        ("ｌｉ＠example.com", "li@example.com"),
        ("info@münchen.de", "info@münchen.de"),
        ("li@xn--fiqs8s.example.org", "li@中国.example.org"),
    )
    counterexamples = (
        "li",
        "li@example.com\r\nBcc: x@example.com",
        "a@example.com, b@example.com",
        "Li <li@example.com>",
        '"l i"@example.com',
        "x" * 320 + "@example.com",
        "li@localhost",
    )

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return _normalised(plain(text[: _LONGEST + 1]))

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        if not isinstance(value, str):
            return value
        text = cleaned_text(value)
        return _normalised(text[: _LONGEST + 1]) if text else None

    def value_schema(self, field: Field) -> dict[str, Any]:
        # No format "email": jsonschema and jsonschema-rs differ on international addresses.
        return {"type": "string", "maxLength": _LONGEST, "pattern": "^[^@ ]+@[^@ ]+$"}

    def check(self, value: JsonValue, field: Field) -> None:
        _normalised(value)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        # type="email" would lose the caret when the page is morphed, and drop blanks without a word.
        return {"type": "text", "inputmode": "email", "autocomplete": "off", "spellcheck": "false"}


def address(text: str) -> str:
    """The e-mail address that somebody typed, as mail systems compare it; FieldError for what is none."""
    return _normalised(plain(text[: _LONGEST + 1]))


@lru_cache(maxsize=4096)  # read and checked within one save, and again by every /eval
def _normalised(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        raise FieldError("email") from None


plugin = EmailField()
