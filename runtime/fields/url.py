"""The url field type."""

import re
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Reader, cleaned_text
from runtime.fields._options import PLACEHOLDER, own_options

_LONGEST = 2000
# Nothing that ends an attribute or hides where the address leads: no blanks, no quotes, no name before an @.
_ADDRESS = r'https?://[^\u0000-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u2066-\u2069\u3000/?#@\\"<>]+'
_REST = r'[^\u0000-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f\u2066-\u2069\u3000\\"<>]*'
_CANONICAL = re.compile(f"{_ADDRESS}(?:[/?#]{_REST})?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")
_HOST = re.compile(r"\[[0-9a-fA-F:.]+\]|[^\[\]:%!$&'()*+,;=|^`{}]+")


class UrlField(FieldType):
    """The address of a page: http or https, at most 2,000 characters; `example.com` means `https://example.com`.

    Other schemes (`javascript:`, `file:`) and a user name before the host are refused, so that a link leads
    where it says.
    """

    name = "url"
    label = N_("Web address")
    icon = "link"
    group = "common"
    options = own_options(placeholder=PLACEHOLDER)
    examples = (
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("example.com", "https://example.com"),
        ("HTTP://Example.com:8080/", "http://example.com:8080/"),
        ("https://例子.测试/路径", "https://例子.测试/路径"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
    )
    counterexamples = (
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://bank.example@evil.example/",
        "https://example.com:99999/",
        "two words",
        "https://example.com/\u202egpj.exe",
        'https://example.com/"onclick=',
        "https://" + "x" * 2000,
        "mailto:ada@example.com",
        "example",
    )

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        if not _SCHEME.match(text):
            text = f"https://{text}"
            if "." not in text.partition("://")[2].partition("/")[0]:
                raise FieldError("url")
        return _normalised(text)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        if not isinstance(value, str):
            return value
        text = cleaned_text(value)
        return _normalised(text) if text else None

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": _LONGEST, "pattern": f"^{_ADDRESS}([/?#]{_REST})?$"}

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "url", "inputmode": "url", "autocomplete": "off"}


def _normalised(text: str) -> str:
    """The address with scheme and host in small letters; FieldError for one that leads nowhere."""
    scheme, colon, rest = text.partition(":")
    address = f"{scheme.lower()}{colon}{rest}"
    if len(address) > _LONGEST or not _CANONICAL.fullmatch(address):
        raise FieldError("url")
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise FieldError("url") from None
    if not _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise FieldError("url")
    return address.replace(parts.netloc, parts.netloc.lower(), 1)


plugin = UrlField()
