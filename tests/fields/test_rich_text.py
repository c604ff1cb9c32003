"""Formatted text: what is kept of HTML, and how it reads as plain text."""

import re
from typing import Any

import pytest

from runtime.fields import NOBODY, Field, FieldError
from runtime.fields.rich_text import shown
from tests.fields.support import READER, field_of, parse

HOSTILE = (
    "<div><img src=x onerror=alert(1)>a</div>",
    "<div style='background:url(//e.x)' class=c id=i onclick=alert(1)>a</div>",
    "<div><svg onload=alert(1)>a</svg></div>",
    "<div><iframe src='javascript:alert(1)'></iframe>a</div>",
    "<div><a href='javascript:alert(1)'>a</a></div>",
    "<div><a href='&#106;avascript:alert(1)'>a</a></div>",
    "<div><a href='data:text/html,<script>alert(1)</script>'>a</a></div>",
    "<div><math><mi//xlink:href='data:x,<script>alert(1)</script>'></mi></math>a</div>",
    "<div><style>@import '//e.x'</style>a</div>",
    "<div><form action=//e.x><input name=csrf_token><button>a</button></form></div>",
    "<div><noscript><p title='</noscript><img src=x onerror=alert(1)>'>a</noscript></div>",
    "<div>a<base href=//e.x><meta http-equiv=refresh content='0;//e.x'><link rel=stylesheet href=//e.x></div>",
    "<DIV>a<ScRiPt>alert(1)</sCrIpT></DIV>",
    "<div hx-get='/x' data-trix-attachment='{}' data-remove>a</div>",
)
FORBIDDEN = re.compile("on|src|style|class|id=|javascript|data|<svg|<form|<img|script|hx-|//e.x")


def rich(**schema: Any) -> Field:
    return field_of("rich_text", schema)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_run_or_load_anything_is_taken_out(text: str) -> None:
    one = rich()
    for value in (parse(one, text), one.type.normalise(text, one)):
        assert value is not None and "a" in value
        assert not FORBIDDEN.search(value.replace("noopener", "").lower())
    page = shown(text)
    assert not FORBIDDEN.search(page.replace("noopener", "").lower())


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("<div>a &amp; b&nbsp;c<br>d</div>", "a & b c\nd"),
        ("<h1>Title</h1><div>text</div>", "Title\ntext"),
        ("<ul><li>one</li><li>two<ul><li>three</li></ul></li></ul>", "- one\n- two\n- three"),
        ("<blockquote>said</blockquote><pre>x  y</pre>", "said\nx  y"),
    ],
)
def test_it_reads_as_plain_text(value: str, plain: str) -> None:
    one = rich()
    assert one.type.display(value, one, READER, NOBODY) == plain
    assert one.type.words(value) == plain


@pytest.mark.parametrize("text", ["one\ntwo", "1 < 2 & 3", "<3 you", "<b>typed</b>", "-", "a\n\nb"])
def test_what_was_typed_without_formats_is_typed_again(text: str) -> None:
    one = rich()
    value = parse(one, text)
    raw = one.type.to_raw(value, one, READER)
    assert parse(one, str(raw)) == value
    assert raw == text or "<b>" in text


@pytest.mark.parametrize(
    "text", ["<div><br></div>", "<div> &nbsp;</div>", "<ul><li></li></ul>", "<script>x</script>"]
)
def test_tags_without_text_are_empty(text: str) -> None:
    one = rich()
    assert one.type.normalise(text, one) is None or one.type.words(one.type.normalise(text, one)) == "-"


def test_the_length_is_that_of_what_is_read() -> None:
    one = rich(maxLength=5)
    one.type.check("<div><strong>12345</strong></div>", one)
    with pytest.raises(FieldError):
        one.type.check("<div>123456</div>", one)
