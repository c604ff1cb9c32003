"""The Liquid of messages: few tags, few filters, hard limits, and every value written as text."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TextIO

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal
from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin import content, illegal
from liquid.builtin.filters.misc import default
from liquid.builtin.filters.string import downcase, truncate, upcase
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags import assign_tag, case_tag, comment_tag, for_tag, if_tag, unless_tag
from liquid.exceptions import FilterArgumentError

from runtime.notifications import markdown

MAX_BYTES = 64 * 1024
FORMATS = ("short", "medium", "long", "full")

_TAGS = (
    content.Literal,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    comment_tag.CommentTag,
)
_CURRENCY = re.compile("[A-Z]{3}")
_YES_NO = {"en": ("Yes", "No"), "zh": ("是", "否")}


class Shown(Decimal):
    """A number with the text by which people read it (`¥1,200.00`): a number to compare, a text to write."""

    text: str

    @classmethod
    def of(cls, value: Decimal | int, text: str) -> "Shown":
        """The number with its text."""
        shown = cls(value)
        shown.text = text
        return shown


class Link(str):
    """An address of ours: the only value that may become a link."""

    __slots__ = ()


class Pointed(str):
    """The title of a record that a field points to: text as any other, and by a dot (`customer.phone`) what whoever
    reads it may see of that record.
    """

    values: Mapping[str, object]

    @classmethod
    def of(cls, title: str, values: Mapping[str, object]) -> "Pointed":
        """The title with these values of its record."""
        pointed = cls(title)
        pointed.values = values
        return pointed

    def __getitem__(self, key: Any) -> Any:
        return self.values[key] if isinstance(key, str) else super().__getitem__(key)


class _TextNode(OutputNode):
    """`{{ value }}`: the value as text, escaped for where it stands."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        env = context.env
        assert isinstance(env, MessageEnvironment)
        return buffer.write(env.written(self.expression.evaluate(context)))


class _Text(Output):
    node_class = _TextNode


class MessageEnvironment(Environment):
    """Liquid for one language and one kind of text: Markdown (values escaped) or plain."""

    block_nesting_limit = 20
    context_depth_limit = 20
    loop_iteration_limit = 1_000
    local_namespace_limit = 200_000
    output_stream_limit = MAX_BYTES

    def __init__(self, locale: str, *, as_markdown: bool) -> None:
        self.locale = locale
        self.as_markdown = as_markdown
        super().__init__()

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Only what a message needs; the rest of Liquid is unknown here."""
        for tag in _TAGS:
            self.add_tag(tag)
        self.add_tag(_Text)
        for name, function in _filters(self.locale).items():
            self.add_filter(name, function)

    def written(self, value: object) -> str:
        """A value as it is put into the text."""
        if not self.as_markdown:
            return text_of(value, self.locale)
        if isinstance(value, Link):
            return markdown.address(value) if value else ""
        return markdown.escaped(text_of(value, self.locale))


def text_of(value: object, locale: str) -> str:
    """A plain value as people read it; blank for everything that is no plain value."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return _YES_NO.get(locale, _YES_NO["en"])[0 if value else 1]
    if isinstance(value, Shown):
        return value.text
    if isinstance(value, (int, float, Decimal)):
        return str(format_decimal(value, locale=locale, decimal_quantization=False))
    if isinstance(value, datetime):
        day = format_date(value, "medium", locale=locale)
        return f"{day} {format_time(value.time(), 'short', locale=locale)}"
    if isinstance(value, date):
        return str(format_date(value, "medium", locale=locale))
    if isinstance(value, (list, tuple)):
        return ", ".join(text_of(item, locale) for item in value)
    return ""


def _filters(locale: str) -> Mapping[str, Callable[..., Any]]:
    def _date(value: object, style: str = "medium") -> str:
        _refuse_unknown(style)
        if not isinstance(value, date):
            return text_of(value, locale)
        return str(format_date(value, style, locale=locale))

    def _datetime(value: object, style: str = "medium") -> str:
        _refuse_unknown(style)
        if not isinstance(value, datetime):
            return _date(value, style)
        return str(format_datetime(value, style, locale=locale))

    def _money(value: object, currency: str) -> str:
        if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
            raise FilterArgumentError("use a currency code like CNY", token=None)
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            return text_of(value, locale)
        return str(format_currency(Decimal(value), currency, locale=locale))

    def _number(value: object, decimals: int = 0) -> str:
        if not isinstance(decimals, int) or not 0 <= decimals <= 6:
            raise FilterArgumentError("use 0 to 6 decimals", token=None)
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            return text_of(value, locale)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(Decimal(value), pattern, locale))

    return {
        "date": _date,
        "datetime": _datetime,
        "money": _money,
        "number": _number,
        "default": default,
        "upcase": _on_text(upcase, locale),
        "downcase": _on_text(downcase, locale),
        "truncate": _on_text(truncate, locale),
    }


def _on_text(function: Callable[..., Any], locale: str) -> Callable[..., Any]:
    def on_text(value: object, *arguments: object) -> str:
        return str(function(text_of(value, locale), *arguments))

    return on_text


def _refuse_unknown(style: str) -> None:
    if style not in FORMATS:
        raise FilterArgumentError(f"use one of {', '.join(FORMATS)}", token=None)


@lru_cache(maxsize=16)
def environment(locale: str, *, as_markdown: bool) -> MessageEnvironment:
    """The one environment of a language and kind of text."""
    return MessageEnvironment(locale, as_markdown=as_markdown)


@lru_cache(maxsize=512)
def parsed(source: str, locale: str, *, as_markdown: bool) -> BoundTemplate:
    """A parsed text; LiquidError when it is not Liquid."""
    return environment(locale, as_markdown=as_markdown).from_string(source)
