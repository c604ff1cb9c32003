"""The rich_text field type: text with headings, lists, links and emphasis."""

import re
from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields import _html
from runtime.fields._base import (
    N_,
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Names,
    Raw,
    Reader,
    cleaned_text,
)
from runtime.fields._texts import MAX_LENGTH, cleaned

_BREAKS = re.compile(r"\r\n?|\x85|\u2028|\u2029")


class RichTextField(FieldType):
    """Formatted text: bold, italic, struck through, links, headings, quotes, code, lists. Kept as HTML of a few tags
    and no attributes but the addresses of links; everything else is taken out, whoever sends it.

    `maxLength` counts what is read, without the tags. In lists, searches and messages it is plain text. Without
    JavaScript plain text is typed; text that has formats is shown with its tags then, so that none is lost.
    """

    name = "rich_text"
    label = N_("Rich text")
    icon = "text-size"
    group = "common"
    template = "fields/rich_text.html"
    in_cells = False
    script = "vendor/trix-2.1.19.umd.min.js rich.js"
    keywords = ("maxLength",)
    examples = (
        ("one < two\r\nthree", "<div>one &lt; two<br>three</div>"),
        ("<div>拜访<strong>记录</strong></div>", "<div>拜访<strong>记录</strong></div>"),
        ('<div onclick="x()">a<script>b</script></div>', "<div>a</div>"),
        ("<h1>A</h1><ul><li>b</li></ul>", "<h1>A</h1><ul><li>b</li></ul>"),
    )
    counterexamples = ("a\x00b", "a\ud800b", "x" * 100_001)

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue | None:
        text = _BREAKS.sub("\n", text)
        return _filled(_html.clean(text) if _html.is_html(text) else _html.of_plain(text))

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        return _filled(_html.clean(cleaned_text(value))) if isinstance(value, str) else value

    def check(self, value: JsonValue, field: Field) -> None:
        most = field.schema.get("maxLength", MAX_LENGTH)
        if len(_html.plain(value)) > most:
            raise FieldError("maxLength", limit=most)

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        if value is None:
            return ""
        text = _html.plain(value)
        return text if not _html.is_html(text) and _html.of_plain(text) == value else str(value)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _html.plain(value)

    def words(self, value: JsonValue) -> str:
        return _html.plain(value)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()


def shown(value: str) -> str:
    """The HTML as a page may show it: cleaned again, its headings below those of the page."""
    return _html.clean(value).replace("<h1>", "<h4>").replace("</h1>", "</h4>")


def _filled(text: str) -> str | None:
    """The HTML, None when nothing of it can be read."""
    return text if cleaned(_html.plain(text)) else None


plugin = RichTextField()
